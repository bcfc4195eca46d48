"""Confirm another address for an account, by a mailed link."""

from __future__ import annotations

import reflex as rx

from todo_app.web import connections, routes
from todo_app.web.components.account_form import AccountFormState, card, form_error
from todo_app.web.components.native_form import native_form
from todo_app.web.session import public


class ConfirmEmailState(AccountFormState):
    """The form that confirms."""

    @rx.event
    @public
    async def show_form(self) -> None:
        """Open the form, with what was wrong with it the last time."""
        self._bring_back("confirm-email", connections.take_flash())


def page() -> rx.Component:
    """The screen."""
    return card(
        "Confirm your new address",
        "From then on it is the one you sign in with.",
        form_error(ConfirmEmailState),
        native_form(
            routes.CONFIRM_EMAIL_FORM,
            rx.el.button("Confirm", type="submit", class_name="primary"),
        ),
    )
