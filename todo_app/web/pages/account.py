"""Settings > Account: who one is here, taking everything along, and leaving."""

from __future__ import annotations

import reflex as rx

from todo_app.core.letters import CLOSED_DAYS
from todo_app.core.text import NAME_MAX_CHARACTERS
from todo_app.web import connections, routes
from todo_app.web.components.account_form import form_error, password_field, text_field
from todo_app.web.components.email_change import EmailChangeState, email_change_form
from todo_app.web.components.icons import icon
from todo_app.web.components.native_form import native_form
from todo_app.web.components.preference import text_choice
from todo_app.web.components.settings_places import settings_places
from todo_app.web.forms import from_cookie
from todo_app.web.session import AuthState
from todo_app.web.shell import shell


class AccountState(AuthState):
    """What was wrong with the form that closes the account."""

    errors: dict[str, str] = {}

    @rx.event
    async def show_account(self) -> None:
        """Open the screen, with what became of its forms."""
        flash = connections.take_flash()
        await (await self.get_state(EmailChangeState))._open(flash)
        self.errors = from_cookie("close", flash).errors


def page() -> rx.Component:
    """The screen."""
    return shell(
        routes.ACCOUNT,
        settings_places(routes.ACCOUNT),
        rx.el.header(
            rx.el.h1("Account"),
            rx.el.div("Who you are here, and what is yours", class_name="under"),
        ),
        rx.cond(
            AccountState.signed_in,
            rx.fragment(_person(), email_change_form(), _export(), _closing()),
        ),
    )


def _person() -> rx.Component:
    return rx.el.section(
        text_choice("name", "Name", max_length=NAME_MAX_CHARACTERS, auto_complete="name"),
        rx.el.div(
            rx.el.label("Email", html_for="own-email"),
            rx.el.input(
                id="own-email", type="email", value=AccountState.user["email"], read_only=True
            ),
            class_name="field",
        ),
        class_name="narrow",
    )


def _export() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Everything that is yours", id="export"),
        rx.el.p(
            "One file in JSON: your tasks, the trash, their history, your sessions and what "
            "happened to your account. Passwords and tokens are not in it.",
            class_name="hint",
        ),
        native_form(
            routes.EXPORT_FORM,
            rx.el.button(icon("download"), "Export everything", type="submit", class_name="quiet"),
        ),
        aria_labelledby="export",
    )


def _closing() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Delete the account", id="close"),
        rx.el.p(
            f"It is closed at once and signed out everywhere. For {CLOSED_DAYS} days you get "
            "it back by signing in; then it is deleted with everything in it, for good.",
            class_name="hint",
        ),
        form_error(AccountState),
        native_form(
            routes.CLOSE_FORM,
            text_field(
                AccountState,
                "email",
                "Your email, typed in full",
                value=None,
                type="email",
                auto_complete="off",
                required=True,
            ),
            password_field(AccountState, "current_password", "Current password"),
            rx.el.button("Delete account", type="submit", class_name="primary danger"),
            class_name="narrow",
        ),
        aria_labelledby="close",
    )
