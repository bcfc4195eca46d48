"""A dialog with a box that finds, above what it finds (the combobox pattern of the ARIA guide).

The focus stays in the box; the script moves `aria-activedescendant` over the options. Those with
`data-command` show while what is typed is in their name; those with `data-found` the server finds.
"""

from __future__ import annotations

from typing import Annotated, TypedDict

import pydantic
import reflex as rx

from todo_app.core import search
from todo_app.web import page_script, reflex_private, routes
from todo_app.web.components.icons import icon
from todo_app.web.session import AuthState

_FOUND_MAX = 8
_PAUSE_MILLISECONDS = 120
_SIGNS = {"label": "tag", "filter": "list-filter"}

_Asked = Annotated[str, pydantic.Field(max_length=500)]

typed: rx.Var[str] = page_script.exported("palette", "typed").call().to(str)
"""What is typed in the box of the dialog that is open."""


class Found(TypedDict):
    """A task whose title or notes have what was typed."""

    id: str
    title: str
    is_completed: bool


class FoundPlace(TypedDict):
    """A project or a label that is called so, and that the sidebar has no room for."""

    id: str
    name: str
    colour: str
    kind: str
    path: str


class FindState(AuthState):
    """What the server found."""

    found: list[Found] = []
    found_places: list[FoundPlace] = []

    @rx.event
    async def find(self, text: _Asked) -> None:
        """Find tasks, projects and labels by what was typed; nothing finds none."""
        if not text.strip():
            self.found, self.found_places = [], []
            return
        result = await self._read(search.search, text, limit=_FOUND_MAX)
        self.found = [
            Found(
                id=str(hit.task.id),
                title=hit.task.title,
                is_completed=hit.task.completed_at is not None,
            )
            for hit in result.tasks
        ]
        named = {place["id"] for place in (*self.projects, *self.labels)}
        paths = {"project": routes.PROJECT, "label": routes.LABEL}
        self.found_places = [
            FoundPlace(
                id=str(hit.id),
                name=hit.name,
                colour=hit.colour,
                kind=hit.kind,
                path=routes.place_path(paths[hit.kind], str(hit.id)),
            )
            for hit in result.names
            if str(hit.id) not in named
        ]


def combobox_dialog(
    dialog_id: str,
    label: str,
    asks_for: str,
    placeholder: str,
    *options: rx.Component,
    always: tuple[rx.Component, ...] = (),
) -> rx.Component:
    """The dialog; but for those that are `always` there, its options are made when it opens."""
    opened = reflex_private.page_state(f"{dialog_id.replace('-', '_')}_opened", False)
    return rx.el.dialog(
        _box(dialog_id, asks_for, placeholder, opened.set_value(True)),
        rx.el.ul(
            *always,
            rx.cond(opened.value, rx.fragment(*options)),
            id=f"{dialog_id}-options",
            role="listbox",
            aria_label=label,
        ),
        rx.el.p("Nothing is called that", role="status", class_name="none"),
        id=dialog_id,
        class_name="palette",
        aria_label=label,
    )


def _box(dialog_id: str, asks_for: str, placeholder: str, on_focus: rx.Var) -> rx.Component:
    return rx.el.div(
        icon("search"),
        rx.el.input(
            type="text",
            role="combobox",
            aria_expanded="true",
            aria_controls=f"{dialog_id}-options",
            aria_autocomplete="list",
            aria_label=asks_for,
            placeholder=placeholder,
            auto_complete="off",
            spell_check=False,
            max_length=500,
            on_focus=on_focus,
            on_change=lambda text: FindState.find(text).debounce(_PAUSE_MILLISECONDS),
        ),
        class_name="entry",
    )


def option(
    option_id: str | rx.Var[str],
    mark: rx.Component,
    name: str | rx.Var[str],
    *more: rx.Component,
    attributes: dict[str, str],
    on_click: object = None,
) -> rx.Component:
    """A line to choose, which closes the dialog."""
    handler = {} if on_click is None else {"on_click": on_click}
    return rx.el.li(
        mark,
        rx.el.span(name, class_name="name", dir="auto"),
        *more,
        id=option_id,
        role="option",
        aria_selected="false",
        custom_attrs={"data-closes": "", **attributes},
        **handler,
    )


def mark_of(kind: str, colour: rx.Var[str]) -> rx.Component:
    """The dot of a project, or the sign of a label or a filter, in its colour."""
    if kind in _SIGNS:
        return rx.el.span(icon(_SIGNS[kind]), class_name="hue " + colour, aria_hidden="true")
    return rx.el.span(class_name="dot hue " + colour, aria_hidden="true")
