"""The saved filters in the sidebar, and how many tasks each shows."""

from __future__ import annotations

import reflex as rx
from reflex_components_core.react_router.dom import ReactRouterLink

from todo_app.core import saved_filters
from todo_app.web import routes
from todo_app.web.components.icons import icon
from todo_app.web.components.when_new import when_new
from todo_app.web.list_state import TaskListState
from todo_app.web.session import AuthState, FilterPlace

COUNT_AFTER_MILLISECONDS = 300


class FilterCountState(AuthState):
    """How many tasks each filter shows, by its id."""

    shown: dict[str, int] = {}

    @rx.event
    async def count_filters(self) -> None:
        """Count anew."""
        found = await self._read(saved_filters.count_tasks)
        self.shown = {str(filter_id): count for filter_id, count in found.items()}


def filter_places(here: str) -> rx.Component:
    """The filters, and a way to a new one."""
    return rx.fragment(
        rx.el.div(
            rx.el.h2("Filters"),
            ReactRouterLink.create(
                icon("plus", size=16), to=routes.FILTER, aria_label="New filter", class_name="add"
            ),
            class_name="group",
        ),
        rx.el.ul(rx.foreach(AuthState.filters, lambda place: _place(place, here))),
    )


def filter_counts() -> rx.Component:
    """Has the filters counted after the page is there, and after each change. Shows nothing.

    It is no part of what opens a screen or answers a tick: a filter may be slow.
    """
    return rx.cond(
        AuthState.signed_in & (AuthState.filters.length() > 0),
        when_new(
            act=FilterCountState.count_filters.debounce(COUNT_AFTER_MILLISECONDS),
            key=AuthState.revision,
        ),
    )


def _place(place: rx.Var[FilterPlace], here: str) -> rx.Component:
    is_here = (
        TaskListState.place["id"] == place["id"] if here == routes.FILTER else rx.Var.create(False)
    )
    count = FilterCountState.shown.get(place["id"], 0).to(int)
    return rx.el.li(
        ReactRouterLink.create(
            rx.el.span(icon("list-filter"), class_name="hue " + place["colour"]),
            rx.el.span(place["name"], class_name="name", dir="auto"),
            rx.cond(count > 0, rx.el.span(count, class_name="count")),
            to=f"{routes.FILTER}?{routes.OPEN_PLACE}=" + place["id"],
            aria_current=rx.cond(is_here, "page", "false"),
            class_name=rx.cond(is_here, "place here", "place"),
        ),
        key=place["id"],
    )
