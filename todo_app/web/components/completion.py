"""The names that a # @ or / in the quick entry can become, in a list below it."""

from __future__ import annotations

import reflex as rx
from reflex.experimental.client_state import ClientStateVar

from todo_app.web import page_script
from todo_app.web.components.icons import icon
from todo_app.web.quick_add_state import NameRow, QuickAddState

LIST_ID = "quick-add-names"


def names(entry: ClientStateVar, caret: ClientStateVar) -> rx.Component:
    """The list; the script shows it, and moves over its options."""
    found = (
        page_script.exported("completion", "matches")
        .call(entry.value, caret.value, QuickAddState.names, QuickAddState.place["name"])
        .to(list[NameRow])
    )
    return rx.el.ul(
        rx.foreach(found, _name),
        id=LIST_ID,
        role="listbox",
        aria_label="Projects, sections and labels",
        class_name="names",
    )


def caret() -> rx.Var[int]:
    """Where the caret is in the box."""
    return page_script.exported("completion", "caret").call().to(int)


def _name(row: rx.Var[NameRow], index: rx.Var[int]) -> rx.Component:
    return rx.el.li(
        rx.match(
            row["kind"],
            ("label", rx.el.span(icon("tag", size=14), class_name="hue " + row["colour"])),
            rx.el.span(class_name="dot hue " + row["colour"]),
        ),
        rx.el.span(row["name"], class_name="name", dir="auto"),
        id=f"{LIST_ID}-" + index.to_string(),
        key=row["written"],
        role="option",
        aria_selected="false",
        custom_attrs={"data-written": row["written"], "data-name": row["name"]},
    )
