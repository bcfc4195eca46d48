"""The open sockets of this process, and their end: with the session that they came with."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from dataclasses import dataclass, field
from typing import NoReturn
from uuid import UUID

from redis.exceptions import RedisError

from todo_app.core import session_memory, sessions
from todo_app.core.bus import CutOff, News, SessionEnded
from todo_app.core.database import reading
from todo_app.core.errors import Unavailable
from todo_app.core.tokens import Claims
from todo_app.web import reflex_private
from todo_app.web.state_tokens import session_identity, state_prefix

log = logging.getLogger(__name__)

LINGER_SECONDS = 10
SWEEP_SECONDS = 0.5
"""What ends a session outside of all servers, a command or the clock, is told to nobody: so it is
asked for, by one query on the primary key, often enough to close the pages within a second."""
RETRY_SECONDS = 5
_SWEEP_AT_ONCE = 500
MEMBER_SECONDS = 600
"""So long the state of a page waits for it to come back; after that it is made anew."""
STRANGER_SECONDS = 60
"""That of a stranger holds nothing of anybody."""
ABANDONED_PAUSE_SECONDS = 5


@dataclass(eq=False)
class Connection:
    """One open socket and what its handshake proved."""

    claims: Claims | None
    had_cookie: bool
    flash: str
    id: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    task: asyncio.Task[None] | None = None
    is_ended: bool = False
    place: reflex_private.Place | None = None
    """Where its page was when it last sent an event."""
    awaited: set[str] = field(default_factory=set)
    """What its page was told to refresh, and has not begun to."""
    state_tokens: list[str] = field(default_factory=list)
    """Whose states its page may have: what came with its handshake, or was issued to it."""

    @property
    def is_open(self) -> bool:
        """Whether something can still be sent to it."""
        return not self.is_ended and self.task is not None and not self.task.done()

    def end(self) -> None:
        """Close the socket because its session is over; the page comes back as a stranger."""
        self.is_ended = True
        if self.task is not None:
            self.task.cancel()


_connections: dict[str, Connection] = {}
_drop_at: dict[str, float] = {}
"""When the states of pages whose socket closed are dropped, by the token of the state."""


def add(connection: Connection) -> None:
    """Let events that come by this socket be known as such."""
    _connections[connection.id] = connection


def drop_later(connection: Connection) -> None:
    """Forget a closed socket: what was clicked just before is still on its way to its handler."""
    asyncio.get_running_loop().call_later(LINGER_SECONDS, _connections.pop, connection.id, None)
    patience = STRANGER_SECONDS if connection.claims is None else MEMBER_SECONDS
    for token in connection.state_tokens:
        _drop_at[token] = time.monotonic() + patience


def connection_of(event_headers: dict[str, str]) -> Connection | None:
    """The connection that an event came by; closed ones answer for a few seconds more."""
    return _connections.get(event_headers.get("authorization", ""))


def take_flash() -> str:
    """The form cookie that came with the socket of this event, once: a form comes back one time."""
    connection = connection_of(reflex_private.event_headers())
    if connection is None:
        return ""
    flash, connection.flash = connection.flash, ""
    return flash


def open_connections_of(user_id: UUID) -> list[Connection]:
    """The open sockets of an account, in whatever session."""
    return [
        connection
        for connection in _connections.values()
        if connection.is_open and connection.claims and connection.claims.sub == user_id
    ]


def end_connections_of(news: News) -> None:
    """Close the sockets of a session that was ended, and drop what its pages showed.

    All of them when Redis is gone: pages have no state without it, and what they would send they
    keep until they are back.
    """
    if isinstance(news, CutOff):
        for connection in list(_connections.values()):
            connection.end()
    if not isinstance(news, SessionEnded):
        return
    for connection in list(_connections.values()):
        if connection.claims is not None and connection.claims.sid == news.session_id:
            connection.end()
    reflex_private.purge_states(state_prefix(session_identity(news.session_id)))


async def drop_abandoned_forever() -> NoReturn:
    """Drop the states of pages that were left."""
    while True:
        await asyncio.sleep(ABANDONED_PAUSE_SECONDS)
        try:
            await drop_abandoned()
        except RedisError:
            log.warning("states not dropped yet: Redis does not answer")


async def drop_abandoned() -> None:
    """Drop the states of pages that were left a while ago and did not come back.

    Raises RedisError.
    """
    now = time.monotonic()
    for token in [token for token, drop_at in _drop_at.items() if drop_at <= now]:
        drop_at = _drop_at[token]
        await reflex_private.drop_abandoned_state(token)
        if _drop_at.get(token) == drop_at:
            del _drop_at[token]


async def sweep_forever() -> NoReturn:
    """Close the sockets whose session ran out, or was ended by another process."""
    pause = SWEEP_SECONDS
    while True:
        await asyncio.sleep(pause)
        try:
            await sweep()
            pause = SWEEP_SECONDS
        except Unavailable:
            log.warning("sweep put off: the database does not answer")
            pause = RETRY_SECONDS


async def sweep() -> None:
    """Close the sockets whose session is over. Raises Unavailable."""
    open_ids = {
        connection.claims.sid
        for connection in _connections.values()
        if connection.claims is not None and not connection.is_ended
    }
    ids = list(open_ids)
    for start in range(0, len(ids), _SWEEP_AT_ONCE):
        async with reading() as db:
            ended = await sessions.ended_among(db, ids[start : start + _SWEEP_AT_ONCE])
        for session_id in ended:
            session_memory.forget(session_id)
            end_connections_of(SessionEnded(session_id))
