from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
import redis

from tests.servers import Redis
from tests.web.backend import ROOT, Backend
from tests.web.browser import LIVE, PANEL, ROOT_STATE, Browser, Tab, browser
from tests.web.conftest import Visit

PATIENCE_SECONDS = 15
SECRET = "What only Alice knows"
TOKEN = "6b2f3bd4-6a4f-4a35-9a2b-0d6a1f7f2c11"


@pytest.fixture(params=["memory", "redis"])
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    """State in memory, and state in Redis."""
    name = {"memory": "sqlite_backend", "redis": "redis_backend"}[request.param]
    return request.getfixturevalue(name)


def sealed_token(tab: Tab) -> str:
    """The token that the server made of the client's."""
    token: str = tab.shown["state.rx_router_session"]["client_token"]
    return token


async def fill(tab: Tab) -> None:
    """Put a task of hers into the state of the page, and open it."""
    await tab.add(SECRET)
    [row] = tab.rows
    await tab.open_task(row["id"])
    assert tab.panel["title"] == SECRET


async def pry(browser: Browser, alice: Browser, token: str) -> None:
    """Bring a client token and look at everything its state holds."""
    async with browser.socket("/today", token=token) as tab:
        await tab.settle()
        for path in ("/today", "/sign-in"):
            await tab.load(path)
        await tab.ask(f"{PANEL}.show_task")
        await tab.ask(f"{LIVE}.undo")
        await tab.settle()

        assert tab.frames
        assert not tab.knows(SECRET)
        assert not tab.knows(alice.email)
        assert tab.rows == []
        assert tab.panel["id"] == ""


@pytest.mark.parametrize("who", ["bob", "stranger"])
@pytest.mark.parametrize("kind", ["raw", "sealed"])
async def test_promise_14_nobody_sees_her_state_during_her_visit(
    request: pytest.FixtureRequest, alice: Browser, who: str, kind: str
) -> None:
    other: Browser = request.getfixturevalue(who)
    async with alice.tab("/today", token=TOKEN) as hers:
        await fill(hers)

        await pry(other, alice, sealed_token(hers) if kind == "sealed" else TOKEN)

        await hers.settle()
        assert hers.panel["title"] == SECRET
        assert hers.shown["auth_state.notice"]["text"].startswith("Added")


@pytest.mark.parametrize("who", ["bob", "stranger"])
@pytest.mark.parametrize("kind", ["raw", "sealed"])
async def test_nobody_sees_her_state_between_her_visits_and_she_finds_it_again(
    request: pytest.FixtureRequest, alice: Browser, who: str, kind: str
) -> None:
    other: Browser = request.getfixturevalue(who)
    async with alice.tab("/today", token=TOKEN) as hers:
        await fill(hers)
        sealed = sealed_token(hers)

    await pry(other, alice, sealed if kind == "sealed" else TOKEN)

    async with alice.socket("/today", token=TOKEN) as again:
        await again.settle()
        assert again.panel["title"] == SECRET
        assert sealed_token(again) == sealed


@pytest.mark.parametrize("who", ["bob", "stranger"])
@pytest.mark.parametrize("kind", ["raw", "sealed"])
async def test_nobody_sees_her_state_after_she_signed_out(
    request: pytest.FixtureRequest, alice: Browser, who: str, kind: str
) -> None:
    other: Browser = request.getfixturevalue(who)
    async with alice.tab("/today", token=TOKEN) as hers:
        await fill(hers)
        sealed = sealed_token(hers)
    alice.post("/auth/sign-out")

    await pry(other, alice, sealed if kind == "sealed" else TOKEN)


async def test_the_next_person_at_her_browser_starts_anew(alice: Browser, bob: Browser) -> None:
    async with alice.tab("/today", token=TOKEN) as hers:
        await fill(hers)
    alice.post("/auth/sign-out")
    email = alice.email
    alice.sign_in(bob.email)

    async with alice.tab("/today", token=TOKEN) as his:
        assert his.shown["auth_state.user"]["email"] == bob.email
        assert his.rows == []
        assert not his.knows(SECRET)
        assert not his.knows(email)


