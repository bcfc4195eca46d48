"""What people notice when Redis is gone, or has forgotten everything: as little as can be."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path

import httpx
import pytest
import redis
from socketio.exceptions import ConnectionError as RefusedError

from tests.cast import PASSWORD
from tests.servers import NO_TLS, Redis, running_redis
from tests.web.backend import Backend, running_backend
from tests.web.browser import LIVE, Browser, Tab, browser

PATIENCE_SECONDS = 20


@contextmanager
def api_of(person: Browser) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{person.backend.address}/api/v1", timeout=30) as api:
        credentials = {"email": person.email, "password": PASSWORD}
        pair = api.post("/auth/signin", json=credentials).json()
        api.headers["Authorization"] = f"Bearer {pair['access_token']}"
        yield api


@asynccontextmanager
async def tab_as_soon_as_there_is_one(person: Browser) -> AsyncIterator[Tab]:
    """A page tries again until it is let in."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            try:
                async with person.tab("/inbox") as tab:
                    yield tab
                    return
            except RefusedError:
                await asyncio.sleep(0.1)


def titles(tab: Tab) -> set[str]:
    return {row["title"] for row in tab.rows}


async def test_promise_21_without_redis_all_but_open_pages_goes_on_and_they_come_back_with_it(
    tmp_path: Path,
) -> None:
    with ExitStack() as first:
        port = first.enter_context(running_redis()).port
        with (
            running_backend(tmp_path, REDIS_URL=f"redis://127.0.0.1:{port}/0") as backend,
            browser(backend) as alice,
            browser(backend) as bob,
        ):
            alice.sign_up("Alice")
            async with alice.tab("/inbox") as tab:
                await tab.add("Saved before")

                first.close()

                await tab.until(lambda: tab.is_closed)
            bob.sign_up("Bob")
            with api_of(alice) as api:
                assert api.post("/tasks", json={"title": "Saved meanwhile"}).status_code == 201
                assert guesses(backend) == [401] * 6 + [429]
                with pytest.raises(RefusedError):
                    async with alice.socket():
                        pass
                with running_redis(port):
                    async with tab_as_soon_as_there_is_one(alice) as tab:
                        assert titles(tab) == {"Saved before", "Saved meanwhile"}
                        await tab.add("Saved after")
                        api.post("/tasks", json={"title": "Heard of"})
                        await tab.until(lambda: "Heard of" in titles(tab))
                        assert len(titles(tab)) == 4


def guesses(backend: Backend) -> list[int]:
    return [
        httpx.post(
            f"{backend.address}/api/v1/auth/signin",
            json={"email": "alice@example.org", "password": "a guess of mine"},
            verify=NO_TLS,
            headers={"X-Forwarded-For": "192.0.2.77"},
        ).status_code
        for _ in range(7)
    ]


async def test_a_redis_that_forgot_everything_costs_nobody_what_was_typed_or_saved(
    redis_backend: Backend, redis_server: Redis
) -> None:
    with browser(redis_backend) as alice, redis.Redis(port=redis_server.port) as server:
        alice.sign_up("Alice")
        async with alice.tab("/inbox") as tab, alice.tab("/inbox") as other:
            await tab.add("Saved before")
            await tab.open_task(tab.rows[0]["id"])

            server.flushall()

            await tab.save("notes", "Typed before, saved after")
            await tab.add("Saved after")
            await tab.ask(f"{LIVE}.refresh")
            assert titles(tab) == {"Saved before", "Saved after"}
            server.flushall()
            await other.ask(f"{LIVE}.refresh")
            assert titles(other) == titles(tab)
        kept = redis_backend.rows(
            "SELECT notes FROM tasks JOIN users ON users.id = user_id "
            "WHERE email = :email AND title = 'Saved before'",
            email=alice.email,
        )
        assert kept == [("Typed before, saved after",)]
