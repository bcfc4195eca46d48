"""Changing a password over HTTP."""

from __future__ import annotations

import httpx
import pytest

from tests.api.answers import AUTH, assert_problem
from tests.cast import PASSWORD, email_of, sign_in_api

NEW = "teapot over eight rivers"
CHANGE = {"current_password": PASSWORD, "new_password": NEW}


async def test_a_change_keeps_this_session_and_ends_the_others(alice: httpx.AsyncClient) -> None:
    other = {"Authorization": f"Bearer {(await sign_in_api()).access_token}"}

    response = await alice.post(f"{AUTH}/password", json=CHANGE)

    assert (response.status_code, response.content) == (204, b"")
    assert (await alice.get(f"{AUTH}/me")).status_code == 200
    assert_problem(await alice.get(f"{AUTH}/me", headers=other), 401)
    for password, status in ((NEW, 200), (PASSWORD, 401)):
        body = {"email": email_of("alice"), "password": password}
        assert (await alice.post(f"{AUTH}/signin", json=body)).status_code == status


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (
            {"current_password": "not hers at all"},
            {"pointer": "/current_password", "message": "is not the current password"},
        ),
        (
            {"new_password": "short"},
            {"pointer": "/new_password", "message": "must have at least 8 characters"},
        ),
    ],
)
async def test_what_is_wrong_is_told_at_its_place(
    alice: httpx.AsyncClient, change: dict[str, str], error: dict[str, str]
) -> None:
    problem = assert_problem(await alice.post(f"{AUTH}/password", json={**CHANGE, **change}), 422)

    assert problem["errors"] == [error]


async def test_guesses_have_to_wait(alice: httpx.AsyncClient) -> None:
    for _ in range(6):
        wrong = {**CHANGE, "current_password": "not hers at all"}
        assert_problem(await alice.post(f"{AUTH}/password", json=wrong), 422)
    response = await alice.post(f"{AUTH}/password", json=CHANGE)
    assert_problem(response, 429)
    assert 0 < int(response.headers["retry-after"]) <= 60
