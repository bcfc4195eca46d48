"""A field of the detail panel: its label, its control, its error, and how it is saved."""

from __future__ import annotations

from collections.abc import Callable

import reflex as rx

from todo_app.web.components.drafts import discard_draft
from todo_app.web.components.enter import on_enter
from todo_app.web.panel_patches import Field
from todo_app.web.panel_state import ErrorField, TaskPanelState

PANEL = TaskPanelState.panel


def panel_field(
    name: ErrorField, label: str | rx.Var[str], control: rx.Component, *more: rx.Component
) -> rx.Component:
    """A labelled field of the panel, and what is wrong with it."""
    error = TaskPanelState.errors.get(name, "")
    return rx.el.div(
        rx.el.label(label, html_for=f"task-{name}"),
        control,
        *more,
        rx.cond(error != "", _refusal(name, error)),
        class_name=f"field {name}",
    )


def _refusal(name: ErrorField, error: rx.Var[str]) -> rx.Component:
    """Why what is typed is not saved, and the way back to what is."""
    return rx.el.div(
        rx.el.p(error, role="alert", id=f"task-{name}-error"),
        rx.el.button(
            "Discard what I typed",
            type="button",
            class_name="quiet",
            on_click=[discard_draft(PANEL["id"], name), TaskPanelState.discard_text(name)],
        ),
        class_name="refusal",
    )


def content(name: ErrorField) -> rx.Var[str]:
    """What stands in a field as it is made: what was left in it and refused, else what is saved."""
    return TaskPanelState.drafts.get(name, PANEL[name]).to(str)


def identity(name: ErrorField) -> dict[str, object]:
    """What ties an input to its field, its task and its error."""
    has_error = TaskPanelState.errors.get(name, "") != ""
    return {
        "id": f"task-{name}",
        "key": f"{name}-{TaskPanelState.opened}-{TaskPanelState.renewed[name]}",
        "on_focus": TaskPanelState.enter_field(name),
        "aria_invalid": rx.cond(has_error, "true", "false"),
        "aria_describedby": rx.cond(has_error, f"task-{name}-error", ""),
    }


def save_on_enter(field: Field) -> Callable[[rx.Var[str]], rx.Var]:
    """An event trigger that saves what is typed into a field when Enter is pressed in it."""
    return on_enter(lambda text: save(field, text))


def save_on_leaving(field: Field) -> Callable[[rx.Var[str]], list[rx.event.EventSpec]]:
    """Events that save what is typed into a field when it is left."""
    return lambda text: [save(field, text), TaskPanelState.leave_field(field)]


def save(field: Field, text: rx.Var[str]) -> rx.event.EventSpec:
    """Save what is typed into a field."""
    return TaskPanelState.save_field(
        PANEL["id"], PANEL["version"], TaskPanelState.opened, field, text, PANEL[field]
    )
