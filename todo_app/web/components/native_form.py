"""A form that the browser itself sends: what sets a cookie has to be a page load."""

from __future__ import annotations

import reflex as rx

from todo_app.core.settings import get_settings
from todo_app.web import page_script


def native_form(path: str, *children: rx.Component, **attributes: object) -> rx.Component:
    """A form that is posted to a form endpoint of the backend, without scripts too, and once."""
    return rx.el.form(
        *children,
        action=backend_address(path),
        method="post",
        # Reflex prevents the default of every form that has no explicit handler.
        on_submit=None,
        custom_attrs=sent_once(),
        **attributes,
    )


def sent_once() -> dict[str, rx.Var]:
    """What has a form send the same but once, however often one presses Enter."""
    return {"data-sent": page_script.exported("forms", "ONCE")}


def backend_address(path: str) -> str:
    """Where a page reaches a path of the backend."""
    settings = get_settings()
    backend = "" if settings.backend_origin == settings.origin else settings.backend_origin
    return backend + path
