"""Settings > Security > Codes at sign-in: set up, recovery codes, switch off.

Neither seed nor recovery code is ever a variable: the seed comes as a picture of its own and both
as values that are put into a field of the page and kept nowhere else.
"""

from __future__ import annotations

from typing import TypedDict

import reflex as rx

from todo_app.core import clock, second_factor
from todo_app.core.errors import NotFound, TodoError
from todo_app.core.second_factor import SecondFactorView
from todo_app.web import connections, routes, wording
from todo_app.web.account_state import shown_at
from todo_app.web.components.account_form import form_error, password_field, text_field
from todo_app.web.components.copy_button import copy_button
from todo_app.web.components.native_form import backend_address, native_form
from todo_app.web.components.settings_places import back_to_security, settings_places
from todo_app.web.components.sign_in_ways import NO_KEY
from todo_app.web.forms import from_cookie
from todo_app.web.messages import message
from todo_app.web.session import AuthState
from todo_app.web.shell import shell

_SEED, _CODES = "seed", "recovery-codes"
_FILE = "todo-app-recovery-codes.txt"
_GROUP_CHARACTERS = 4


class Factor(TypedDict):
    """The second factor as the page shows it."""

    is_on: bool
    is_possible: bool
    is_begun: bool
    since: str
    codes_left: int
    has_codes: bool


UNKNOWN = Factor(
    is_on=False, is_possible=False, is_begun=False, since="", codes_left=0, has_codes=True
)


@shown_at(routes.SECOND_FACTOR)
class SecondFactorState(AuthState):
    """The second factor of the person."""

    factor: Factor = UNKNOWN
    is_loaded: bool = False
    errors: dict[str, str] = {}
    picture: int = 0

    @rx.event
    async def show_second_factor(self) -> None:
        """Open the screen, with what became of its forms."""
        form = from_cookie("codes", connections.take_flash())
        self.errors = form.errors
        await self._show_factor()
        if form.is_done:
            state = "on" if self.factor["is_on"] else "off"
            self._tell(f"Codes at sign-in are {state}. All other sessions have ended.")

    @rx.event
    async def begin_set_up(self) -> rx.event.EventSpec | None:
        """Make a seed and show it."""
        self.errors = {}
        found = await self._run(second_factor.begin_enrolment)
        await self._show_factor()
        return rx.set_value(_SEED, _grouped(found.seed)) if found else None

    @rx.event
    async def show_seed(self) -> rx.event.EventSpec | None:
        """Put the seed that waits for its first code into its field."""
        try:
            found = await self._read(second_factor.get_enrolment)
        except NotFound:
            return None
        return rx.set_value(_SEED, _grouped(found.seed))

    @rx.event
    async def show_recovery_codes(self) -> rx.event.EventSpec | None:
        """Make the recovery codes, if there are none yet, and put them into their field."""
        try:
            codes = await self._write(second_factor.make_recovery_codes)
        except NotFound:
            return None
        return rx.set_value(_CODES, "\n".join(codes)) if codes else None

    async def _renew(self) -> None:
        """Show what was switched elsewhere; codes that are shown this once stay in sight."""
        shows_codes = self.factor["is_on"] and not self.factor["has_codes"]
        found = await self._read(second_factor.get_second_factor)
        after = _shown(found, self.user["time_zone"])
        if after != self.factor and not (shows_codes and after["is_on"]):
            self._place(after)

    async def _show_factor(self) -> None:
        try:
            found = await self._read(second_factor.get_second_factor)
        except TodoError as refusal:
            self.errors = {"form": message(refusal)}
            return
        self._place(_shown(found, self.user["time_zone"]))

    def _place(self, factor: Factor) -> None:
        self.factor = factor
        self.picture += 1
        self.is_loaded = True


def _shown(found: SecondFactorView, zone: str) -> Factor:
    return Factor(
        is_on=found.is_on,
        is_possible=found.is_possible,
        is_begun=found.is_begun,
        since=wording.day_and_time(found.since, clock.now(), zone) if found.since else "",
        codes_left=found.recovery_codes_left or 0,
        has_codes=found.recovery_codes_left is not None,
    )


def _grouped(seed: str) -> str:
    groups = range(0, len(seed), _GROUP_CHARACTERS)
    return " ".join(seed[start : start + _GROUP_CHARACTERS] for start in groups)


def page() -> rx.Component:
    """The screen."""
    factor = SecondFactorState.factor
    return shell(
        routes.SECURITY,
        settings_places(routes.SECURITY),
        rx.el.header(
            back_to_security(),
            rx.el.h1("Codes at sign-in"),
            rx.el.div(
                "A second step: besides your password, a code that an app on your phone shows",
                class_name="under",
            ),
        ),
        form_error(SecondFactorState),
        rx.cond(
            SecondFactorState.is_loaded & SecondFactorState.signed_in,
            rx.cond(
                factor["is_on"],
                _switched_on(),
                rx.cond(factor["is_begun"], _set_up(), _switched_off()),
            ),
        ),
    )


