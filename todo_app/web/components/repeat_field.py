"""How a task repeats, in the panel: said in words, shown ahead, and what became of its turns."""

from __future__ import annotations

from typing import get_args

import reflex as rx

from todo_app.web.components.panel_field import (
    PANEL,
    content,
    identity,
    panel_field,
    save_on_enter,
    save_on_leaving,
)
from todo_app.web.components.when_new import when_new
from todo_app.web.panel_state import TaskPanelState
from todo_app.web.repeat_state import Preset, RepeatState, TurnRow

PREVIEW_PAUSE_MILLISECONDS = 200
REPETITIONS = (*get_args(Preset), "every 2 weeks", "every last day", "every! 3 days")
_SUGGESTIONS = "repetitions"
_LEDGER = RepeatState.ledger


def repeat_field() -> rx.Component:
    """The field, and below it what comes and what was."""
    task_id = PANEL["id"]
    return panel_field(
        "recurrence",
        "Repeat",
        rx.el.input(
            list=_SUGGESTIONS,
            placeholder="every 3 days",
            default_value=content("recurrence"),
            auto_complete="off",
            on_change=lambda text: TaskPanelState.show_coming(task_id, text).debounce(
                PREVIEW_PAUSE_MILLISECONDS
            ),
            on_key_down=save_on_enter("recurrence"),
            on_blur=save_on_leaving("recurrence"),
            **identity("recurrence"),
        ),
        rx.el.datalist(*(rx.el.option(value=words) for words in REPETITIONS), id=_SUGGESTIONS),
        rx.cond(
            TaskPanelState.coming != "",
            rx.el.p("Next: ", TaskPanelState.coming, role="status", class_name="next"),
        ),
        rx.cond(PANEL["recurrence"] == "", _presets(), _series()),
    )


def _presets() -> rx.Component:
    task_id = PANEL["id"]
    return rx.el.div(
        *(
            rx.el.button(
                words.removeprefix("every ").capitalize(),
                type="button",
                aria_label=words.capitalize(),
                on_click=RepeatState.repeat(task_id, words),
            )
            for words in get_args(Preset)
        ),
        class_name="chips",
        role="group",
        aria_label="Repeat",
    )


def _series() -> rx.Component:
    """What is known of a series, once for each version of its task."""
    task_id = PANEL["id"]
    return rx.fragment(
        when_new(act=RepeatState.show_ledger(task_id), key=f"{task_id}-{PANEL['version']}"),
        rx.cond(_LEDGER["task_id"] == task_id, _ledger()),
        rx.el.div(
            rx.el.button(
                "Skip this one", type="button", on_click=TaskPanelState.skip_task(task_id)
            ),
            rx.cond(
                (_LEDGER["task_id"] == task_id) & (_LEDGER["turns"].length() > 0),
                rx.el.button(
                    "Reopen the last",
                    type="button",
                    on_click=RepeatState.reopen_turn(task_id),
                ),
            ),
            rx.el.button("End the series", type="button", on_click=RepeatState.end_series(task_id)),
            class_name="chips",
        ),
    )


def _ledger() -> rx.Component:
    return rx.fragment(
        rx.cond(
            (_LEDGER["next"] != "") & (TaskPanelState.coming == ""),
            rx.el.p("Then: ", _LEDGER["next"], class_name="next"),
        ),
        rx.cond(
            _LEDGER["fits_short_months"],
            rx.el.p("Where a month is too short, its last day.", class_name="next"),
        ),
        rx.cond(_LEDGER["moved_from"] != "", _moved()),
        rx.cond(
            (_LEDGER["streak"] > 0) | (_LEDGER["missed"] > 0),
            rx.el.p(
                rx.cond(_LEDGER["streak"] > 0, rx.el.span(_LEDGER["streak"], " in a row")),
                rx.cond(
                    _LEDGER["missed"] > 0,
                    rx.el.span(_LEDGER["missed"], " missed", class_name="late"),
                ),
                class_name="score",
            ),
        ),
        rx.el.details(
            rx.el.summary("Turns and rule"),
            rx.el.ol(rx.foreach(_LEDGER["turns"], _turn)),
            rx.el.p("RRULE:", _LEDGER["rule"], class_name="rule"),
            class_name="ledger",
        ),
    )


def _moved() -> rx.Component:
    return rx.el.div(
        rx.el.p("Only this one was moved, from ", _LEDGER["moved_from"], "."),
        rx.el.button(
            "Move the whole series",
            type="button",
            on_click=RepeatState.move_series(PANEL["id"]),
        ),
        class_name="chips moved",
    )


def _turn(row: rx.Var[TurnRow]) -> rx.Component:
    return rx.el.li(rx.el.span(row["day"]), rx.el.span(row["outcome"]))
