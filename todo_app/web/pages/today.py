"""Today: what is overdue, what is due, what is done."""

from __future__ import annotations

import reflex as rx

from todo_app.web import routes
from todo_app.web.components.quick_add import quick_add
from todo_app.web.components.task_list import empty_state, task_list
from todo_app.web.list_state import TaskListState
from todo_app.web.shell import shell

_COUNTS = TaskListState.counts


def page() -> rx.Component:
    """The screen."""
    return shell(
        routes.TODAY,
        rx.el.header(
            rx.el.h1("Today"),
            rx.el.div(rx.el.span(TaskListState.day), _progress(), class_name="under"),
        ),
        quick_add(),
        task_list(
            "today",
            empty_state(
                "Nothing is due today",
                "Enjoy the day, or add a task here: it will be due today.",
            ),
        ),
    )


def _progress() -> rx.Component:
    done = _COUNTS["done_today"]
    total = done + _COUNTS["overdue"] + _COUNTS["today"]
    words = f"{done} of {total} done"
    return rx.cond(
        total > 0,
        rx.fragment(
            rx.el.progress(value=done.to_string(), max=total.to_string(), aria_label=words),
            rx.el.span(words),
        ),
    )
