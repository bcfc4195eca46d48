"""A session that ends takes its open pages with it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
import reflex as rx

from tests.cast import PASSWORD, act, credentials_of, sign_up, visit_by
from tests.web.backend import Backend
from tests.web.browser import Browser, Tab
from tests.web.conftest import Visit
from todo_app.core import bus, clock, sessions, tokens
from todo_app.core.database import transaction
from todo_app.core.errors import Unavailable
from todo_app.core.models import Session
from todo_app.web import connections
from todo_app.web.connections import Connection


@pytest.fixture(params=["sqlite", "redis"])
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    """State in memory, and state in Redis."""
    return request.getfixturevalue(f"{request.param}_backend")


End = Callable[[str], None]


@pytest.fixture
def end(alice: Browser) -> Iterator[End]:
    """Ends sessions of Alice's from elsewhere, by the API."""
    body = {"email": alice.email, "password": PASSWORD}
    with httpx.Client(base_url=f"{alice.backend.address}/api/v1") as client:
        pair = client.post("/auth/signin", json=body).json()
        client.headers["Authorization"] = f"Bearer {pair['access_token']}"

        def end_one(which: str) -> None:
            assert client.delete(f"/auth/sessions{which}").status_code == 204

        yield end_one


async def closes_at_once(*tabs: Tab) -> None:
    for tab in tabs:
        await tab.until(lambda tab=tab: tab.is_closed)


async def test_promise_4_signing_out_closes_every_open_page_of_the_session(alice: Browser) -> None:
    async with alice.tab("/today") as first, alice.tab("/inbox") as second:
        alice.post("/auth/sign-out")
        await closes_at_once(first, second)


async def test_a_session_ended_elsewhere_closes_its_pages_and_no_others(
    alice: Browser, bob: Browser, visit: Visit, end: End
) -> None:
    phone = visit()
    phone.sign_in(alice.email)
    sid = tokens.jwt.decode(phone.token, options={"verify_signature": False})["sid"]
    async with AsyncExitStack() as stack:
        open_page = stack.enter_async_context
        hand = await open_page(phone.tab("/today"))
        desk, his = await open_page(alice.tab("/today")), await open_page(bob.tab("/today"))

        end(f"/{sid}")

        await closes_at_once(hand)
        await desk.add("Goes on")
        await his.add("Goes on too")
        assert not desk.is_closed
        assert not his.is_closed
    async with phone.tab("/inbox") as tab:
        assert tab.redirects == ["/sign-in?next=%2Finbox&ended=1"]


async def test_ending_all_others_closes_all_their_pages(
    alice: Browser, visit: Visit, end: End
) -> None:
    phone = visit()
    phone.sign_in(alice.email)
    async with alice.tab("/today") as desk, phone.tab("/today") as hand:
        end("")
        await closes_at_once(desk, hand)


async def test_signing_in_again_closes_the_pages_of_the_session_before(alice: Browser) -> None:
    async with alice.tab("/today") as before:
        alice.sign_in(alice.email)
        await closes_at_once(before)


async def test_promise_4_a_command_that_disables_an_account_closes_its_pages(
    alice: Browser, bob: Browser
) -> None:
    async with alice.tab("/today") as hers, bob.tab("/today") as his:
        await asyncio.to_thread(alice.backend.run, "disable", alice.email)

        await closes_at_once(hers)
        await his.add("Goes on")


@pytest.fixture
async def connection(app: rx.App, database: str) -> AsyncIterator[Connection]:
    """An open socket of somebody who is signed in."""
    await sign_up("alice")
    claims = tokens.verify("web", await sessions.sign_in_web(credentials_of("alice"), visit_by()))
    opened = Connection(claims=claims, had_cookie=True, flash="")
    connections._connections[opened.id] = opened
    yield opened
    del connections._connections[opened.id]


def session_id(connection: Connection) -> UUID:
    assert connection.claims is not None
    return connection.claims.sid


async def test_the_sweep_closes_what_ran_out_without_a_word(connection: Connection) -> None:
    await connections.sweep()
    assert not connection.is_ended

    async with transaction() as db:
        session = await db.get_one(Session, session_id(connection))
        session.expires_at = clock.now() - timedelta(seconds=1)
    await connections.sweep()

    assert connection.is_ended


async def test_an_open_page_alone_is_no_use_of_its_session(connection: Connection) -> None:
    long_ago = clock.now() - timedelta(days=13, hours=23)
    async with transaction() as db:
        session = await db.get_one(Session, session_id(connection))
        session.last_used_at = long_ago

    await connections.sweep()

    assert not connection.is_ended
    async with transaction() as db:
        assert (await db.get_one(Session, session_id(connection))).last_used_at == long_ago


async def test_the_sweep_goes_on_after_the_database_was_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    turns: list[float] = []

    async def sweep() -> None:
        turns.append(time.monotonic())
        if len(turns) == 1:
            raise Unavailable
        raise asyncio.CancelledError

    monkeypatch.setattr(connections, "SWEEP_SECONDS", 0)
    monkeypatch.setattr(connections, "RETRY_SECONDS", 0)
    monkeypatch.setattr(connections, "sweep", sweep)

    with pytest.raises(asyncio.CancelledError):
        await connections.sweep_forever()
    assert len(turns) == 2


async def test_a_socket_of_the_session_is_ended_by_its_commit(connection: Connection) -> None:
    bus.subscribe(connections.end_connections_of)
    assert connection.claims is not None
    actor = await sessions.authenticate(connection.claims)

    await act(sessions.sign_out, actor)

    assert connection.is_ended


def test_the_running_program_sweeps(app: rx.App) -> None:
    assert connections.sweep_forever in app.get_lifespan_tasks()
    assert connections.drop_abandoned_forever in app.get_lifespan_tasks()
