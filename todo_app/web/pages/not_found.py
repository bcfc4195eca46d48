"""What a path that leads nowhere shows."""

from __future__ import annotations

import reflex as rx

from todo_app.web import routes
from todo_app.web.components.account_form import card


def page() -> rx.Component:
    """The screen."""
    return card(
        "This page does not exist",
        "The address may be mistyped, or the page may have moved.",
        rx.el.a("Go to Today", href=routes.TODAY, class_name="button"),
    )
