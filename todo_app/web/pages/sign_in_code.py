"""The second step of signing in: the code of an app, or one for recovery."""

from __future__ import annotations

import reflex as rx

from todo_app.web import connections, routes
from todo_app.web.components.account_form import AccountFormState, card, form_error, text_field
from todo_app.web.components.native_form import native_form
from todo_app.web.session import public


class SignInCodeState(AccountFormState):
    """The form of the second step."""

    @rx.event
    @public
    async def show_code_form(self) -> rx.event.EventSpec | None:
        """Open the form, with what was wrong with it the last time."""
        return self._open("code", connections.take_flash())


def page() -> rx.Component:
    """The screen."""
    return card(
        "Enter your code",
        "Your authenticator app shows six digits for this account.",
        form_error(SignInCodeState),
        native_form(
            routes.SIGN_IN_CODE_FORM,
            _next_path(),
            text_field(
                SignInCodeState,
                "code",
                "Code",
                value=None,
                auto_complete="one-time-code",
                input_mode="numeric",
                auto_focus=True,
                required=True,
            ),
            rx.el.button("Sign in", type="submit", class_name="primary"),
        ),
        _recovery(),
        rx.el.p(rx.el.a("Start again", href=routes.SIGN_IN), class_name="other"),
    )


def _recovery() -> rx.Component:
    return rx.el.details(
        rx.el.summary("No app at hand?"),
        native_form(
            routes.SIGN_IN_CODE_FORM,
            _next_path(),
            rx.el.div(
                rx.el.label("Recovery code", html_for="recovery-code"),
                rx.el.input(
                    id="recovery-code",
                    name="code",
                    auto_complete="off",
                    auto_capitalize="none",
                    spell_check=False,
                    required=True,
                ),
                class_name="field",
            ),
            rx.el.button("Sign in with it", type="submit", class_name="primary"),
        ),
        class_name="more",
    )


def _next_path() -> rx.Component:
    return rx.el.input(type="hidden", name="next", value=SignInCodeState.next_path, read_only=True)
