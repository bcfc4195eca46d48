"""A label: the open tasks that have it, in whatever project."""

from __future__ import annotations

import reflex as rx

from todo_app.web import routes
from todo_app.web.components.place_menu import act, merge_form, place_header
from todo_app.web.components.quick_add import quick_add
from todo_app.web.components.task_list import empty_state, task_list
from todo_app.web.list_state import TaskListState
from todo_app.web.places_state import PlacesState
from todo_app.web.session import AuthState
from todo_app.web.shell import shell


def page() -> rx.Component:
    """The screen."""
    return shell(
        routes.LABEL,
        rx.cond(
            TaskListState.is_missing,
            empty_state("This label is not here", "It may have been deleted or merged."),
            rx.fragment(
                place_header(
                    rx.cond(AuthState.labels.length() > 1, merge_form()),
                    act("trash-2", "Delete", PlacesState.delete_label, is_danger=True),
                ),
                quick_add(),
                task_list(
                    "label",
                    empty_state(
                        "No open task has this label", "Add one here, or give it to a task."
                    ),
                ),
            ),
        ),
    )
