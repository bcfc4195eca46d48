"""A page whose events run in this process: its queries can be counted, and core be made to fail."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import reflex as rx
from reflex.istate.manager.memory import StateManagerMemory
from reflex.state import StateUpdate
from reflex_base.event import Event
from reflex_base.event.processor import BaseStateEventProcessor

from tests.cast import credentials_of, visit_by
from tests.web.browser import ROOT_STATE
from todo_app.core import sessions, tokens
from todo_app.web import connections, failures
from todo_app.web.connections import Connection


class Page:
    """A page whose events run as they do in the program, without a socket."""

    def __init__(
        self, processor: BaseStateEventProcessor, connection_id: str, session_id: UUID
    ) -> None:
        self.processor = processor
        self.connection_id = connection_id
        self.session_id = session_id
        self.token = str(uuid4())
        self.shown: dict[str, Any] = {}
        self._place: dict[str, Any] = {}

    async def emit_update(self, update: StateUpdate, **_to: str) -> None:
        """Take what would go to the browser."""
        for values in (update.delta or {}).values():
            self.shown |= values

    async def open(self, path: str) -> None:
        """Open the page of a path."""
        place = {
            "headers": {"authorization": self.connection_id},
            "pathname": path.partition("?")[0],
            "asPath": path,
        }
        self._place = place
        await self.do(f"{ROOT_STATE}.hydrate_and_load", vars={}, hashes=[])

    async def do(self, name: str, /, **payload: object) -> None:
        """Send an event from the page that is open."""
        event = Event(name=name, payload=payload, router_data=self._place)
        await (await self.processor.enqueue(self.token, event)).wait_all()


@asynccontextmanager
async def open_page(app: rx.App, name: str) -> AsyncIterator[Page]:
    """A page of one of the cast, who has signed in just now."""
    claims = tokens.verify("web", await sessions.sign_in_web(credentials_of(name), visit_by()))
    await sessions.authenticate(claims)
    connection = Connection(claims=claims, had_cookie=True, flash="")
    connections._connections[connection.id] = connection
    processor = BaseStateEventProcessor(
        middleware=app, backend_exception_handler=failures.explain_exception
    )
    manager = StateManagerMemory()
    opened = Page(processor, connection.id, claims.sid)
    async with processor.configure(state_manager=manager, event_namespace=opened):  # type: ignore[arg-type]
        yield opened
    await manager.close()
    del connections._connections[connection.id]
