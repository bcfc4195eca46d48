"""Promise 9 on the web: passkeys by the form endpoints, with an authenticator in software."""

from __future__ import annotations

from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pytest

from tests.cast import PASSWORD
from tests.core.authenticator import Authenticator
from tests.web.browser import AUTH, Browser
from tests.web.conftest import Visit
from todo_app.core.passkeys import Challenge
from todo_app.web.messages import FIELD_MESSAGES, MESSAGES, WrongPasskey

PATH = "/settings/security/passkeys"
STATE = f"{AUTH}.todo_app___web___pages___passkeys____passkeys_state"


def place(answer: httpx.Response) -> str:
    """Where an answer leads to."""
    assert answer.status_code == 303
    return urlsplit(answer.headers["location"]).path


def asked(browser: Browser, path: str, **fields: str) -> Challenge:
    answer = browser.post(path, **fields)
    assert answer.status_code == 200
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert answer.headers["cache-control"] == "no-store"
    return Challenge(answer.text, "")


def add(browser: Browser, device: Authenticator, **fields: str) -> httpx.Response:
    challenge = asked(browser, "/auth/passkeys/new", current_password=PASSWORD)
    credential = device.register(challenge, origin=browser.backend.origin)
    form = {"name": "Phone", "current_password": PASSWORD, "credential": credential}
    return browser.post("/auth/passkeys/add", **form | fields)


def sign_in(browser: Browser, device: Authenticator) -> httpx.Response:
    challenge = asked(browser, "/auth/passkeys/challenge")
    credential = device.sign_in(challenge, origin=browser.backend.origin)
    return browser.post("/auth/passkeys/sign-in", credential=credential, next="/inbox")


async def test_a_passkey_opens_the_account_in_a_browser_of_nobodys(
    alice: Browser, visit: Visit
) -> None:
    device, browser = Authenticator(), visit()
    assert place(add(alice, device)) == PATH

    assert place(sign_in(browser, device)) == "/inbox"

    assert "todo_step" not in browser.http.cookies
    credential = device.sign_in(
        asked(browser, "/auth/passkeys/challenge"), origin=browser.backend.origin
    )
    page = f"{browser.backend.origin}/sign-in?next=%2Fcompleted"
    unheard = browser.post_unheard(page, "/auth/passkeys/sign-in", credential=credential)
    assert place(unheard) == "/completed", "before its page is complete too"
    async with browser.tab(PATH) as tab:
        assert tab.shown["auth_state.user"]["email"] == alice.email
        await tab.ask(f"{STATE}.show_passkeys")
        (row,) = tab.shown["passkeys_state.passkey_rows"]
        assert (row["name"], row["used"][:10]) == ("Phone", "Used Today")
    fields = {"passkey_id": row["id"], "remove_password": PASSWORD}
    assert place(browser.post("/auth/passkeys/remove", **fields)) == PATH
    assert place(sign_in(visit(), device)) == "/sign-in"


async def test_an_unknown_passkey_is_told_at_the_form(stranger: Browser) -> None:
    assert place(sign_in(stranger, Authenticator())) == "/sign-in"

    assert stranger.token == ""
    async with stranger.tab("/sign-in") as tab:
        assert tab.shown["account_form_state.errors"] == {"form": MESSAGES[WrongPasskey]}


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"current_password": "wrong"}, {"current_password": FIELD_MESSAGES["wrong"]}),
        ({"credential": "{}"}, {"form": FIELD_MESSAGES["passkey"]}),
        ({"name": "  "}, {"name": FIELD_MESSAGES["passkey_name"]}),
    ],
)
async def test_a_refused_passkey_is_told_at_its_place_and_keeps_its_name(
    alice: Browser, fields: dict[str, str], errors: dict[str, str]
) -> None:
    add(alice, Authenticator(), **fields)

    async with alice.socket(PATH) as tab:
        await tab.ask(f"{STATE}.show_passkeys")
        assert tab.shown["passkeys_state.errors"] == errors
        assert tab.shown["passkeys_state.name"] == fields.get("name", "Phone")
        assert tab.shown["passkeys_state.passkey_rows"] == []


def test_a_challenge_for_a_new_passkey_takes_the_password(alice: Browser) -> None:
    for fields in ({}, {"current_password": "not hers at all"}):
        answer = alice.post("/auth/passkeys/new", **fields)
        assert (answer.status_code, answer.text) == (422, FIELD_MESSAGES["wrong"])
        assert "set-cookie" not in answer.headers


async def test_a_passkey_that_was_not_removed_is_told_at_its_own_field(alice: Browser) -> None:
    add(alice, Authenticator())
    [[passkey_id]] = alice.backend.rows(
        "SELECT id FROM passkeys WHERE user_id = :user", user=alice.user_id
    )
    one = str(UUID(str(passkey_id)))
    alice.post("/auth/passkeys/remove", passkey_id=one, remove_password="wrong")

    async with alice.socket(PATH) as tab:
        await tab.ask(f"{STATE}.show_passkeys")
        assert tab.shown["passkeys_state.errors"] == {f"remove-{one}": FIELD_MESSAGES["wrong"]}
        assert tab.shown["auth_state.notice"]["text"] == ""


def test_strangers_and_other_sites_get_neither_challenge_nor_change(
    alice: Browser, stranger: Browser
) -> None:
    assert stranger.post("/auth/passkeys/new").status_code == 401
    for form in ("add", "remove"):
        assert place(stranger.post(f"/auth/passkeys/{form}")) == "/sign-in"
    for path in ("challenge", "sign-in", "new", "add", "remove"):
        answer = alice.http.post(
            f"/auth/passkeys/{path}", headers={"Origin": "https://evil.example"}
        )
        assert answer.status_code == 403


def test_a_passkey_of_another_cannot_be_removed(alice: Browser, bob: Browser, visit: Visit) -> None:
    device = Authenticator()
    add(alice, device)
    [[passkey_id]] = alice.backend.rows(
        "SELECT id FROM passkeys WHERE user_id = :user", user=alice.user_id
    )

    fields = {"passkey_id": str(passkey_id), "remove_password": PASSWORD}
    assert place(bob.post("/auth/passkeys/remove", **fields)) == PATH

    assert place(sign_in(visit(), device)) == "/inbox"
