"""The lists that are no lists of tasks: entries, until they are there a skeleton, or why not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import reflex as rx

from todo_app.web.components.task_list import skeleton


def entries(
    is_shown: rx.Var[bool],
    found: rx.Var[list[Any]],
    entry: Callable[[rx.Var[Any]], rx.Component],
    *more: rx.Component,
    empty: rx.Component,
    again: rx.event.EventType,
    class_name: str = "entries",
) -> rx.Component:
    """The entries and what is below them, words where there are none, a skeleton until then."""
    return rx.cond(
        is_shown,
        rx.cond(
            found.length() > 0,
            rx.fragment(rx.el.ul(rx.foreach(found, entry), class_name=class_name), *more),
            empty,
        ),
        skeleton(again),
    )
