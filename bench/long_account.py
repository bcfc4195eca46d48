"""What an account with much in it costs beside one with little: opening Today, moving a task."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import httpx
from sqlalchemy import select

from bench.events import Timed, in_turn, open_today
from bench.figures import Figure
from bench.stage import Account
from tests.web.backend import Backend
from todo_app.core.models import TASKS

ROUNDS = 15
IN_A_ROW = 4
MOST_OF_A_LONG_ACCOUNT = 1.5


def measure(backend: Backend, few: Account, many: Account) -> list[Figure]:
    """The medians of both, by turns."""
    p50 = asyncio.run(_measure(backend, few, many))
    database = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}[backend.engine.dialect.name]
    return [
        Figure(
            f"{what} among 10,000 tasks, {database}",
            1_000 * p50[f"{key}_many"],
            "ms",
            MOST_OF_A_LONG_ACCOUNT,
            floor=1_000 * p50[f"{key}_few"],
        )
        for key, what in (("open", "Opening Today"), ("move", "Moving a task"))
    ]


async def _measure(backend: Backend, few: Account, many: Account) -> dict[str, float]:
    async with (
        open_today(backend, few) as (page, _),
        open_today(backend, many) as (page_of_many, _),
        httpx.AsyncClient(base_url=f"{backend.address}/api/v1") as client,
    ):
        return await in_turn(
            rounds=ROUNDS,
            in_a_row=IN_A_ROW,
            open_few=page.time_load,
            open_many=page_of_many.time_load,
            move_few=_moving(client, backend, few),
            move_many=_moving(client, backend, many),
        )


def _moving(client: httpx.AsyncClient, backend: Backend, account: Account) -> Timed:
    """What puts a task beside another of its project, now behind it and now before it."""
    moved, beside = _neighbours(backend, account)
    headers = {"Authorization": f"Bearer {account.access_token}"}
    is_behind = False

    async def move() -> float:
        nonlocal is_behind
        is_behind = not is_behind
        answer = await client.post(
            f"/tasks/{moved}/move",
            json={"after" if is_behind else "before": beside},
            headers={**headers, "Idempotency-Key": str(uuid4())},
        )
        answer.raise_for_status()
        return answer.elapsed.total_seconds()

    return move


def _neighbours(backend: Backend, account: Account) -> tuple[str, str]:
    """Two tasks of one project."""
    own = TASKS.c.user_id == account.user_id
    with backend.engine.connect() as connection:
        home = connection.scalar(select(TASKS.c.project_id).where(own).limit(1))
        siblings = select(TASKS.c.id).where(own, TASKS.c.project_id == home).limit(2)
        moved, beside = connection.scalars(siblings)
    return str(moved), str(beside)
