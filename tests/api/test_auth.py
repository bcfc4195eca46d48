from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from tests.api.answers import AUTH, JSON, assert_problem, escaped
from tests.api.conftest import client_of
from tests.cast import PASSWORD, credentials_of, email_of, sign_in_api, sign_up, visit_by
from todo_app.core import sessions
from todo_app.core.settings import get_settings

DRAFT = {"email": "dora@example.org", "password": PASSWORD}


async def test_signing_up_answers_the_account_and_where_it_is(nobody: httpx.AsyncClient) -> None:
    response = await nobody.post(
        f"{AUTH}/signup", json={**DRAFT, "name": "Dora", "time_zone": "Europe/Berlin"}
    )
    account = response.json()
    assert response.status_code == 201
    assert response.headers["location"] == f"{AUTH}/me"
    preferences = {"date_order": "day_first", "theme": "system", "week_start": "monday"}
    preferences["reminder_mail"] = "on"
    assert account.keys() == {"id", "email", "name", "time_zone", "created_at", *preferences}
    assert account.items() >= preferences.items()
    assert account["email"] == "dora@example.org"
    assert (account["name"], account["time_zone"]) == ("Dora", "Europe/Berlin")
    assert account["created_at"].endswith("Z")


async def test_one_who_signed_up_can_sign_in_and_see_their_account(
    nobody: httpx.AsyncClient,
) -> None:
    account = (await nobody.post(f"{AUTH}/signup", json=DRAFT)).json()
    response = await nobody.post(f"{AUTH}/signin", json=DRAFT)
    pair = response.json()
    assert response.status_code == 200
    assert pair.keys() == {"access_token", "refresh_token", "token_type", "expires_in"}
    assert (pair["token_type"], pair["expires_in"]) == ("bearer", 900)
    assert response.headers["cache-control"] == "no-store"
    me = await nobody.get(f"{AUTH}/me", headers=_bearer(pair))
    assert me.json() == account


async def test_an_email_that_is_taken_is_a_conflict_however_it_is_spelt(
    alice: httpx.AsyncClient, nobody: httpx.AsyncClient
) -> None:
    for email in (email_of("alice"), email_of("alice").upper()):
        response = await nobody.post(f"{AUTH}/signup", json={"email": email, "password": PASSWORD})
        problem = assert_problem(response, 409)
        assert "exists already" in problem["detail"]


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("short", "must have at least 8 characters"),
        ("x" * 1_025, "must have at most 1024 characters"),
        ("password1", "is one of the most common passwords"),
        ("dora@example.org", "must not be your email address or the name of this program"),
        ("seven clouds \ud800", "contains characters that cannot be used"),
    ],
)
async def test_a_password_that_is_refused_is_pointed_at_with_the_reason(
    nobody: httpx.AsyncClient, password: str, sentence: str
) -> None:
    response = await nobody.post(
        f"{AUTH}/signup", content=escaped({**DRAFT, "password": password}), headers=JSON
    )
    problem = assert_problem(response, 422)
    assert problem["errors"] == [{"pointer": "/password", "message": sentence}]
    assert password not in response.text


