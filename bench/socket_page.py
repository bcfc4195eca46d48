"""The socket of a page, without the page: what a browser sends, and the time to the answer."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NoReturn
from uuid import uuid4

import aiohttp

_NAMESPACE = "/_event"
_EVENT = f"42{_NAMESPACE},"
_PING, _PONG = "2", "3"
ROOT_STATE = "reflex___state____state"


class SocketPage:
    """An open socket. It sends one event at a time and waits for what answers it."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, path: str) -> None:
        self._socket = socket
        self._place = {"pathname": path, "asPath": path, "query": {}}

    async def time_event(self, name: str, **arguments: object) -> float:
        """Seconds from sending an event to the one frame that answers it."""
        frame = self._frame(name, arguments)
        started = time.perf_counter()
        await self._socket.send_str(frame)
        await self._receive()
        return time.perf_counter() - started

    async def load(self) -> dict[str, Any]:
        """Load the page as its script does and return every variable it shows."""
        shown: dict[str, Any] = {}
        await self._socket.send_str(
            self._frame(f"{ROOT_STATE}.hydrate_and_load", {"vars": {}, "hashes": []})
        )
        while not shown.get("is_hydrated_rx_state_"):
            _, answer = json.loads((await self._receive()).removeprefix(_EVENT))
            for variables in (answer.get("delta") or {}).values():
                shown |= variables
        return shown

    async def time_load(self) -> float:
        """Seconds from loading the page to all of it."""
        started = time.perf_counter()
        await self.load()
        return time.perf_counter() - started

    async def note_frames(self, moments: list[float], arrived: asyncio.Event) -> NoReturn:
        """Write down when each frame arrives, and say so, until it is cancelled."""
        while True:
            await self._receive(patience=None)
            moments.append(time.perf_counter())
            arrived.set()

    async def show_more(self, name: str) -> dict[str, Any]:
        """Send an event and return every variable that the frame that answers it shows."""
        await self._socket.send_str(self._frame(name, {"is_visible": True}))
        _, answer = json.loads((await self._receive()).removeprefix(_EVENT))
        return {key: value for values in answer["delta"].values() for key, value in values.items()}

    def _frame(self, name: str, arguments: dict[str, Any]) -> str:
        event = {"name": name, "payload": arguments, "router_data": self._place}
        return _EVENT + json.dumps(["event", event])

    async def _receive(self, *, patience: float | None = 10) -> str:
        while True:
            frame = await self._socket.receive_str(timeout=patience)
            if frame == _PING:
                await self._socket.send_str(_PONG)
            elif frame.startswith(_EVENT):
                return frame


@asynccontextmanager
async def open_page(
    port: int, path: str = "/", *, origin: str = "", cookie: str = "", address: str = ""
) -> AsyncIterator[SocketPage]:
    """A page's socket over which nothing has been said yet."""
    named = {"Origin": origin, "Cookie": cookie, "X-Forwarded-For": address}
    headers = {name: value for name, value in named.items() if value}
    url = f"http://127.0.0.1:{port}/_event/?EIO=4&transport=websocket&token={uuid4()}"
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.ws_connect(url, compress=0, max_msg_size=0) as socket,
    ):
        await socket.receive_str(timeout=10)
        await socket.send_str(f"40{_NAMESPACE},")
        joined = await socket.receive_str(timeout=10)
        if not joined.startswith(f"40{_NAMESPACE},"):
            raise RuntimeError(f"the socket was refused: {joined[:200]}")
        yield SocketPage(socket, path)
