"""Settings > Preferences: how the product looks, and how it reads and writes dates."""

from __future__ import annotations

import reflex as rx

from todo_app.core.text import zone_names
from todo_app.web import routes
from todo_app.web.components.preference import PreferenceState, choice_field, theme_choice
from todo_app.web.components.settings_places import settings_places
from todo_app.web.shell import shell

_DATE_ORDERS = {"day_first": "Day first: 21/11", "month_first": "Month first: 11/21"}
_REMINDERS = {"on": "Here and by mail", "off": "Here only"}
_WEEK_STARTS = {"monday": "Monday", "saturday": "Saturday", "sunday": "Sunday"}


def page() -> rx.Component:
    """The screen."""
    return shell(
        routes.PREFERENCES,
        settings_places(routes.PREFERENCES),
        rx.el.header(
            rx.el.h1("Preferences"),
            rx.el.div("On all your devices, saved as you choose", class_name="under"),
        ),
        rx.cond(PreferenceState.signed_in, _choices()),
    )


def _choices() -> rx.Component:
    zones = {name: name.replace("_", " ") for name in zone_names()}
    return rx.el.section(
        rx.el.div(
            rx.el.p("Theme", class_name="label", aria_hidden="true"),
            theme_choice(),
            class_name="field",
        ),
        choice_field("time_zone", "Time zone", zones),
        rx.el.p("Decides when a day begins and when a time is due.", class_name="hint"),
        choice_field("date_order", "Dates in numbers", _DATE_ORDERS),
        choice_field("week_start", "First day of the week", _WEEK_STARTS),
        choice_field("reminder_mail", "Reminders", _REMINDERS),
        rx.el.p("Mail comes where this server sends any.", class_name="hint"),
        class_name="narrow",
    )
