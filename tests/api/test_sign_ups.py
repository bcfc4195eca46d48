"""Signing up over HTTP where addresses are confirmed."""

from __future__ import annotations

import httpx
import pytest

from tests.api.answers import AUTH, assert_problem
from tests.cast import PASSWORD, email_of
from tests.mailbox import Mailbox, link_in
from todo_app.core import mail, settings

NEW = "dora@example.org"


async def sign_up(client: httpx.AsyncClient, email: str) -> httpx.Response:
    return await client.post(f"{AUTH}/signup", json={"email": email, "password": PASSWORD})


async def test_known_and_unknown_addresses_are_answered_byte_for_byte_alike(
    mailbox: Mailbox, alice: httpx.AsyncClient, nobody: httpx.AsyncClient
) -> None:
    known, unknown = await sign_up(nobody, email_of("alice")), await sign_up(nobody, NEW)

    assert (known.status_code, known.content) == (202, b"")
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    assert known.headers == unknown.headers
    again = f"{AUTH}/signup/again"
    answers = [
        await nobody.post(again, json={"email": email})
        for email in (email_of("alice"), NEW, "nobody@example.org")
    ]
    assert {(answer.status_code, answer.content) for answer in answers} == {(202, b"")}


async def test_an_account_is_opened_by_the_token_of_the_mailed_link(
    mailbox: Mailbox, nobody: httpx.AsyncClient
) -> None:
    credentials = {"email": NEW, "password": PASSWORD}
    await sign_up(nobody, NEW)
    assert_problem(await nobody.post(f"{AUTH}/signin", json=credentials), 401)
    await mail.deliver_due()
    token = link_in(mailbox.mails[0]).rpartition("/")[2]

    wrong = {"token": token, "password": "not what was chosen"}
    problem = assert_problem(await nobody.post(f"{AUTH}/signup/confirm", json=wrong), 422)
    opened = await nobody.post(
        f"{AUTH}/signup/confirm", json={"token": token, "password": PASSWORD}
    )

    assert problem["errors"][0]["message"] == "is not the password that was chosen"
    assert (opened.status_code, opened.json()["email"]) == (201, NEW)
    assert (await nobody.post(f"{AUTH}/signin", json=credentials)).status_code == 200


async def test_a_server_without_mail_says_that_no_link_is_on_its_way(
    nobody: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENVIRONMENT", "production")
    monkeypatch.setenv("JWT_SECRET", "kJ8s2-Qx_vB5nM7wE3rT9yU1iO4pA6dF0gH")
    settings.get_settings.cache_clear()

    for path in ("signup/again", "password/forgotten"):
        problem = assert_problem(await nobody.post(f"{AUTH}/{path}", json={"email": NEW}), 409)
        assert problem["title"] == "No mail"
