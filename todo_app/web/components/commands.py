"""Every command of the product: its name, its keys and what it does.

The palette shows them, the keyboard clicks them there by their keys, and the sheet explains them.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import reflex as rx

from todo_app.web import routes, wording
from todo_app.web.bulk_state import BulkState
from todo_app.web.components.choice import choose_none, targets
from todo_app.web.components.enter_task import enter_task
from todo_app.web.components.preference import THEMES, choose_theme
from todo_app.web.components.search_box import INPUT_ID as SEARCH_ID
from todo_app.web.components.settings_places import PLACES as SETTINGS_PLACES
from todo_app.web.components.steps import STEPS
from todo_app.web.live_state import LiveState
from todo_app.web.places_state import PlacesState

DUE_DIALOG = "due-dialog"
LABEL_PICKER = "label-picker"
PALETTE = "palette"
PRIORITY_DIALOG = "priority-dialog"
PROJECT_PICKER = "project-picker"
SHORTCUTS = "shortcuts"

Group = Literal["Anywhere", "Go to", "Tasks"]
_PLACE_MENUS = {
    routes.PROJECT: "Rename, move, archive or delete this project …",
    routes.LABEL: "Rename, merge or delete this label …",
    routes.FILTER: "Rename, move or delete this filter …",
}


class Command(NamedTuple):
    """Something to do. `keys` are as the script names them, `shown` as they are printed.

    `reaches` is the selector of a control that does it: only where that is, there is the command.
    """

    name: str
    icon: str
    group: Group
    shown: str
    keys: str
    on_click: object = None
    opens: str = ""
    reaches: str = ""


def commands(here: str) -> tuple[Command, ...]:
    """What can be done on the page of this path."""
    return (
        *_on_tasks(),
        Command("Add a task", "plus", "Anywhere", "q", "q", enter_task()),
        _search(here),
        *_places(),
        *_anywhere(),
        *_without_keys(here),
    )


def _search(here: str) -> Command:
    goes = rx.set_focus(SEARCH_ID) if here == routes.SEARCH else rx.redirect(routes.SEARCH)
    return Command("Search", "search", "Anywhere", "/", "/", goes)


def _anywhere() -> tuple[Command, ...]:
    return (
        Command("Undo", "undo-2", "Anywhere", "Ctrl Z", "mod+z", LiveState.undo_last),
        Command("Redo", "redo-2", "Anywhere", "Ctrl Shift Z", "mod+shift+z", LiveState.redo_last),
        Command("Keyboard shortcuts", "keyboard", "Anywhere", "?", "?", opens=SHORTCUTS),
    )


def _places() -> tuple[Command, ...]:
    return tuple(
        Command(f"Go to {name}", icon, "Go to", key, key, rx.redirect(path))
        for name, icon, key, path in (
            ("Inbox", "inbox", "g i", routes.INBOX),
            ("Today", "sun", "g t", routes.TODAY),
            ("Upcoming", "calendar-days", "g u", routes.UPCOMING),
            ("Completed", "check", "g c", routes.COMPLETED),
            ("Filters", "list-filter", "g f", routes.FILTER),
            ("History", "history", "g h", routes.HISTORY),
            ("Archive", "archive", "", routes.ARCHIVE),
            ("Trash", "trash-2", "", routes.TRASH),
            ("Settings", "settings", "", routes.SETTINGS),
            *((name, icon, "", path) for path, name, icon in SETTINGS_PLACES),
        )
    )


def _without_keys(here: str) -> tuple[Command, ...]:
    """What has no key of its own, only a place on the page."""
    reaching = (
        ("New project …", "folder-plus", "[popovertarget=new-project]"),
        ("New label …", "tag", "[popovertarget=new-label]"),
        ("New section …", "plus", "#section-name"),
        (_PLACE_MENUS.get(here, ""), "pencil", ".place-head [popovertarget]"),
        ("Select tasks", "square-check", ".start-choosing"),
        ("Sign out", "log-out", f"form[action$='{routes.SIGN_OUT_FORM}'] button"),
    )
    return (
        *(
            Command(name, icon, "Anywhere", "", "", reaches=selector)
            for name, icon, selector in reaching
            if name
        ),
        Command("New filter", "list-filter", "Anywhere", "", "", rx.redirect(routes.FILTER)),
        *(
            Command(f"Theme: {name}", "sun-moon", "Anywhere", "", "", choose_theme(mode))
            for mode, name in THEMES
        ),
    )


def _on_tasks() -> tuple[Command, ...]:
    """What is done to the chosen tasks, or to the one with the focus."""
    about = targets()
    return (
        Command(
            "Complete",
            "check",
            "Tasks",
            "c or Space",
            "c,  ",
            [BulkState.complete_tasks(about), choose_none()],
        ),
        *_shifts(about),
        Command("Move to project …", "folder", "Tasks", "#", "#, alt+#", opens=PROJECT_PICKER),
        Command("Label …", "tag", "Tasks", "@", "@, alt+@", opens=LABEL_PICKER),
        Command("Due today", "sun", "Tasks", "t", "t", BulkState.set_due_in(about, 0)),
        Command("Due …", "calendar", "Tasks", "d", "d", opens=DUE_DIALOG),
        *(
            Command(
                f"Priority {name}",
                "flag",
                "Tasks",
                str(number),
                str(number),
                BulkState.set_priority(about, str(number)),
            )
            for number, name in wording.PRIORITY_NAMES.items()
        ),
        Command(
            "Delete",
            "trash-2",
            "Tasks",
            "Delete",
            "delete, backspace",
            [BulkState.delete_tasks(about), choose_none()],
        ),
    )


def _shifts(about: rx.Var[list[str]]) -> tuple[Command, ...]:
    """Where a task stands, step by step."""
    return tuple(
        Command(
            step.name,
            step.icon,
            "Tasks",
            step.shown,
            step.keys,
            PlacesState.shift_tasks(about, step.shift),
        )
        for step in STEPS
    )
