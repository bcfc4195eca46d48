from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest
from starlette.types import Message, Receive, Scope, Send

from todo_app.core.models import new_id
from todo_app.core.settings import get_settings
from todo_app.core.tokens import Claims
from todo_app.web import connections, socket_pace
from todo_app.web.connections import Connection
from todo_app.web.socket_pace import BURST_SECONDS, SocketPace


@pytest.fixture(autouse=True)
def _sockets_of_this_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "_connections", {})


def socket_from(address: str) -> Scope:
    return {"type": "websocket", "client": (address, 1), "headers": [], "extensions": {}}


async def an_event() -> Message:
    return {"type": "websocket.receive", "text": "42/_event,[]"}


async def test_promise_3_a_flood_of_events_waits_and_nothing_of_it_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EVENTS_PER_SECOND", "50")
    get_settings.cache_clear()
    waits: list[float] = []

    async def wait(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(socket_pace.asyncio, "sleep", wait)
    monkeypatch.setattr(socket_pace.time, "monotonic", lambda: 0.0)
    came: list[Message] = []

    async def app(_scope: Scope, receive: Receive, _send: Send) -> None:
        came.extend([await receive() for _ in range(50 * BURST_SECONDS + 100)])

    await SocketPace(app)(socket_from("192.0.2.1"), an_event, an_answer)

    assert len(came) == 50 * BURST_SECONDS + 100
    assert len(waits) == 100
    assert waits[-1] == pytest.approx(2)


async def an_answer(_message: Message) -> None:
    """Somebody who hears nothing."""


async def test_a_place_holds_only_so_many_sockets_and_leaves_others_theirs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(socket_pace, "SOCKETS_PER_NETWORK", 2)
    release = asyncio.Event()
    served: list[str] = []
    sent: list[dict[str, Any]] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        served.append(scope["client"][0])
        await release.wait()

    async def hear(message: Message) -> None:
        sent.append(dict(message))

    pace = SocketPace(app)
    addresses = ("192.0.2.1", "192.0.2.1", "192.0.2.1", "198.51.100.7")
    opened = [asyncio.create_task(pace(socket_from(one), an_event, hear)) for one in addresses]
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    assert served == ["192.0.2.1", "192.0.2.1", "198.51.100.7"]
    assert [message["status"] for message in sent if "status" in message] == [429]
    assert (b"retry-after", b"60") in sent[0]["headers"]
    release.set()
    await asyncio.gather(*opened)
    await pace(socket_from("192.0.2.1"), an_event, hear)
    assert served[-1] == "192.0.2.1"
    assert not pace._open


async def test_promise_3_a_place_connects_only_so_often_and_leaves_others_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SOCKETS_PER_MINUTE", "3")
    get_settings.cache_clear()
    served: list[str] = []
    sent: list[dict[str, Any]] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        served.append(scope["client"][0])

    async def hear(message: Message) -> None:
        sent.append(dict(message))

    pace = SocketPace(app)
    for number in (*range(5), 7):
        address = "198.51.100.7" if number == 7 else f"2001:db8::{number + 1}"
        await pace(socket_from(address), an_event, hear)

    assert served == ["2001:db8::1", "2001:db8::2", "2001:db8::3", "198.51.100.7"]
    refusals = [message for message in sent if "status" in message]
    assert [refusal["status"] for refusal in refusals] == [429, 429]
    assert 0 < int(dict(refusals[0]["headers"])[b"retry-after"]) <= 60
    assert not pace._open


async def test_a_session_holds_only_so_many_sockets_wherever_they_come_from(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(socket_pace, "SOCKETS_PER_SESSION", 2)
    release = asyncio.Event()
    served: list[bytes] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        served.append(scope["headers"][0][1])
        await release.wait()

    hers, his = ([_connection(session) for _ in range(3)] for session in (new_id(), new_id()))
    pace = SocketPace(app)
    opened = [
        asyncio.create_task(pace(_socket_of(one, number), an_event, an_answer))
        for number, one in enumerate([*hers, his[0]])
    ]
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    assert served == [one.id.encode() for one in (*hers[:2], his[0])]
    release.set()
    await asyncio.gather(*opened)
    assert not pace._open


def _connection(session_id: UUID) -> Connection:
    claims = Claims.model_construct(sub=new_id(), sid=session_id)
    connection = Connection(claims, had_cookie=True, flash="")
    connections.add(connection)
    return connection


def _socket_of(connection: Connection, number: int) -> Scope:
    scope = socket_from(f"10.0.0.{number}")
    return {**scope, "path": "/_event", "headers": [(b"authorization", connection.id.encode())]}
