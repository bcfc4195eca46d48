"""What is so after another address was confirmed."""

from __future__ import annotations

import reflex as rx

from todo_app.web import routes
from todo_app.web.components.account_form import card


def page() -> rx.Component:
    """The screen."""
    return card(
        "Your new address is confirmed",
        "Sign in with it from now on. Where you are signed in, you stay so.",
        rx.el.a("Go on", href=routes.HOME, class_name="button"),
    )
