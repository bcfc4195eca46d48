"""What can be done to the project or label that is shown: its name, its colour, its end."""

from __future__ import annotations

from typing import get_args

import reflex as rx

from todo_app.core.projects import Colour
from todo_app.web.components.enter import TextEvent, on_enter
from todo_app.web.components.icons import icon
from todo_app.web.components.native_form import sent_once
from todo_app.web.components.refused_name import is_refused, marks, refusal
from todo_app.web.list_state import TaskListState
from todo_app.web.places_state import PlacesState
from todo_app.web.rows import SectionRow
from todo_app.web.session import AuthState, Place

_MENU = "place-menu"


def place_header(*acts: rx.Component) -> rx.Component:
    """The name with its colour, and a menu to change them."""
    place = TaskListState.place
    return rx.el.header(
        rx.el.span(class_name="dot hue " + place["colour"], aria_hidden="true"),
        rx.el.h1(place["name"], dir="auto"),
        rx.cond(
            place["id"] != "",
            rx.fragment(
                rx.el.button(
                    icon("ellipsis"),
                    type="button",
                    aria_label="Change " + place["name"],
                    class_name="tool",
                    custom_attrs={"popoverTarget": _MENU},
                ),
                _menu(*acts),
            ),
        ),
        class_name="place-head",
    )


def name_field(
    label: str,
    field_id: str | rx.Var[str],
    place: rx.Var[Place] | rx.Var[SectionRow],
    save: TextEvent,
) -> rx.Component:
    """The name of a place, which is saved by Enter, and as one leaves it."""
    value, of = place["name"], place["id"]
    return rx.el.div(
        rx.el.label(label, html_for=field_id),
        rx.el.input(
            id=field_id,
            key=value,
            default_value=value,
            on_blur=lambda text: rx.cond((text == value) & ~is_refused(of), rx.noop(), save(text)),
            on_key_down=on_enter(save),
            max_length=100,
            auto_complete="off",
            dir="auto",
            **marks(of, field_id),
        ),
        refusal(of, field_id),
        class_name="field",
    )


def act(icon_name: str, label: str, on_click: object, *, is_danger: bool = False) -> rx.Component:
    """A line of the menu."""
    return rx.el.button(
        icon(icon_name),
        label,
        type="button",
        class_name="quiet danger" if is_danger else "quiet",
        on_click=on_click,
    )


def merge_form() -> rx.Component:
    """Which label the one that is shown becomes a part of."""
    here = TaskListState.place["id"]
    return rx.el.form(
        rx.el.label("Merge into", html_for="merge-into"),
        rx.el.select(
            rx.el.option("Choose one", value="", disabled=True),
            rx.foreach(
                AuthState.labels,
                lambda one: rx.cond(
                    one["id"] == here,
                    rx.fragment(),
                    rx.el.option(one["name"], value=one["id"]),
                ),
            ),
            id="merge-into",
            name="into",
            key=here,
            default_value="",
            required=True,
        ),
        rx.el.button("Merge", type="submit", class_name="button"),
        on_submit=lambda form: PlacesState.merge_label(form.to(dict)["into"].to(str)),
        class_name="field merge",
        custom_attrs=sent_once(),
    )


def _menu(*acts: rx.Component) -> rx.Component:
    place = TaskListState.place
    return rx.el.div(
        name_field("Name", "place-name", place, PlacesState.rename_place),
        rx.el.div(
            *(
                rx.el.button(
                    rx.el.span(class_name=f"dot hue {colour}", aria_hidden="true"),
                    type="button",
                    aria_label=colour,
                    aria_pressed=rx.cond(place["colour"] == colour, "true", "false"),
                    on_click=PlacesState.set_colour(colour),
                )
                for colour in get_args(Colour)
            ),
            class_name="colours",
            role="group",
            aria_label="Colour",
        ),
        *acts,
        id=_MENU,
        role="dialog",
        aria_label="Project or label",
        class_name="menu by-head",
        custom_attrs={"popover": "auto"},
    )
