"""The parts that the forms with a password share."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import reflex as rx

from todo_app.core.passwords import MIN_CHARACTERS
from todo_app.web import page_script, reflex_private, routes
from todo_app.web.components.icons import icon
from todo_app.web.components.last_seen import forget_seen
from todo_app.web.forms import Form, RefusedForm, from_cookie
from todo_app.web.messages import note_of
from todo_app.web.session import AuthState


class AccountFormState(AuthState):
    """A form that came back, and where to go once it is accepted."""

    email: str = ""
    name: str = ""
    errors: dict[str, str] = {}
    next_path: str = ""
    note: str = ""

    def _open(self, form: Form, flash: str) -> rx.event.EventSpec | None:
        """Show what a refused form brought back, or send a member on."""
        query = self._query()
        self.next_path = routes.safe_next(query.get("next", [""])[0])
        if self.signed_in:
            return rx.redirect(self.next_path, replace=True)
        self._bring_back(form, flash)
        return None

    def _bring_back(self, form: Form, flash: str) -> None:
        refused: RefusedForm = from_cookie(form, flash)
        self.email, self.name, self.errors = refused.email, refused.name, refused.errors
        self.note = "" if self.errors else note_of(self._query())

    def _query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(str(self.router.url)).query)


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
    error = _error(state, "form")
    return rx.fragment(
        rx.cond(
            error != "",
            rx.el.p(error, role="alert", class_name="form-error", on_mount=_look_at_error()),
        ),
        _without_scripts(state, "form", role="alert", class_name="form-error"),
    )


def note(state: type[AccountFormState]) -> rx.Component:
    """What the address asks to say."""
    return rx.fragment(
        rx.cond(state.note != "", rx.el.p(state.note, role="status", class_name="note")),
        _without_scripts(state, "note", role="status", class_name="note"),
    )


def _error(state: type[AuthState], name: str | rx.Var[str]) -> rx.Var[str]:
    """What is wrong there, once the page is complete: what was wrong before is in the state yet."""
    return rx.cond(state.is_hydrated, state.errors.get(name, ""), "")


def _look_at_error() -> rx.Var:
    return reflex_private.trigger(page_script.exported("forms", "lookAtError").call())


def _without_scripts(
    state: type[AuthState], about: str | rx.Var[str], **attributes: object
) -> rx.Component:
    """The place where `plain_pages` says something to a browser without scripts."""
    # What is set as HTML is left alone by React when it takes over a page.
    place = {"data-says": about, "dangerouslySetInnerHTML": {"__html": ""}}
    return rx.cond(state.is_hydrated, rx.fragment(), rx.el.p(custom_attrs=place, **attributes))


def text_field(
    state: type[AuthState],
    name: str | rx.Var[str],
    label: str,
    *,
    value: rx.Var[str] | None,
    sent_as: str = "",
    aside: rx.Component | None = None,
    **attributes: object,
) -> rx.Component:
    """A labelled input with its error below it; a password never comes back.

    `sent_as` is its name in the form, where several forms of a page have such a field.
    """
    error = _error(state, name)
    if value is not None:
        attributes |= {"default_value": value, "key": value}
    return rx.el.div(
        rx.el.label(label, html_for=name),
        rx.el.input(
            id=name,
            name=sent_as or name,
            aria_invalid=rx.cond(error != "", "true", "false"),
            aria_describedby=rx.cond(error != "", f"{name}-error", ""),
            **attributes,
        ),
        rx.cond(
            error != "",
            rx.el.p(error, id=f"{name}-error", role="alert", on_mount=_look_at_error()),
        ),
        _without_scripts(state, name, role="alert", id=f"{name}-error"),
        # Beside the label, but behind the input for those who go by Tab.
        *([aside] if aside else []),
        class_name="field",
    )


def password_field(
    state: type[AuthState],
    name: str | rx.Var[str],
    label: str,
    *,
    sent_as: str = "",
    aside: rx.Component | None = None,
) -> rx.Component:
    """The field of the password that one has."""
    return text_field(
        state,
        name,
        label,
        value=None,
        type="password",
        auto_complete="current-password",
        required=True,
        sent_as=sent_as,
        aside=aside,
    )


def new_password_field(state: type[AuthState], name: str, label: str) -> rx.Component:
    """The field of a password that is chosen, with how long it has to be."""
    return text_field(
        state,
        name,
        f"{label}, at least {MIN_CHARACTERS} characters",
        value=None,
        type="password",
        auto_complete="new-password",
        min_length=MIN_CHARACTERS,
        required=True,
    )
