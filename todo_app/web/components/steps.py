"""Where a task goes step by step: by keys and the palette, and by a finger in its panel."""

from __future__ import annotations

from typing import NamedTuple, TypedDict

import reflex as rx

from todo_app.core.moves import Shift
from todo_app.web import page_script, routes
from todo_app.web.components.drag import rows_and_headings
from todo_app.web.components.icons import icon
from todo_app.web.components.panel_field import PANEL
from todo_app.web.list_state import TaskListState
from todo_app.web.places_state import PlacesState
from todo_app.web.session import AuthState


class Step(NamedTuple):
    """A step. `keys` are as the script names them, `shown` as they are printed."""

    shift: Shift
    name: str
    icon: str
    shown: str
    keys: str


class Standing(TypedDict):
    """How a task stands in its list: under which heading, where there, and which steps it has."""

    heading: str
    place: str
    steps: list[Shift]


STEPS = (
    Step("up", "Move up", "arrow-up", "Alt ↑", "alt+arrowup"),
    Step("down", "Move down", "arrow-down", "Alt ↓", "alt+arrowdown"),
    Step(
        "in",
        "Make a subtask",
        "indent-increase",
        "Alt Shift →",
        "shift+alt+arrowright, tab",
    ),
    Step(
        "out",
        "Take out of its task",
        "indent-decrease",
        "Alt Shift ←",
        "shift+alt+arrowleft, shift+tab",
    ),
)
_PROJECTS = {routes.INBOX: AuthState.user["id"], routes.PROJECT: TaskListState.place["id"]}
"""The project of a page whose tasks stand in an order of their own."""


def is_in_order(here: str) -> rx.Var[bool]:
    """Whether the open task stands in the order of the page of this path."""
    project = _PROJECTS.get(here)
    return rx.Var.create(False) if project is None else PANEL["project"] == project


def step_buttons() -> rx.Component:
    """The steps of the open task, and where it stands, which the panel of a phone covers.

    One that leads nowhere is faint and says so; what was at its end by a step keeps the focus.
    """
    standing = (
        page_script.exported("drag", "placeOf")
        .call(
            rows_and_headings(),
            PANEL["id"],
            TaskListState.has_earlier,
            TaskListState.has_more,
        )
        .to(Standing)
    )
    return rx.el.div(
        rx.el.span("Place", id="task-place", class_name="label"),
        rx.el.div(
            *(_button(step, standing) for step in STEPS),
            role="group",
            aria_labelledby="task-place",
        ),
        rx.cond(
            standing["place"] != "",
            rx.el.p(
                rx.cond(
                    standing["heading"] != "",
                    rx.fragment(rx.el.bdi(standing["heading"]), " · "),
                ),
                rx.el.bdi(standing["place"]),
                class_name="dates",
            ),
        ),
        class_name="field steps",
    )


def _button(step: Step, standing: rx.Var[Standing]) -> rx.Component:
    is_possible = standing["steps"].to(list[str]).contains(step.shift)
    return rx.el.button(
        icon(step.icon),
        type="button",
        title=step.name,
        aria_label=step.name,
        aria_disabled=rx.cond(is_possible, "false", "true"),
        class_name="tool",
        on_click=PlacesState.shift_tasks([PANEL["id"]], step.shift),
    )
