"""Where a mailed link leads that is no longer good."""

from __future__ import annotations

import reflex as rx

from todo_app.web import routes
from todo_app.web.components.account_form import card


def page() -> rx.Component:
    """The screen."""
    return card(
        "This link is no longer good",
        "It was used already, has run out, or was cut short on its way. Nothing was changed.",
        rx.el.a("Go on", href=routes.HOME, class_name="button"),
        rx.el.p(
            "Forgotten your password? ",
            rx.el.a("Ask for a new link", href=routes.FORGOTTEN_PASSWORD),
            class_name="other",
        ),
    )
