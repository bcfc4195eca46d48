"""Confirm one's address by a mailed link, and with it the account."""

from __future__ import annotations

import reflex as rx

from todo_app.web import connections, routes
from todo_app.web.components.account_form import AccountFormState, card, form_error, password_field
from todo_app.web.components.native_form import native_form
from todo_app.web.session import public


class ConfirmSignUpState(AccountFormState):
    """The form that confirms."""

    @rx.event
    @public
    async def show_form(self) -> None:
        """Open the form, with what was wrong with it the last time."""
        self._bring_back("confirm-sign-up", connections.take_flash())


def page() -> rx.Component:
    """The screen."""
    return card(
        "Confirm your address",
        "One more time the password you chose, and your account is open.",
        form_error(ConfirmSignUpState),
        native_form(
            routes.CONFIRM_SIGN_UP_FORM,
            password_field(ConfirmSignUpState, "password", "Password"),
            rx.el.button("Open the account", type="submit", class_name="primary"),
        ),
    )
