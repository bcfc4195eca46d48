"""The way into the quick entry, from any page."""

from __future__ import annotations

import reflex as rx

from todo_app.web import page_script, reflex_private, routes
from todo_app.web.components.quick_add import INPUT_ID


def enter_task() -> rx.Var:
    """An event trigger that leads into the quick entry; where there is none, into the Inbox's."""
    enter = page_script.exported("keyboard", "enterOrGo")
    return reflex_private.trigger(enter.call(INPUT_ID, routes.INBOX))
