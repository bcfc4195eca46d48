"""Shows what is changed in an account, and of it, in every open page of it, within a second.

What is changed is told on the bus once it is committed, in whatever process; here each open page
of the account but the one it was done in is sent an event that reloads what it shows. So is told
what it is time for.
"""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from typing import NoReturn

from todo_app.core import bus
from todo_app.core.bus import AccountChanged, ChangesMade, News, RemindersDue
from todo_app.web import connections, reflex_private, routes, shared_reads
from todo_app.web.account_state import AccountNewsState
from todo_app.web.connections import Connection
from todo_app.web.live_state import LiveState
from todo_app.web.places_state import PlacesState

_REFRESH = {ChangesMade: LiveState.refresh, AccountChanged: AccountNewsState.refresh_account}
_ALSO = {routes.TRASH: PlacesState.show_trash, routes.ARCHIVE: PlacesState.show_archive}
"""What shows these pages anew after a change, besides what shows every page anew."""
NAMES = frozenset(
    map(reflex_private.event_name, (*_REFRESH.values(), LiveState.remind, *_ALSO.values()))
)
"""What nobody did who sits before the page."""

_Heard = ChangesMade | AccountChanged | RemindersDue

_acting: ContextVar[Connection | None] = ContextVar("acting", default=None)


def note_event(connection: Connection) -> None:
    """Remember where a page is, and that what is changed from here on was done in it."""
    connection.place = reflex_private.event_place()
    connection.awaited.clear()
    _acting.set(connection)


async def refresh_forever() -> NoReturn:
    """Refresh pages whenever something is changed in their account, and remind in them."""
    heard: asyncio.Queue[tuple[_Heard, Connection | None]] = asyncio.Queue()

    def hear(news: News) -> None:
        if isinstance(news, ChangesMade):
            shared_reads.begin_round(news.user_id)
        if isinstance(news, _Heard):
            heard.put_nowait((news, _acting.get()))

    bus.subscribe(hear)
    try:
        while True:
            news, acting = await heard.get()
            if isinstance(news, RemindersDue):
                await _remind(news)
            else:
                await _refresh(news, acting)
    finally:
        bus.unsubscribe(hear)


async def _refresh(news: ChangesMade | AccountChanged, acting: Connection | None) -> None:
    handler = _REFRESH[type(news)]
    name = reflex_private.event_name(handler)
    for connection in connections.open_connections_of(news.user_id):
        place = connection.place
        # One refresh shows all that was changed before it began.
        if connection is acting or place is None or name in connection.awaited:
            continue
        connection.awaited.add(name)
        await reflex_private.send_event(place, handler)
        also = _ALSO.get(routes.page_path(place.path))
        if also and isinstance(news, ChangesMade):
            await reflex_private.send_event(place, also)


async def _remind(news: RemindersDue) -> None:
    first, *others = news.task_ids
    for connection in connections.open_connections_of(news.user_id):
        if connection.place is not None:
            await reflex_private.send_event(
                connection.place, LiveState.remind, str(first), len(others)
            )
