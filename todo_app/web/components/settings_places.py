"""The way between the pages of the settings."""

from __future__ import annotations

import reflex as rx
from reflex_components_core.react_router.dom import ReactRouterLink

from todo_app.web import routes
from todo_app.web.components.icons import icon

PLACES = (
    (routes.ACCOUNT, "Account", "circle-user-round"),
    (routes.PREFERENCES, "Preferences", "sliders-horizontal"),
    (routes.SECURITY, "Security", "shield-check"),
    (routes.API_TOKENS, "API tokens", "key-round"),
)


def settings_places(here: str) -> rx.Component:
    """Links to every page of the settings. `here` is the path of the one that is shown."""
    return rx.el.nav(
        *(_place(here, *place) for place in PLACES),
        aria_label="Settings",
        class_name="settings-places",
    )


def back_to_security() -> rx.Component:
    """The way from one of its own pages back to Security."""
    return ReactRouterLink.create(
        icon("chevron-left"), "Back to Security", to=routes.SECURITY, class_name="quiet back"
    )


def _place(here: str, path: str, label: str, icon_name: str) -> rx.Component:
    is_here = (
        {"aria_current": "page", "class_name": "place here"}
        if path == here
        else {"class_name": "place"}
    )
    return ReactRouterLink.create(icon(icon_name), rx.el.span(label), to=path, **is_here)
