"""The window of rows, which slides as its ends come into view."""

from __future__ import annotations

import reflex as rx

from todo_app.web import reflex_private
from todo_app.web.components.choice import choose, choose_none, chosen
from todo_app.web.components.coming_row import coming_row
from todo_app.web.components.drag import Item, rows_and_headings
from todo_app.web.components.last_seen import last_seen
from todo_app.web.components.task_row import task_row
from todo_app.web.list_state import ListName, TaskListState, TaskRow
from todo_app.web.session import AuthState

SKELETON_ROWS = 5
_PROJECTS = {"inbox": AuthState.user["id"], "project": TaskListState.place["id"]}
"""The project of a list that is one's outline."""


class InView(rx.Component):
    """Tells when its children come into view (react-intersection-observer)."""

    library = "react-intersection-observer@9.16.0"
    tag = "InView"
    root_margin: rx.Var[str]
    on_change: rx.EventHandler[lambda is_visible: [is_visible]]


def task_list(name: ListName, empty: rx.Component) -> rx.Component:
    """The rows of a list, a skeleton until they are there, and words where there are none."""
    return rx.cond(
        TaskListState.showing == name,
        rx.cond(
            (TaskListState.rows.length() > 0) | (TaskListState.sections.length() > 0),
            _window(_PROJECTS.get(name)),
            empty,
        ),
        skeleton(TaskListState.show_list(name)),
    )


def empty_state(title: str, hint: str) -> rx.Component:
    """What an empty list says."""
    return rx.el.div(rx.el.p(title, class_name="title"), rx.el.p(hint), class_name="empty")


def _window(project: rx.Var[str] | None) -> rx.Component:
    """The rows; those of a project stand in an order of their own, and can be put in another."""
    return rx.fragment(
        rx.cond(
            TaskListState.has_earlier,
            edge("Show earlier tasks", TaskListState.load_earlier, TaskListState.rows[0]["id"]),
        ),
        # For fingers, which hover over nothing.
        rx.el.button(
            "Select",
            type="button",
            aria_pressed="false",
            class_name="quiet start-choosing",
        ),
        rx.el.ul(
            rx.foreach(rows_and_headings(), _item),
            class_name="rows",
            custom_attrs={} if project is None else {"data-project": project},
            on_click=choose(),
            on_mount=choose_none(),
        ),
        rx.cond(
            TaskListState.has_more,
            edge("Show more tasks", TaskListState.load_more, TaskListState.rows[-1]["id"]),
        ),
    )


def _item(item: rx.Var[Item]) -> rx.Component:
    return rx.fragment(
        rx.cond(item["is_section"], _heading(item), _row(item.to(TaskRow))), key=item["id"]
    )


def _heading(section: rx.Var[Item]) -> rx.Component:
    return rx.el.li(
        rx.el.h2(rx.el.bdi(section["name"])),
        custom_attrs={"data-drag": "section", "data-section": section["id"]},
    )


def _row(row: rx.Var[TaskRow]) -> rx.Component:
    return rx.cond(
        row["echoes"] != "",
        coming_row(row=row),
        task_row(
            row=row,
            is_selected=TaskListState.panel["id"] == row["id"],
            is_chosen=chosen.value.contains(row["id"]),
        ),
    )


def edge(label: str, load: rx.EventHandler, neighbour: rx.Var[str]) -> rx.Component:
    """The end of the window; behind a new neighbour it is a new one, which may be in view again."""
    return InView.create(
        rx.el.button(label, type="button", on_click=load(True), class_name="quiet edge"),
        root_margin="600px",
        on_change=load,
        key=neighbour,
    )


def skeleton(again: rx.event.EventType) -> rx.Component:
    """What is shown until the rows are there: a bar after a second, a way out after several.

    Without a network it is the list as it was last seen.
    """
    return rx.el.div(
        rx.el.div(
            *(rx.el.div(class_name="row ghost") for _ in range(SKELETON_ROWS)), aria_hidden="true"
        ),
        rx.cond(
            reflex_private.is_disconnected,
            last_seen(),
            rx.fragment(
                rx.el.div(class_name="slow-bar", role="progressbar", aria_label="Loading"),
                rx.el.div(
                    rx.el.p("This takes longer than it should."),
                    rx.el.button("Try again", type="button", class_name="quiet", on_click=again),
                    class_name="too-slow",
                ),
            ),
        ),
        class_name="skeleton",
    )
