"""The archive: projects that were put out of sight, and the way back."""

from __future__ import annotations

import reflex as rx
from reflex_components_core.react_router.dom import ReactRouterLink

from todo_app.web import routes
from todo_app.web.components.entries import entries
from todo_app.web.components.task_list import empty_state
from todo_app.web.places_state import PlacesState
from todo_app.web.session import Place
from todo_app.web.shell import shell


def page() -> rx.Component:
    """The screen."""
    return shell(
        routes.ARCHIVE,
        rx.el.header(
            rx.el.h1("Archive"),
            rx.el.p("Projects that are put away with all they hold.", class_name="under"),
        ),
        entries(
            PlacesState.archive_is_shown,
            PlacesState.archive,
            _entry,
            empty=empty_state(
                "Nothing is archived", "The menu of a project puts it here, out of sight."
            ),
            again=PlacesState.show_archive,
        ),
    )


def _entry(place: rx.Var[Place]) -> rx.Component:
    return rx.el.li(
        rx.el.span(class_name="dot hue " + place["colour"], aria_hidden="true"),
        rx.el.div(
            ReactRouterLink.create(
                place["name"],
                to=f"{routes.PROJECT}?{routes.OPEN_PLACE}=" + place["id"],
                dir="auto",
                class_name="title",
            ),
            rx.el.p(
                place["count"],
                rx.cond(place["count"] == 1, " open task", " open tasks"),
                class_name="details",
            ),
            class_name="what",
        ),
        rx.el.button(
            "Bring back",
            type="button",
            class_name="quiet",
            aria_label="Bring back " + place["name"],
            on_click=PlacesState.unarchive_project(place["id"]),
        ),
        key=place["id"],
    )
