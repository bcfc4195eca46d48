"""The small lists that ask for a project or a label, for the tasks that a command is about."""

from __future__ import annotations

import reflex as rx

from todo_app.web.bulk_state import BulkState
from todo_app.web.components.choice import choose_none, targets
from todo_app.web.components.combobox import (
    FindState,
    FoundPlace,
    combobox_dialog,
    mark_of,
    option,
    typed,
)
from todo_app.web.components.commands import LABEL_PICKER, PROJECT_PICKER
from todo_app.web.components.icons import icon
from todo_app.web.session import AuthState, Place


def project_picker() -> rx.Component:
    """Which project to move to."""
    return combobox_dialog(
        PROJECT_PICKER,
        "Move to project",
        "Project",
        "Type the name of a project",
        option(
            "move-to-inbox",
            icon("inbox"),
            "Inbox",
            attributes={"data-command": ""},
            on_click=_move(AuthState.user["id"]),
        ),
        rx.foreach(AuthState.projects, lambda one: _project(one, "data-command")),
        rx.foreach(
            FindState.found_places,
            lambda one: rx.cond(one["kind"] == "project", _project(one, "data-found")),
        ),
    )


def label_picker() -> rx.Component:
    """Which label to give, or to take off."""
    return combobox_dialog(
        LABEL_PICKER,
        "Give or take off a label",
        "Label",
        "Type a label",
        rx.foreach(AuthState.labels, lambda one: _label(one, "data-command")),
        rx.foreach(
            FindState.found_places,
            lambda one: rx.cond(one["kind"] == "label", _label(one, "data-found")),
        ),
        option(
            "new-label-of-tasks",
            icon("plus"),
            "New label",
            rx.el.strong(custom_attrs={"data-typed": ""}, dir="auto"),
            attributes={"data-new": ""},
            on_click=BulkState.toggle_label(targets(), typed),
        ),
    )


def _project(place: rx.Var[Place] | rx.Var[FoundPlace], attribute: str) -> rx.Component:
    return option(
        "move-to-" + place["id"],
        mark_of("project", place["colour"]),
        place["name"],
        attributes={attribute: ""},
        on_click=_move(place["id"]),
    )


def _move(project_id: rx.Var[str]) -> list[object]:
    """Where tasks are moved they are not chosen any more: they may be out of sight."""
    return [BulkState.move_to_project(targets(), project_id), choose_none()]


def _label(place: rx.Var[Place] | rx.Var[FoundPlace], attribute: str) -> rx.Component:
    return option(
        "label-with-" + place["id"],
        mark_of("label", place["colour"]),
        place["name"],
        attributes={attribute: ""},
        on_click=BulkState.toggle_label(targets(), place["name"]),
    )
