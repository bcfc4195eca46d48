"""The trash: what was deleted in the last 30 days, and the way back."""

from __future__ import annotations

import reflex as rx

from todo_app.web import routes
from todo_app.web.components.entries import entries
from todo_app.web.components.icons import icon
from todo_app.web.components.task_list import empty_state
from todo_app.web.places_state import PlacesState
from todo_app.web.rows import TrashRow
from todo_app.web.shell import shell


def page() -> rx.Component:
    """The screen."""
    return shell(
        routes.TRASH,
        rx.el.header(
            rx.el.h1("Trash"),
            rx.el.p(
                "What is deleted stays here for 30 days, with all it held.", class_name="under"
            ),
        ),
        entries(
            PlacesState.trash_is_shown,
            PlacesState.trash,
            _entry,
            empty=empty_state("The trash is empty", "Tasks and projects you delete can come back."),
            again=PlacesState.show_trash,
        ),
    )


def _entry(row: rx.Var[TrashRow]) -> rx.Component:
    return rx.el.li(
        rx.cond(row["is_project"], icon("folder"), icon("check")),
        rx.el.div(
            rx.el.p(row["name"], class_name="title", dir="auto"),
            rx.el.p(
                rx.cond(row["is_project"], "Project · ", "Task · "),
                "deleted ",
                row["deleted"],
                class_name="details",
            ),
            class_name="what",
        ),
        rx.el.button(
            "Restore",
            type="button",
            class_name="quiet",
            aria_label="Restore " + row["name"],
            on_click=PlacesState.restore(row["id"], row["is_project"]),
        ),
        key=row["id"],
    )