def _switched_off() -> rx.Component:
    return rx.cond(
        SecondFactorState.factor["is_possible"],
        rx.fragment(
            rx.el.p("Off. Your password alone opens your account.", class_name="hint"),
            rx.el.button(
                "Set up",
                type="button",
                on_click=SecondFactorState.begin_set_up,
                class_name="primary fit",
            ),
        ),
        rx.el.p(NO_KEY, class_name="hint"),
    )


def _set_up() -> rx.Component:
    return rx.fragment(_seed(), _first_code())


def _seed() -> rx.Component:
    return rx.el.section(
        rx.el.h2("1. Add this account to your app", id="seed-heading"),
        rx.el.p(
            "Scan the picture with an authenticator app, or type the secret into it.",
            class_name="hint",
        ),
        rx.el.img(
            src=f"{backend_address(routes.SEED_IMAGE)}?{SecondFactorState.picture}",
            alt="QR code of the secret below",
            width="200",
            height="200",
            class_name="qr",
        ),
        rx.el.div(
            rx.el.label("Secret", html_for=_SEED),
            rx.el.input(
                id=_SEED,
                read_only=True,
                auto_complete="off",
                spell_check=False,
                on_mount=SecondFactorState.show_seed,
                class_name="secret",
            ),
            class_name="field",
        ),
        copy_button(_SEED, "Copy the secret"),
        aria_labelledby="seed-heading",
    )


def _first_code() -> rx.Component:
    return rx.el.section(
        rx.el.h2("2. Show that it works", id="confirm-heading"),
        native_form(
            routes.SECOND_FACTOR_ON_FORM,
            text_field(
                SecondFactorState,
                "code",
                "Code that the app shows",
                value=None,
                auto_complete="one-time-code",
                input_mode="numeric",
                required=True,
            ),
            *_password("on_password"),
            rx.el.p("All other sessions end.", class_name="hint"),
            rx.el.button("Switch on", type="submit", class_name="primary"),
            class_name="narrow",
        ),
        aria_labelledby="confirm-heading",
    )


def _switched_on() -> rx.Component:
    factor = SecondFactorState.factor
    return rx.fragment(
        rx.el.p("On since ", factor["since"], ".", class_name="hint"),
        rx.el.section(
            rx.el.h2("Recovery codes", id="codes-heading"),
            rx.cond(factor["has_codes"], _codes_left(), _fresh_codes()),
            aria_labelledby="codes-heading",
        ),
        rx.el.section(
            rx.el.h2("Switch off", id="off-heading"),
            rx.el.p(
                "Your password alone opens your account then. All other sessions end.",
                class_name="hint",
            ),
            native_form(
                routes.SECOND_FACTOR_OFF_FORM,
                *_password("off_password"),
                rx.el.button("Switch off", type="submit", class_name="quiet danger"),
                class_name="narrow",
            ),
            aria_labelledby="off-heading",
        ),
    )


def _codes_left() -> rx.Component:
    return rx.fragment(
        rx.el.p(
            SecondFactorState.factor["codes_left"],
            " of 10 left. Each lets you in once without the app.",
            class_name="hint",
        ),
        native_form(
            routes.RECOVERY_CODES_FORM,
            *_password("renew_password"),
            rx.el.p("The old codes and all other sessions end.", class_name="hint"),
            rx.el.button("Make new codes", type="submit", class_name="primary"),
            class_name="narrow",
        ),
    )


def _fresh_codes() -> rx.Component:
    return rx.fragment(
        rx.el.p(
            "Each lets you in once without the app. They are shown this one time: keep them where "
            "you keep what must not get lost.",
            class_name="hint",
        ),
        rx.el.textarea(
            id=_CODES,
            read_only=True,
            rows="10",
            aria_label="Recovery codes",
            spell_check=False,
            on_mount=SecondFactorState.show_recovery_codes,
            class_name="secret",
        ),
        rx.el.div(
            copy_button(_CODES, "Copy"),
            rx.el.button(
                "Download",
                type="button",
                on_click=rx.download(
                    url=rx.Var(
                        "'data:text/plain;charset=utf-8,' + encodeURIComponent("
                        f"document.getElementById('{_CODES}').value + '\\n')"
                    ),
                    filename=_FILE,
                ),
                class_name="quiet",
            ),
        ),
    )


def _password(name: str) -> tuple[rx.Component, rx.Component]:
    """The field for the current password, and for password managers whose it is."""
    return (
        rx.el.input(
            type="text",
            auto_complete="username",
            value=SecondFactorState.user["email"],
            read_only=True,
            hidden=True,
        ),
        password_field(SecondFactorState, name, "Your password"),
    )
