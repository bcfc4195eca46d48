"""A form that a passkey fills in: the browser's own dialog answers, then the form is sent."""

from __future__ import annotations

from typing import Literal

import reflex as rx

from todo_app.web import page_script, reflex_private
from todo_app.web.components.native_form import backend_address


def passkey_form(
    form_id: str,
    path: str,
    *fields: rx.Component,
    challenge_path: str,
    method: Literal["create", "get"],
    label: str,
    button_class: str,
    **attributes: object,
) -> rx.Component:
    """A form that asks `challenge_path` for a challenge and is sent with a passkey's answer."""
    ask = page_script.exported("passkey", "ask")
    address = backend_address(challenge_path)
    return rx.el.form(
        *fields,
        rx.el.input(type="hidden", name="credential"),
        rx.el.p(
            id=f"{form_id}-failure",
            role="alert",
            hidden=True,
            class_name="passkey-failure form-error",
        ),
        rx.el.button(label, type="submit", class_name=button_class),
        id=form_id,
        action=backend_address(path),
        method="post",
        on_submit=rx.call_function(reflex_private.trigger(ask.call(form_id, address, method))),
        **attributes,
    )
