"""Events over the socket: beside a counter without a database, and beside one bare UPDATE."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import cycle

from sqlalchemy import select

from bench.figures import Figure
from bench.socket_page import ROOT_STATE, SocketPage, open_page
from bench.stage import Account
from tests.web.backend import Backend
from todo_app.core.models import TASKS

ROUNDS = 40
IN_A_ROW = 12
"""How often each is done before it is the next one's turn."""
MOST_OF_AN_EVENT = 1.15
MOST_OF_A_TICK = 1.5
MOST_OF_A_LONG_ACCOUNT = 1.2

_COUNTER = f"{ROOT_STATE}.bench___floor_counter____counter"
COUNT = f"{_COUNTER}.increment"
UPDATE = f"{_COUNTER}.update"
_AUTH = f"{ROOT_STATE}.todo_app___web___session____auth_state"
CLOSE_NOTICE = f"{_AUTH}.close_notice"
SET_COMPLETED = f"{_AUTH}.todo_app___web___list_state____task_list_state.set_completed"

Timed = Callable[[], Awaitable[float]]


def measure_event(backend: Backend, counter_port: int, account: Account) -> list[Figure]:
    """An event that touches no database, beside the bare counter."""

    async def compare() -> list[Figure]:
        async with open_page(counter_port) as counter, open_today(backend, account) as (page, _):
            await counter.load()
            p50 = await in_turn(
                count=lambda: counter.time_event(COUNT),
                close_notice=lambda: page.time_event(CLOSE_NOTICE),
            )
        what = "Event without database"
        return [_p50(what, p50["close_notice"], MOST_OF_AN_EVENT, floor=p50["count"])]

    return asyncio.run(compare())


def measure_ticks(backend: Backend, counter_port: int, few: Account, many: Account) -> list[Figure]:
    """A tick beside a counter that updates a row, and a tick among many tasks."""
    return asyncio.run(_measure_ticks(backend, counter_port, few, many))


async def _measure_ticks(
    backend: Backend, counter_port: int, few: Account, many: Account
) -> list[Figure]:
    task_id = _newest_task(backend, few)
    async with (
        open_page(counter_port) as counter,
        open_today(backend, few) as (_, tick),
        open_today(backend, many) as (_, tick_among_many),
    ):
        await counter.load()
        p50 = await in_turn(
            update=lambda: counter.time_event(UPDATE, task_id=task_id),
            tick=tick,
            tick_among_many=tick_among_many,
        )
    database = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}[backend.engine.dialect.name]
    among_many = p50["tick_among_many"]
    return [
        _p50(f"Tick, {database}", p50["tick"], MOST_OF_A_TICK, floor=p50["update"]),
        _p50(
            f"Tick among 10,000 tasks, {database}",
            among_many,
            MOST_OF_A_LONG_ACCOUNT,
            floor=p50["tick"],
        ),
    ]


def _p50(what: str, measured: float, limit: float, *, floor: float) -> Figure:
    return Figure(what, 1_000 * measured, "ms", limit, floor=1_000 * floor)


async def in_turn(
    *, rounds: int = ROUNDS, in_a_row: int = IN_A_ROW, **acts: Timed
) -> dict[str, float]:
    """The median of each act: a few of one, a few of the next, so that all share the weather."""
    found: dict[str, list[float]] = defaultdict(list)
    names = list(acts)
    for round_number in range(rounds + 1):
        names.reverse()
        for name in names:
            times = [await acts[name]() for _ in range(in_a_row)]
            if round_number > 0:
                found[name] += times
    return {name: statistics.median(times) for name, times in found.items()}


@asynccontextmanager
async def open_today(backend: Backend, account: Account) -> AsyncIterator[tuple[SocketPage, Timed]]:
    """Today as it opens, and what ticks and unticks one of its tasks after the other."""
    port = backend.port
    async with open_page(port, "/today", origin=backend.origin, cookie=account.cookie) as page:
        shown = await page.load()
        ids = cycle([row["id"] for row in shown["rows_rx_state_"]])
        is_completed = False
        task_id = ""

        async def tick() -> float:
            nonlocal is_completed, task_id
            is_completed = not is_completed
            if is_completed:
                task_id = next(ids)
            stamp = time.time_ns() // 1_000_000
            return await page.time_event(
                SET_COMPLETED, task_id=task_id, is_completed=is_completed, stamp=stamp
            )

        yield page, tick


def _newest_task(backend: Backend, account: Account) -> str:
    newest = select(TASKS.c.id).where(TASKS.c.user_id == account.user_id)
    with backend.engine.connect() as connection:
        return str(connection.scalar(newest.order_by(TASKS.c.created_at.desc())))
