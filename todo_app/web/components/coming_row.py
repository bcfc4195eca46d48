"""A date on which a task comes again: not to be ticked yet, it leads to the task."""

from __future__ import annotations

import reflex as rx
from reflex_components_core.react_router.dom import ReactRouterLink

from todo_app.web import routes
from todo_app.web.components.icons import icon
from todo_app.web.components.task_row import heading, in_project
from todo_app.web.rows import TaskRow


@rx.memo
def coming_row(row: rx.Var[TaskRow], rest: rx.RestProp) -> rx.Component:
    """The row."""
    return rx.el.li(
        rx.cond(row["heading"] != "", heading(row)),
        rx.el.div(
            rx.el.span(icon("repeat", size=16), class_name="again", aria_hidden="true"),
            ReactRouterLink.create(
                rx.el.span(
                    row["title"],
                    rx.el.span(" comes again", class_name="only-read-aloud"),
                    class_name="title",
                    dir="auto",
                ),
                rx.cond(row["due"] != "", rx.el.span(row["due"], class_name="fact")),
                to=f"?{routes.OPEN_TASK}=" + row["echoes"],
                prevent_scroll_reset=True,
                class_name="open",
            ),
            rx.cond(row["project"] != "", in_project(row)),
            class_name="row coming",
        ),
        rest,
    )
