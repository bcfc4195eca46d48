"""The parts that the forms with a password share."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import reflex as rx

from todo_app.core.letters import CLOSED_DAYS
from todo_app.web import routes
from todo_app.web.components.icons import icon
from todo_app.web.components.last_seen import forget_seen
from todo_app.web.forms import Form, RefusedForm, from_cookie
from todo_app.web.session import AuthState

_NOTES = {
    "ended": "Your session has ended. Sign in again to go on.",
    "closed": f"Your account is closed and will be deleted in {CLOSED_DAYS} days. "
    "Sign in before then to keep it.",
    "reset": "Your password was changed. Sign in with the new one.",
}
"""What an address asks the sign-in page to say."""


class AccountFormState(AuthState):
    """A form that came back, and where to go once it is accepted."""

    email: str = ""
    name: str = ""
    errors: dict[str, str] = {}
    next_path: str = ""
    note: str = ""

    def _open(self, form: Form, flash: str) -> rx.event.EventSpec | None:
        """Show what a refused form brought back, or send a member on."""
        query = parse_qs(urlsplit(str(self.router.url)).query)
        self.next_path = routes.safe_next(query.get("next", [""])[0])
        if self.signed_in:
            return rx.redirect(self.next_path, replace=True)
        self._bring_back(form, flash)
        notes = (text for name, text in _NOTES.items() if query.get(name) == ["1"])
        self.note = "" if self.errors else next(notes, "")
        return None

    def _bring_back(self, form: Form, flash: str) -> None:
        refused: RefusedForm = from_cookie(form, flash)
        self.email, self.name, self.errors = refused.email, refused.name, refused.errors


def card(title: str, subtitle: str, *content: rx.Component) -> rx.Component:
    """The stage of a form for strangers."""
    return rx.el.main(
        forget_seen(),
        rx.el.div(
            rx.el.div(icon("check", size=22), class_name="logo"),
            rx.el.h1(title),
            rx.el.p(subtitle, class_name="subtitle"),
            *content,
            class_name="card",
        ),
        class_name="stage",
    )


def form_error(state: type[AuthState]) -> rx.Component:
    """What is wrong with the form as a whole."""
    error = state.errors.get("form", "")
    return rx.cond(error != "", rx.el.p(error, role="alert", class_name="form-error"))


def text_field(
    state: type[AuthState],
    name: str,
    label: str,
    *,
    value: rx.Var[str] | None,
    aside: rx.Component | None = None,
    **attributes: object,
) -> rx.Component:
    """A labelled input with its error below it; a password never comes back."""
    error = state.errors.get(name, "")
    if value is not None:
        attributes |= {"default_value": value, "key": value}
    return rx.el.div(
        rx.el.label(label, html_for=name),
        rx.el.input(
            id=name,
            name=name,
            aria_invalid=rx.cond(error != "", "true", "false"),
            aria_describedby=rx.cond(error != "", f"{name}-error", ""),
            **attributes,
        ),
        rx.cond(error != "", rx.el.p(error, id=f"{name}-error", role="alert")),
        # Beside the label, but behind the input for those who go by Tab.
        *([aside] if aside else []),
        class_name="field",
    )
