"""Search: what is typed is found, as it is typed."""

from __future__ import annotations

import reflex as rx

from todo_app.web import routes
from todo_app.web.components.search_box import SearchState, search_box
from todo_app.web.components.task_list import empty_state, task_list
from todo_app.web.list_state import TaskListState
from todo_app.web.shell import shell


def page() -> rx.Component:
    """The screen."""
    return shell(
        routes.SEARCH,
        rx.el.header(rx.el.h1("Search")),
        search_box(),
        rx.el.p(_summary(), role="status", class_name="only-read-aloud"),
        task_list("search", _nothing()),
        can_add=False,
    )


def _summary() -> rx.Var[str]:
    count = TaskListState.rows.length()
    return rx.cond(
        SearchState.searched == "",
        "",
        rx.cond(count == 1, "1 task found", count.to_string() + " tasks found"),
    )


def _nothing() -> rx.Component:
    return rx.cond(
        SearchState.searched == "",
        empty_state(
            "Type to search",
            "Beginnings of words are enough, and accents do not matter. "
            "Put quotes around words that belong together.",
        ),
        empty_state(
            "Nothing found",
            "Try fewer words, or only their beginnings. Deleted tasks are not looked through.",
        ),
    )
