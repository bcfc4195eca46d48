"""The projects and labels in the sidebar, and the forms that add one."""

from __future__ import annotations

from typing import Literal

import reflex as rx
from reflex_components_core.react_router.dom import ReactRouterLink

from todo_app.core import labels
from todo_app.web import routes
from todo_app.web.components.drag import in_order
from todo_app.web.components.icons import icon
from todo_app.web.components.native_form import sent_once
from todo_app.web.components.refused_name import marks, refusal
from todo_app.web.components.when_new import when_new
from todo_app.web.list_state import TaskListState
from todo_app.web.places_state import PlacesState
from todo_app.web.session import AuthState, Place

Kind = Literal["project", "label"]
_HIDE_FORMS = rx.call_function(
    "() => document.querySelectorAll('#new-project, #new-label')"
    ".forEach(form => form.hidePopover())"
)
_LONGEST: dict[Kind, int] = {"project": 100, "label": labels.NAME_MAX_CHARACTERS}


def places(here: str) -> rx.Component:
    """The projects and the labels, with a way to add one."""
    return rx.fragment(
        _group("Projects", "project"),
        rx.el.ul(
            rx.foreach(
                in_order(AuthState.projects),
                lambda place: _place(
                    place,
                    here,
                    routes.PROJECT,
                    _dot(place["colour"]),
                    {"data-drag": "project", "data-id": place["id"]},
                ),
            ),
        ),
        _group("Labels", "label"),
        rx.el.ul(
            rx.foreach(
                AuthState.labels,
                lambda place: _place(
                    place,
                    here,
                    routes.LABEL,
                    rx.el.span(icon("tag"), class_name="hue " + place["colour"]),
                    {},
                ),
            ),
        ),
    )


def new_places() -> rx.Component:
    """The forms that the buttons of the sidebar open."""
    return rx.fragment(
        _new_place("project", PlacesState.add_project),
        _new_place("label", PlacesState.add_label),
        when_new(act=_HIDE_FORMS, key=PlacesState.names_given),
    )


def _group(heading: str, kind: Kind) -> rx.Component:
    return rx.el.div(
        rx.el.h2(heading),
        rx.el.button(
            icon("plus", size=16),
            type="button",
            aria_label=f"Add a {kind}",
            class_name="add",
            custom_attrs={"popoverTarget": f"new-{kind}"},
        ),
        class_name="group",
    )


def _new_place(kind: Kind, add: rx.EventHandler) -> rx.Component:
    field_id = f"{kind}-name"
    return rx.el.div(
        rx.el.form(
            rx.el.label(f"Name of the {kind}", html_for=field_id),
            # With a new key it is a new one: what was refused stays in it.
            rx.el.input(
                id=field_id,
                name="name",
                key=PlacesState.names_given,
                auto_complete="off",
                max_length=_LONGEST[kind],
                dir="auto",
                custom_attrs={"data-autofocus": ""},
                **marks(kind, field_id),
            ),
            refusal(kind, field_id),
            rx.el.button(f"Add {kind}", type="submit", class_name="button"),
            on_submit=lambda form: add(form.to(dict)["name"].to(str)),
            class_name="field",
            custom_attrs=sent_once(),
        ),
        id=f"new-{kind}",
        role="dialog",
        aria_label=f"New {kind}",
        class_name="menu",
        custom_attrs={"popover": "auto"},
    )


def _dot(colour: rx.Var[str]) -> rx.Component:
    return rx.el.span(class_name="dot hue " + colour, aria_hidden="true")


def _place(
    place: rx.Var[Place],
    here: str,
    path: str,
    mark: rx.Component,
    attributes: dict[str, str | rx.Var[str]],
) -> rx.Component:
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
            custom_attrs={"data-into": place["id"]} if attributes else {},
        ),
        key=place["id"],
        custom_attrs=attributes,
    )
