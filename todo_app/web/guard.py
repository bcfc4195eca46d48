"""The one gate in front of every event handler: closed, unless signed in or marked public."""

from __future__ import annotations

import inspect
import logging
import typing
from functools import cache
from typing import Any

import reflex as rx
from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from reflex.state import StateUpdate
from reflex_base.event import Event

from todo_app.core import sessions
from todo_app.core.errors import Unauthenticated, Unavailable
from todo_app.core.tokens import Claims
from todo_app.web import account_state, connections, live, reflex_private, routes, shared_reads
from todo_app.web.messages import message
from todo_app.web.session import AuthState, is_public, set_actor

log = logging.getLogger(__name__)


class Guard(rx.Middleware):
    """Sees every event, chained ones too, before its handler does."""

    async def preprocess(self, app: rx.App, state: rx.State, event: Event) -> StateUpdate | None:
        """Let the event pass (None) or answer in place of its handler."""
        del app
        set_actor(None)
        connection = connections.connection_of(reflex_private.event_headers())
        if connection is None or connection.is_ended:
            return reflex_private.REFUSED
        if not has_valid_arguments(event):
            log.warning("refused an event with unfit arguments: %s", event.name)
            return reflex_private.REFUSED
        if connection.claims is None:
            return await self._judge_stranger(state, event, had_cookie=connection.had_cookie)
        root = reflex_private.root_of(state)
        auth = await root.get_state(AuthState)
        try:
            is_use = event.name not in live.NAMES
            set_actor(await sessions.authenticate(connection.claims, is_use=is_use))
            live.note_event(connection)
            shared_reads.join_round(None if is_use else connection.claims.sub)
            # Past Reflex's watch over changes in it, which costs as much as the rest of this.
            held: Claims | None = auth.get_value("_claims")
            if held is None:
                held = connection.claims
                await auth._become(held)
            elif auth._is_in_another_zone():
                await account_state.follow_account(auth)
            if event.name in reflex_private.LOAD_EVENTS:
                auth._turn_page(has_answer=bool(connection.flash))
        except Unauthenticated:
            # Silence and a closed socket: the page reconnects as a stranger and is shown sign-in.
            connection.end()
            return reflex_private.REFUSED
        except Unavailable as refusal:
            if event.name in reflex_private.PAGE_EVENTS:
                auth.trouble = message(refusal)
            else:
                auth._tell(message(refusal), is_error=True)
            return await reflex_private.changes(root)
        # The state of another session cannot be here (state_tokens); if it were, it stays shut.
        return None if held.sid == connection.claims.sid else reflex_private.REFUSED

    async def _judge_stranger(
        self, state: rx.State, event: Event, *, had_cookie: bool
    ) -> StateUpdate | None:
        wanted = reflex_private.event_path()
        here = routes.page_path(wanted.partition("?")[0])
        opens_private_page = (
            event.name in reflex_private.PAGE_EVENTS and here in routes.PRIVATE_PAGES
        )
        if event.name in reflex_private.FRAMEWORK_EVENTS and not opens_private_page:
            return None
        if is_public(reflex_private.handler_function(event.name)):
            return None
        if here not in routes.PRIVATE_PAGES:
            return reflex_private.REFUSED
        # An anonymous state holds nothing of anybody, so all of it may be shown.
        return await reflex_private.full_update(
            reflex_private.root_of(state),
            rx.redirect(routes.sign_in_path(wanted, ended=had_cookie), replace=True),
        )


def has_valid_arguments(event: Event) -> bool:
    """Whether the arguments of an event fit its handler as strictly as an API body would."""
    model = _arguments_model(event.name)
    if model is None:
        return False
    try:
        model.model_validate(event.payload)
    except ValidationError:
        return False
    return True


@cache
def _arguments_model(event_name: str) -> type[BaseModel] | None:
    """What the arguments of an event have to be; None if it is never to be handled."""
    if reflex_private.is_setter(event_name):
        return None
    function = reflex_private.handler_function(event_name)
    hints = typing.get_type_hints(function, include_extras=True)
    fields: dict[str, Any] = {}
    for name, parameter in list(inspect.signature(function).parameters.items())[1:]:
        default = ... if parameter.default is inspect.Parameter.empty else parameter.default
        fields[name] = (hints.get(name, object), default)
    return create_model(
        function.__qualname__.replace(".", "_"),
        __config__=ConfigDict(strict=True, extra="forbid", arbitrary_types_allowed=True),
        **fields,
    )
