"""Completed: what is done, the latest first."""

from __future__ import annotations

import reflex as rx

from todo_app.web import routes
from todo_app.web.components.task_list import empty_state, task_list
from todo_app.web.shell import shell


def page() -> rx.Component:
    """The screen."""
    return shell(
        routes.COMPLETED,
        rx.el.header(rx.el.h1("Completed")),
        task_list(
            "completed",
            empty_state("Nothing is done yet", "Tasks you tick appear here, and can be reopened."),
        ),
    )
