from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import pytest

from tests.api.answers import JSON, TASKS, add_task, all_tasks, assert_problem, path_of
from tests.cast import act, meddling
from todo_app.core import idempotency, models
from todo_app.core.database import get_engine, transaction, try_lock

KEY = {"Idempotency-Key": "9b1f6c1e-first"}


async def test_the_same_key_and_body_replay_the_first_answer(alice: httpx.AsyncClient) -> None:
    first = await alice.post(TASKS, json={"title": "Once"}, headers=KEY)
    again = await alice.post(TASKS, json={"title": "Once"}, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers == first.headers
    assert len(await all_tasks(alice)) == 1


async def test_a_replay_tells_how_it_was_then(alice: httpx.AsyncClient) -> None:
    first = await alice.post(TASKS, json={"title": "Once"}, headers=KEY)
    await alice.patch(path_of(first.json()), json={"title": "Changed"})
    again = await alice.post(TASKS, json={"title": "Once"}, headers=KEY)
    assert again.content == first.content


async def test_completing_and_reopening_replay_too(alice: httpx.AsyncClient) -> None:
    task = await add_task(alice)
    done = await alice.post(path_of(task, "/complete"), headers=KEY)
    await alice.post(path_of(task, "/reopen"), headers={"Idempotency-Key": "second"})
    again = await alice.post(path_of(task, "/complete"), headers=KEY)
    assert again.content == done.content
    assert (await alice.get(path_of(task))).json()["completed_at"] is None


async def test_the_same_key_with_another_body_is_refused(alice: httpx.AsyncClient) -> None:
    await alice.post(TASKS, json={"title": "Once"}, headers=KEY)
    problem = assert_problem(await alice.post(TASKS, json={"title": "Other"}, headers=KEY), 422)
    assert problem["type"].endswith("key-reused")
    assert len(await all_tasks(alice)) == 1


async def test_the_same_key_at_another_address_is_refused(alice: httpx.AsyncClient) -> None:
    one, other = await add_task(alice), await add_task(alice)
    await alice.post(path_of(one, "/complete"), headers=KEY)
    for path in (path_of(other, "/complete"), path_of(one, "/reopen")):
        assert_problem(await alice.post(path, headers=KEY), 422)
    assert (await alice.get(path_of(other))).json() == other


async def test_a_key_is_each_persons_own(
    alice: httpx.AsyncClient, charlie: httpx.AsyncClient
) -> None:
    hers = await alice.post(TASKS, json={"title": "Once"}, headers=KEY)
    his = await charlie.post(TASKS, json={"title": "Once"}, headers=KEY)
    assert his.status_code == 201
    assert his.json()["id"] != hers.json()["id"]


async def test_a_refusal_is_not_kept(alice: httpx.AsyncClient) -> None:
    task = await add_task(alice)
    headers = {**KEY, "If-Match": '"7"'}
    assert_problem(await alice.post(path_of(task, "/complete"), headers=headers), 412)
    headers = {**KEY, "If-Match": '"1"'}
    assert (await alice.post(path_of(task, "/complete"), headers=headers)).status_code == 200


async def test_without_a_key_every_request_acts(alice: httpx.AsyncClient) -> None:
    for _ in range(2):
        await alice.post(TASKS, json={"title": "Twice"})
    assert len(await all_tasks(alice)) == 2


async def test_of_many_at_once_with_one_key_one_acts(alice: httpx.AsyncClient) -> None:
    posts = [alice.post(TASKS, json={"title": "Once"}, headers=KEY) for _ in range(8)]
    responses = await asyncio.gather(*posts)
    assert {response.status_code for response in responses} <= {201, 409}
    assert len({response.content for response in responses if response.status_code == 201}) == 1
    assert len(await all_tasks(alice)) == 1


async def test_a_key_in_flight_is_a_conflict(alice: httpx.AsyncClient) -> None:
    if get_engine().dialect.name == "sqlite":
        return  # its writers wait for each other, so a key is either new or answered
    user_id = (await alice.get("/api/v1/auth/me")).json()["id"]
    async with transaction() as db:
        await try_lock(db, f"idempotency {user_id} {KEY['Idempotency-Key']}")
        response = await alice.post(TASKS, json={"title": "Once"}, headers=KEY)
        assert assert_problem(response, 409)["type"].endswith("key-in-use")
    assert (await alice.post(TASKS, json={"title": "Once"}, headers=KEY)).status_code == 201


async def test_what_failed_after_all_is_not_remembered(
    alice: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(idempotency, "keep_answer", _fail)
        response = await alice.post(TASKS, json={"title": "Once"}, headers=KEY)
        assert_problem(response, 500)
    assert await all_tasks(alice) == []
    assert (await alice.post(TASKS, json={"title": "Once"}, headers=KEY)).status_code == 201


async def test_a_key_is_new_again_after_a_day(alice: httpx.AsyncClient) -> None:
    await alice.post(TASKS, json={"title": "Once"}, headers=KEY)
    await _age(timedelta(hours=24, seconds=1))
    response = await alice.post(TASKS, json={"title": "Another"}, headers=KEY)
    assert response.status_code == 201
    assert len(await all_tasks(alice)) == 2


async def test_purging_deletes_the_keys_of_yesterday_only(alice: httpx.AsyncClient) -> None:
    user_id = UUID((await alice.get("/api/v1/auth/me")).json()["id"])
    await alice.post(TASKS, json={"title": "Once"}, headers=KEY)
    assert await act(idempotency.purge, user_id) == 0
    await _age(timedelta(hours=24, seconds=1))
    await alice.post(TASKS, json={"title": "Twice"}, headers={"Idempotency-Key": "second"})
    assert await act(idempotency.purge, user_id) == 1


@pytest.mark.parametrize("key", ["", "x" * 256, "two words", "caf\u00e9", "\x7f", "tab\there"])
async def test_a_key_that_cannot_be_kept_is_refused(alice: httpx.AsyncClient, key: str) -> None:
    headers = {b"Idempotency-Key": key.encode("latin-1"), b"Content-Type": b"application/json"}
    response = await alice.post(TASKS, content=b'{"title": "Once"}', headers=headers)
    problem = assert_problem(response, 422)
    assert [error["parameter"] for error in problem["errors"]] == ["Idempotency-Key"]
    assert await all_tasks(alice) == []


async def test_the_longest_key_is_kept(alice: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "~" * 255, **JSON}
    for _ in range(2):
        response = await alice.post(TASKS, content=b'{"title": "Once"}', headers=headers)
        assert response.status_code == 201
    assert len(await all_tasks(alice)) == 1


async def _fail(*_: object) -> None:
    raise RuntimeError


async def _age(by: timedelta) -> None:
    async with meddling() as db:
        keys = models.IdempotencyKey.__table__  # type: ignore[attr-defined]
        await db.execute(keys.update().values(created_at=datetime.now(UTC) - by))
