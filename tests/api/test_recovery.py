"""A forgotten password over HTTP."""

from __future__ import annotations

import httpx

from tests.api.answers import AUTH, assert_problem
from tests.cast import email_of
from tests.mailbox import Mailbox, link_in
from todo_app.core import mail

NEW = "teapot over eight rivers"


async def ask(client: httpx.AsyncClient, email: str, host: str = "todo.test") -> httpx.Response:
    return await client.post(
        f"{AUTH}/password/forgotten", json={"email": email}, headers={"Host": host}
    )


async def test_a_password_is_reset_by_the_token_of_a_mailed_link(
    mailbox: Mailbox, alice: httpx.AsyncClient, nobody: httpx.AsyncClient
) -> None:
    assert (await ask(nobody, email_of("alice"))).status_code == 202
    await mail.deliver_due()
    token = link_in(mailbox.mails[0]).rpartition("/")[2]
    body = {"token": token, "new_password": NEW}

    response = await nobody.post(f"{AUTH}/password/reset", json=body)

    assert (response.status_code, response.content) == (204, b"")
    assert_problem(await alice.get(f"{AUTH}/me"), 401)
    signed_in = {"email": email_of("alice"), "password": NEW}
    assert (await nobody.post(f"{AUTH}/signin", json=signed_in)).status_code == 200
    again = assert_problem(await nobody.post(f"{AUTH}/password/reset", json=body), 400)
    assert again["type"].endswith(":link-spent")


async def test_known_and_unknown_addresses_are_answered_byte_for_byte_alike(
    mailbox: Mailbox, alice: httpx.AsyncClient, nobody: httpx.AsyncClient
) -> None:
    known, unknown = await ask(nobody, email_of("alice")), await ask(nobody, email_of("nobody"))

    assert (known.status_code, known.content) == (202, b"")
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    assert known.headers == unknown.headers


async def test_the_host_of_the_link_is_never_taken_from_the_request(
    mailbox: Mailbox, alice: httpx.AsyncClient, nobody: httpx.AsyncClient
) -> None:
    await ask(nobody, email_of("alice"), host="evil.example")
    await mail.deliver_due()

    assert link_in(mailbox.mails[0]).startswith("http://localhost:8000/auth/link/")
    assert "evil.example" not in str(mailbox.mails[0])


async def test_asking_too_often_has_to_wait(mailbox: Mailbox, nobody: httpx.AsyncClient) -> None:
    for _ in range(3):
        await ask(nobody, email_of("nobody"))
    response = await ask(nobody, email_of("nobody"))

    assert_problem(response, 429)
    assert 0 < int(response.headers["retry-after"]) <= 1800
