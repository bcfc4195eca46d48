"""Clients of the REST API that write down what they did and what they were answered."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from uuid import UUID, uuid4

import httpx

from chaos.stage import Stage
from tests.cast import PASSWORD
from tests.servers import NO_TLS

PAUSE_SECONDS = 0.2
"""How long a client waits that found nobody."""
RETRY_SECONDS = 60
DONE = frozenset({200, 201})
_addresses = count(1)


@dataclass(slots=True)
class Register:
    """A task whose title one client sets: the last value that was acknowledged, and what may be."""

    acknowledged: str
    perhaps: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Journal:
    """What a client was told is done, and what it was told nothing about."""

    user_id: UUID
    created: set[UUID] = field(default_factory=set)
    batches: list[tuple[UUID, ...]] = field(default_factory=list)
    """What was sent together, and is there together or not at all."""
    registers: dict[UUID, Register] = field(default_factory=dict)
    keyed: dict[str, bool] = field(default_factory=dict)
    """Titles that were sent with a key, again and again, and whether they were acknowledged."""
    answers: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0


@dataclass(slots=True)
class Client:
    """Somebody with an account of their own."""

    email: str
    http: httpx.AsyncClient = field(repr=False)
    journal: Journal
    notes: str = ""

    async def work(self) -> None:
        """Write until cancelled, one thing after the other."""
        acts: tuple[Callable[[], Awaitable[None]], ...] = (
            self.create,
            self.set_register,
            self.create_together,
            self.create_with_key,
            self.set_register,
        )
        for number in count():
            await acts[number % len(acts)]()

    async def create(self) -> None:
        """Add a task under an id of our own."""
        task_id = uuid4()
        body = {"id": str(task_id), "title": f"Task {task_id}", "notes": self.notes}
        if await self._send("POST", "/tasks", body) in DONE:
            self.journal.created.add(task_id)

    async def create_together(self) -> None:
        """Add three tasks in one batch."""
        ids = tuple(uuid4() for _ in range(3))
        self.journal.batches.append(ids)
        create = [{"op": "create", "task": {"id": str(one), "title": "Together"}} for one in ids]
        if await self._send("POST", "/tasks/batch", {"operations": create}) in DONE:
            self.journal.created.update(ids)

    async def set_register(self) -> None:
        """Give a task of ours another title."""
        registers = self.journal.registers
        if not registers:
            task_id = uuid4()
            body = {"id": str(task_id), "title": "0"}
            if await self._send("POST", "/tasks", body) in DONE:
                self.journal.created.add(task_id)
                registers[task_id] = Register("0")
            return
        [(task_id, register)] = registers.items()
        value = secrets.token_hex(4)
        register.perhaps.add(value)
        if await self._send("PATCH", f"/tasks/{task_id}", {"title": value}) in DONE:
            registers[task_id] = Register(value)

    async def create_with_key(self) -> None:
        """Add a task without an id, which is known by its key alone."""
        title = f"Keyed {uuid4()}"
        self.journal.keyed[title] = await self._send_keyed(title) in DONE

    async def settle(self) -> None:
        """Send again what was not answered, until it is."""
        for title in [title for title, is_known in self.journal.keyed.items() if not is_known]:
            async with asyncio.timeout(RETRY_SECONDS):
                while await self._send_keyed(title) not in DONE:
                    pass
            self.journal.keyed[title] = True

    async def _send_keyed(self, title: str) -> int | None:
        return await self._send(
            "POST", "/tasks", {"title": title}, headers={"Idempotency-Key": title.split()[1]}
        )

    async def _send(
        self, method: str, path: str, body: object, headers: dict[str, str] | None = None
    ) -> int | None:
        """The status of the answer, or None where there was none."""
        try:
            answer = await self.http.request(method, f"/api/v1{path}", json=body, headers=headers)
        except httpx.TransportError:
            self.journal.answers["none"] += 1
            await asyncio.sleep(PAUSE_SECONDS)
            return None
        self.journal.answers[str(answer.status_code)] += 1
        if answer.status_code in DONE:
            self.journal.acknowledged += 1
        else:
            await asyncio.sleep(PAUSE_SECONDS)
        return answer.status_code


@asynccontextmanager
async def arriving(stage: Stage, number: int, *, notes: str = "") -> AsyncIterator[list[Client]]:
    """So many people with new accounts, signed in at the API."""
    clients = [await _arrive(stage, notes) for _ in range(number)]
    try:
        yield clients
    finally:
        for client in clients:
            await client.http.aclose()


async def _arrive(stage: Stage, notes: str) -> Client:
    place = next(_addresses)
    http = httpx.AsyncClient(
        base_url=stage.address,
        timeout=30,
        verify=NO_TLS,
        headers={"X-Forwarded-For": f"203.{place >> 16 & 255}.{place >> 8 & 255}.{place & 255}"},
    )
    person = {"email": f"{secrets.token_hex(8)}@example.org", "password": PASSWORD}
    opened = await http.post("/api/v1/auth/signup", json=person)
    opened.raise_for_status()
    tokens = await http.post("/api/v1/auth/signin", json=person)
    http.headers["Authorization"] = f"Bearer {tokens.json()['access_token']}"
    return Client(person["email"], http, Journal(UUID(opened.json()["id"])), notes)


@asynccontextmanager
async def at_work(clients: list[Client]) -> AsyncIterator[None]:
    """All of them write while the block runs."""
    working = [asyncio.create_task(client.work()) for client in clients]
    try:
        yield
    finally:
        for task in working:
            task.cancel()
        outcomes = await asyncio.gather(*working, return_exceptions=True)
        failures = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
        if failures:
            raise failures[0]
