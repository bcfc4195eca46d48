"""What can be done to the chosen tasks: a bar while there are any, and the dialogs it opens."""

from __future__ import annotations

import reflex as rx

from todo_app.web import page_script, wording
from todo_app.web.bulk_state import BulkState
from todo_app.web.components.choice import choose_none, chosen, targets
from todo_app.web.components.commands import (
    DUE_DIALOG,
    LABEL_PICKER,
    PRIORITY_DIALOG,
    PROJECT_PICKER,
)
from todo_app.web.components.icons import icon
from todo_app.web.components.when_new import when_new
from todo_app.web.list_state import TaskListState


def bulk_bar() -> rx.Component:
    """The bar; while tasks stay where they are, they stay chosen."""
    count = chosen.value.length()
    return rx.cond(
        count > 0,
        rx.el.section(
            rx.el.p(count, rx.el.span(" selected"), role="status", class_name="how-many"),
            _button(
                "check",
                "Complete",
                on_click=[BulkState.complete_tasks(chosen.value), choose_none()],
            ),
            _button("calendar", "Due", custom_attrs={"data-opens": DUE_DIALOG}),
            _button("flag", "Priority", custom_attrs={"data-opens": PRIORITY_DIALOG}),
            _button("folder", "Project", custom_attrs={"data-opens": PROJECT_PICKER}),
            _button("tag", "Label", custom_attrs={"data-opens": LABEL_PICKER}),
            _button(
                "trash-2",
                "Delete",
                on_click=[BulkState.delete_tasks(chosen.value), choose_none()],
            ),
            rx.el.button(
                icon("x"),
                type="button",
                aria_label="Select none",
                class_name="tool clear",
                on_click=choose_none(),
            ),
            _forgotten(),
            aria_label="Selected tasks",
            class_name="bulk",
        ),
    )


def _forgotten() -> rx.Component:
    """What takes a look whenever other rows are there: what is gone is no longer chosen."""
    rows = TaskListState.rows
    still_there = page_script.exported("keyboard", "stillThere").call(
        chosen.value, rows, TaskListState.has_earlier, TaskListState.has_more
    )
    return when_new(
        act=chosen.set_value(still_there),
        key=page_script.exported("keyboard", "listed").call(rows).to(str),
    )


def _button(icon_name: str, label: str, **attributes: object) -> rx.Component:
    return rx.el.button(
        icon(icon_name), rx.el.span(label), type="button", class_name="tool", **attributes
    )


def _choice(label: str, act: rx.event.EventSpec) -> rx.Component:
    """A button that answers what a dialog asks, and closes it."""
    return rx.el.button(label, type="button", custom_attrs={"data-closes": ""}, on_click=act)


def due_dialog() -> rx.Component:
    """The dialog that asks for a day."""
    about = targets()
    return rx.el.dialog(
        rx.el.h2("Due"),
        rx.el.div(
            *(
                _choice(label, BulkState.set_due_in(about, days))
                for label, days in (("Today", 0), ("Tomorrow", 1), ("In a week", 7))
            ),
            _choice("No date", BulkState.set_due_date(about, "")),
            class_name="chips",
        ),
        rx.el.form(
            rx.el.label("Another day", html_for="due-day"),
            rx.el.input(id="due-day", name="day", type="date", max="9999-12-31", required=True),
            rx.el.button("Set", type="submit", class_name="quiet"),
            on_submit=lambda form: BulkState.set_due_date(about, form.to(dict)["day"].to(str)),
        ),
        id=DUE_DIALOG,
        class_name="asks",
        aria_label="Due",
    )


def priority_dialog() -> rx.Component:
    """The dialog that asks for a priority."""
    about = targets()
    return rx.el.dialog(
        rx.el.h2("Priority"),
        rx.el.div(
            *(
                _choice(name, BulkState.set_priority(about, str(number)))
                for number, name in wording.PRIORITY_NAMES.items()
            ),
            class_name="chips",
        ),
        id=PRIORITY_DIALOG,
        class_name="asks",
        aria_label="Priority",
    )
