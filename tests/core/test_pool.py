from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from todo_app.core.database import create_engine
from todo_app.core.settings import get_settings


@pytest.fixture
async def engine(database: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AsyncEngine]:
    """An engine that lets nobody wait long."""
    monkeypatch.setattr("todo_app.core.database.POOL_WAIT_SECONDS", 0.05)
    engine = create_engine(get_settings().sqlalchemy_url)
    yield engine
    await engine.dispose()


@pytest.fixture
async def last(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """The last connection that there was to be had."""
    held: list[AsyncConnection] = []
    with suppress(PoolTimeout):
        while True:
            held.append(await engine.connect())
    yield held[-1]
    for connection in held:
        await connection.close()


async def test_who_waits_for_a_connection_is_not_overtaken(
    engine: AsyncEngine, last: AsyncConnection
) -> None:
    taken: list[str] = []

    async def take(name: str) -> None:
        async with engine.connect():
            taken.append(name)

    waiting = asyncio.create_task(take("who waited"))
    await asyncio.sleep(0)
    await last.close()
    # Who was woken has not come to it yet.
    await take("who came later")
    await waiting

    assert taken == ["who waited", "who came later"]


async def test_who_gives_up_takes_no_connection_along(
    engine: AsyncEngine, last: AsyncConnection
) -> None:
    async def take() -> None:
        async with engine.connect():
            raise AssertionError

    waiting = asyncio.create_task(take())
    await asyncio.sleep(0)
    await last.close()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting

    async with engine.connect() as connection:
        assert not connection.closed
