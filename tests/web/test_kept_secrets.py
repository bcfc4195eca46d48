"""What a running program leaves behind: its log, its data folder, its database."""

from __future__ import annotations

import re
import secrets
import time
from typing import Any
from urllib.parse import urlsplit

import pyotp

from tests.cast import PASSWORD
from tests.mailbox import Mailbox, link_in
from tests.web.backend import Backend
from tests.web.browser import API_TOKENS, Browser, browser
from todo_app.core.models import SQLModel

SEED_CHARACTERS = 32
WRONG, NEW = f"wrong {secrets.token_hex(8)}", f"new {secrets.token_hex(8)}"


def switch_on_codes(browser: Browser) -> set[str]:
    """The seed and the recovery codes of a second factor; one of them has signed in."""

    def call(path: str, **body: str) -> dict[str, Any]:
        answer = browser.http.post(f"/api/v1/auth{path}", json=body or None, headers=headers)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    own: dict[str, str] = {"email": browser.email, "password": NEW}
    headers: dict[str, str] = {}
    headers = {"Authorization": f"Bearer {call('/signin', **own)['access_token']}"}
    seed = call("/second-factor")["seed"]
    code = pyotp.TOTP(seed).now()
    codes = call("/second-factor/confirm", code=code, current_password=NEW)["recovery_codes"]
    headers = {}
    call("/signin", **own, code=codes[0])
    return {seed, *codes}


async def test_promise_23_nothing_that_is_kept_holds_a_secret_that_was_used(
    alice: Browser, backend: Backend
) -> None:
    used = {PASSWORD, WRONG, NEW, alice.token}
    alice.post("/auth/password", current_password=WRONG, new_password=NEW)
    alice.post("/auth/password", current_password=PASSWORD, new_password=NEW)
    made = alice.post("/auth/tokens", name="Script", scope="write", expires_in_days="7").json()
    used.add(made["token"])
    signed_in = alice.http.post(
        "/api/v1/auth/signin", json={"email": alice.email, "password": NEW}
    ).json()
    used |= {signed_in["access_token"], signed_in["refresh_token"]}
    for token in (made["token"], signed_in["access_token"], "todo_forged"):
        alice.get("/api/v1/tasks", headers={"Authorization": f"Bearer {token}"})
    alice.http.post("/api/v1/auth/refresh", json={"refresh_token": signed_in["refresh_token"]})
    async with alice.tab("/settings/tokens") as tab:
        await tab.ask(f"{API_TOKENS}.show_tokens")
        assert not [one for one in used if tab.knows(one)]
    alice.post("/auth/sign-in", email=alice.email, password=WRONG)
    used |= switch_on_codes(alice)

    assert kept_of(used, backend) == set()


async def test_promise_23_nothing_that_is_kept_holds_a_link_or_a_code_that_was_used(
    mailing_backend: Backend, post_office: Mailbox
) -> None:
    with browser(mailing_backend) as alice:
        alice.email = f"alice-{secrets.token_hex(6)}@example.org"
        new_email = f"new-{alice.email}"

        def link_to(address: str, count: int = 1) -> str:
            """The token of the last link to an address, which was opened."""
            path = urlsplit(link_in(post_office.wait_for(address, count))).path
            assert alice.get(path).status_code == 303
            return path.rpartition("/")[2]

        alice.post("/auth/sign-up", email=alice.email, password=PASSWORD)
        links = {link_to(alice.email)}
        alice.post("/auth/confirm-sign-up", password=PASSWORD)
        post_office.forget(alice.email)
        alice.post("/auth/forgot-password", email=alice.email)
        links.add(link_to(alice.email))
        alice.post("/auth/reset-password", new_password=NEW)
        alice.sign_in(alice.email, NEW)
        alice.post("/auth/email", new_email=new_email, password=NEW)
        links.add(link_to(new_email))
        alice.post("/auth/confirm-email")
        alice.email = new_email
        seed = next(one for one in switch_on_codes(alice) if len(one) == SEED_CHARACTERS)
        alice.post("/auth/sign-in", email=alice.email, password=NEW)
        step = alice.http.cookies["todo_step"]
        right, wrong = pyotp.TOTP(seed).at(int(time.time()) + 30), "918273"
        for code in (wrong, right):
            alice.post("/auth/sign-in/code", code=code)
        assert alice.get("/inbox").status_code == 404, "the code has signed her in"

        assert len(links) == 3
        assert kept_of({*links, seed, step, alice.token}, mailing_backend) == set()
        assert codes_in({right, wrong}, mailing_backend) == set()


def kept_of(used: set[str], backend: Backend) -> set[tuple[str, str]]:
    """Which secrets are in which files that a backend leaves behind."""
    folder = backend.log.parent
    kept = {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert len(kept["log"]) > 0
    assert any(name.startswith("todo.db") for name in kept)
    return {
        (name, secret[:12])
        for name, content in kept.items()
        for secret in used
        if secret.encode() in content
    }


def codes_in(codes: set[str], backend: Backend) -> set[str]:
    """Which codes are in the log or in a row, as a word: any number may have six digits in it."""
    rows = [backend.rows(f"SELECT * FROM {name}") for name in SQLModel.metadata.tables]  # noqa: S608
    kept = f"{backend.log_text()}\n{rows}"
    return {code for code in codes if re.search(rf"(?<![\w.]){code}(?!\w)", kept)}
