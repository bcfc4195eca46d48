"""What makes signing in safer than a password alone: what is on, and where to change it."""

from __future__ import annotations

from typing import TypedDict

import reflex as rx
from reflex_components_core.react_router.dom import ReactRouterLink

from todo_app.core import clock, recovery_codes
from todo_app.core.second_factor import SecondFactorView
from todo_app.core.security_view import WaysIn
from todo_app.web import routes, wording
from todo_app.web.components.icons import icon
from todo_app.web.session import AuthState

NO_KEY = (
    "This server has no key to keep the secret with. Ask whoever runs it to set ENCRYPTION_KEY."
)


class Way(TypedDict):
    """A way as its row shows it; without an `action` it has no page to go to."""

    path: str
    title: str
    details: str
    is_on: bool
    action: str


class SignInWaysState(AuthState):
    """What of it the person has switched on."""

    ways: list[Way] = []

    def _show_ways(self, found: WaysIn) -> None:
        """Show them as they are now."""
        self.ways = [_by_passkey(found.passkeys), _by_code(found.codes, self.user["time_zone"])]


def _by_passkey(names: list[str]) -> Way:
    return Way(
        path=routes.PASSKEYS,
        title="Passkeys",
        details=", ".join(names) or "The lock of your device in place of a password",
        is_on=bool(names),
        action="Manage" if names else "Set up",
    )


def _by_code(factor: SecondFactorView, zone: str) -> Way:
    details, action = "A code of an app besides the password", "Set up"
    if factor.since is not None:
        left = factor.recovery_codes_left or 0
        since = wording.day_and_time(factor.since, clock.now(), zone)
        details = f"Since {since} · {left} of {recovery_codes.COUNT} recovery codes left"
        action = "Manage"
    elif not factor.is_possible:
        details, action = NO_KEY, ""
    elif factor.is_begun:
        details, action = "Begun: the first code of your app is missing", "Go on"
    return Way(
        path=routes.SECOND_FACTOR,
        title="Codes at sign-in",
        details=details,
        is_on=factor.is_on,
        action=action,
    )


def sign_in_ways() -> rx.Component:
    """The section of the Security page."""
    return rx.el.section(
        rx.el.h2("Signing in", id="ways"),
        rx.el.ul(rx.foreach(SignInWaysState.ways, _way), class_name="entries"),
        aria_labelledby="ways",
    )


def _way(way: rx.Var[Way]) -> rx.Component:
    return rx.el.li(
        rx.cond(
            way["path"] == routes.PASSKEYS,
            icon("key-round", size=20),
            icon("smartphone", size=20),
        ),
        rx.el.div(
            rx.el.p(
                way["title"],
                rx.cond(way["is_on"], rx.el.span("On", class_name="badge")),
                class_name="title",
            ),
            rx.el.p(way["details"], class_name="details", dir="auto"),
            class_name="what",
        ),
        rx.cond(
            way["action"] != "",
            ReactRouterLink.create(
                way["action"],
                aria_label=way["title"] + ": " + way["action"].lower(),
                to=way["path"],
                class_name="quiet",
            ),
        ),
        key=way["path"],
    )
