"""Taking everything along and closing an account, over HTTP."""

from __future__ import annotations

import httpx
import pytest

from tests.api.answers import AUTH, add_task, assert_problem
from tests.cast import PASSWORD, act, email_of, sign_in_api
from todo_app.core import closing

CLOSE = {"current_password": PASSWORD, "email": email_of("alice")}
SIGN_IN = {"email": email_of("alice"), "password": PASSWORD}


async def test_an_export_is_a_file(alice: httpx.AsyncClient) -> None:
    task = await add_task(alice)
    response = await alice.get("/api/v1/exports/account")
    assert response.status_code == 200
    assert response.headers["content-disposition"].startswith('attachment; filename="todo-app-')
    assert response.headers["cache-control"] == "no-store"
    assert [one["id"] for one in response.json()["tasks"]] == [task["id"]]


async def test_an_export_by_an_api_token_says_nothing_that_auth_denies_it(
    alice: httpx.AsyncClient, nobody: httpx.AsyncClient
) -> None:
    made = await alice.post(f"{AUTH}/tokens", json={"name": "Backup", "scope": "read"})
    headers = {"Authorization": f"Bearer {made.json()['token']}"}
    exported = await nobody.get("/api/v1/exports/account", headers=headers)
    assert exported.status_code == 200
    for name, path in (
        ("sessions", "sessions"),
        ("api_tokens", "tokens"),
        ("security_events", "events"),
    ):
        assert name not in exported.json()
        assert_problem(await nobody.get(f"{AUTH}/{path}", headers=headers), 403)


async def test_a_closed_account_is_signed_out_and_back_by_signing_in(
    alice: httpx.AsyncClient, nobody: httpx.AsyncClient
) -> None:
    task = await add_task(alice)
    response = await alice.post(f"{AUTH}/close", json=CLOSE)
    assert response.status_code == 200
    assert response.json().keys() == {"deleted_at"}
    assert_problem(await alice.get(f"{AUTH}/me"), 401)
    back = await nobody.post(f"{AUTH}/signin", json=SIGN_IN)
    headers = {"Authorization": f"Bearer {back.json()['access_token']}"}
    assert (await nobody.get(f"/api/v1/tasks/{task['id']}", headers=headers)).json() == task


@pytest.mark.parametrize("change", [{"current_password": "not hers"}, {"email": "a@example.org"}])
async def test_closing_says_what_was_wrong(
    alice: httpx.AsyncClient, change: dict[str, str]
) -> None:
    problem = assert_problem(await alice.post(f"{AUTH}/close", json=CLOSE | change), 422)
    assert [error["pointer"] for error in problem["errors"]] == [f"/{next(iter(change))}"]
    assert (await alice.get(f"{AUTH}/me")).status_code == 200


async def test_a_disabled_account_answers_like_an_unknown_one(
    alice: httpx.AsyncClient, nobody: httpx.AsyncClient
) -> None:
    pair = await sign_in_api()
    await act(closing.disable_account, email_of("alice"))

    disabled = await nobody.post(f"{AUTH}/signin", json=SIGN_IN)
    unknown = await nobody.post(f"{AUTH}/signin", json=SIGN_IN | {"email": "nobody@example.org"})

    assert_problem(disabled, 401)
    assert (disabled.content, disabled.headers) == (unknown.content, unknown.headers)
    for token in (pair.access_token, alice.headers["authorization"].removeprefix("Bearer ")):
        headers = {"Authorization": f"Bearer {token}"}
        assert_problem(await nobody.get(f"{AUTH}/me", headers=headers), 401)
    refresh = {"refresh_token": pair.refresh_token}
    assert_problem(await nobody.post(f"{AUTH}/refresh", json=refresh), 401)
