"""A filter: what is typed shows at once, and can be kept as a view."""

from __future__ import annotations

import reflex as rx

from todo_app.web import reflex_private, routes
from todo_app.web.components.filter_box import entry_of_filter, filter_box, name_of_filter
from todo_app.web.components.native_form import sent_once
from todo_app.web.components.place_menu import act, place_header
from todo_app.web.components.refused_name import marks, refusal
from todo_app.web.components.task_list import empty_state, task_list
from todo_app.web.filter_state import FilterState
from todo_app.web.list_state import TaskListState
from todo_app.web.shell import shell


def page() -> rx.Component:
    """The screen."""
    return shell(
        routes.FILTER,
        rx.cond(
            TaskListState.is_missing,
            empty_state("This filter is not here", "It may have been deleted elsewhere."),
            rx.fragment(_header(), filter_box(), _keep(), task_list("filter", _nothing())),
        ),
    )


def _header() -> rx.Component:
    return rx.cond(
        TaskListState.place["id"] != "",
        place_header(
            act("arrow-up", "Move up", FilterState.move_filter("up")),
            act("arrow-down", "Move down", FilterState.move_filter("down")),
            act("trash-2", "Delete", FilterState.delete_filter, is_danger=True),
        ),
        rx.el.header(rx.el.h1("New filter")),
    )


def _keep() -> rx.Component:
    """What keeps the filter: a name for a new one, and for a view what it shows from now on."""
    entry = entry_of_filter()
    is_sound = (entry.value.to(str).strip() != "") & (FilterState.flaw["reason"] == "")
    is_changed = entry.value != TaskListState.saved_query
    return rx.cond(
        is_sound,
        rx.cond(
            TaskListState.place["id"] == "",
            _save(),
            rx.cond(
                is_changed,
                rx.el.button(
                    "Save changes",
                    type="button",
                    class_name="quiet",
                    on_click=FilterState.change_query(entry.value),
                ),
            ),
        ),
    )


def _save() -> rx.Component:
    name = name_of_filter()
    return rx.el.form(
        rx.el.label("Save as", html_for="filter-name"),
        rx.el.input(
            id="filter-name",
            value=name.value,
            on_change=lambda text: [reflex_private.set_from_event(name, text)],
            placeholder="Name of the view",
            required=True,
            max_length=100,
            auto_complete="off",
            dir="auto",
            **marks("filter", "filter-name"),
        ),
        rx.el.button("Save", type="submit", class_name="quiet"),
        refusal("filter", "filter-name"),
        on_submit=FilterState.save_filter(name.value, entry_of_filter().value),
        class_name="keep",
        custom_attrs=sent_once(),
    )


def _nothing() -> rx.Component:
    return rx.cond(
        FilterState.asked == "",
        rx.fragment(),
        empty_state("Nothing passes this filter", "Try fewer conditions, or | in place of &."),
    )