async def test_too_many_accounts_from_one_network_have_to_wait(
    nobody: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGN_UPS_PER_HOUR", "1")
    get_settings.cache_clear()
    await nobody.post(f"{AUTH}/signup", json=DRAFT)
    response = await nobody.post(f"{AUTH}/signup", json={**DRAFT, "email": "emil@example.org"})
    assert_problem(response, 429)
    assert 0 < int(response.headers["retry-after"]) <= 3_600


async def test_too_many_wrong_passwords_have_to_wait(alice: httpx.AsyncClient) -> None:
    wrong = {"email": email_of("alice"), "password": "not hers at all"}
    for _ in range(6):
        assert_problem(await alice.post(f"{AUTH}/signin", json=wrong), 401)
    response = await alice.post(f"{AUTH}/signin", json=wrong)
    assert_problem(response, 429)
    assert 0 < int(response.headers["retry-after"]) <= 60


async def test_a_forwarded_address_is_not_believed(alice: httpx.AsyncClient) -> None:
    wrong = {"email": email_of("alice"), "password": "not hers at all"}
    for number in range(6):
        headers = {"X-Forwarded-For": f"198.51.100.{number}"}
        await alice.post(f"{AUTH}/signin", json=wrong, headers=headers)
    headers = {"X-Forwarded-For": "198.51.100.77"}
    response = await alice.post(f"{AUTH}/signin", json=wrong, headers=headers)
    assert_problem(response, 429)


async def test_an_unknown_account_answers_as_a_wrong_password_does(
    alice: httpx.AsyncClient,
) -> None:
    wrong, unknown = [
        await alice.post(f"{AUTH}/signin", json={"email": email, "password": "not hers at all"})
        for email in (email_of("alice"), email_of("nobody"))
    ]
    assert_problem(wrong, 401)
    assert (wrong.content, wrong.headers) == (unknown.content, unknown.headers)
    assert wrong.headers["www-authenticate"] == "Bearer"


async def test_a_refresh_token_brings_a_new_pair_once(nobody: httpx.AsyncClient) -> None:
    pair = await _new_pair(nobody)
    response = await nobody.post(f"{AUTH}/refresh", json=_refresh(pair))
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    renewed = response.json()
    assert renewed["refresh_token"] != pair["refresh_token"]
    assert (await nobody.get(f"{AUTH}/me", headers=_bearer(renewed))).status_code == 200


async def test_a_refresh_token_that_comes_back_ends_the_session(nobody: httpx.AsyncClient) -> None:
    pair = await _new_pair(nobody)
    renewed = (await nobody.post(f"{AUTH}/refresh", json=_refresh(pair))).json()
    assert_problem(await nobody.post(f"{AUTH}/refresh", json=_refresh(pair)), 401)
    assert_problem(await nobody.get(f"{AUTH}/me", headers=_bearer(renewed)), 401)
    assert_problem(await nobody.post(f"{AUTH}/refresh", json=_refresh(renewed)), 401)


async def test_of_many_uses_of_a_refresh_token_at_once_one_succeeds(
    nobody: httpx.AsyncClient,
) -> None:
    pair = await _new_pair(nobody)
    uses = [nobody.post(f"{AUTH}/refresh", json=_refresh(pair)) for _ in range(10)]
    statuses = sorted([response.status_code for response in await asyncio.gather(*uses)])
    assert statuses == [200] + [401] * 9


async def test_every_useless_refresh_token_answers_alike(nobody: httpx.AsyncClient) -> None:
    pair = await _new_pair(nobody)
    useless = ["", "x", pair["access_token"], "\x00", "\ud800", "9" * 100_000]
    answers = [
        await nobody.post(
            f"{AUTH}/refresh", content=escaped({"refresh_token": token}), headers=JSON
        )
        for token in useless
    ]
    assert_problem(answers[0], 401)
    assert {answer.content for answer in answers} == {answers[0].content}


async def test_signing_out_ends_the_session_at_once(nobody: httpx.AsyncClient) -> None:
    pair = await _new_pair(nobody)
    response = await nobody.post(f"{AUTH}/signout", headers=_bearer(pair))
    assert (response.status_code, response.content) == (204, b"")
    assert_problem(await nobody.get(f"{AUTH}/me", headers=_bearer(pair)), 401)
    assert_problem(await nobody.post(f"{AUTH}/refresh", json=_refresh(pair)), 401)


async def test_signing_out_leaves_the_other_sessions(nobody: httpx.AsyncClient) -> None:
    first = await _new_pair(nobody)
    second = (await nobody.post(f"{AUTH}/signin", json=DRAFT)).json()
    await nobody.post(f"{AUTH}/signout", headers=_bearer(first))
    assert (await nobody.get(f"{AUTH}/me", headers=_bearer(second))).status_code == 200


async def test_an_account_is_changed_in_the_fields_that_are_sent(alice: httpx.AsyncClient) -> None:
    before = (await alice.get(f"{AUTH}/me")).json()
    changes = {"time_zone": "Asia/Kathmandu", "theme": "dark", "date_order": "month_first"}
    response = await alice.patch(f"{AUTH}/me", json=changes)
    assert response.status_code == 200
    assert response.json() == {**before, **changes}
    assert (await alice.get(f"{AUTH}/me")).json() == response.json()


@pytest.mark.parametrize(
    ("patch", "pointer"),
    [
        ({"time_zone": "Mars/Olympus"}, "/time_zone"),
        ({"name": ""}, "/name"),
        ({"theme": "Dark"}, "/theme"),
        ({"date_order": "year_first"}, "/date_order"),
        ({"week_start": "friday"}, "/week_start"),
        ({"email": "other@example.org"}, "/email"),
        ({"id": "00000000-0000-0000-0000-000000000000"}, "/id"),
    ],
)
async def test_an_account_refuses_what_cannot_be_changed(
    alice: httpx.AsyncClient, patch: dict[str, Any], pointer: str
) -> None:
    problem = assert_problem(await alice.patch(f"{AUTH}/me", json=patch), 422)
    assert [error["pointer"] for error in problem["errors"]] == [pointer]


async def test_the_web_cookie_is_no_identity_here(database: str, server: Starlette) -> None:
    await sign_up("alice")
    token = await sessions.sign_in_web(credentials_of("alice"), visit_by())
    access = (await sign_in_api("alice")).access_token
    for cookie in (token, access):
        for name in ("session", "__Host-session", "todo_session", "__Host-todo_session", "token"):
            async with client_of(server, Cookie=f"{name}={cookie}") as client:
                assert_problem(await client.get(f"{AUTH}/me"), 401)


async def test_only_an_access_token_is_a_bearer_token(database: str, server: Starlette) -> None:
    await sign_up("alice")
    web = await sessions.sign_in_web(credentials_of("alice"), visit_by())
    pair = await sign_in_api("alice")
    answers = []
    for token in (web, pair.refresh_token, "", "null"):
        async with client_of(server, Authorization=f"Bearer {token}") as client:
            answers.append(await client.get(f"{AUTH}/me"))
    assert {answer.content for answer in answers} == {answers[0].content}
    assert_problem(answers[0], 401)


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer "])
async def test_the_scheme_is_read_in_any_case(nobody: httpx.AsyncClient, scheme: str) -> None:
    pair = await _new_pair(nobody)
    headers = {"Authorization": f"{scheme} {pair['access_token']}"}
    assert (await nobody.get(f"{AUTH}/me", headers=headers)).status_code == 200


@pytest.mark.parametrize("scheme", ["", "Basic", "Token", "JWT", "Bearer,", "Bearer:"])
async def test_no_other_scheme_is_an_identity(nobody: httpx.AsyncClient, scheme: str) -> None:
    pair = await _new_pair(nobody)
    headers = {"Authorization": f"{scheme} {pair['access_token']}".strip()}
    response = await nobody.get(f"{AUTH}/me", headers=headers)
    assert_problem(response, 401)
    assert response.headers["www-authenticate"] == "Bearer"


async def test_two_identities_at_once_are_none(nobody: httpx.AsyncClient) -> None:
    pair = await _new_pair(nobody)
    line = ("Authorization", f"Bearer {pair['access_token']}")
    assert_problem(await nobody.get(f"{AUTH}/me", headers=[line, line]), 401)


def _bearer(pair: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {pair['access_token']}"}


def _refresh(pair: dict[str, Any]) -> dict[str, str]:
    return {"refresh_token": pair["refresh_token"]}


async def _new_pair(client: httpx.AsyncClient) -> dict[str, Any]:
    await client.post(f"{AUTH}/signup", json=DRAFT)
    response = await client.post(f"{AUTH}/signin", json=DRAFT)
    assert response.status_code == 200, response.text
    pair: dict[str, Any] = response.json()
    return pair
