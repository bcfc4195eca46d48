"""Dragging: what the script takes up, how the page shows a drop at once, and what it sends."""

from __future__ import annotations

import reflex as rx

from todo_app.web import page_script, reflex_private
from todo_app.web.list_state import TaskListState
from todo_app.web.order_state import OrderState
from todo_app.web.rows import SectionRow, TaskRow
from todo_app.web.session import Place

_moved = reflex_private.page_state("moved", {"kind": "", "id": "", "stamp": 0})


class Item(TaskRow, SectionRow):
    """A row of a list, or a heading between rows."""

    is_section: bool


def rows_and_headings() -> rx.Var[list[Item]]:
    """The rows of a list with the headings of its sections, as they were dropped last."""
    return (
        page_script.exported("drag", "outline")
        .call(
            TaskListState.rows,
            TaskListState.changed,
            TaskListState.sections,
            _moved.value,
            OrderState.settled,
        )
        .to(list[Item])
    )


def in_order(projects: rx.Var[list[Place]]) -> rx.Var[list[Place]]:
    """Projects as they were dropped last."""
    return (
        page_script.exported("drag", "arranged")
        .call(projects, rx.Var.create(["project"]), _moved.value, OrderState.settled)
        .to(list[Place])
    )


def drops() -> rx.Component:
    """What the script presses when something was dropped: one button, and so one event, a kind."""
    last = page_script.exported("drag", "dropped").call()
    said = last.to(dict[str, str])
    place = (said["target"], said["target_id"])
    stamp = said["stamp"].to(int)
    events = {
        "task": OrderState.drop_task(said["id"], *place, said["first"].to(bool), stamp),
        "section": OrderState.drop_section(said["id"], *place, stamp),
        "project": OrderState.drop_project(said["id"], *place, stamp),
    }
    return rx.fragment(
        *(
            rx.el.button(
                type="button",
                hidden=True,
                custom_attrs={"data-drops": kind},
                on_click=[_moved.set_value(last), event],
            )
            for kind, event in events.items()
        )
    )