@pytest.mark.parametrize("kind", ["raw", "sealed"])
async def test_a_reload_keeps_what_the_page_held(alice: Browser, kind: str) -> None:
    async with alice.tab("/today", token=TOKEN) as first:
        await first.add("x" * 501)
        unsaved = first.shown["quick_add_state.unsaved"]
        token = sealed_token(first) if kind == "sealed" else TOKEN
    assert unsaved

    async with alice.tab("/today", token=token) as second:
        assert second.shown["quick_add_state.unsaved"] == unsaved


async def test_signing_in_again_is_a_new_state(alice: Browser) -> None:
    async with alice.tab("/today", token=TOKEN) as first:
        await first.add("x" * 501)
        sealed = sealed_token(first)
    alice.sign_in(alice.email)

    for token in (TOKEN, sealed):
        async with alice.tab("/today", token=token) as second:
            assert second.shown["quick_add_state.unsaved"] == ""
            assert second.shown["auth_state.user"]["email"] == alice.email
            assert sealed_token(second) != sealed


async def test_a_duplicated_tab_is_given_a_state_of_its_own_that_a_reload_keeps(
    alice: Browser, bob: Browser
) -> None:
    async with alice.tab("/today", token=TOKEN) as first:
        async with alice.tab("/today", token=TOKEN) as copy:
            given = next(frame for name, frame in copy.frames if name == "new_token")
            assert isinstance(given, str)
            assert given == sealed_token(copy) != sealed_token(first)
            await fill(copy)
            await first.settle()
            assert first.panel["id"] == ""
        async with alice.socket("/today", token=given) as again:
            await again.settle()
            assert again.panel["title"] == SECRET
    await pry(bob, alice, given)


async def test_two_browsers_of_one_person_are_two_sessions_with_two_states(
    alice: Browser, visit: Visit
) -> None:
    phone = visit()
    phone.sign_in(alice.email)

    async with alice.tab("/today", token=TOKEN) as desk, phone.tab("/today", token=TOKEN) as hand:
        await desk.add("x" * 501)
        await hand.settle()

        assert sealed_token(desk) != sealed_token(hand)
        assert hand.shown["quick_add_state.unsaved"] == ""


async def test_an_anonymous_state_is_not_taken_along_into_a_session(
    visit: Visit, alice: Browser
) -> None:
    browser = visit()
    async with browser.tab("/sign-in", token=TOKEN) as before:
        anonymous = sealed_token(before)
    browser.sign_in(alice.email)

    async with browser.tab("/today", token=anonymous) as after:
        assert sealed_token(after) != anonymous
        assert after.shown["auth_state.user"]["email"] == alice.email


async def test_state_is_never_kept_in_files(backend: Backend, alice: Browser) -> None:
    async with alice.tab("/today") as tab:
        await fill(tab)

    for folder in (backend.log.parent, ROOT):
        assert not list(folder.glob(".states/*"))


async def until_written(client: redis.Redis, sealed: str) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            written = [value_of(client, key) or b"" for key in client.scan_iter(f"{sealed}*")]
            if any(SECRET.encode() in value for value in written):
                return
            await asyncio.sleep(0.05)


def value_of(client: redis.Redis, key: bytes) -> bytes | None:
    return client.get(key) if client.type(key) == b"string" else None


async def test_redis_holds_the_state_and_no_cookie_and_no_token_of_anybody(
    redis_server: Redis, redis_backend: Backend
) -> None:
    with browser(redis_backend) as alice:
        alice.sign_up("Alice")
        async with alice.tab("/today", token=TOKEN) as tab:
            await fill(tab)
            await tab.ask("no.such.event")
            sealed = sealed_token(tab)
            with redis.Redis(port=redis_server.port) as client:
                # The process that has the page writes its state down when another asks for it.
                client.sadd(f"{sealed}_{ROOT_STATE}_lock_waiters", "another")
                await until_written(client, sealed)
                held = {key: value_of(client, key) for key in client.scan_iter("*")}

    assert any(key.startswith(sealed.encode()) for key in held)
    assert any(SECRET.encode() in (value or b"") for value in held.values())
    for text in [*held.keys(), *(value or b"" for value in held.values())]:
        assert b"todo_session" not in text
        for part in alice.token.encode().split(b"."):
            assert part not in text
