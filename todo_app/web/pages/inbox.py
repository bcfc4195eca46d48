"""Inbox: every open task, the newest first."""

from __future__ import annotations

import reflex as rx

from todo_app.web import routes
from todo_app.web.components.quick_add import quick_add
from todo_app.web.components.task_list import empty_state, task_list
from todo_app.web.shell import shell


def page() -> rx.Component:
    """The screen."""
    return shell(
        routes.INBOX,
        rx.el.header(rx.el.h1("Inbox")),
        quick_add(),
        task_list(
            "inbox",
            empty_state("Your inbox is empty", "Type what is on your mind and press Enter."),
        ),
    )
