"""Dragging: what the script takes up, how the page shows a drop at once, and what it sends."""

from __future__ import annotations

import reflex as rx

from todo_app.web import page_script, reflex_private
from todo_app.web.components.choice import chosen
from todo_app.web.list_state import TaskListState
from todo_app.web.order_state import OrderState
from todo_app.web.rows import SectionRow, TaskRow
from todo_app.web.session import Place

_NOTHING = {"kind": "", "ids": [], "stamp": 0}
_moved = reflex_private.page_state("moved", _NOTHING)


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


def put_back_drop() -> rx.Var:
    """An event trigger that shows what was dropped last where it is, whether it was answered."""
    return _moved.set_value(_NOTHING)


def drops() -> rx.Component:
    """What the script presses when something was dropped: one button, and so one event, a kind."""
    last = page_script.exported("drag", "dropped").call()
    said, ids = last.to(dict[str, str]), last.to(dict[str, list[str]])["ids"]
    tasks = page_script.exported("drag", "droppedTasks").call(chosen.value).to(list[str])
    still_chosen = page_script.exported("drag", "chosenAfterDrop").call(chosen.value)
    place = (said["target"], said["target_id"])
    stamp = said["stamp"].to(int)
    events = {
        "task": [
            OrderState.drop_tasks(tasks, *place, said["first"].to(bool), stamp),
            chosen.set_value(still_chosen),
        ],
        "section": [OrderState.drop_section(ids[0], *place, stamp)],
        "project": [OrderState.drop_project(ids[0], *place, stamp)],
    }
    return rx.fragment(
        *(
            rx.el.button(
                type="button",
                hidden=True,
                custom_attrs={"data-drops": kind},
                on_click=[_moved.set_value(last), *acts],
            )
            for kind, acts in events.items()
        )
    )
