"""The detail panel: every field of a task, saved as one leaves it."""

from __future__ import annotations

from typing import Literal

import reflex as rx
from reflex.vars import VarData
from reflex_components_core.react_router.dom import ReactRouterLink

from todo_app.web import reflex_private, routes, wording
from todo_app.web.bulk_state import BulkState
from todo_app.web.components.drafts import kept_key, send_drafts, tell_field_in_use
from todo_app.web.components.icons import icon
from todo_app.web.components.panel_field import (
    PANEL,
    content,
    identity,
    panel_field,
    save,
    save_on_leaving,
)
from todo_app.web.components.reminder_field import reminder_field
from todo_app.web.components.repeat_field import repeat_field
from todo_app.web.components.steps import is_in_order, step_buttons
from todo_app.web.components.still import Still
from todo_app.web.components.unanswered import tick
from todo_app.web.history_rows import Entry
from todo_app.web.list_state import TaskListState
from todo_app.web.live_state import LiveState
from todo_app.web.panel_state import TaskPanelState
from todo_app.web.places_state import PlacesState
from todo_app.web.session import AuthState

SAVE_PAUSE_MILLISECONDS = 700
_FOCUS = "(document.querySelector({row!r}) ?? document.getElementById('content')).focus()"
# The focus is never lost with the panel: it goes back to the row, or before that to a neighbour if
# the row goes too.
_FOCUS_ROW = rx.call_function(
    "() => { if (document.activeElement.closest('.panel') || "
    "document.activeElement === document.body) " + _FOCUS.format(row=".row.selected .open") + " }"
)
_FOCUS_NEIGHBOUR = rx.call_function(
    "() => " + _FOCUS.format(row="li:has(.selected) + li .open, li:has(+ li .selected) .open")
)
# Where there is no pointer but a finger, a focused field would raise the keyboard over the task.
# Whoever types elsewhere goes on.
_FOCUS_TASK = rx.call_function(
    "() => document.activeElement.matches('main input:not([type=checkbox])') || "
    "document.querySelector("
    "matchMedia('(pointer: coarse)').matches ? '.panel' : '#task-title').focus()"
)
# Leaving the field first saves what is typed in it.
_PRESS_CLOSE = rx.call_function(
    "() => { document.querySelector('.panel :focus')?.blur(); "
    "document.querySelector('.panel .close')?.click() }"
)


# The server empties it; what has no connection closes by its address.
_IS_IN_ADDRESS = rx.Var(
    f"searchParams.has({routes.OPEN_TASK!r})",
    _var_data=VarData(
        hooks={"const [searchParams] = useSearchParams();": None},
        imports={"react-router": [rx.ImportVar(tag="useSearchParams")]},
    ),
).to(bool)


def task_panel(here: str) -> rx.Component:
    """The panel of a page, when a task is open."""
    is_open = ~reflex_private.is_disconnected | _IS_IN_ADDRESS
    is_shown = AuthState.signed_in & (PANEL["id"] != "") & is_open
    return rx.fragment(
        Still.create(rx.cond(is_shown, _open_panel(here))),
        # Whoever is in a field is in it still when the page is back.
        rx.cond(TaskPanelState.is_hydrated, rx.el.span(on_mount=tell_field_in_use(), hidden=True)),
    )


def _open_panel(here: str) -> rx.Component:
    return rx.el.aside(
        _tools(here),
        rx.cond(TaskPanelState.whole["id"] != "", _whole(here)),
        rx.el.div(
            _title(), _notes(), key=PANEL["id"], on_mount=[_FOCUS_TASK, send_drafts(PANEL["id"])]
        ),
        rx.el.div(
            _due(),
            reminder_field(),
            repeat_field(),
            _priority(),
            _project(),
            rx.cond(is_in_order(here), step_buttons()),
            _labels(),
            class_name="facts",
        ),
        rx.window_event_listener(
            on_key_down=lambda key: rx.cond(key == "Escape", _PRESS_CLOSE, rx.noop())
        ),
        _history(),
        rx.el.p("Added ", PANEL["created"], " · Changed ", PANEL["changed"], class_name="dates"),
        aria_label="Task",
        class_name="panel",
        tab_index=-1,
    )


def _whole(here: str) -> rx.Component:
    """What the task is a part of, and the way out of it where that is not among its steps."""
    return rx.el.p(
        icon("corner-left-up", size=16),
        ReactRouterLink.create(
            rx.el.span("Subtask of ", class_name="only-read-aloud"),
            TaskPanelState.whole["title"],
            to="?" + TaskListState.here + f"{routes.OPEN_TASK}=" + TaskPanelState.whole["id"],
            prevent_scroll_reset=True,
            dir="auto",
        ),
        rx.cond(
            ~is_in_order(here),
            rx.el.button(
                "Move out",
                type="button",
                class_name="quiet",
                on_click=PlacesState.shift_tasks([PANEL["id"]], "out"),
            ),
        ),
        class_name="whole",
    )


def _history() -> rx.Component:
    """What became of the task, when one asks for it."""
    task_id = PANEL["id"]
    return rx.cond(
        LiveState.history_of == task_id,
        rx.el.section(
            rx.el.h2("History"),
            rx.el.ol(rx.foreach(LiveState.history, _change)),
            aria_label="History",
            class_name="history",
        ),
        rx.el.button(
            icon("history"),
            "History",
            type="button",
            class_name="tool",
            on_click=LiveState.show_history(task_id),
        ),
    )


