"""Promise 5 for all that proves something: each kind opens its own doors and no others.

The doors of passkeys ask for more than a token; `core/test_tokens.py` tells their kinds apart.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx
import pyotp

from tests.cast import PASSWORD
from tests.mailbox import ARRIVAL_SECONDS, Mailbox, link_in, text_of
from tests.web.backend import Backend
from tests.web.browser import Browser
from tests.web.browser import browser as arriving

NEW = "teapot over eight rivers"
AUTH = "/api/v1/auth"

Open = Callable[[Browser, str], bool]


def call(browser: Browser, path: str, bearer: str = "", **body: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    return browser.http.post(f"{AUTH}{path}", json=body or None, headers=headers)


def link_to(post_office: Mailbox, address: str, purpose: str) -> str:
    """The token of the link for a purpose, once it has arrived."""
    deadline = time.monotonic() + ARRIVAL_SECONDS
    while time.monotonic() < deadline:
        for mail in post_office.mails_to(address):
            if f"/auth/link/{purpose}/" in text_of(mail):
                return urlsplit(link_in(mail)).path.rpartition("/")[2]
        time.sleep(0.05)
    raise AssertionError(purpose)


def confirm_account(browser: Browser, post_office: Mailbox) -> str:
    """The address of one more account."""
    email = f"bob-{secrets.token_hex(6)}@example.org"
    browser.post("/auth/sign-up", email=email, password=PASSWORD)
    token = link_to(post_office, email, "confirm-sign-up")
    assert call(browser, "/signup/confirm", token=token, password=PASSWORD).is_success
    return email


def switch_on_codes(browser: Browser) -> tuple[dict[str, str], list[str]]:
    """The pair of tokens of an API client that switched codes on, and recovery codes."""
    pair = call(browser, "/signin", email=browser.email, password=PASSWORD).json()
    bearer = pair["access_token"]
    code = pyotp.TOTP(call(browser, "/second-factor", bearer).json()["seed"]).now()
    on = call(browser, "/second-factor/confirm", bearer, code=code, current_password=PASSWORD)
    return pair, on.json()["recovery_codes"]


def every_kind(
    alice: Browser, stranger: Browser, post_office: Mailbox
) -> tuple[dict[str, str], list[str]]:
    """A fresh token of each kind, all of them good, and recovery codes that are left."""
    bob = confirm_account(stranger, post_office)
    stranger.post("/auth/forgot-password", email=bob)
    carol = f"carol-{secrets.token_hex(6)}@example.org"
    stranger.post("/auth/sign-up", email=carol, password=PASSWORD)
    pair, codes = switch_on_codes(alice)
    alice.post("/auth/sign-in", email=alice.email, password=PASSWORD)
    alice.post("/auth/sign-in/code", code=codes.pop())
    alice.post("/auth/email", new_email=f"new-{alice.email}", password=PASSWORD)
    made = alice.post("/auth/tokens", name="Script", scope="write", expires_in_days="7")
    steps = {}
    for kind, way in (
        ("mfa", lambda: stranger.post("/auth/sign-in", email=alice.email, password=PASSWORD)),
        ("passkey", lambda: stranger.post("/auth/passkeys/challenge")),
        ("new passkey", lambda: alice.post("/auth/passkeys/new", current_password=PASSWORD)),
    ):
        steps[kind] = way().cookies["todo_step"]
    tokens = {
        "web session": alice.token,
        "access": pair["access_token"],
        "refresh": pair["refresh_token"],
        "API token": made.json()["token"],
        **steps,
        "reset-password": link_to(post_office, bob, "reset-password"),
        "confirm-email": link_to(post_office, f"new-{alice.email}", "confirm-email"),
        "confirm-sign-up": link_to(post_office, carol, "confirm-sign-up"),
    }
    return tokens, codes


def reads_tasks(browser: Browser, token: str) -> bool:
    headers = {"Authorization": f"Bearer {token}"}
    return browser.get("/api/v1/tasks", headers=headers).is_success


def opens_pages(browser: Browser, token: str) -> bool:
    # There is no frontend here: who is let through finds nothing, who is not is led away.
    return browser.get("/inbox", headers={"Cookie": f"todo_session={token}"}).status_code == 404


def signs_in_with(code: str) -> Open:
    def signs_in(browser: Browser, token: str) -> bool:
        headers = {"Cookie": f"todo_step={token}", "Origin": browser.backend.origin}
        answer = browser.http.post("/auth/sign-in/code", data={"code": code}, headers=headers)
        return "todo_session=" in answer.headers.get("set-cookie", "")

    return signs_in


def leads_on(purpose: str) -> Open:
    def opens(browser: Browser, token: str) -> bool:
        answer = browser.get(f"/auth/link/{purpose}/{token}")
        return not answer.headers["location"].endswith("/link-spent")

    return opens


def trades(path: str, name: str = "token", **more: str) -> Open:
    def is_taken(browser: Browser, token: str) -> bool:
        return call(browser, path, **{name: token}, **more).is_success

    return is_taken


async def test_promise_5_no_kind_of_token_opens_a_door_of_another(
    confirmed: Browser, post_office: Mailbox
) -> None:
    backend = confirmed.backend
    with arriving(backend) as stranger:
        tokens, codes = every_kind(confirmed, stranger, post_office)
    doors: dict[str, tuple[set[str], Open]] = {
        "the API": ({"access", "API token"}, reads_tasks),
        "pages": ({"web session"}, opens_pages),
        "the second step": ({"mfa"}, signs_in_with(codes.pop())),
        **{
            f"the link to {purpose}": ({purpose}, leads_on(purpose))
            for purpose in ("reset-password", "confirm-email", "confirm-sign-up")
        },
        "the next pair": ({"refresh"}, trades("/refresh", "refresh_token")),
        "an address": ({"confirm-email"}, trades("/email/confirm")),
        "an account": ({"confirm-sign-up"}, trades("/signup/confirm", password=PASSWORD)),
        "a password": ({"reset-password"}, trades("/password/reset", new_password=NEW)),
    }

    opened = {"sockets": await kinds_that_open_sockets(backend, tokens)}
    for door, (own, opens) in doors.items():
        # Each from a network of its own, and what is to be refused before what is used up.
        with arriving(backend) as visitor:
            ordered = sorted(tokens, key=own.__contains__)
            opened[door] = {kind for kind in ordered if opens(visitor, tokens[kind])}

    expected = {door: own for door, (own, _) in doors.items()}
    assert opened == {"sockets": {"web session"}, **expected}


async def kinds_that_open_sockets(backend: Backend, tokens: dict[str, str]) -> set[str]:
    """Of which kinds a token in the cookie makes a socket somebody's."""
    found = set()
    with arriving(backend) as visitor:
        for kind, token in tokens.items():
            visitor.http.cookies.set("todo_session", token)
            async with visitor.socket() as tab:
                await tab.load("/today")
                if tab.shown["auth_state.signed_in"]:
                    found.add(kind)
    return found
