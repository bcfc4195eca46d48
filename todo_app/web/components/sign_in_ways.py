"""Links to what makes signing in safer than a password alone."""

from __future__ import annotations

import reflex as rx
from reflex_components_core.react_router.dom import ReactRouterLink

from todo_app.web import routes
from todo_app.web.components.icons import icon

_WAYS = (
    (routes.PASSKEYS, "Passkeys", "The lock of your device in place of a password", "key-round"),
    (
        routes.SECOND_FACTOR,
        "Codes at sign-in",
        "A code of an app besides the password",
        "smartphone",
    ),
)


def sign_in_ways() -> rx.Component:
    """The section of the Security page."""
    return rx.el.section(
        rx.el.h2("Signing in", id="ways"),
        rx.el.ul(*(_way(*way) for way in _WAYS), class_name="entries"),
        aria_labelledby="ways",
    )


def _way(path: str, title: str, details: str, icon_name: str) -> rx.Component:
    return rx.el.li(
        icon(icon_name, size=20),
        rx.el.div(
            rx.el.p(title, class_name="title"),
            rx.el.p(details, class_name="details"),
            class_name="what",
        ),
        ReactRouterLink.create(
            "Set up", aria_label=f"{title}: set up", to=path, class_name="quiet"
        ),
    )
