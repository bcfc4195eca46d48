"""The command palette: everything one can do or open, by its name."""

from __future__ import annotations

import reflex as rx

from todo_app.web import page_script, routes
from todo_app.web.components.combobox import (
    FindState,
    Found,
    FoundPlace,
    combobox_dialog,
    mark_of,
    option,
)
from todo_app.web.components.commands import PALETTE, Command
from todo_app.web.components.icons import icon
from todo_app.web.session import AuthState, FilterPlace, Place


def palette(commands: tuple[Command, ...]) -> rx.Component:
    """Commands, and with what is typed projects, labels, filters and tasks.

    The commands are always there: the keyboard clicks them.
    """
    return combobox_dialog(
        PALETTE,
        "Command palette",
        "Command or task",
        "Type a command, a place or a task",
        rx.foreach(AuthState.projects, lambda one: _place(one, "project", routes.PROJECT)),
        rx.foreach(AuthState.labels, lambda one: _place(one, "label", routes.LABEL)),
        rx.foreach(AuthState.filters, lambda one: _place(one, "filter", routes.FILTER)),
        rx.foreach(FindState.found_places, _found_place),
        rx.foreach(FindState.found, _task),
        always=tuple(_command(number, command) for number, command in enumerate(commands)),
    )


def _command(number: int, command: Command) -> rx.Component:
    about = {"data-about": "tasks"} if command.group == "Tasks" else {}
    opens = {"data-opens": command.opens} if command.opens else {}
    keys = {"data-keys": command.keys} if command.keys else {}
    reaches = {"data-reaches": command.reaches} if command.reaches else {}
    return option(
        f"command-{number}",
        icon(command.icon),
        command.name,
        rx.el.kbd(command.shown, aria_hidden="true") if command.shown else rx.fragment(),
        attributes={"data-command": "", **about, **opens, **keys, **reaches},
        on_click=command.on_click,
    )


def _place(place: rx.Var[Place] | rx.Var[FilterPlace], kind: str, path: str) -> rx.Component:
    return option(
        "go-" + place["id"],
        mark_of(kind, place["colour"]),
        place["name"],
        _kind(kind.capitalize()),
        attributes={"data-command": f"go to {kind}", "data-when-typed": ""},
        on_click=rx.redirect(f"{path}?{routes.OPEN_PLACE}=" + place["id"]),
    )


def _found_place(place: rx.Var[FoundPlace]) -> rx.Component:
    return option(
        "go-" + place["id"],
        mark_of("project", place["colour"]),
        place["name"],
        _kind(rx.cond(place["kind"] == "label", "Label", "Project")),
        attributes={"data-found": ""},
        on_click=rx.redirect(place["path"]),
    )


def _task(found: rx.Var[Found]) -> rx.Component:
    here = page_script.exported("address", "addressWith").call(routes.OPEN_TASK, found["id"])
    return option(
        "found-" + found["id"],
        rx.cond(found["is_completed"], icon("circle-check"), icon("circle")),
        found["title"],
        rx.cond(found["is_completed"], _kind("Done")),
        attributes={"data-found": ""},
        on_click=rx.redirect(here.to(str)),
    )


def _kind(name: str | rx.Var[str]) -> rx.Component:
    return rx.el.span(name, class_name="count")
