"""Settings > Account: who one is here."""

from __future__ import annotations

import reflex as rx

from todo_app.core.text import NAME_MAX_CHARACTERS
from todo_app.web import routes
from todo_app.web.components.preference import PreferenceState, text_choice
from todo_app.web.components.settings_places import settings_places
from todo_app.web.shell import shell


def page() -> rx.Component:
    """The screen."""
    return shell(
        routes.ACCOUNT,
        settings_places(routes.ACCOUNT),
        rx.el.header(
            rx.el.h1("Account"),
            rx.el.div("What you are called here", class_name="under"),
        ),
        rx.cond(PreferenceState.signed_in, _person()),
        can_add=False,
    )


def _person() -> rx.Component:
    return rx.el.section(
        text_choice("name", "Name", max_length=NAME_MAX_CHARACTERS, auto_complete="name"),
        rx.el.div(
            rx.el.label("Email", html_for="email"),
            rx.el.input(
                id="email", type="email", value=PreferenceState.user["email"], read_only=True
            ),
            class_name="field",
        ),
        class_name="narrow",
    )
