"""Search: what is typed is found, as it is typed."""

from __future__ import annotations

import reflex as rx
from reflex_components_core.react_router.dom import ReactRouterLink

from todo_app.core.search import HITS_MAX
from todo_app.web import routes
from todo_app.web.components.icons import icon
from todo_app.web.components.search_box import search_box
from todo_app.web.components.task_list import empty_state, task_list
from todo_app.web.components.task_row import found_piece
from todo_app.web.list_state import TaskListState
from todo_app.web.rows import FoundName
from todo_app.web.shell import shell

_IS_CUT = (TaskListState.showing == "search") & (TaskListState.rows.length() >= HITS_MAX)
_CUT = f"The best {HITS_MAX} are here. More words find others."


def page() -> rx.Component:
    """The screen."""
    return shell(
        routes.SEARCH,
        rx.el.header(rx.el.h1("Search")),
        search_box(),
        rx.el.p(_summary(), role="status", class_name="only-read-aloud"),
        rx.cond(TaskListState.found_names.length() > 0, _names()),
        task_list("search", _nothing()),
        rx.cond(_IS_CUT, rx.el.p(_CUT, class_name="hint")),
    )


def _summary() -> rx.Var[str]:
    tasks, names = TaskListState.rows.length(), TaskListState.found_names.length()
    return rx.cond(
        TaskListState.searched.strip() == "",
        "",
        rx.cond(
            _IS_CUT,
            _CUT,
            rx.cond(tasks == 1, "1 task found", tasks.to_string() + " tasks found"),
        )
        + rx.cond(names == 0, "", ", projects and labels: " + names.to_string()),
    )


def _names() -> rx.Component:
    """The projects and labels that are called so."""
    return rx.el.ul(
        rx.foreach(TaskListState.found_names, _name),
        aria_label="Projects and labels",
        class_name="found-names",
    )


def _name(found: rx.Var[FoundName]) -> rx.Component:
    page = rx.cond(found["is_label"], routes.LABEL, routes.PROJECT)
    return rx.el.li(
        ReactRouterLink.create(
            rx.cond(
                found["is_label"],
                rx.el.span(icon("tag"), class_name="hue " + found["colour"]),
                rx.el.span(class_name="dot hue " + found["colour"], aria_hidden="true"),
            ),
            rx.el.span(rx.foreach(found["pieces"], found_piece), class_name="name", dir="auto"),
            rx.el.span(
                rx.cond(found["is_label"], " Label", " Project"), class_name="only-read-aloud"
            ),
            to=page + f"?{routes.OPEN_PLACE}=" + found["id"],
            class_name="place",
        ),
        key=found["id"],
    )


def _nothing() -> rx.Component:
    return rx.cond(
        TaskListState.found_names.length() > 0,
        rx.el.p("No task has it.", class_name="hint"),
        _nothing_at_all(),
    )


def _nothing_at_all() -> rx.Component:
    return rx.cond(
        TaskListState.searched.strip() == "",
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
