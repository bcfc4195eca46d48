"""What to do after signing up where addresses are confirmed. It says the same to everybody."""

from __future__ import annotations

import reflex as rx

from todo_app.web import connections, routes
from todo_app.web.components.account_form import (
    AccountFormState,
    card,
    form_error,
    note,
    text_field,
)
from todo_app.web.components.native_form import native_form
from todo_app.web.session import public


class SignUpSentState(AccountFormState):
    """The form that asks for the link again."""

    @rx.event
    @public
    async def show_form(self) -> None:
        """Open the form, with what was wrong with it the last time."""
        self._bring_back("sign-up-sent", connections.take_flash())


def page() -> rx.Component:
    """The screen."""
    return card(
        "Look into your mail",
        "A link to confirm your address is on its way. It is good for a day.",
        note(SignUpSentState),
        form_error(SignUpSentState),
        native_form(
            routes.SIGN_UP_AGAIN_FORM,
            text_field(
                SignUpSentState,
                "email",
                "Nothing there? Your email again",
                value=SignUpSentState.email,
                type="email",
                auto_complete="username",
                required=True,
            ),
            rx.el.button("Send it again", type="submit", class_name="primary"),
        ),
        rx.el.p("Confirmed already? ", rx.el.a("Sign in", href=routes.SIGN_IN), class_name="other"),
    )
