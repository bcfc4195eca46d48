"""Rounds of kill -9: of the program on either database, and of PostgreSQL under it."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

import httpx

from chaos import clients
from chaos.clients import Client
from chaos.reconcile import Findings, reconcile
from chaos.stage import Stage

CLIENTS = 8
WRITES_BEFORE = (20, 200)
"""How many writes are acknowledged before the kill, and as many as the least of them after it."""
LOAD_SECONDS = 10
"""After which it comes anyway."""
HEAL_SECONDS = 5
OK = 200
REFUSED = "503"
DONE = frozenset(map(str, clients.DONE))


@dataclass(slots=True)
class Rounds:
    """What so many rounds came to."""

    count: int = 0
    findings: Findings = field(default_factory=Findings)
    slowest_healing_seconds: float = 0.0
    strange_answers: set[str] = field(default_factory=set)

    @property
    def are_good(self) -> bool:
        """Whether everything that is promised was kept."""
        return (
            self.findings.are_good
            and not self.strange_answers
            and self.slowest_healing_seconds <= HEAL_SECONDS
        )


async def kill_program(stage: Stage, rounds: Rounds) -> None:
    """One round: the program dies while clients write, and is started again."""

    async def die() -> None:
        stage.kill()
        await asyncio.to_thread(stage.start)

    # 409: what the dead one was in the middle of, PostgreSQL has not given up yet. 503: on a
    # machine with too much to do, others were at SQLite for longer than anybody waits.
    await _round(stage, rounds, die, expected=DONE | {"none", "409", REFUSED})


async def kill_postgresql(stage: Stage, rounds: Rounds) -> None:
    """One round: PostgreSQL dies while clients write, and is started again; the program goes on.

    Meanwhile it answers 503 and nothing else, and it heals by itself.
    """
    postgresql = stage.postgresql
    if postgresql is None:
        raise ValueError("there is no PostgreSQL on this stage")

    async def die() -> None:
        postgresql.kill()
        await asyncio.sleep(random.uniform(0, 0.5))  # noqa: S311 - no secret
        await asyncio.to_thread(postgresql.start)
        await _heal(stage, rounds)

    await _round(stage, rounds, die, expected=DONE | {REFUSED})


async def _round(
    stage: Stage, rounds: Rounds, die: Callable[[], Awaitable[None]], *, expected: frozenset[str]
) -> None:
    async with clients.arriving(stage, CLIENTS) as people:
        async with clients.at_work(people):
            await _acknowledge(people, random.randint(*WRITES_BEFORE))  # noqa: S311 - no secret
            await die()
            await _acknowledge(people, WRITES_BEFORE[0])
        await asyncio.gather(*(person.settle() for person in people))
        found = reconcile(stage, [person.journal for person in people])
    rounds.count += 1
    rounds.strange_answers |= found.answers.keys() - expected
    rounds.findings.add(found)


async def _acknowledge(people: list[Client], count: int) -> None:
    """Let so many more writes be acknowledged."""
    enough = count + sum(person.journal.acknowledged for person in people)
    with suppress(TimeoutError):
        async with asyncio.timeout(LOAD_SECONDS):
            while sum(person.journal.acknowledged for person in people) < enough:  # noqa: ASYNC110
                await asyncio.sleep(0.01)


async def _heal(stage: Stage, rounds: Rounds) -> None:
    """Wait until a request that needs the database is answered well again."""
    started = time.monotonic()
    async with httpx.AsyncClient(base_url=stage.address, timeout=30) as http:
        while (await http.get("/health/ready")).status_code != OK:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)
    healing = time.monotonic() - started
    rounds.slowest_healing_seconds = max(rounds.slowest_healing_seconds, healing)
