"""What is wrong with a name, at the field that it is in."""

from __future__ import annotations

import reflex as rx

from todo_app.web.places_state import PlacesState


def is_refused(of: str | rx.Var[str]) -> rx.Var[bool]:
    """Whether what is in the field of a place, or of a new one of a kind, could not be its name."""
    return PlacesState.refused_name["of"] == of


def marks(of: str | rx.Var[str], field_id: str | rx.Var[str]) -> dict[str, rx.Var[str]]:
    """What ties an input to what is wrong with it."""
    return {
        "aria_invalid": rx.cond(is_refused(of), "true", "false"),
        "aria_describedby": rx.cond(is_refused(of), f"{field_id}-error", ""),
    }


def refusal(of: str | rx.Var[str], field_id: str | rx.Var[str]) -> rx.Component:
    """Why the name was refused."""
    reason = PlacesState.refused_name["reason"]
    return rx.cond(is_refused(of), rx.el.p(reason, role="alert", id=f"{field_id}-error"))
