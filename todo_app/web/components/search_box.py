"""The search box: what is typed is looked for as it is typed."""

from __future__ import annotations

from typing import Annotated

import reflex as rx
from pydantic import StringConstraints

from todo_app.core.words import QUERY_MAX_CHARACTERS
from todo_app.web import page_script, reflex_private, routes
from todo_app.web.components.icons import icon
from todo_app.web.list_state import Stamp, TaskListState

INPUT_ID = "search-box"
_PAUSE_MILLISECONDS = 150
_NOW = rx.Var("Date.now()", _var_type=int)

Query = Annotated[str, StringConstraints(max_length=QUERY_MAX_CHARACTERS)]


class SearchState(TaskListState):
    """What is looked for."""

    _asked_at: int = 0

    @rx.event
    async def find(self, text: Query, stamp: Stamp) -> None:
        """Show what there is for a text, unless something else was asked for since."""
        if stamp < self._asked_at:
            return
        self._asked_at = stamp
        self.searched = text
        if self._name == "search":
            self._set_filter(text)
            await self._reload()


def search_box() -> rx.Component:
    """The box, which asks after a short pause in typing."""
    # What is typed is the page's, not the server's: no answer that comes late can change it.
    entry = reflex_private.page_state("search", "")
    # Coming back to the page, what was in the box is still there.
    there = page_script.exported("address", "inAddress").call(routes.TYPED, entry.value).to(str)
    return rx.el.div(
        rx.el.label(
            icon("search"),
            rx.el.input(
                id=INPUT_ID,
                type="search",
                value=entry.value,
                on_change=lambda text: [
                    reflex_private.set_from_event(entry, text),
                    _keep(text),
                    SearchState.find(text, _NOW).debounce(_PAUSE_MILLISECONDS),
                ],
                on_mount=[
                    SearchState.find(there, _NOW),
                    reflex_private.set_from_event(entry, there),
                    _keep(there),
                ],
                placeholder="Words in titles, notes, projects and labels",
                max_length=QUERY_MAX_CHARACTERS,
                auto_complete="off",
                auto_focus=True,
                enter_key_hint="search",
                aria_label="Search tasks",
                dir="auto",
            ),
            class_name="search-box",
        ),
        role="search",
    )


def _keep(text: rx.Var[str]) -> rx.Var:
    """An event trigger that puts what is looked for into the address."""
    keep = page_script.exported("address", "keepInAddress")
    return reflex_private.trigger(keep.call(routes.TYPED, text, ""))
