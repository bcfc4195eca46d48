"""Promises 5, 8 and 9 on the web: two steps to sign in, and what the socket never holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pyotp
import pytest

from tests.cast import PASSWORD
from tests.web.browser import AUTH, Browser, Tab
from tests.web.conftest import Visit

PATH = "/settings/security/codes"
STATE = f"{AUTH}.todo_app___web___pages___second_factor____second_factor_state"


def put_into(tab: Tab, field: str) -> str:
    """What the server put into a field of the page."""
    values = [
        event["payload"]["value"]
        for _, frame in tab.frames
        for event in (frame.get("events") if isinstance(frame, dict) else None) or []
        if event["name"] == "_set_value" and event["payload"]["ref"] == f"ref_{field}"
    ]
    return str(values[-1]) if values else ""


def code_of(seed: str, *, seconds: int = 0) -> str:
    return pyotp.TOTP(seed).at(datetime.now(UTC) + timedelta(seconds=seconds))


async def switch_on(browser: Browser) -> tuple[str, list[str]]:
    """Set it up as the page does: the seed and the recovery codes."""
    async with browser.tab(PATH) as tab:
        await tab.ask(f"{STATE}.begin_set_up")
        seed = put_into(tab, "seed").replace(" ", "")
        assert seed not in repr(tab.shown)
    fields = {"code": code_of(seed), "on_password": PASSWORD}
    assert place(browser.post("/auth/codes/on", **fields)) == PATH
    async with browser.tab(PATH) as tab:
        await tab.ask(f"{STATE}.show_second_factor")
        assert tab.shown["second_factor_state.factor"]["is_on"]
        assert "Codes at sign-in are on." in tab.shown["auth_state.notice"]["text"]
        await tab.ask(f"{STATE}.show_recovery_codes")
        codes = put_into(tab, "recovery_codes").split()
        assert len(codes) == 10
        assert not [code for code in codes if code in repr(tab.shown)]
    return seed, codes


def place(answer: httpx.Response) -> str:
    """Where an answer leads to."""
    assert answer.status_code == 303
    target = urlsplit(answer.headers["location"])
    return f"{target.path}?{target.query}" if target.query else target.path


def first_step(browser: Browser, email: str, **fields: str) -> httpx.Response:
    return browser.post("/auth/sign-in", email=email, password=PASSWORD, **fields)


async def test_promise_9_no_session_before_the_code_is_right(alice: Browser, visit: Visit) -> None:
    seed, codes = await switch_on(alice)
    browser = visit()

    answer = first_step(browser, alice.email, next="/inbox")
    assert place(answer) == "/sign-in/code?next=%2Finbox"
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert browser.token == ""
    assert place(browser.get("/today")) == "/sign-in"
    step = browser.http.cookies["todo_step"]
    bearer = {"Authorization": f"Bearer {step}"}
    assert browser.get("/api/v1/auth/me", headers=bearer).status_code == 401

    wrong = browser.post("/auth/sign-in/code", code="000000", next="/inbox")
    assert place(wrong) == "/sign-in/code?next=%2Finbox"
    assert browser.token == ""
    right = code_of(seed, seconds=30)
    assert place(browser.post("/auth/sign-in/code", code=right, next="/inbox")) == "/inbox"
    assert browser.token
    assert "todo_step" not in browser.http.cookies
    for secret in (seed, step, right, *codes):
        assert secret not in alice.backend.log_text()


async def test_both_steps_lead_back_before_their_pages_are_complete(
    alice: Browser, visit: Visit
) -> None:
    seed, _ = await switch_on(alice)
    origin, browser = alice.backend.origin, visit()
    page, code_page = (f"{origin}{path}?next=%2Finbox" for path in ("/sign-in", "/sign-in/code"))

    first = browser.post_unheard(page, "/auth/sign-in", email=alice.email, password=PASSWORD)
    wrong = browser.post_unheard(code_page, "/auth/sign-in/code", code="000000")
    code = code_of(seed, seconds=30)
    right = browser.post_unheard(code_page, "/auth/sign-in/code", code=code)

    assert [place(answer) for answer in (first, wrong, right)] == [
        "/sign-in/code?next=%2Finbox",
        "/sign-in/code?next=%2Finbox",
        "/inbox",
    ]


async def test_promise_5_neither_cookie_stands_in_for_the_other(
    alice: Browser, visit: Visit
) -> None:
    seed, _ = await switch_on(alice)
    browser = visit()
    first_step(browser, alice.email)
    step = browser.http.cookies["todo_step"]

    browser.http.cookies.clear()
    browser.http.cookies.set("todo_session", step)
    assert place(browser.get("/today")).startswith("/sign-in")
    browser.http.cookies.clear()
    browser.http.cookies.set("todo_step", alice.token)
    assert place(browser.post("/auth/sign-in/code", code=code_of(seed, seconds=30))) == "/sign-in"
    assert browser.token == ""


async def test_a_first_step_that_is_over_leads_back_to_the_first(
    alice: Browser, visit: Visit
) -> None:
    seed, codes = await switch_on(alice)
    browser = visit()
    first_step(browser, alice.email)
    step = browser.http.cookies["todo_step"]
    browser.post("/auth/sign-in/code", code=codes[0])
    assert browser.token

    other = visit()
    other.http.cookies.set("todo_step", step)
    answer = other.post("/auth/sign-in/code", code=code_of(seed, seconds=30))

    assert place(answer) == "/sign-in"
    assert other.token == ""


async def test_a_seed_is_shown_to_its_owner_alone(
    alice: Browser, bob: Browser, stranger: Browser
) -> None:
    async with alice.tab(PATH) as tab:
        await tab.ask(f"{STATE}.begin_set_up")
        seed = put_into(tab, "seed")

    picture = alice.get("/auth/codes/seed.svg")
    assert (picture.status_code, picture.headers["cache-control"]) == (200, "no-store")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert b"<script" not in picture.content
    for other, status in ((bob, 204), (stranger, 404)):
        answer = other.get("/auth/codes/seed.svg")
        assert answer.status_code == status
        assert b"svg" not in answer.content
    async with bob.tab(PATH) as tab:
        await tab.ask(f"{STATE}.show_seed")
        await tab.ask(f"{STATE}.show_recovery_codes")
        assert put_into(tab, "seed") == put_into(tab, "recovery_codes") == ""
        assert not tab.knows(seed)


@pytest.mark.parametrize("form", ["on", "off", "renew"])
def test_the_forms_are_for_members_from_our_own_site(
    alice: Browser, stranger: Browser, form: str
) -> None:
    path = f"/auth/codes/{form}"
    assert place(stranger.post(path)).startswith("/sign-in?next=")
    evil = alice.http.post(path, headers={"Origin": "https://evil.example"})
    assert evil.status_code == 403


async def test_a_refused_change_is_told_at_its_own_field(alice: Browser) -> None:
    await switch_on(alice)
    for form in ("off", "renew"):
        field = f"{form}_password"
        alice.post(f"/auth/codes/{form}", **{field: "not hers at all"})
        async with alice.socket(PATH) as tab:
            await tab.ask(f"{STATE}.show_second_factor")
            errors: dict[str, Any] = tab.shown["second_factor_state.errors"]
            assert list(errors) == [field]
            assert tab.shown["second_factor_state.factor"]["is_on"]
