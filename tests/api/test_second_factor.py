"""The second factor over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pyotp
import pytest

from tests.api.answers import AUTH, assert_problem
from tests.cast import PASSWORD, email_of
from todo_app.core import encryption

FACTOR = f"{AUTH}/second-factor"
OWN = {"current_password": PASSWORD}


async def switch_on(client: httpx.AsyncClient) -> tuple[str, list[str]]:
    """The seed of a new second factor and its recovery codes."""
    seed = (await client.post(FACTOR)).json()["seed"]
    code = pyotp.TOTP(seed).now()
    response = await client.post(f"{FACTOR}/confirm", json={"code": code, **OWN})
    assert response.status_code == 200, response.text
    return seed, response.json()["recovery_codes"]


def next_code(seed: str) -> str:
    return pyotp.TOTP(seed).at(datetime.now(UTC) + timedelta(seconds=30))


async def sign_in(client: httpx.AsyncClient, **fields: str) -> httpx.Response:
    body = {"email": email_of("alice"), "password": PASSWORD, **fields}
    return await client.post(f"{AUTH}/signin", json=body)


async def test_sign_in_says_that_a_code_is_needed_and_takes_it_once(
    alice: httpx.AsyncClient,
) -> None:
    seed, codes = await switch_on(alice)
    code = next_code(seed)

    needed = assert_problem(await sign_in(alice), 401)
    assert needed["type"] == "urn:todo-app:problem:code-needed"
    assert "token" not in str(needed).lower()
    wrong = assert_problem(await sign_in(alice, code="000000"), 401)
    assert wrong["type"] == "urn:todo-app:problem:wrong-code"
    assert (await sign_in(alice, code=code)).status_code == 200
    assert_problem(await sign_in(alice, code=code), 401)
    assert (await sign_in(alice, code=codes[0])).status_code == 200
    assert_problem(await sign_in(alice, code=codes[0]), 401)
    left = (await alice.get(FACTOR)).json()
    assert (left["is_on"], left["recovery_codes_left"]) == (True, 9)


async def test_a_wrong_password_does_not_tell_whether_a_code_is_needed(
    alice: httpx.AsyncClient, bob: httpx.AsyncClient
) -> None:
    seed, _ = await switch_on(alice)
    answers = [
        await sign_in(alice, email=email_of(name), password="not the password", **more)
        for name in ("alice", "bob", "nobody")
        for more in ({}, {"code": next_code(seed)})
    ]

    assert assert_problem(answers[0], 401)["type"] == "urn:todo-app:problem:wrong-credentials"
    assert {answer.content for answer in answers} == {answers[0].content}
    assert {str(answer.headers) for answer in answers} == {str(answers[0].headers)}


async def test_wrong_codes_have_to_wait(alice: httpx.AsyncClient) -> None:
    seed, _ = await switch_on(alice)
    for _ in range(6):
        assert_problem(await sign_in(alice, code="000000"), 401)

    response = await sign_in(alice, code=next_code(seed))

    assert_problem(response, 429)
    assert 0 < int(response.headers["retry-after"]) <= 60


async def test_it_is_managed_with_the_password(alice: httpx.AsyncClient) -> None:
    before = (await alice.get(FACTOR)).json()
    assert (before["is_on"], before["is_possible"], before["is_begun"]) == (False, True, False)
    assert_problem(await alice.post(f"{FACTOR}/off", json=OWN), 404)
    _, codes = await switch_on(alice)
    assert_problem(await alice.post(FACTOR), 409)
    wrong = {"current_password": "not hers at all"}
    for path in ("recovery-codes", "off"):
        problem = assert_problem(await alice.post(f"{FACTOR}/{path}", json=wrong), 422)
        assert problem["errors"][0]["pointer"] == "/current_password"
    renewed = (await alice.post(f"{FACTOR}/recovery-codes", json=OWN)).json()["recovery_codes"]
    assert len(renewed) == 10
    assert not {*codes} & {*renewed}
    assert (await alice.post(f"{FACTOR}/off", json=OWN)).status_code == 204
    assert (await sign_in(alice)).status_code == 200


async def test_a_first_code_that_is_wrong_is_told_at_its_place(alice: httpx.AsyncClient) -> None:
    await alice.post(FACTOR)

    response = await alice.post(f"{FACTOR}/confirm", json={"code": "12345", **OWN})

    assert assert_problem(response, 422)["errors"] == [
        {"pointer": "/code", "message": "is not the code that the app shows now"}
    ]


async def test_a_server_without_a_key_says_so_for_good(
    alice: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encryption, "is_possible", lambda: False)

    assert not (await alice.get(FACTOR)).json()["is_possible"]
    refusal = await alice.post(FACTOR)

    assert assert_problem(refusal, 409)["type"].endswith(":codes-off")
    assert "retry-after" not in refusal.headers
