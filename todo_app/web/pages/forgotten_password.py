"""Forgotten password: have a link mailed."""

from __future__ import annotations

import reflex as rx

from todo_app.core import mail
from todo_app.core.errors import MailOff
from todo_app.web import connections, routes
from todo_app.web.components.account_form import AccountFormState, card, form_error, text_field
from todo_app.web.components.native_form import native_form
from todo_app.web.messages import MESSAGES
from todo_app.web.session import public


class ForgottenPasswordState(AccountFormState):
    """The form that asks for a link."""

    @rx.event
    @public
    async def show_form(self) -> None:
        """Open the form, with what was wrong with it the last time."""
        self._bring_back("forgotten-password", connections.take_flash())
        if not mail.is_on():
            self.errors = {"form": MESSAGES[MailOff]}


def page() -> rx.Component:
    """The screen."""
    return card(
        "Forgotten your password?",
        "We will mail you a link to choose a new one.",
        form_error(ForgottenPasswordState),
        native_form(
            routes.FORGOTTEN_PASSWORD_FORM,
            text_field(
                ForgottenPasswordState,
                "email",
                "Email",
                value=ForgottenPasswordState.email,
                type="email",
                auto_complete="username",
                required=True,
            ),
            rx.el.button("Send the link", type="submit", class_name="primary"),
        ),
        rx.el.p(
            "It came back to you? ", rx.el.a("Sign in", href=routes.SIGN_IN), class_name="other"
        ),
    )
