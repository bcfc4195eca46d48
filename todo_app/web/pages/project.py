"""A project: its sections, its tasks in their order, and their parts."""

from __future__ import annotations

import reflex as rx

from todo_app.web import routes
from todo_app.web.components.icons import icon
from todo_app.web.components.native_form import sent_once
from todo_app.web.components.place_menu import act, name_field, place_header
from todo_app.web.components.quick_add import quick_add
from todo_app.web.components.refused_name import marks, refusal
from todo_app.web.components.task_list import empty_state, task_list
from todo_app.web.list_state import TaskListState
from todo_app.web.order_state import OrderState
from todo_app.web.places_state import PlacesState
from todo_app.web.rows import SectionRow
from todo_app.web.shell import shell

_BRING_BACK = PlacesState.unarchive_project(TaskListState.place["id"])


def page() -> rx.Component:
    """The screen."""
    return shell(
        routes.PROJECT,
        rx.cond(
            TaskListState.is_missing,
            empty_state(
                "This project is not here",
                "It may have been deleted: the trash keeps projects for 30 days.",
            ),
            rx.fragment(
                place_header(
                    act("arrow-up", "Move up", OrderState.shift_project("before")),
                    act("arrow-down", "Move down", OrderState.shift_project("after")),
                    rx.cond(
                        TaskListState.is_archived,
                        act("archive-restore", "Bring back", _BRING_BACK),
                        act("archive", "Archive", PlacesState.archive_project),
                    ),
                    act("trash-2", "Delete", PlacesState.delete_project, is_danger=True),
                ),
                rx.cond(TaskListState.is_archived, _archived()),
                quick_add(),
                task_list(
                    "project",
                    empty_state("Nothing to do here", "Add the first task of this project."),
                ),
                _sections(),
            ),
        ),
    )


def _archived() -> rx.Component:
    return rx.el.p(
        "This project is archived: its tasks are in no other list. ",
        rx.el.button("Bring it back", type="button", on_click=_BRING_BACK),
        class_name="note",
    )


def _sections() -> rx.Component:
    return rx.el.details(
        rx.el.summary("Sections"),
        rx.el.ul(rx.foreach(TaskListState.sections, _section), class_name="section-list"),
        rx.el.form(
            rx.el.div(
                rx.el.label("New section", html_for="section-name"),
                rx.el.input(
                    id="section-name",
                    name="name",
                    # With a new key it is a new one: what was refused stays in it.
                    key=PlacesState.names_given,
                    max_length=100,
                    auto_complete="off",
                    dir="auto",
                    **marks("section", "section-name"),
                ),
                refusal("section", "section-name"),
                class_name="field",
            ),
            rx.el.button("Add section", type="submit", class_name="quiet"),
            on_submit=lambda form: PlacesState.add_section(form.to(dict)["name"].to(str)),
            custom_attrs=sent_once(),
        ),
        class_name="sections",
    )


def _section(section: rx.Var[SectionRow]) -> rx.Component:
    return rx.el.li(
        name_field(
            "Name of the section",
            "section-" + section["id"],
            section,
            lambda text: PlacesState.rename_section(section["id"], text),
        ),
        rx.el.button(
            icon("arrow-up"),
            type="button",
            aria_label="Move " + section["name"] + " up",
            class_name="tool",
            on_click=PlacesState.move_section_up(section["id"]),
        ),
        rx.el.button(
            icon("x"),
            type="button",
            aria_label="Remove " + section["name"],
            class_name="tool",
            on_click=PlacesState.delete_section(section["id"]),
        ),
        key=section["id"],
    )
