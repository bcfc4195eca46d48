"""What is asked before several pasted lines become tasks."""

from __future__ import annotations

import reflex as rx

from todo_app.core.quick_lines import LINES_MAX, LINES_MAX_CHARACTERS
from todo_app.web import page_script
from todo_app.web.components import outbox
from todo_app.web.quick_add_state import QuickAddState

_ID = "paste-dialog"
_TITLE = "paste-title"


def paste_dialog() -> rx.Component:
    """The dialog; the script fills it with the lines, and opens it."""
    pasted = page_script.exported("paste", "pasted").call().to(str)
    closes = {"data-closes": ""}
    return rx.el.dialog(
        rx.el.h2("Add ", _how_many(), " tasks?", id=_TITLE),
        rx.el.p("One for each line; an indented one is a subtask.", class_name="hint"),
        rx.el.ol(),
        rx.cond(
            QuickAddState.lines["text"] == pasted,
            rx.el.p(QuickAddState.lines["makes"], role="status", class_name="makes"),
        ),
        rx.el.p(
            f"That is too much at once: {LINES_MAX} lines and {LINES_MAX_CHARACTERS:,} characters "
            "can be added.",
            role="alert",
            hidden=True,
        ),
        rx.el.div(
            rx.el.button(
                "Add ",
                _how_many(),
                " tasks",
                type="button",
                class_name="primary",
                auto_focus=True,
                custom_attrs=closes,
                # It takes the focus as the dialog opens.
                on_focus=QuickAddState.read_lines(pasted),
                on_click=outbox.add(pasted, rx.Var.create("")),
            ),
            rx.el.button("Make it one line", type="button", class_name="secondary as-one"),
            rx.el.button("Cancel", type="button", class_name="quiet", custom_attrs=closes),
            class_name="answers",
        ),
        id=_ID,
        class_name="paste",
        aria_labelledby=_TITLE,
        custom_attrs={"data-most": LINES_MAX, "data-most-characters": LINES_MAX_CHARACTERS},
    )


def _how_many() -> rx.Component:
    return rx.el.span(class_name="how-many")
