"""What a person prefers: each choice is saved as it is made, and says so."""

from __future__ import annotations

from typing import Literal

import reflex as rx
from pydantic import ValidationError
from reflex.style import set_color_mode

from todo_app.core import accounts
from todo_app.core.accounts import AccountPatch, Theme
from todo_app.core.text import Text
from todo_app.web.messages import FIELD_MESSAGES
from todo_app.web.session import AuthState

Preference = Literal["name", "time_zone", "date_order", "theme", "week_start", "reminder_mail"]

THEMES: tuple[tuple[Theme, str], ...] = (
    ("system", "System"),
    ("light", "Light"),
    ("dark", "Dark"),
)


class PreferenceState(AuthState):
    """The choices of the person, and which of them could not be saved."""

    errors: dict[str, str] = {}
    opened: int = 0

    @rx.event
    async def show_preferences(self) -> None:
        """Show what is chosen now, even if it was chosen elsewhere."""
        self.errors = {}
        self._show_account(await self._read(accounts.get_account))
        self.opened += 1

    @rx.event
    async def choose(self, preference: Preference, choice: Text) -> None:
        """Save one choice."""
        if choice == self.user[preference]:
            self.errors = {}
            return
        try:
            patch = AccountPatch.model_validate({preference: choice})
        except ValidationError:
            reason = "name" if preference == "name" and choice.strip() else "required"
            self.errors = {preference: FIELD_MESSAGES[reason]}
            return
        account = await self._run(accounts.update_account, patch)
        if account is not None:
            self.errors = {}
            self._show_account(account)
            self._tell("Saved")


def theme_choice() -> rx.Component:
    """System, light or dark: at once in this browser, and kept for the person's others."""
    return rx.el.div(
        *(
            rx.el.button(
                label,
                type="button",
                aria_pressed=rx.cond(rx.color_mode == mode, "true", "false"),
                on_click=[set_color_mode(mode), PreferenceState.choose("theme", mode)],
            )
            for mode, label in THEMES
        ),
        class_name="chips",
        role="group",
        aria_label="Theme",
    )


def choice_field(name: Preference, label: str, options: dict[str, str]) -> rx.Component:
    """A labelled choice between options, by value and what a person reads."""
    return _field(
        name,
        label,
        rx.el.select(
            *(rx.el.option(text, value=value) for value, text in options.items()),
            default_value=PreferenceState.user[name],
            on_change=lambda choice: PreferenceState.choose(name, choice),
            **_identity(name),
        ),
    )


def text_choice(name: Preference, label: str, **attributes: object) -> rx.Component:
    """A labelled line of text, saved as one leaves it."""
    return _field(
        name,
        label,
        rx.el.input(
            default_value=PreferenceState.user[name],
            on_blur=lambda text: PreferenceState.choose(name, text),
            dir="auto",
            **attributes,
            **_identity(name),
        ),
    )


def _field(name: Preference, label: str, control: rx.Component) -> rx.Component:
    error = PreferenceState.errors.get(name, "")
    return rx.el.div(
        rx.el.label(label, html_for=name),
        control,
        rx.cond(error != "", rx.el.p(error, role="alert", id=f"{name}-error")),
        class_name="field",
    )


def _identity(name: Preference) -> dict[str, object]:
    has_error = PreferenceState.errors.get(name, "") != ""
    return {
        "id": name,
        "name": name,
        # A new one each time the page opens: what is in it is the browser's from then on.
        "key": f"{name}-{PreferenceState.opened}",
        "aria_invalid": rx.cond(has_error, "true", "false"),
        "aria_describedby": rx.cond(has_error, f"{name}-error", ""),
    }
