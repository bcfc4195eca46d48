"""The sheet of all keys, and the switch that turns the single ones off (WCAG 2.1.4)."""

from __future__ import annotations

import reflex as rx

from todo_app.web.components.commands import SHORTCUTS, Command

_IN_LISTS = (
    ("Move", "j k or ↓ ↑"),
    ("Select, with Shift a range", "x"),
    ("Select while moving", "Shift ↓ ↑"),
    ("Make what is selected a subtask", "Tab"),
    ("Take what is selected out", "Shift Tab"),
    ("Open", "Enter"),
    ("Edit the title", "e"),
    ("Close, or select none", "Esc"),
)


def shortcut_sheet(commands: tuple[Command, ...]) -> rx.Component:
    """The dialog."""
    groups = {"In a list": _IN_LISTS}
    for group in ("Tasks", "Anywhere", "Go to"):
        found = [(one.name, one.shown) for one in commands if one.group == group and one.shown]
        groups[group] = tuple(found)
    groups["Anywhere"] += (("Command palette", "Ctrl K"),)
    return rx.el.dialog(
        rx.el.header(
            rx.el.h2("Keyboard shortcuts"),
            rx.el.button(
                "Done", type="button", class_name="quiet", custom_attrs={"data-closes": ""}
            ),
        ),
        rx.el.div(*(_group(name, keys) for name, keys in groups.items()), class_name="groups"),
        rx.el.label(
            rx.el.input(type="checkbox"),
            "Use single keys on this device",
            class_name="switch",
        ),
        id=SHORTCUTS,
        class_name="sheet",
        aria_label="Keyboard shortcuts",
    )


def _group(name: str, keys: tuple[tuple[str, str], ...]) -> rx.Component:
    return rx.el.section(
        rx.el.h3(name),
        rx.el.dl(*(rx.el.div(rx.el.dt(act), rx.el.dd(_printed(key))) for act, key in keys)),
    )


def _printed(keys: str) -> rx.Component:
    """Keys as they are printed on a keyboard, and the words between them."""
    return rx.fragment(
        *(
            rx.el.span(" or ") if part == "or" else rx.el.kbd(part)
            for part in keys.replace("Ctrl", "Ctrl/⌘").split()
        )
    )
