"""What a running program leaves behind: its log, its data folder, its database."""

from __future__ import annotations

import secrets
from typing import Any

import pyotp

from tests.cast import PASSWORD
from tests.web.backend import Backend
from tests.web.browser import API_TOKENS, Browser

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

    folder = backend.log.parent
    kept = {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    assert len(kept["log"]) > 0
    assert any(name.startswith("todo.db") for name in kept)
    found = {
        (name, secret[:12])
        for name, content in kept.items()
        for secret in used
        if secret.encode() in content
    }
    assert found == set()
