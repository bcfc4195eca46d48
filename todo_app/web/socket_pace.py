"""How many sockets one session and one place may open and hold, and how fast each may send.

Nothing is lost: what comes too fast waits, and with it only who sent it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from todo_app.core import relay, throttle, visits
from todo_app.core.errors import TooManyAttempts
from todo_app.core.settings import get_settings
from todo_app.core.visits import Visit
from todo_app.web import connections, frames, handshakes

log = logging.getLogger(__name__)

SOCKETS_PER_NETWORK = 500
SOCKETS_PER_SESSION = 100
TRY_AGAIN_SECONDS = 60
BURST_SECONDS = 4
"""So many seconds' worth of events may come at once, as after a lost connection."""


class SocketPace:
    """ASGI middleware around every socket, behind the edge: who it is from is known."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._open: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return
        if relay.is_cut_off():
            unavailable = HTTPStatus.SERVICE_UNAVAILABLE
            await handshakes.refuse(scope, receive, send, unavailable, retry_after_seconds=1)
            return
        holders = _holders_of(scope)
        if seconds := self._seconds_to_wait(scope, holders):
            log.warning("refused a socket: there are as many as there may be")
            too_many = HTTPStatus.TOO_MANY_REQUESTS
            await handshakes.refuse(scope, receive, send, too_many, retry_after_seconds=seconds)
            return
        self._open.update(holders.keys())
        try:
            await self.app(scope, frames.of_pages(_paced(receive)), send)
        finally:
            self._open.subtract(holders.keys())
            for holder in holders:
                if not self._open[holder]:
                    del self._open[holder]

    def _seconds_to_wait(self, scope: Scope, holders: dict[str, int]) -> int:
        if any(self._open[holder] >= most for holder, most in holders.items()):
            return TRY_AGAIN_SECONDS
        try:
            throttle.admit_socket(_visit_of(scope))
        except TooManyAttempts as refusal:
            return refusal.retry_after_seconds
        return 0


def _holders_of(scope: Scope) -> dict[str, int]:
    """Who holds a socket, and how many each may hold."""
    holders = {visits.network(_visit_of(scope).address): SOCKETS_PER_NETWORK}
    connection = connections.connection_of(dict(Headers(scope=scope)))
    if connection is not None and connection.claims is not None:
        holders[f"session {connection.claims.sid}"] = SOCKETS_PER_SESSION
    return holders


def _visit_of(scope: Scope) -> Visit:
    client = scope.get("client")
    return visits.visit(
        "web",
        peer=client[0] if client else None,
        forwarded_for=Headers(scope=scope).getlist("x-forwarded-for"),
        trusted_hops=get_settings().trusted_proxy_hops,
        user_agent="",
    )


def _paced(receive: Receive) -> Receive:
    rate = get_settings().events_per_second
    left, counted_at = float(rate * BURST_SECONDS), time.monotonic()

    async def paced_receive() -> Message:
        nonlocal left, counted_at
        message = await receive()
        if message["type"] == "websocket.receive":
            now = time.monotonic()
            left = min(rate * BURST_SECONDS, left + (now - counted_at) * rate) - 1
            counted_at = now
            if left < 0:
                await asyncio.sleep(-left / rate)
        return message

    return paced_receive
