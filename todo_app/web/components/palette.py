"""The command palette: everything one can do or open, by its name."""

from __future__ import annotations

import reflex as rx

from todo_app.web.components.commands import PALETTE, Command
from todo_app.web.components.icons import icon

_ENTRY = "palette-entry"
_OPTIONS = "palette-options"


def palette(commands: tuple[Command, ...]) -> rx.Component:
    """A box that finds, above what it found (the combobox pattern of the ARIA guide).

    The focus stays in the box; the script moves `aria-activedescendant` over the options.
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
                aria_label="Command",
                placeholder="Type a command or a place",
                auto_complete="off",
                spell_check=False,
            ),
            class_name="entry",
        ),
        rx.el.ul(
            *(_option(number, command) for number, command in enumerate(commands)),
            id=_OPTIONS,
            role="listbox",
            aria_label="Commands",
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
