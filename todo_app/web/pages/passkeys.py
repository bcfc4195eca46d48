"""Settings > Security > Passkeys: what signs in without a password, added and removed."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

import reflex as rx

from todo_app.core import clock, passkeys
from todo_app.core.errors import TodoError
from todo_app.core.passkeys import PasskeyView
from todo_app.core.text import NAME_MAX_CHARACTERS
from todo_app.web import connections, routes, wording
from todo_app.web.account_state import shown_at
from todo_app.web.components.account_form import form_error, password_field, text_field
from todo_app.web.components.icons import icon
from todo_app.web.components.native_form import native_form
from todo_app.web.components.passkey_form import passkey_form
from todo_app.web.components.settings_places import back_to_security, settings_places
from todo_app.web.forms import from_cookie
from todo_app.web.messages import message
from todo_app.web.session import AuthState
from todo_app.web.shell import shell


class PasskeyRow(TypedDict):
    """A passkey as its row shows it."""

    id: str
    name: str
    added: str
    used: str


@shown_at(routes.PASSKEYS)
class PasskeysState(AuthState):
    """The passkeys of the person."""

    passkey_rows: list[PasskeyRow] = []
    is_loaded: bool = False
    errors: dict[str, str] = {}
    name: str = ""

    @rx.event
    async def show_passkeys(self) -> None:
        """Open the screen, with what became of its forms."""
        form = from_cookie("passkeys", connections.take_flash())
        self.errors, self.name = form.errors, form.name
        if form.is_done:
            self._tell("Passkeys changed. All other sessions have ended.")
        await self._renew()

    async def _renew(self) -> None:
        try:
            found = await self._read(passkeys.list_passkeys)
        except TodoError as refusal:
            self.errors = {"form": message(refusal)}
            return
        now, zone = clock.now(), self.user["time_zone"]
        self.passkey_rows = [_row(passkey, now, zone) for passkey in found]
        self.is_loaded = True


def _row(passkey: PasskeyView, now: datetime, zone: str) -> PasskeyRow:
    used = passkey.last_used_at
    return PasskeyRow(
        id=str(passkey.id),
        name=passkey.name,
        added=f"Added {wording.day_and_time(passkey.created_at, now, zone)}",
        used=f"Used {wording.day_and_time(used, now, zone)}" if used else "Never used",
    )


def page() -> rx.Component:
    """The screen."""
    return shell(
        routes.SECURITY,
        settings_places(routes.SECURITY),
        rx.el.header(
            back_to_security(),
            rx.el.h1("Passkeys"),
            rx.el.div(
                "Sign in by the lock of your device or a security key, without a password. "
                "A reset of the password by mail removes them all.",
                class_name="under",
            ),
        ),
        form_error(PasskeysState),
        rx.cond(
            PasskeysState.is_loaded & PasskeysState.signed_in,
            rx.fragment(_passkeys(), _add()),
        ),
    )


def _passkeys() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Yours", rx.el.span(PasskeysState.passkey_rows.length()), id="passkeys"),
        rx.cond(
            PasskeysState.passkey_rows.length() == 0,
            rx.el.p("You have no passkeys.", class_name="hint"),
            rx.el.ul(rx.foreach(PasskeysState.passkey_rows, _passkey), class_name="entries"),
        ),
        aria_labelledby="passkeys",
    )


def _passkey(row: rx.Var[PasskeyRow]) -> rx.Component:
    field = rx.Var.create(f"remove-{row['id']}")
    has_error = PasskeysState.is_hydrated & (PasskeysState.errors.get(field, "") != "")
    return rx.el.li(
        icon("key-round", size=20),
        rx.el.div(
            rx.el.p(rx.el.bdi(row["name"]), class_name="title"),
            rx.el.p(rx.el.span(row["used"]), rx.el.span(row["added"]), class_name="details"),
            rx.el.details(
                rx.el.summary("Remove", aria_label=f"Remove {row['name']}"),
                native_form(
                    routes.REMOVE_PASSKEY_FORM,
                    rx.el.input(type="hidden", name="passkey_id", value=row["id"], read_only=True),
                    password_field(
                        PasskeysState, field, "Your password", sent_as="remove_password"
                    ),
                    rx.el.p("All other sessions end.", class_name="hint"),
                    rx.el.button("Remove it", type="submit", class_name="quiet danger"),
                ),
                open=has_error,
                class_name="more",
            ),
            class_name="what",
        ),
        key=row["id"],
    )


def _add() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Add a passkey", id="add"),
        passkey_form(
            "add-passkey",
            routes.ADD_PASSKEY_FORM,
            rx.el.input(
                type="text",
                auto_complete="username",
                value=PasskeysState.user["email"],
                read_only=True,
                hidden=True,
            ),
            text_field(
                PasskeysState,
                "name",
                "Name, like “Phone” or “Key on my ring”",
                value=PasskeysState.name,
                max_length=NAME_MAX_CHARACTERS,
                auto_complete="off",
                required=True,
            ),
            rx.el.p("All other sessions end.", class_name="hint"),
            password_field(PasskeysState, "current_password", "Your password"),
            challenge_path=routes.NEW_PASSKEY_CHALLENGE,
            method="create",
            label="Add passkey",
            button_class="primary",
            class_name="narrow",
        ),
        aria_labelledby="add",
    )
