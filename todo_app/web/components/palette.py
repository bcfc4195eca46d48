"""The command palette: everything one can do or open, by its name."""

from __future__ import annotations

from typing import Annotated, TypedDict

import pydantic
import reflex as rx

from todo_app.core import search
from todo_app.web import routes
from todo_app.web.components.commands import PALETTE, Command
from todo_app.web.components.icons import icon
from todo_app.web.session import AuthState

_ENTRY = "palette-entry"
_OPTIONS = "palette-options"
_FOUND_MAX = 8
_PAUSE_MILLISECONDS = 120

_Asked = Annotated[str, pydantic.Field(max_length=500)]


class Found(TypedDict):
    """A task whose title or notes have what was typed."""

    id: str
    title: str
    is_completed: bool


class PaletteState(AuthState):
    """The tasks that the palette found."""

    found: list[Found] = []

    @rx.event
    async def find_tasks(self, text: _Asked) -> None:
        """Find tasks by what was typed; nothing finds none."""
        if not text.strip():
            self.found = []
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


def palette(here: str, commands: tuple[Command, ...]) -> rx.Component:
    """A box that finds, above what it found (the combobox pattern of the ARIA guide).

    The focus stays in the box; the script moves `aria-activedescendant` over the options. What is
    called so shows at once, and the tasks that the server finds below it.
    """
    return rx.el.dialog(
        rx.el.div(
            icon("search"),
            rx.el.input(
                id=_ENTRY,
                type="text",
                role="combobox",
                aria_expanded="true",
                aria_controls=_OPTIONS,
                aria_autocomplete="list",
                aria_label="Command or task",
                placeholder="Type a command, a place or a task",
                auto_complete="off",
                spell_check=False,
                max_length=500,
                on_change=lambda text: PaletteState.find_tasks(text).debounce(_PAUSE_MILLISECONDS),
            ),
            class_name="entry",
        ),
        rx.el.ul(
            *(_option(number, command) for number, command in enumerate(commands)),
            rx.foreach(PaletteState.found, lambda found: _task(here, found)),
            id=_OPTIONS,
            role="listbox",
            aria_label="Commands and tasks",
        ),
        rx.el.p("Nothing is called that", role="status", class_name="none"),
        id=PALETTE,
        class_name="palette",
        aria_label="Command palette",
    )


def _option(number: int, command: Command) -> rx.Component:
    about = {"data-about": "tasks"} if command.group == "Tasks" else {}
    opens = {"data-opens": command.opens} if command.opens else {}
    keys = {"data-keys": command.keys} if command.keys else {}
    handler = {"on_click": command.on_click} if command.on_click is not None else {}
    return rx.el.li(
        icon(command.icon),
        rx.el.span(command.name, class_name="name"),
        rx.el.kbd(command.shown, aria_hidden="true") if command.shown else rx.fragment(),
        id=f"command-{number}",
        role="option",
        aria_selected="false",
        custom_attrs={"data-command": "", "data-closes": "", **about, **opens, **keys},
        **handler,
    )


def _task(here: str, found: rx.Var[Found]) -> rx.Component:
    return rx.el.li(
        rx.cond(found["is_completed"], icon("circle-check"), icon("circle")),
        rx.el.span(found["title"], class_name="name", dir="auto"),
        rx.cond(found["is_completed"], rx.el.span("Done", class_name="count")),
        id="found-" + found["id"],
        key=found["id"],
        role="option",
        aria_selected="false",
        custom_attrs={"data-found": "", "data-closes": ""},
        on_click=rx.redirect(f"{here}?{routes.OPEN_TASK}=" + found["id"]),
    )
