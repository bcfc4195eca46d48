"""What just happened, in a sentence, with a way back."""

from __future__ import annotations

import reflex as rx
from reflex_components_core.react_router.dom import ReactRouterLink

from todo_app.web.components.icons import icon
from todo_app.web.components.refusals import refusal
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
                rx.cond(
                    _NOTICE["opens"] != "",
                    ReactRouterLink.create(
                        "Open", to=_NOTICE["opens"], on_click=AuthState.close_notice
                    ),
                ),
                rx.el.button(
                    icon("x"),
                    type="button",
                    aria_label="Dismiss",
                    on_click=AuthState.close_notice,
                    class_name="dismiss",
                ),
                key=_NOTICE["number"].to_string(),
                class_name=rx.cond(
                    _NOTICE["is_error"],
                    "toast error",
                    rx.cond(_NOTICE["opens"] != "", "toast standing", "toast"),
                ),
            ),
        ),
        refusal(),
        role="status",
        class_name="toast-place",
    )
