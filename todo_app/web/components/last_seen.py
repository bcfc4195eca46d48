"""A list as it was last seen, for who opens the app without a network."""

from __future__ import annotations

from typing import TypedDict

import reflex as rx

from todo_app.web import page_script, reflex_private


class SeenRow(TypedDict):
    """A row as it was on the page, in words."""

    heading: str
    title: str
    facts: str
    done: bool


class SeenList(TypedDict):
    """A list that was on the page; without a time there was none."""

    title: str
    when: str
    rows: list[SeenRow]


def last_seen() -> rx.Component:
    """The list of this address, as this browser has kept it (`assets/scripts/seen.js`)."""
    kept = reflex_private.page_state(
        "last_seen", rx.Var('{title: "", when: "", rows: []}', _var_type=SeenList)
    )
    seen = kept.value
    return rx.fragment(
        rx.el.span(
            on_mount=kept.set_value(page_script.exported("seen", "lastSeen").call()), hidden=True
        ),
        rx.cond(
            seen["when"] == "",
            rx.el.div(
                rx.el.p("Not seen on this device yet", class_name="title"),
                rx.el.p("The server cannot be reached. It is tried again by itself."),
                role="status",
                class_name="unseen",
            ),
            rx.el.section(
                rx.el.p(
                    seen["title"],
                    " as it was last seen, ",
                    seen["when"],
                    ". What you add is kept here and sent later.",
                    role="status",
                    class_name="note",
                ),
                rx.el.ul(rx.foreach(seen["rows"], _row)),
                aria_label="Last seen",
                class_name="seen",
            ),
        ),
    )


def forget_seen() -> rx.Component:
    """Forgets what was kept, where nobody is signed in. Shows nothing."""
    forget = reflex_private.trigger(page_script.exported("seen", "forget").call())
    return rx.el.span(on_mount=forget, hidden=True)


def _row(row: rx.Var[SeenRow]) -> rx.Component:
    return rx.el.li(
        rx.cond(row["heading"] != "", rx.el.h2(row["heading"])),
        rx.el.span(row["title"], class_name=rx.cond(row["done"], "done", ""), dir="auto"),
        rx.cond(row["facts"] != "", rx.el.span(row["facts"], class_name="fact")),
    )
