"""A button that puts what is in a field into the clipboard, and says so."""

from __future__ import annotations

import reflex as rx

from todo_app.web import page_script, reflex_private
from todo_app.web.session import AuthState


def copy_button(field_id: str, label: str) -> rx.Component:
    """The button; the field is selected too, for browsers that leave copying to the person."""
    copy = page_script.exported("forms", "copy").call(field_id)
    return rx.el.button(
        label,
        type="button",
        on_click=[rx.call_function(reflex_private.trigger(copy)), AuthState.say_copied],
        class_name="quiet",
    )
