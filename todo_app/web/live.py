"""Shows what is changed in an account in every open page of it, within a second.

What is changed is told on the bus once it is committed, in whatever process; here each open page
of the account but the one it was done in is sent an event that reloads what it shows.
"""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from typing import NoReturn
from uuid import UUID

from todo_app.core import bus
from todo_app.core.bus import ChangesMade, News
from todo_app.web import connections, reflex_private, shared_reads
from todo_app.web.connections import Connection
from todo_app.web.live_state import LiveState

REFRESHERS = (LiveState.refresh,)
"""What reloads a page: event handlers without arguments."""
NAMES = frozenset(map(reflex_private.event_name, REFRESHERS))

_acting: ContextVar[Connection | None] = ContextVar("acting", default=None)


def note_event(connection: Connection) -> None:
    """Remember where a page is, and that what is changed from here on was done in it."""
    connection.place = reflex_private.event_place()
    connection.awaits_refresh = False
    _acting.set(connection)


async def refresh_forever() -> NoReturn:
    """Refresh pages whenever something is changed in their account."""
    changed: asyncio.Queue[tuple[UUID, Connection | None]] = asyncio.Queue()

    def hear(news: News) -> None:
        if isinstance(news, ChangesMade):
            shared_reads.begin_round(news.user_id)
            changed.put_nowait((news.user_id, _acting.get()))

    bus.subscribe(hear)
    try:
        while True:
            user_id, acting = await changed.get()
            await _refresh(user_id, acting)
    finally:
        bus.unsubscribe(hear)


async def _refresh(user_id: UUID, acting: Connection | None) -> None:
    for connection in connections.open_connections_of(user_id):
        place = connection.place
        # One refresh shows all that was changed before it began.
        if connection is acting or place is None or connection.awaits_refresh:
            continue
        connection.awaits_refresh = True
        for handler in REFRESHERS:
            await reflex_private.send_event(place, handler)
