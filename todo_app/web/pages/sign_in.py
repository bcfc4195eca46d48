"""Sign in."""

from __future__ import annotations

import reflex as rx

from todo_app.web import connections, routes
from todo_app.web.components.account_form import (
    AccountFormState,
    card,
    form_error,
    note,
    password_field,
    text_field,
)
from todo_app.web.components.native_form import native_form
from todo_app.web.components.passkey_form import passkey_form
from todo_app.web.session import public


class SignInState(AccountFormState):
    """The sign-in form."""

    @rx.event
    @public
    async def show_form(self) -> rx.event.EventSpec | None:
        """Open the form, with what was wrong with it the last time."""
        return self._open("sign-in", connections.take_flash())


def page() -> rx.Component:
    """The screen."""
    return card(
        "Welcome back",
        "Sign in to pick up where you left off.",
        note(SignInState),
        form_error(SignInState),
        native_form(
            routes.SIGN_IN_FORM,
            rx.el.input(type="hidden", name="next", value=SignInState.next_path, read_only=True),
            text_field(
                SignInState,
                "email",
                "Email",
                value=SignInState.email,
                type="email",
                auto_complete="username",
                required=True,
            ),
            password_field(
                SignInState,
                "password",
                "Password",
                aside=rx.el.a("Forgot it?", href=routes.FORGOTTEN_PASSWORD, class_name="aside"),
            ),
            rx.el.button("Sign in", type="submit", class_name="primary"),
        ),
        _by_passkey(),
        rx.el.p(
            "New here? ", rx.el.a("Create an account", href=routes.SIGN_UP), class_name="other"
        ),
    )


def _by_passkey() -> rx.Component:
    return passkey_form(
        "passkey",
        routes.PASSKEY_SIGN_IN_FORM,
        rx.el.input(type="hidden", name="next", value=SignInState.next_path, read_only=True),
        challenge_path=routes.PASSKEY_CHALLENGE,
        method="get",
        label="Sign in with a passkey",
        button_class="secondary",
    )
