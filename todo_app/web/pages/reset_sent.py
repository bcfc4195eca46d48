"""What to do after asking for a link. It says the same to everybody, with or without an account."""

from __future__ import annotations

import reflex as rx

from todo_app.web import routes
from todo_app.web.components.account_form import card


def page() -> rx.Component:
    """The screen."""
    return card(
        "Look into your mail",
        "If there is an account with that address, a link to choose a new password is on its way. "
        "It is good for 30 minutes and works once.",
        rx.el.p(
            "Nothing there after a few minutes? Look among the spam, or ",
            rx.el.a("ask again", href=routes.FORGOTTEN_PASSWORD),
            ".",
            class_name="hint",
        ),
        rx.el.a("Back to sign-in", href=routes.SIGN_IN, class_name="button"),
    )
