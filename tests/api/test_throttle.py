"""Guessing over HTTP: who guesses is slowed, and the owner gets in all the same."""

from __future__ import annotations

import httpx
from starlette.applications import Starlette

from tests.api.answers import AUTH, assert_problem
from tests.cast import PASSWORD, email_of
from todo_app.core import throttle

OWNER = ("192.0.2.1", 1)
"""Where the cast signs in from."""


def at(server: Starlette, address: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(server, client=(address, 1))
    return httpx.AsyncClient(transport=transport, base_url="http://todo.test")


async def try_password(client: httpx.AsyncClient, password: str, **headers: str) -> httpx.Response:
    body = {"email": email_of("alice"), "password": password}
    return await client.post(f"{AUTH}/signin", json=body, headers=headers)


async def test_promise_3_fifty_wrong_tries_with_rotating_forwarded_addresses_are_throttled(
    alice: httpx.AsyncClient, server: Starlette
) -> None:
    async with at(server, "198.51.100.7") as guesser:
        answers = [
            await try_password(
                guesser, f"wrong {number}", **{"X-Forwarded-For": f"203.0.113.{number}"}
            )
            for number in range(50)
        ]
    statuses = [answer.status_code for answer in answers]
    assert statuses == [401] * 6 + [429] * 44
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
    async with at(server, OWNER[0]) as owner:
        assert (await try_password(owner, PASSWORD)).status_code == 200


async def test_a_crowd_that_guesses_is_slowed_and_the_owner_gets_in_from_where_they_were(
    alice: httpx.AsyncClient, server: Starlette
) -> None:
    for number in range(throttle.PER_ACCOUNT.amount):
        async with at(server, f"10.0.0.{number}") as guesser:
            assert_problem(await try_password(guesser, "wrong"), 401)
    async with at(server, "10.0.1.1") as guesser:
        assert_problem(await try_password(guesser, PASSWORD), 429)
    async with at(server, OWNER[0]) as owner:
        assert (await try_password(owner, PASSWORD)).status_code == 200


async def test_a_known_place_is_no_place_to_guess_from(
    alice: httpx.AsyncClient, server: Starlette
) -> None:
    async with at(server, OWNER[0]) as neighbour:
        for _ in range(6):
            assert_problem(await try_password(neighbour, "wrong"), 401)
        assert_problem(await try_password(neighbour, PASSWORD), 429)


async def test_bad_tokens_are_throttled_and_who_shares_the_address_gets_in(
    alice: httpx.AsyncClient, server: Starlette
) -> None:
    bad = {"Authorization": "Bearer guess"}
    async with at(server, OWNER[0]) as neighbour:
        for _ in range(throttle.BAD_TOKENS.amount):
            assert_problem(await neighbour.get(f"{AUTH}/me", headers=bad), 401)
        for answer in (
            await neighbour.get(f"{AUTH}/me", headers=bad),
            await neighbour.post(f"{AUTH}/refresh", json={"refresh_token": "guess"}),
        ):
            assert_problem(answer, 429)
            assert 1 <= int(answer.headers["retry-after"]) <= 60
        hers = {"Authorization": alice.headers["authorization"]}
        assert (await neighbour.get(f"{AUTH}/me", headers=hers)).status_code == 200
