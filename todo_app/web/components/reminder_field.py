"""When the open task reminds of itself, in the panel: said in short, or chosen."""

from __future__ import annotations

from typing import get_args

import reflex as rx

from todo_app.core.reminders import MORNING
from todo_app.web.components.panel_field import (
    PANEL,
    content,
    identity,
    panel_field,
    save_on_enter,
    save_on_leaving,
)
from todo_app.web.panel_state import Early, TaskPanelState

_NAMES: dict[Early, str] = {0: "On time", 10: "10 min", 60: "1 hour", 1_440: "1 day"}


def reminder_field() -> rx.Component:
    """The field, and below it what is chosen most, and what it counts from."""
    return panel_field(
        "reminders",
        "Remind",
        rx.el.input(
            placeholder="30m, 1h or 1d before",
            default_value=content("reminders"),
            auto_complete="off",
            on_key_down=save_on_enter("reminders"),
            on_blur=save_on_leaving("reminders"),
            **identity("reminders"),
        ),
        rx.cond(PANEL["reminders"] != "", _counted_from()),
        _presets(),
    )


def _presets() -> rx.Component:
    task_id = PANEL["id"]
    return rx.el.div(
        *(
            rx.el.button(
                _NAMES[minutes],
                type="button",
                aria_label=f"Remind {_NAMES[minutes].lower()}{' before' if minutes else ''}",
                on_click=TaskPanelState.remind_before(task_id, minutes),
            )
            for minutes in get_args(Early)
        ),
        rx.cond(
            PANEL["reminders"] != "",
            rx.el.button(
                "None",
                type="button",
                aria_label="Remind no more",
                on_click=TaskPanelState.clear_reminders(task_id),
            ),
        ),
        class_name="chips",
        role="group",
        aria_label="Reminders",
    )


def _counted_from() -> rx.Component:
    """Where it is not the time that the task is due at."""
    return rx.cond(
        PANEL["due_date"] == "",
        rx.el.p("It has no date to remind you of.", class_name="next"),
        rx.cond(
            PANEL["due_time"] == "",
            rx.el.p(f"Before {MORNING:%H:%M}, as it has no time.", class_name="next"),
        ),
    )
