"""The part of Settings > Account that asks for another address."""

from __future__ import annotations

import reflex as rx

from todo_app.web import routes
from todo_app.web.components.account_form import form_error, text_field
from todo_app.web.components.native_form import native_form
from todo_app.web.forms import from_cookie
from todo_app.web.session import AuthState


class EmailChangeState(AuthState):
    """The form that asks for another address."""

    errors: dict[str, str] = {}
    new_email: str = ""

    def _bring_back(self, flash: str) -> None:
        """Show what became of the form."""
        form = from_cookie("email", flash)
        self.errors, self.new_email = form.errors, form.email
        if form.is_done:
            self._tell("A link is on its way to the new address. Open it to confirm.")
        elif form.errors:
            # The field with its error may be far below.
            self._tell("The address was not changed.", is_error=True)


def email_change() -> rx.Component:
    """The form for another address."""
    return rx.el.section(
        rx.el.h2("Another email", id="email-change"),
        form_error(EmailChangeState),
        native_form(
            routes.EMAIL_FORM,
            text_field(
                EmailChangeState,
                "new_email",
                "New email",
                value=EmailChangeState.new_email,
                type="email",
                auto_complete="email",
                required=True,
            ),
            text_field(
                EmailChangeState,
                "password",
                "Your password",
                value=None,
                type="password",
                auto_complete="current-password",
                required=True,
            ),
            rx.el.p("It counts once you confirm it by a link we mail there.", class_name="hint"),
            rx.el.button("Change email", type="submit", class_name="primary"),
            class_name="narrow",
        ),
        aria_labelledby="email-change",
    )
