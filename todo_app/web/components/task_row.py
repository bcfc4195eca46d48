"""One task in a list. The tick shows at once and is corrected only by the answer to it."""

from __future__ import annotations

import reflex as rx
from reflex_components_core.react_router.dom import ReactRouterLink

from todo_app.web import reflex_private, routes
from todo_app.web.components.commands import DUE_DIALOG
from todo_app.web.components.icons import icon
from todo_app.web.components.unanswered import tick
from todo_app.web.list_state import TaskListState
from todo_app.web.places_state import PlacesState
from todo_app.web.rows import TaskRow

_NOW = rx.Var("Date.now()", _var_type=int)


@rx.memo
def task_row(
    row: rx.Var[TaskRow], is_selected: rx.Var[bool], is_chosen: rx.Var[bool], rest: rx.RestProp
) -> rx.Component:
    """A row: heading if it starts a group, tick, title, facts, and the box that chooses it."""
    clicked = reflex_private.client_state("clicked", {"stamp": 0, "value": False})
    is_unanswered = clicked.value["stamp"] > row["stamp"]
    is_completed = rx.cond(is_unanswered, clicked.value["value"], row["is_completed"])
    return rx.el.li(
        clicked,
        rx.cond(row["heading"] != "", heading(row)),
        rx.cond(row["heading"] == "Overdue", _reschedule()),
        rx.el.div(
            rx.cond(row["can_fold"], _fold(row)),
            _tick(row, clicked, is_completed),
            _open(row, is_selected, is_unanswered & reflex_private.is_disconnected),
            rx.cond(row["project"] != "", in_project(row)),
            _choice(row, is_chosen),
            class_name=rx.cond(is_completed, "row done", "row")
            + " p"
            + row["priority"].to_string()
            + " depth-"
            + row["depth"].to_string()
            + rx.cond(is_selected, " selected", "")
            + rx.cond(is_chosen, " chosen", ""),
        ),
        rest,
        custom_attrs={"data-id": row["id"], "data-drag": "task", "data-depth": row["depth"]},
    )


def _open(row: rx.Var[TaskRow], is_selected: rx.Var[bool], is_kept: rx.Var[bool]) -> rx.Component:
    """The title and the facts, which open the task."""
    return ReactRouterLink.create(
        rx.el.span(_or_found(row["found_title"], row["title"]), class_name="title", dir="auto"),
        rx.cond(is_kept, _kept()),
        rx.cond(row["due"] != "", _due(row)),
        rx.cond(row["repeats"] != "", _repeats(row)),
        rx.cond(row["parts"] != "", _parts(row)),
        rx.foreach(row["labels"], _label),
        rx.cond(row["notes"] != "", _notes(row)),
        # The indent tells it to the eye alone.
        rx.cond(row["depth"] > 0, _level(row)),
        to="?" + TaskListState.here + f"{routes.OPEN_TASK}=" + row["id"],
        prevent_scroll_reset=True,
        class_name="open",
        aria_current=rx.cond(is_selected, "true", "false"),
    )


def _kept() -> rx.Component:
    """What is said of a tick that waits for the network."""
    return rx.el.span(icon("clock", size=13), rx.el.span("Saved later"), class_name="fact")


def _level(row: rx.Var[TaskRow]) -> rx.Component:
    words = " Subtask, level " + (row["depth"] + 1).to_string()
    return rx.el.span(words, class_name="only-read-aloud")


def _tick(
    row: rx.Var[TaskRow], clicked: reflex_private.ClientStateVar, is_completed: rx.Var[bool]
) -> rx.Component:
    return rx.el.button(
        rx.el.span(icon("check", size=12), class_name="circle"),
        type="button",
        role="checkbox",
        aria_checked=rx.cond(is_completed, "true", "false"),
        aria_label=f"Complete {row['title']}",
        class_name="tick",
        # The click is stamped before it is sent, so that its answer is never older.
        on_click=[
            clicked.set_value({"stamp": _NOW, "value": ~is_completed}),
            tick(row["id"], row["title"], ~is_completed, row["turn"]),
        ],
    )


def _choice(row: rx.Var[TaskRow], is_chosen: rx.Var[bool]) -> rx.Component:
    return rx.el.button(
        rx.el.span(icon("check", size=12), class_name="box"),
        type="button",
        role="checkbox",
        aria_checked=rx.cond(is_chosen, "true", "false"),
        aria_label=f"Select {row['title']}",
        class_name="choose",
    )


def _fold(row: rx.Var[TaskRow]) -> rx.Component:
    return rx.el.button(
        icon("chevron-down", size=16),
        type="button",
        aria_expanded=rx.cond(row["is_collapsed"], "false", "true"),
        aria_label=f"Subtasks of {row['title']}",
        class_name="fold",
        on_click=PlacesState.fold_task(row["id"], ~row["is_collapsed"]),
    )


def _parts(row: rx.Var[TaskRow]) -> rx.Component:
    return rx.el.span(
        icon("list-tree", size=13),
        rx.el.span(row["parts"], rx.el.span(" subtasks done", class_name="only-read-aloud")),
        class_name="fact",
    )


def _label(name: rx.Var[str]) -> rx.Component:
    return rx.el.span(icon("tag", size=13), rx.el.span(name, dir="auto"), class_name="fact")


def in_project(row: rx.Var[TaskRow]) -> rx.Component:
    """The project that a task is in."""
    return rx.el.span(
        rx.el.span(row["project"], class_name="name", dir="auto"),
        rx.el.span(class_name="dot hue " + row["colour"], aria_hidden="true"),
        class_name="in-project",
    )


def heading(row: rx.Var[TaskRow]) -> rx.Component:
    """The heading of the group that begins with a row."""
    return rx.el.h2(
        row["heading"],
        rx.cond(row["heading_count"] > 0, rx.el.span(row["heading_count"])),
        rx.cond(row["heading_week"] != "", rx.el.span(row["heading_week"], class_name="week")),
        class_name=rx.cond(row["heading"] == "Overdue", "late", ""),
    )


def _reschedule() -> rx.Component:
    """What asks for another day for all tasks below the heading."""
    return rx.el.button(
        "Reschedule",
        type="button",
        class_name="quiet reschedule",
        custom_attrs={"data-opens": DUE_DIALOG},
    )


def _due(row: rx.Var[TaskRow]) -> rx.Component:
    return rx.el.span(
        icon("calendar", size=13),
        rx.cond(row["is_overdue"], rx.el.span("Overdue: ", class_name="only-read-aloud")),
        row["due"],
        class_name=rx.cond(row["is_overdue"], "fact due late", "fact due"),
    )


def _repeats(row: rx.Var[TaskRow]) -> rx.Component:
    return rx.el.span(
        icon("repeat", size=13),
        rx.el.span("Repeats ", class_name="only-read-aloud"),
        rx.el.span(row["repeats"], class_name="preview", dir="auto"),
        class_name="fact",
    )


def _notes(row: rx.Var[TaskRow]) -> rx.Component:
    return rx.el.span(
        icon("align-left", size=13),
        rx.el.span(_or_found(row["found_notes"], row["notes"]), class_name="preview", dir="auto"),
        class_name="fact",
    )


def _or_found(pieces: rx.Var[list[str]], text: rx.Var[str]) -> rx.Component:
    """A text, with what was found in it marked."""
    return rx.cond(pieces.length() > 0, rx.foreach(pieces, found_piece), text)


def found_piece(piece: rx.Var[str], index: rx.Var[int]) -> rx.Component:
    """A piece of a text in which something was found: every other one is it."""
    return rx.cond(index % 2 == 1, rx.el.mark(piece), rx.fragment(piece))
