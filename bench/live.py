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
SETTLE_SECONDS = 0.4
MOST_MILLISECONDS = 50


def measure(backend: Backend, account: Account) -> list[Figure]:
    """The median over all pages, from the click in one to what arrives in the others."""
    delays = asyncio.run(_measure(backend, account))
    database = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}[backend.engine.dialect.name]
    what = f"A tick shows in {TABS} other tabs, {database}"
    return [Figure(what, 1_000 * statistics.median(delays), "ms", MOST_MILLISECONDS)]


async def _measure(backend: Backend, account: Account) -> list[float]:
    delays: list[float] = []
    async with AsyncExitStack() as tabs, asyncio.TaskGroup() as watching:
        _, tick = await tabs.enter_async_context(open_today(backend, account))
        arrivals: list[list[float]] = []
        watchers = []
        for _ in range(TABS):
            page, _ = await tabs.enter_async_context(open_today(backend, account))
            arrivals.append([])
            watchers.append(watching.create_task(page.note_frames(arrivals[-1])))
        for round_number in range(ROUNDS + 1):
            for moments in arrivals:
                moments.clear()
            started = time.perf_counter()
            await tick()
            await asyncio.sleep(SETTLE_SECONDS)
            if round_number > 0:
                delays += [moments[0] - started for moments in arrivals]
        for watcher in watchers:
            watcher.cancel()
    return delays
