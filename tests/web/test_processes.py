"""Two processes of one installation, on one PostgreSQL and one Redis."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from tests.servers import NO_TLS, PostgreSQL, Redis
from tests.web.backend import Backend, running_backend
from tests.web.browser import browser


@pytest.fixture(scope="module")
def processes(
    postgresql: PostgreSQL, redis_server: Redis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Backend, Backend]]:
    settings = {
        "DATABASE_URL": postgresql.fresh_database(),
        "REDIS_URL": redis_server.url,
        "JWT_SECRET": "3Wr2vN5c-Pq8tY1xZ6bM4kL7sD9fG0hJ",
    }
    with ExitStack() as running:

        def start(**more: str) -> Backend:
            folder = tmp_path_factory.mktemp("process")
            return running.enter_context(running_backend(folder, **settings, **more))

        first = start()
        yield first, start(PUBLIC_URL=first.origin)


async def test_what_is_done_at_one_process_shows_at_once_in_pages_that_hang_on_the_other(
    processes: tuple[Backend, Backend],
) -> None:
    here, there = processes
    with browser(here) as alice, browser(there) as phone:
        alice.sign_up("Alice")
        phone.http.cookies.set("todo_session", alice.token)
        async with alice.tab("/today") as near, phone.tab("/today") as far:
            await near.add("Water the plants")

            await far.until(lambda: [row["title"] for row in far.rows] == ["Water the plants"])


async def test_promise_4_signing_out_at_one_process_closes_the_pages_that_hang_on_the_other(
    processes: tuple[Backend, Backend],
) -> None:
    here, there = processes
    with browser(here) as alice, browser(there) as other_tab:
        alice.sign_up("Alice")
        other_tab.http.cookies.set("todo_session", alice.token)
        async with other_tab.tab("/today") as tab:
            await tab.add("Answers")

            alice.post("/auth/sign-out")

            await tab.until(lambda: tab.is_closed)
        assert other_tab.get("/today").headers["location"].endswith("?ended=1")


async def test_guesses_at_one_process_slow_the_next_at_the_other(
    processes: tuple[Backend, Backend],
) -> None:
    def guess(backend: Backend) -> int:
        return httpx.post(
            f"{backend.address}/api/v1/auth/signin",
            json={"email": "alice@example.org", "password": "a guess of mine"},
            verify=NO_TLS,
            headers={"X-Forwarded-For": "192.0.2.66"},
        ).status_code

    here, there = processes
    assert [guess(here) for _ in range(6)] == [401] * 6
    # By itself it would let in as many: it has heard of those.
    for _ in range(5):
        if guess(there) == 429:
            break
        await asyncio.sleep(1)
    assert guess(there) == 429
