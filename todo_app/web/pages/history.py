"""History: everything that was changed, by whom, by which way in, and the way back."""

from __future__ import annotations

import reflex as rx
from reflex_components_core.react_router.dom import ReactRouterLink

from todo_app.web import routes
from todo_app.web.components.entries import entries
from todo_app.web.components.task_list import edge, empty_state
from todo_app.web.history_rows import Entry
from todo_app.web.live_state import LiveState
from todo_app.web.shell import shell


def page() -> rx.Component:
    """The screen."""
    return shell(
        routes.HISTORY,
        rx.el.header(
            rx.el.h1("History"),
            rx.el.p("Every change, the latest first. Each can be undone.", class_name="under"),
        ),
        entries(
            LiveState.feed_is_shown,
            LiveState.feed,
            _entry,
            rx.cond(
                LiveState.feed_goes_on,
                edge("Show more", LiveState.load_more_history, LiveState.feed[-1]["id"]),
            ),
            empty=empty_state("Nothing has been changed yet", "Whatever you do here is kept here."),
            again=LiveState.show_feed,
            class_name="entries feed",
        ),
    )


def _entry(entry: rx.Var[Entry]) -> rx.Component:
    return rx.el.li(
        rx.cond(entry["day"] != "", rx.el.h2(entry["day"])),
        rx.el.div(
            rx.el.div(
                rx.el.p(entry["text"], " ", _title(entry), _more(entry), class_name="title"),
                rx.cond(
                    entry["detail"] != "",
                    rx.el.p(entry["detail"], dir="auto", class_name="details"),
                ),
                rx.el.p(
                    rx.el.span(entry["when"]),
                    " ",
                    rx.el.span(entry["who"]),
                    class_name="details",
                ),
                class_name="what",
            ),
            rx.cond(
                entry["can_undo"],
                rx.el.button(
                    "Undo",
                    type="button",
                    aria_label="Undo: " + entry["text"] + " " + entry["title"],
                    class_name="quiet",
                    on_click=LiveState.undo_change(entry["id"]),
                ),
            ),
            class_name="step",
        ),
        key=entry["id"],
    )


def _title(entry: rx.Var[Entry]) -> rx.Component:
    return rx.cond(
        entry["task_id"] != "",
        ReactRouterLink.create(
            entry["title"],
            to=f"?{routes.OPEN_TASK}=" + entry["task_id"],
            prevent_scroll_reset=True,
            dir="auto",
        ),
        rx.el.span(entry["title"], dir="auto"),
    )


def _more(entry: rx.Var[Entry]) -> rx.Component:
    return rx.cond(
        entry["more"] > 0,
        rx.fragment(
            " ",
            rx.el.span("and " + entry["more"].to_string() + " more", class_name="more-of-step"),
        ),
    )
