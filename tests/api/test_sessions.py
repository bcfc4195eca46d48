"""The sessions of a person, seen and ended over HTTP."""

from __future__ import annotations

from typing import Any

import httpx

from tests.api.answers import AUTH, assert_problem
from tests.cast import credentials_of, sign_in, sign_in_api, visit_by
from todo_app.core import sessions, tokens
from todo_app.core.models import new_id

SESSIONS = f"{AUTH}/sessions"


async def listed(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    response = await client.get(SESSIONS)
    assert response.status_code == 200, response.text
    assert response.headers["cache-control"] == "no-store"
    items: list[dict[str, Any]] = response.json()["items"]
    return items


async def test_a_session_is_listed_with_what_it_is(alice: httpx.AsyncClient) -> None:
    await sign_in("alice")
    here, web = await listed(alice)
    assert here.keys() == {
        "id",
        "way",
        "device",
        "address",
        "created_at",
        "last_used_at",
        "expires_at",
        "is_current",
    }
    assert (here["way"], here["device"], here["is_current"]) == ("api", "Test", True)
    assert (web["way"], web["is_current"]) == ("web", False)
    assert here["created_at"].endswith("Z")


async def test_one_that_is_ended_is_refused_at_once(alice: httpx.AsyncClient) -> None:
    pair = await sign_in_api()
    bearer = {"Authorization": f"Bearer {pair.access_token}"}
    assert (await alice.get(f"{AUTH}/me", headers=bearer)).status_code == 200
    session_id = tokens.verify("access", pair.access_token).sid

    response = await alice.delete(f"{SESSIONS}/{session_id}")

    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["cache-control"] == "no-store"
    assert_problem(await alice.get(f"{AUTH}/me", headers=bearer), 401)
    refresh = {"refresh_token": pair.refresh_token}
    assert_problem(await alice.post(f"{AUTH}/refresh", json=refresh), 401)
    assert_problem(await alice.delete(f"{SESSIONS}/{session_id}"), 404)


async def test_all_others_are_ended_together(alice: httpx.AsyncClient) -> None:
    await sign_in("alice")
    await sign_in_api()
    assert len(await listed(alice)) == 3
    assert (await alice.delete(SESSIONS)).status_code == 204
    assert [one["is_current"] for one in await listed(alice)] == [True]


async def test_the_own_one_can_be_ended_too(alice: httpx.AsyncClient) -> None:
    here = (await listed(alice))[0]
    assert (await alice.delete(f"{SESSIONS}/{here['id']}")).status_code == 204
    assert_problem(await alice.get(SESSIONS), 401)


async def test_a_session_of_another_answers_byte_for_byte_as_an_unknown_one(
    alice: httpx.AsyncClient, bob: httpx.AsyncClient, charlie: httpx.AsyncClient
) -> None:
    hers = await listed(alice)
    for stranger in (bob, charlie):
        for session in hers:
            foreign, unknown, malformed = [
                await stranger.delete(f"{SESSIONS}/{session_id}")
                for session_id in (session["id"], new_id(), "malformed")
            ]
            assert_problem(foreign, 404)
            assert (foreign.content, foreign.headers) == (unknown.content, unknown.headers)
            assert (foreign.content, foreign.headers) == (malformed.content, malformed.headers)
        await stranger.delete(SESSIONS)
        assert not {one["id"] for one in await listed(stranger)} & {one["id"] for one in hers}
    assert await listed(alice) == hers


async def test_a_web_session_is_ended_from_the_api(alice: httpx.AsyncClient) -> None:
    token = await sessions.sign_in_web(credentials_of("alice"), visit_by())
    claims = tokens.verify("web", token)
    assert str(claims.sid) in [one["id"] for one in await listed(alice)]
    await alice.delete(f"{SESSIONS}/{claims.sid}")
    assert str(claims.sid) not in [one["id"] for one in await listed(alice)]
