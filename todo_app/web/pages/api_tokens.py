"""Settings > API tokens: what programs come in with."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict
from uuid import UUID

import reflex as rx

from todo_app.core import api_tokens, clock
from todo_app.core.api_tokens import DAYS_DEFAULT, TokenView
from todo_app.core.errors import NotFound, TodoError
from todo_app.core.settings import get_settings
from todo_app.core.text import NAME_MAX_CHARACTERS
from todo_app.web import routes, wording
from todo_app.web.account_state import shown_at
from todo_app.web.components.copy_button import copy_button
from todo_app.web.components.icons import icon
from todo_app.web.components.native_form import backend_address
from todo_app.web.components.settings_places import settings_places
from todo_app.web.list_state import RowId
from todo_app.web.messages import message
from todo_app.web.session import AuthState
from todo_app.web.shell import shell

_MADE = "made-token"
_LIFETIMES = {"7": "7 days", "30": "30 days", "90": "90 days", "365": "A year"}
_SCOPES = {"read": "Read only", "write": "Read and write"}

# The token goes from the answer into the page and nowhere else: no state on the server holds it.
_MAKE = """() => {
  const form = document.querySelector(".token-form");
  if (form.ariaBusy) return;
  const made = document.querySelector(".made-token");
  const error = document.querySelector(".token-error");
  form.ariaBusy = "true";
  fetch("%s", {method: "POST", credentials: "include",
    body: new URLSearchParams(new FormData(form))})
    .then(answer => answer.json())
    .then(answer => {
      error.textContent = answer.error || "";
      error.hidden = !answer.error;
      if (answer.error) return;
      form.reset();
      made.hidden = false;
      made.querySelector("input").value = answer.token;
      made.querySelector("input").focus();
      document.querySelector(".show-tokens").click();
    })
    .catch(() => {
      error.textContent = "No connection. Try again in a moment.";
      error.hidden = false;
    })
    .finally(() => { form.ariaBusy = null; });
}"""
_CLOSE = rx.call_function(
    "() => { const made = document.querySelector('.made-token'); "
    "made.querySelector('input').value = ''; made.hidden = true }"
)


class TokenRow(TypedDict):
    """A token as its row shows it."""

    id: str
    name: str
    start: str
    scope: str
    used: str
    until: str
    is_over: bool


@shown_at(routes.API_TOKENS)
class ApiTokensState(AuthState):
    """The tokens of the person, without what makes them tokens."""

    token_rows: list[TokenRow] = []
    is_loaded: bool = False
    load_error: str = ""

    @rx.event
    async def show_tokens(self) -> None:
        """List the tokens as they are now."""
        await self._renew()

    async def _renew(self) -> None:
        try:
            found = await self._read(api_tokens.list_tokens)
        except TodoError as refusal:
            self.load_error = message(refusal)
            return
        now, zone = clock.now(), self.user["time_zone"]
        self.token_rows = [_row(token, now, zone) for token in found]
        self.is_loaded, self.load_error = True, ""

    @rx.event
    async def revoke_token(self, token_id: RowId) -> None:
        """Make a token worth nothing, and show what is left."""
        try:
            await self._write(api_tokens.revoke_token, UUID(token_id))
        except NotFound:
            self._tell("That token had already been revoked.")
        except TodoError as refusal:
            self._tell(message(refusal), is_error=True)
            return
        else:
            self._tell("Token revoked. What used it is shut out.")
        await self._renew()


def _row(token: TokenView, now: datetime, zone: str) -> TokenRow:
    used = token.last_used_at and wording.ago_text(token.last_used_at, now, zone)
    is_over = token.expires_at <= now
    until = wording.day_and_time(token.expires_at, now, zone)
    return TokenRow(
        id=str(token.id),
        name=token.name,
        start=f"{token.start}…",
        scope=_SCOPES[token.scope],
        used=f"Last used {used}" if used else "Never used",
        until=f"{'Expired' if is_over else 'Expires'} {until}",
        is_over=is_over,
    )


def page() -> rx.Component:
    """The screen."""
    return shell(
        routes.API_TOKENS,
        settings_places(routes.API_TOKENS),
        rx.el.header(
            rx.el.h1("API tokens"),
            rx.el.div(
                "For scripts and other programs, in place of your password", class_name="under"
            ),
        ),
        rx.cond(ApiTokensState.signed_in, rx.fragment(_made(), _form(), _tokens())),
    )


def _made() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Your new token"),
        rx.el.p("Copy it now: it is shown this once.", class_name="hint"),
        rx.el.div(
            rx.el.input(id=_MADE, read_only=True, aria_label="New token", spell_check=False),
            copy_button(_MADE, "Copy"),
            rx.el.button("Done", type="button", on_click=_CLOSE, class_name="quiet"),
            class_name="shown-once",
        ),
        hidden=True,
        role="status",
        class_name="made-token",
    )


def _form() -> rx.Component:
    return rx.el.section(
        rx.el.h2("New token", id="new-token"),
        rx.el.p(role="alert", hidden=True, class_name="form-error token-error"),
        rx.el.form(
            _field(
                "name",
                "Name",
                rx.el.input(
                    id="name",
                    name="name",
                    required=True,
                    max_length=NAME_MAX_CHARACTERS,
                    placeholder="What will use it?",
                    auto_complete="off",
                ),
            ),
            _field("scope", "It may", _select("scope", _SCOPES, "read")),
            _field(
                "expires_in_days",
                "Expires after",
                _select("expires_in_days", _LIFETIMES, str(DAYS_DEFAULT)),
            ),
            rx.el.button("Make token", type="submit", class_name="primary"),
            on_submit=rx.call_function(_MAKE % backend_address(routes.TOKEN_FORM)),
            class_name="narrow token-form",
        ),
        rx.el.p(
            "Sent as ",
            rx.el.code("Authorization: Bearer"),
            " to ",
            rx.el.code(f"{get_settings().backend_origin}/api/v1"),
            ". It cannot change your password or make another token.",
            class_name="hint",
        ),
        aria_labelledby="new-token",
    )


def _field(name: str, label: str, control: rx.Component) -> rx.Component:
    return rx.el.div(rx.el.label(label, html_for=name), control, class_name="field")


def _select(name: str, options: dict[str, str], default: str) -> rx.Component:
    return rx.el.select(
        *(rx.el.option(text, value=value) for value, text in options.items()),
        id=name,
        name=name,
        default_value=default,
    )


def _tokens() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Tokens", rx.el.span(ApiTokensState.token_rows.length()), id="tokens"),
        rx.cond(
            ApiTokensState.load_error != "",
            rx.el.p(ApiTokensState.load_error, role="alert", class_name="form-error"),
        ),
        rx.cond(
            ApiTokensState.is_loaded & (ApiTokensState.token_rows.length() == 0),
            rx.el.p("You have no tokens.", class_name="hint"),
            rx.el.ul(rx.foreach(ApiTokensState.token_rows, _token), class_name="entries"),
        ),
        # Clicked by the script above once a token was made.
        rx.el.button(
            "Show tokens",
            type="button",
            hidden=True,
            on_click=ApiTokensState.show_tokens,
            class_name="show-tokens",
        ),
        aria_labelledby="tokens",
    )


def _token(row: rx.Var[TokenRow]) -> rx.Component:
    return rx.el.li(
        icon("key-round", size=20),
        rx.el.div(
            rx.el.p(
                rx.el.bdi(row["name"]),
                rx.el.span(row["scope"], class_name="badge"),
                class_name="title",
            ),
            rx.el.p(
                rx.el.code(row["start"]),
                rx.el.span(row["used"]),
                rx.el.span(row["until"]),
                class_name="details",
            ),
            class_name="what",
        ),
        rx.el.button(
            rx.cond(row["is_over"], "Remove", "Revoke"),
            type="button",
            aria_label=f"Revoke {row['name']}",
            on_click=ApiTokensState.revoke_token(row["id"]),
            class_name="quiet danger",
        ),
        key=row["id"],
        class_name=rx.cond(row["is_over"], "over", ""),
    )
