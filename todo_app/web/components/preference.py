"""What a person prefers: each choice is saved as it is made, and says so."""

from __future__ import annotations

from typing import Literal, get_args

import reflex as rx
from pydantic import ValidationError
from reflex.style import set_color_mode

from todo_app.core import accounts
from todo_app.core.accounts import AccountPatch, Theme
from todo_app.core.text import Text
from todo_app.web import routes
from todo_app.web.account_state import shown_at
from todo_app.web.messages import FIELD_MESSAGES
from todo_app.web.session import AuthState

Preference = Literal["name", "time_zone", "date_order", "theme", "week_start", "reminder_mail"]

THEMES: tuple[tuple[Theme, str], ...] = (
    ("system", "System"),
    ("light", "Light"),
    ("dark", "Dark"),
)


@shown_at(routes.ACCOUNT, routes.PREFERENCES)
class PreferenceState(AuthState):
    """The choices of the person, and which of them could not be saved.

    `renewed` counts how often each was put into its field anew: what is in it is the browser's.
    """

    errors: dict[str, str] = {}
    renewed: dict[str, int] = dict.fromkeys(get_args(Preference), 0)
    _filled_in: dict[str, str] = {}
    _editing: str = ""

    @rx.event
    async def show_preferences(self) -> None:
        """Show what is chosen now, even if it was chosen elsewhere."""
        self.errors, self._editing = {}, ""
        if not self._filled_in:
            self._filled_in = {name: self.user[name] for name in get_args(Preference)}
        await self._follow_account()
        await self._renew()

    @rx.event
    async def enter_field(self, preference: Preference) -> None:
        """Leave a field alone while somebody is in it."""
        self._editing = preference

    async def _renew(self) -> None:
        """Put what was chosen elsewhere into the fields that hold nothing unsaved."""
        outdated = [
            name
            for name in get_args(Preference)
            if name != self._editing
            and name not in self.errors
            and self._filled_in.get(name) != self.user[name]
        ]
        if outdated:
            later = {name: self.renewed[name] + 1 for name in outdated}
            self.renewed = {**self.renewed, **later}
            self._filled_in = {**self._filled_in, **{name: self.user[name] for name in outdated}}

    @rx.event
    async def choose(self, preference: Preference, choice: Text) -> None:
        """Save one choice, unless it was not touched."""
        is_left, self._editing = preference == self._editing, ""
        is_untouched = is_left and choice == self._filled_in.get(preference)
        if is_untouched or choice == self.user[preference]:
            self.errors = {}
            await self._renew()
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
            self._filled_in = {**self._filled_in, preference: self.user[preference]}
            self._tell("Saved")


def choose_theme(mode: Theme) -> list[rx.event.EventType]:
    """Event triggers that show a theme at once in this browser, and keep it for the others."""
    return [set_color_mode(mode), PreferenceState.choose("theme", mode)]


def theme_choice() -> rx.Component:
    """System, light or dark."""
    return rx.el.div(
        *(
            rx.el.button(
                label,
                type="button",
                aria_pressed=rx.cond(rx.color_mode == mode, "true", "false"),
                on_click=choose_theme(mode),
            )
            for mode, label in THEMES
        ),
        class_name="chips",
        role="group",
        aria_label="Theme",
    )


def theme_told() -> rx.Component:
    """What takes over the theme that was chosen elsewhere while this page is open."""
    number = AuthState.themes_told
    follow = rx.el.span(key=number, hidden=True, on_mount=set_color_mode(AuthState.user["theme"]))
    return rx.cond(number > 0, follow)


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
            on_focus=PreferenceState.enter_field(name),
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
        "key": f"{name}-{PreferenceState.renewed[name]}",
        "aria_invalid": rx.cond(has_error, "true", "false"),
        "aria_describedby": rx.cond(has_error, f"{name}-error", ""),
    }
