"""API tokens over HTTP: how far each reaches, in every operation there is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from tests.api.answers import AUTH, TASKS, add_task, all_tasks, assert_problem
from tests.api.conftest import client_of
from tests.api.walk import OPERATIONS, Operation
from todo_app.core import throttle
from todo_app.core.models import new_id

TOKENS = f"{AUTH}/tokens"
ABOUT_IDENTITY = [
    one
    for one in OPERATIONS
    if one.needs_identity and one.template.startswith("/v1/auth/") and one.id != "get_account"
]
CHANGES = [one for one in OPERATIONS if one.needs_identity and one.method != "GET"]


async def made(client: httpx.AsyncClient, **fields: object) -> dict[str, Any]:
    response = await client.post(TOKENS, json={"name": "Backup script", **fields})
    assert response.status_code == 201, response.text
    assert response.headers["cache-control"] == "no-store"
    found: dict[str, Any] = response.json()
    return found


@pytest.fixture
async def reader(alice: httpx.AsyncClient, server: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """A program that may read what is Alice's."""
    token = (await made(alice))["token"]
    async with client_of(server, Authorization=f"Bearer {token}") as client:
        yield client


@pytest.fixture
async def writer(alice: httpx.AsyncClient, server: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """A program that may change what is Alice's."""
    token = (await made(alice, scope="write"))["token"]
    async with client_of(server, Authorization=f"Bearer {token}") as client:
        yield client


async def test_a_token_is_shown_once_and_listed_without_itself(alice: httpx.AsyncClient) -> None:
    token = await made(alice, scope="write", expires_in_days=7)

    [listed] = (await alice.get(TOKENS)).json()["items"]

    assert listed == {name: value for name, value in token.items() if name != "token"}
    assert (listed["name"], listed["scope"], listed["last_used_at"]) == (
        "Backup script",
        "write",
        None,
    )


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"name": "n" * 101}, "/name"),
        ({"scope": "admin"}, "/scope"),
        ({"expires_in_days": 0}, "/expires_in_days"),
        ({"expires_in_days": 367}, "/expires_in_days"),
        ({"expires_in_days": "7"}, "/expires_in_days"),
        ({"expires_in_days": None}, "/expires_in_days"),
        ({"user_id": str(new_id())}, "/user_id"),
    ],
)
async def test_a_token_that_cannot_be_made_says_why(
    alice: httpx.AsyncClient, fields: dict[str, Any], pointer: str
) -> None:
    response = await alice.post(TOKENS, json={"name": "Backup script", **fields})
    problem = assert_problem(response, 422)
    assert [error["pointer"] for error in problem["errors"]] == [pointer]


async def test_a_reader_reads(alice: httpx.AsyncClient, reader: httpx.AsyncClient) -> None:
    task = await add_task(alice)
    assert await all_tasks(reader) == [task]
    assert (await reader.get(f"{AUTH}/me")).json() == (await alice.get(f"{AUTH}/me")).json()


@pytest.mark.parametrize("operation", CHANGES, ids=lambda one: one.id)
async def test_promise_10_a_reader_can_change_nothing_in_any_route(
    operation: Operation, alice: httpx.AsyncClient, reader: httpx.AsyncClient
) -> None:
    task = await add_task(alice)
    before = [(await alice.get(path)).json() for path in (TASKS, f"{AUTH}/me")]
    for path_id in (task["id"], new_id()):
        response = await reader.request(
            operation.method, operation.path(path_id), **operation.request
        )
        assert_problem(response, 403)
        assert response.headers["www-authenticate"] == 'Bearer error="insufficient_scope"'
    assert [(await alice.get(path)).json() for path in (TASKS, f"{AUTH}/me")] == before


@pytest.mark.parametrize("operation", ABOUT_IDENTITY, ids=lambda one: one.id)
async def test_no_token_reaches_what_proves_who_one_is(
    operation: Operation, alice: httpx.AsyncClient, writer: httpx.AsyncClient
) -> None:
    response = await writer.request(operation.method, operation.path(new_id()), **operation.request)

    assert_problem(response, 403)
    assert len((await alice.get(TOKENS)).json()["items"]) == 1
    assert (await alice.get(f"{AUTH}/me")).status_code == 200


async def test_a_writer_works_on_tasks(alice: httpx.AsyncClient, writer: httpx.AsyncClient) -> None:
    task = await add_task(writer)
    assert await all_tasks(alice) == [task]


async def test_a_revoked_token_gets_the_answer_of_an_unknown_one(
    alice: httpx.AsyncClient, reader: httpx.AsyncClient, server: Starlette
) -> None:
    [token] = (await alice.get(TOKENS)).json()["items"]

    response = await alice.delete(f"{TOKENS}/{token['id']}")

    assert (response.status_code, response.content) == (204, b"")
    async with client_of(server, Authorization="Bearer todo_unknown") as client:
        unknown = await client.get(TASKS)
    revoked = await reader.get(TASKS)
    assert_problem(revoked, 401)
    assert (revoked.content, revoked.headers) == (unknown.content, unknown.headers)


async def test_too_many_bad_tokens_have_to_wait(database: str, server: Starlette) -> None:
    async with client_of(server, Authorization="Bearer todo_unknown") as client:
        for _ in range(throttle.BAD_TOKENS.amount):
            assert_problem(await client.get(TASKS), 401)
        refused = await client.get(TASKS)
    assert_problem(refused, 429)
    assert 1 <= int(refused.headers["retry-after"]) <= 60


async def test_a_token_of_another_answers_byte_for_byte_as_an_unknown_one(
    alice: httpx.AsyncClient, bob: httpx.AsyncClient
) -> None:
    token = await made(alice)
    foreign, unknown, malformed = [
        await bob.delete(f"{TOKENS}/{one}") for one in (token["id"], new_id(), "malformed")
    ]
    assert_problem(foreign, 404)
    assert (foreign.content, foreign.headers) == (unknown.content, unknown.headers)
    assert (foreign.content, foreign.headers) == (malformed.content, malformed.headers)
    assert len((await alice.get(TOKENS)).json()["items"]) == 1


async def test_what_a_token_may_not_do_is_told_to_its_owner_once(
    alice: httpx.AsyncClient, reader: httpx.AsyncClient
) -> None:
    for _ in range(3):
        assert_problem(await reader.post(TASKS, json={"title": "No"}), 403)

    events = (await alice.get(f"{AUTH}/events")).json()["items"]
    assert [one["kind"] for one in events].count("permission_denied") == 1


async def test_history_names_the_token_that_a_change_was_made_with(
    alice: httpx.AsyncClient, writer: httpx.AsyncClient
) -> None:
    await add_task(writer)
    await add_task(alice)

    changes = (await alice.get("/api/v1/changes")).json()["items"]

    assert [(one["way"], one["token"]) for one in changes] == [
        ("api", None),
        ("token", "Backup script"),
    ]


async def test_what_a_token_changed_since_is_refused_with_its_name(
    alice: httpx.AsyncClient, writer: httpx.AsyncClient
) -> None:
    task = await add_task(alice)
    await alice.patch(f"{TASKS}/{task['id']}", json={"priority": 1})
    [change, _] = (await alice.get("/api/v1/changes")).json()["items"]
    await writer.patch(f"{TASKS}/{task['id']}", json={"priority": 3})

    response = await alice.post(f"/api/v1/changes/{change['id']}/undo")

    problem = assert_problem(response, 409)
    named = (problem["field"], problem["person"], problem["token"])
    assert named == ("priority", None, "Backup script")
    assert problem["detail"] == (
        "It cannot be taken back: `priority` was changed after it"
        ' with the API token "Backup script".'
    )
