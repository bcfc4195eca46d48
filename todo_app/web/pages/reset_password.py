"""Choose a new password, by a mailed link."""

from __future__ import annotations

import reflex as rx

from todo_app.web import connections, routes
from todo_app.web.components.account_form import (
    AccountFormState,
    card,
    form_error,
    new_password_field,
)
from todo_app.web.components.native_form import native_form
from todo_app.web.session import public


class ResetPasswordState(AccountFormState):
    """The form that takes the new password."""

    @rx.event
    @public
    async def show_form(self) -> None:
        """Open the form, with what was wrong with it the last time."""
        self._bring_back("reset-password", connections.take_flash())


def page() -> rx.Component:
    """The screen."""
    return card(
        "Choose a new password",
        "All your sessions, API tokens and passkeys end with the old one, on every device.",
        form_error(ResetPasswordState),
        native_form(
            routes.RESET_PASSWORD_FORM,
            new_password_field(ResetPasswordState, "new_password", "New password"),
            rx.el.button("Set the password", type="submit", class_name="primary"),
        ),
    )
