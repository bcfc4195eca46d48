"""Settings > Security: where one is signed in, the password, and what happened."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict
from uuid import UUID

import reflex as rx

from todo_app.core import clock, security_view, sessions
from todo_app.core.audit import EventView
from todo_app.core.errors import NotFound, TodoError
from todo_app.core.sessions import SessionView
from todo_app.web import connections, routes, wording
from todo_app.web.account_state import shown_at
from todo_app.web.components.account_form import form_error, new_password_field, password_field
from todo_app.web.components.icons import icon
from todo_app.web.components.native_form import native_form
from todo_app.web.components.settings_places import settings_places
from todo_app.web.components.sign_in_ways import SignInWaysState, sign_in_ways
from todo_app.web.forms import from_cookie
from todo_app.web.list_state import RowId
from todo_app.web.messages import ALARMS, EVENT_MESSAGES, message
from todo_app.web.session import AuthState
from todo_app.web.shell import shell

_SKELETON_ROWS = 3


class SessionRow(TypedDict):
    """A session as its row shows it."""

    id: str
    device: str
    kind: str
    place: str
    used: str
    since: str
    is_current: bool


class EventRow(TypedDict):
    """A security event as its row shows it."""

    id: str
    text: str
    device: str
    place: str
    is_alarm: bool


@shown_at(routes.SECURITY)
class SecurityState(AuthState):
    """The sessions of the person."""

    session_rows: list[SessionRow] = []
    event_rows: list[EventRow] = []
    has_others: bool = False
    is_loaded: bool = False
    load_error: str = ""
    errors: dict[str, str] = {}

    @rx.event
    async def show_security(self) -> None:
        """Open the screen, with what became of its form."""
        form = from_cookie("password", connections.take_flash())
        self.errors = form.errors
        if form.is_done:
            self._tell("Password changed. All other sessions have ended.")
        await self._show_sessions()

    @rx.event
    async def try_again(self) -> None:
        """Ask again for what could not be shown."""
        await self._show_sessions()

    async def _renew(self) -> None:
        await self._show_sessions()

    async def _show_sessions(self) -> None:
        try:
            await self._reload()
        except TodoError as refusal:
            self.load_error = message(refusal)

    @rx.event
    async def end_session(self, session_id: RowId) -> None:
        """End one session and show what is left."""
        try:
            await self._write(sessions.end_session, UUID(session_id))
        except NotFound:
            self._tell("That session had already ended.")
        except TodoError as refusal:
            self._tell(message(refusal), is_error=True)
            return
        else:
            self._tell("Session ended. That device is signed out.")
        await self._show_sessions()

    @rx.event
    async def end_other_sessions(self) -> None:
        """End every session but this one."""
        count = await self._run(sessions.end_other_sessions)
        if count is None:
            return
        self._tell(f"{count} other session{'' if count == 1 else 's'} ended.")
        await self._show_sessions()

    async def _reload(self) -> None:
        found = await self._read(security_view.get_security)
        now, zone = clock.now(), self.user["time_zone"]
        self.session_rows = [_row(session, now, zone) for session in found.sessions]
        (await self.get_state(SignInWaysState))._show_ways(found.ways)
        self.event_rows = [_event_row(event, now, zone) for event in found.events]
        self.has_others = len(found.sessions) > 1
        self.is_loaded, self.load_error = True, ""


def _row(session: SessionView, now: datetime, zone: str) -> SessionRow:
    used = wording.ago_text(session.last_used_at, now, zone)
    is_phone = session.device.endswith(("iPhone", "Android"))
    return SessionRow(
        id=str(session.id),
        device=session.device,
        kind="api" if session.way == "api" else "phone" if is_phone else "desk",
        place=f"{'API' if session.way == 'api' else 'Web'} · {session.address}",
        used="In use now" if session.is_current else f"Last used {used}",
        since=f"Signed in {wording.day_and_time(session.created_at, now, zone)}",
        is_current=session.is_current,
    )


def _event_row(found: EventView, now: datetime, zone: str) -> EventRow:
    return EventRow(
        id=str(found.id),
        text=EVENT_MESSAGES[found.kind],
        device=found.device,
        place=f"{found.address} · {wording.day_and_time(found.created_at, now, zone)}",
        is_alarm=found.kind in ALARMS,
    )


def page() -> rx.Component:
    """The screen."""
    return shell(
        routes.SECURITY,
        settings_places(routes.SECURITY),
        rx.el.header(
            rx.el.h1("Security"),
            rx.el.div("Sessions, password and recent activity", class_name="under"),
        ),
        rx.cond(SecurityState.load_error != "", _load_error()),
        # All at once: what comes later would push a field with an error out of view.
        rx.cond(
            SecurityState.is_loaded,
            rx.fragment(_sessions(), sign_in_ways(), _password(), _events()),
            _skeleton(),
        ),
    )


def _load_error() -> rx.Component:
    return rx.el.div(
        rx.el.p(SecurityState.load_error, role="alert"),
        rx.el.button(
            "Try again", type="button", on_click=SecurityState.try_again, class_name="quiet"
        ),
        class_name="form-error",
    )


def _sessions() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Sessions", rx.el.span(SecurityState.session_rows.length()), id="sessions"),
        rx.el.ul(rx.foreach(SecurityState.session_rows, _session), class_name="entries"),
        rx.cond(
            SecurityState.has_others,
            rx.el.button(
                "End all others",
                type="button",
                on_click=SecurityState.end_other_sessions,
                class_name="quiet danger",
            ),
            rx.el.p("You are signed in nowhere else.", class_name="hint"),
        ),
        aria_labelledby="sessions",
    )


def _session(row: rx.Var[SessionRow]) -> rx.Component:
    return rx.el.li(
        rx.match(
            row["kind"],
            ("phone", icon("smartphone", size=20)),
            ("api", icon("square-terminal", size=20)),
            icon("monitor", size=20),
        ),
        rx.el.div(
            rx.el.p(
                rx.el.bdi(row["device"]),
                rx.cond(row["is_current"], rx.el.span("This one", class_name="badge")),
                class_name="title",
            ),
            rx.el.p(
                rx.el.span(row["place"]),
                rx.el.span(row["used"]),
                rx.el.span(row["since"]),
                class_name="details",
            ),
            class_name="what",
        ),
        rx.cond(
            row["is_current"],
            rx.fragment(),
            rx.el.button(
                "End",
                type="button",
                aria_label=f"End the session of {row['device']}",
                on_click=SecurityState.end_session(row["id"]),
                class_name="quiet danger",
            ),
        ),
        key=row["id"],
    )


def _password() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Password", id="password"),
        form_error(SecurityState),
        native_form(
            routes.PASSWORD_FORM,
            # For password managers: whose password it is.
            rx.el.input(
                type="text",
                auto_complete="username",
                value=SecurityState.user["email"],
                read_only=True,
                hidden=True,
            ),
            password_field(SecurityState, "current_password", "Current password"),
            new_password_field(SecurityState, "new_password", "New password"),
            _tokens_too(),
            rx.el.p("Changing it ends all other sessions.", class_name="hint"),
            rx.el.button("Change password", type="submit", class_name="primary"),
            class_name="narrow",
        ),
        aria_labelledby="password",
    )


def _tokens_too() -> rx.Component:
    return rx.el.label(
        rx.el.input(type="checkbox", name="revoke_api_tokens"),
        "Revoke all API tokens too",
        class_name="switch",
    )


def _events() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Recent activity", id="activity"),
        rx.cond(
            SecurityState.event_rows.length() > 0,
            rx.el.ul(rx.foreach(SecurityState.event_rows, _event), class_name="entries"),
            rx.el.p("Nothing has happened yet.", class_name="hint"),
        ),
        aria_labelledby="activity",
    )


def _event(row: rx.Var[EventRow]) -> rx.Component:
    return rx.el.li(
        rx.cond(row["is_alarm"], icon("triangle-alert", size=20), icon("history", size=20)),
        rx.el.div(
            rx.el.p(row["text"], class_name="title"),
            rx.el.p(rx.el.bdi(row["device"]), rx.el.span(row["place"]), class_name="details"),
            class_name="what",
        ),
        key=row["id"],
        class_name=rx.cond(row["is_alarm"], "alarm", ""),
    )


def _skeleton() -> rx.Component:
    return rx.el.div(
        *(rx.el.div(class_name="row ghost") for _ in range(_SKELETON_ROWS)), aria_hidden="true"
    )
