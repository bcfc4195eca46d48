"""What just happened, in a sentence, with a way back."""

from __future__ import annotations

import reflex as rx

from todo_app.web.components.icons import icon
from todo_app.web.live_state import LiveState
from todo_app.web.session import AuthState

_NOTICE = AuthState.notice


def toast() -> rx.Component:
    """The live region: always there, so that a screen reader hears what appears in it."""
    return rx.el.div(
        rx.cond(
            _NOTICE["text"] != "",
            rx.el.div(
                rx.el.span(_NOTICE["text"], dir="auto"),
                rx.cond(
                    _NOTICE["can_undo"],
                    rx.el.button("Undo", type="button", on_click=LiveState.undo),
                ),
                rx.el.button(
                    icon("x"),
                    type="button",
                    aria_label="Dismiss",
                    on_click=AuthState.close_notice,
                    class_name="dismiss",
                ),
                key=_NOTICE["number"].to_string(),
                class_name=rx.cond(_NOTICE["is_error"], "toast error", "toast"),
            ),
        ),
        role="status",
        class_name="toast-place",
    )
