"""Changing the address of an account over HTTP."""

from __future__ import annotations

import httpx

from tests.api.answers import AUTH, assert_problem
from tests.cast import PASSWORD, email_of
from tests.mailbox import Mailbox, link_in
from todo_app.core import mail

NEW = "alice@example.net"


async def ask(client: httpx.AsyncClient, email: str, password: str = PASSWORD) -> httpx.Response:
    body = {"new_email": email, "current_password": password}
    return await client.post(f"{AUTH}/email", json=body)


async def test_an_address_is_changed_by_the_token_of_the_link_mailed_to_it(
    mailbox: Mailbox, alice: httpx.AsyncClient, nobody: httpx.AsyncClient
) -> None:
    assert (await ask(alice, NEW)).status_code == 202
    await mail.deliver_due()
    token = link_in(mailbox.mails_to(NEW)[0]).rpartition("/")[2]
    assert (await alice.get(f"{AUTH}/me")).json()["email"] == email_of("alice")

    confirmed = await nobody.post(f"{AUTH}/email/confirm", json={"token": token})

    assert (confirmed.status_code, confirmed.content) == (204, b"")
    assert (await alice.get(f"{AUTH}/me")).json()["email"] == NEW
    assert_problem(await nobody.post(f"{AUTH}/email/confirm", json={"token": token}), 400)


async def test_what_waits_is_told_and_taken_back(
    mailbox: Mailbox, alice: httpx.AsyncClient
) -> None:
    await ask(alice, NEW)

    waits = await alice.get(f"{AUTH}/email")
    dropped = await alice.delete(f"{AUTH}/email")

    assert (waits.status_code, waits.json()["email"]) == (200, NEW)
    assert (dropped.status_code, dropped.content) == (204, b"")
    assert_problem(await alice.get(f"{AUTH}/email"), 404)
    assert_problem(await alice.delete(f"{AUTH}/email"), 404)


async def test_it_does_not_tell_who_has_an_account(
    mailbox: Mailbox, alice: httpx.AsyncClient, bob: httpx.AsyncClient
) -> None:
    known, unknown = await ask(alice, email_of("bob")), await ask(alice, email_of("nobody"))

    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    assert known.headers == unknown.headers


async def test_a_wrong_password_is_told_at_its_place(alice: httpx.AsyncClient) -> None:
    problem = assert_problem(await ask(alice, NEW, "not hers at all"), 422)

    assert problem["errors"] == [
        {"pointer": "/current_password", "message": "is not the current password"}
    ]
