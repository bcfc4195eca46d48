"""Create an account."""

from __future__ import annotations

import reflex as rx

from todo_app.web import connections, routes
from todo_app.web.components.account_form import (
    AccountFormState,
    card,
    form_error,
    new_password_field,
    text_field,
)
from todo_app.web.components.native_form import native_form
from todo_app.web.session import public

_BROWSER_ZONE = rx.Var("Intl.DateTimeFormat().resolvedOptions().timeZone", _var_type=str)


class SignUpState(AccountFormState):
    """The sign-up form."""

    @rx.event
    @public
    async def show_form(self) -> rx.event.EventSpec | None:
        """Open the form, with what was wrong with it the last time."""
        return self._open("sign-up", connections.take_flash())


def page() -> rx.Component:
    """The screen."""
    return card(
        "Create an account",
        "Your tasks stay on this server and belong to you.",
        form_error(SignUpState),
        native_form(
            routes.SIGN_UP_FORM,
            _time_zone(),
            text_field(
                SignUpState,
                "email",
                "Email",
                value=SignUpState.email,
                type="email",
                auto_complete="username",
                required=True,
            ),
            text_field(
                SignUpState,
                "name",
                "Name (optional)",
                value=SignUpState.name,
                auto_complete="name",
                max_length=100,
            ),
            new_password_field(SignUpState, "password", "Password"),
            rx.el.button("Create account", type="submit", class_name="primary"),
        ),
        rx.el.p("Already have one? ", rx.el.a("Sign in", href=routes.SIGN_IN), class_name="other"),
    )


def _time_zone() -> rx.Component:
    """The browser's time zone, once the page knows that it runs in a browser."""
    return rx.el.input(
        type="hidden",
        name="time_zone",
        read_only=True,
        value=rx.cond(SignUpState.is_hydrated, _BROWSER_ZONE, ""),
    )
