"""What the page refuses without a connection, and says so by itself (`scripts/refusals.js`)."""

from __future__ import annotations

import reflex as rx

from todo_app.web import page_script, reflex_private
from todo_app.web.components.drag import put_back_drop
from todo_app.web.components.icons import icon
from todo_app.web.components.when_new import when_new

_NOW = rx.Var("Date.now()", _var_type=int)
_TEXT = "No connection: this cannot be done now. Ticks, new tasks, titles and notes are kept."


def refusal() -> rx.Component:
    """A toast for what was refused last, until there is a connection again."""
    refused = reflex_private.page_state("refused_at", 0)
    put_away = refused.set_value(0)
    tell_by = page_script.exported("refusals", "tellRefusalsBy").call(refused.set_value(_NOW))
    return rx.cond(
        reflex_private.is_disconnected,
        rx.cond(
            refused.value > 0,
            rx.fragment(
                rx.el.div(
                    rx.el.span(_TEXT),
                    rx.el.button(
                        icon("x"),
                        type="button",
                        aria_label="Dismiss",
                        on_click=put_away,
                        class_name="dismiss",
                    ),
                    key=refused.value.to_string(),
                    class_name="toast refused",
                ),
                when_new(act=put_back_drop(), key=refused.value.to_string()),
            ),
        ),
        rx.el.span(on_mount=[put_away, reflex_private.trigger(tell_by)], hidden=True),
    )
