"""The projects and labels in the sidebar."""

from __future__ import annotations

import reflex as rx
from reflex_components_core.react_router.dom import ReactRouterLink

from todo_app.web import reflex_private, routes
from todo_app.web.components.icons import icon
from todo_app.web.list_state import TaskListState
from todo_app.web.places_state import PlacesState
from todo_app.web.session import AuthState, Place

NEW_PROJECT = "new-project"


def places(here: str) -> rx.Component:
    """The projects, a way to add one, and the labels."""
    return rx.fragment(
        rx.el.div(
            rx.el.h2("Projects"),
            rx.el.button(
                icon("plus", size=16),
                type="button",
                aria_label="Add a project",
                class_name="add",
                custom_attrs={"popoverTarget": NEW_PROJECT},
            ),
            class_name="group",
        ),
        rx.el.ul(
            rx.foreach(
                AuthState.projects,
                lambda place: _place(place, here, routes.PROJECT, _dot(place["colour"])),
            ),
        ),
        rx.cond(
            AuthState.labels.length() > 0,
            rx.fragment(
                rx.el.div(rx.el.h2("Labels"), class_name="group"),
                rx.el.ul(
                    rx.foreach(
                        AuthState.labels,
                        lambda place: _place(
                            place,
                            here,
                            routes.LABEL,
                            rx.el.span(icon("tag"), class_name="hue " + place["colour"]),
                        ),
                    ),
                ),
            ),
        ),
    )


def new_project() -> rx.Component:
    """The form for a project, which a button of the sidebar opens."""
    name = reflex_private.page_state("project_name", "")
    return rx.el.div(
        rx.el.form(
            rx.el.label("Name of the project", html_for="project-name"),
            rx.el.input(
                id="project-name",
                value=name.value,
                on_change=lambda text: [reflex_private.set_from_event(name, text)],
                auto_complete="off",
                auto_focus=True,
                max_length=100,
                dir="auto",
            ),
            rx.el.button("Add project", type="submit", class_name="button"),
            on_submit=[
                PlacesState.add_project(name.value),
                name.set_value(""),
                rx.call_function(f"() => document.getElementById('{NEW_PROJECT}').hidePopover()"),
            ],
            class_name="field",
        ),
        id=NEW_PROJECT,
        role="dialog",
        aria_label="New project",
        class_name="menu",
        custom_attrs={"popover": "auto"},
    )


def _dot(colour: rx.Var[str]) -> rx.Component:
    return rx.el.span(class_name="dot hue " + colour, aria_hidden="true")


def _place(place: rx.Var[Place], here: str, path: str, mark: rx.Component) -> rx.Component:
    is_here = (TaskListState.place["id"] == place["id"]) if path == here else rx.Var.create(False)
    recounted = AuthState.recounted
    count = rx.cond(recounted.contains(place["id"]), recounted[place["id"]], place["count"])
    return rx.el.li(
        ReactRouterLink.create(
            mark,
            rx.el.span(place["name"], class_name="name", dir="auto"),
            rx.cond(count > 0, rx.el.span(count, class_name="count")),
            to=f"{path}?{routes.OPEN_PLACE}=" + place["id"],
            aria_current=rx.cond(is_here, "page", "false"),
            class_name=rx.cond(is_here, "place here", "place"),
        ),
        key=place["id"],
    )
