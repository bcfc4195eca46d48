"""How many sockets one place may hold open, and how fast each may send.

Nothing is lost: what comes too fast waits, and with it only who sent it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from todo_app.core import visits
from todo_app.core.settings import get_settings

log = logging.getLogger(__name__)

SOCKETS_PER_NETWORK = 500
BURST_SECONDS = 4
"""So many seconds' worth of events may come at once, as after a lost connection."""
TRY_AGAIN_LATER = 1013


class SocketPace:
    """ASGI middleware around every socket."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._open: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return
        network = _network_of(scope)
        if self._open[network] >= SOCKETS_PER_NETWORK:
            log.warning("refused a socket: its network holds %d", self._open[network])
            await receive()
            await send({"type": "websocket.close", "code": TRY_AGAIN_LATER})
            return
        self._open[network] += 1
        try:
            await self.app(scope, _paced(receive), send)
        finally:
            self._open[network] -= 1
            if not self._open[network]:
                del self._open[network]


def _network_of(scope: Scope) -> str:
    client = scope.get("client")
    visit = visits.visit(
        "web",
        peer=client[0] if client else None,
        forwarded_for=",".join(Headers(scope=scope).getlist("x-forwarded-for")),
        trusted_hops=get_settings().trusted_proxy_hops,
        user_agent="",
    )
    return visits.network(visit.address)


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
