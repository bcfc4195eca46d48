"""Upcoming: what is due from tomorrow on, a heading for each day."""

from __future__ import annotations

import reflex as rx

from todo_app.web import routes
from todo_app.web.components.quick_add import quick_add
from todo_app.web.components.task_list import empty_state, task_list
from todo_app.web.list_state import TaskListState
from todo_app.web.shell import shell


def page() -> rx.Component:
    """The screen."""
    return shell(
        routes.UPCOMING,
        rx.el.header(rx.el.h1("Upcoming")),
        quick_add("Add a task for tomorrow"),
        task_list(
            "upcoming",
            empty_state(
                "Nothing lies ahead",
                "Add a task here: it will be due tomorrow, and can be moved to any day.",
            ),
        ),
        rx.cond(
            (TaskListState.showing == "upcoming") & TaskListState.is_thinned,
            rx.el.p("Of what repeats often, only the next dates are shown.", class_name="next"),
        ),
    )