def _change(entry: rx.Var[Entry]) -> rx.Component:
    return rx.el.li(
        rx.el.p(
            entry["text"],
            " ",
            rx.cond(entry["detail"] != "", rx.el.span(entry["detail"], class_name="detail")),
            dir="auto",
        ),
        rx.el.p(entry["when"], " · ", entry["who"], class_name="dates"),
        rx.cond(
            entry["can_undo"],
            rx.el.button(
                "Undo",
                type="button",
                aria_label=f"Undo: {entry['text']}",
                class_name="quiet",
                on_click=LiveState.undo_change(entry["id"]),
            ),
        ),
        key=entry["id"],
    )


def _tools(here: str) -> rx.Component:
    return rx.el.div(
        rx.el.button(
            icon("check"),
            rx.cond(PANEL["is_completed"], "Reopen", "Complete"),
            type="button",
            class_name="tool",
            on_click=tick(PANEL["id"], PANEL["title"], ~PANEL["is_completed"], PANEL["turn"]),
        ),
        rx.el.button(
            icon("trash-2"),
            "Delete",
            type="button",
            class_name="tool",
            on_click=[_FOCUS_NEIGHBOUR, TaskPanelState.delete_task(PANEL["id"]), _PRESS_CLOSE],
        ),
        ReactRouterLink.create(
            icon("x"),
            to=here + "?" + TaskListState.here,
            replace=True,
            prevent_scroll_reset=True,
            class_name="tool close",
            aria_label="Close",
            on_click=_FOCUS_ROW,
        ),
        class_name="tools",
    )


def _saved_while_typed(name: Literal["title", "notes"]) -> dict[str, object]:
    return {
        "on_change": lambda text: save(name, text).debounce(SAVE_PAUSE_MILLISECONDS),
        "on_blur": save_on_leaving(name),
        "custom_attrs": {"data-task": PANEL["id"]},
    }


def _kept_while_typed(name: Literal["title", "notes"]) -> dict[str, object]:
    tied = identity(name)
    return tied | {"key": kept_key(PANEL["id"], name, content(name), tied["key"])}


def _title() -> rx.Component:
    return panel_field(
        "title",
        "Title",
        rx.el.textarea(
            rows="1",
            dir="auto",
            class_name="title",
            default_value=content("title"),
            **_saved_while_typed("title"),
            **_kept_while_typed("title"),
        ),
    )


def _notes() -> rx.Component:
    return rx.fragment(_notes_field(), rx.cond(PANEL["notes_html"] != "", _notes_shown()))


def _notes_shown() -> rx.Component:
    """The notes as they read, in place of their field until one goes into that.

    `markdown` made this HTML, nothing in it is the writer's own.
    """
    focus = rx.set_focus("task-notes")
    return rx.html(PANEL["notes_html"], class_name="prose", dir="auto", on_click=focus)


def _notes_field() -> rx.Component:
    return panel_field(
        "notes",
        "Notes",
        rx.el.textarea(
            rows="4",
            dir="auto",
            placeholder="Add notes",
            default_value=content("notes"),
            **_saved_while_typed("notes"),
            **_kept_while_typed("notes"),
        ),
    )


def _due() -> rx.Component:
    return rx.fragment(
        panel_field(
            "due_date",
            "Due",
            rx.el.input(
                type="date",
                max="9999-12-31",
                default_value=content("due_date"),
                on_change=lambda text: save("due_date", text),
                on_blur=TaskPanelState.leave_field("due_date"),
                **identity("due_date"),
            ),
            _shortcuts(),
        ),
        panel_field(
            "due_time",
            rx.cond(
                PANEL["due_zone"] == AuthState.user["time_zone"],
                "Time",
                "Time in " + PANEL["due_zone"],
            ),
            rx.el.input(
                type="time",
                default_value=content("due_time"),
                on_change=lambda text: save("due_time", text),
                on_blur=TaskPanelState.leave_field("due_time"),
                **identity("due_time"),
            ),
        ),
    )


def _shortcuts() -> rx.Component:
    task_id = PANEL["id"]
    return rx.el.div(
        *(
            rx.el.button(label, type="button", on_click=TaskPanelState.set_due_in(task_id, days))
            for label, days in (("Today", 0), ("Tomorrow", 1), ("In a week", 7))
        ),
        rx.el.button("No date", type="button", on_click=TaskPanelState.clear_due(task_id)),
        class_name="chips",
        role="group",
        aria_label="Due date",
    )


def _priority() -> rx.Component:
    return panel_field(
        "priority",
        "Priority",
        rx.el.select(
            *(
                rx.el.option(name, value=str(number))
                for number, name in wording.PRIORITY_NAMES.items()
            ),
            default_value=PANEL["priority"],
            on_change=lambda text: save("priority", text),
            on_blur=TaskPanelState.leave_field("priority"),
            **identity("priority"),
        ),
    )


def _project() -> rx.Component:
    return rx.el.div(
        rx.el.label("Project", html_for="task-project"),
        rx.el.select(
            rx.el.option("Inbox", value=AuthState.user["id"]),
            rx.foreach(
                AuthState.projects,
                lambda place: rx.el.option(place["name"], value=place["id"]),
            ),
            # Shown where it is none of these: archived, or one too many for the sidebar.
            rx.el.option("Another project", value=PANEL["project"], hidden=True),
            id="task-project",
            value=PANEL["project"],
            on_change=lambda project_id: BulkState.move_to_project([PANEL["id"]], project_id),
        ),
        class_name="field project",
    )


def _labels() -> rx.Component:
    return panel_field(
        "labels",
        "Labels",
        rx.el.input(
            dir="auto",
            placeholder="With commas between",
            auto_complete="off",
            default_value=content("labels"),
            on_blur=lambda text: rx.cond(
                text == PANEL["labels"],
                rx.noop(),
                PlacesState.set_labels(PANEL["id"], text),
            ),
            **identity("labels"),
        ),
    )
