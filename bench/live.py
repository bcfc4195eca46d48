"""How soon a change shows in the other pages of an account: ten of them, in one process."""

from __future__ import annotations

import asyncio
import statistics
import time
from contextlib import AsyncExitStack

from bench.events import open_today
from bench.figures import Figure
from bench.stage import Account
from tests.web.backend import Backend

TABS = 10
ROUNDS = 30
SETTLE_SECONDS = 0.3
MOST_SECONDS = 10
MOST_MILLISECONDS = 50


def measure(backend: Backend, account: Account) -> list[Figure]:
    """The median over all pages, from the click in one to what arrives in the others."""
    delays = asyncio.run(_measure(backend, account))
    database = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}[backend.engine.dialect.name]
    what = f"A tick shows in {TABS} other tabs, {database}"
    return [Figure(what, 1_000 * statistics.median(delays), "ms", MOST_MILLISECONDS)]


async def _measure(backend: Backend, account: Account) -> list[float]:
    delays: list[float] = []
    arrivals: list[list[float]] = [[] for _ in range(TABS)]
    arrived = [asyncio.Event() for _ in range(TABS)]
    async with AsyncExitStack() as tabs, asyncio.TaskGroup() as watching:
        _, tick = await tabs.enter_async_context(open_today(backend, account))
        watchers = []
        for moments, event in zip(arrivals, arrived, strict=True):
            page, _ = await tabs.enter_async_context(open_today(backend, account))
            watchers.append(watching.create_task(page.note_frames(moments, event)))
        for round_number in range(ROUNDS + 1):
            for moments, event in zip(arrivals, arrived, strict=True):
                moments.clear()
                event.clear()
            started = time.perf_counter()
            await tick()
            await asyncio.wait_for(_all(arrived), MOST_SECONDS)
            if round_number > 0:
                delays += [moments[0] - started for moments in arrivals]
            # Whatever else the pages are told belongs to this round.
            await asyncio.sleep(SETTLE_SECONDS)
        for watcher in watchers:
            watcher.cancel()
    return delays


async def _all(arrived: list[asyncio.Event]) -> None:
    for event in arrived:
        await event.wait()
