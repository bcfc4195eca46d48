from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import time_machine

from tests.api.answers import TASKS, add_task, all_tasks, assert_problem, path_of
from tests.api.walk import ROOT
from tests.cast import sign_in_api
from todo_app.core import clock
from todo_app.core.models import new_id

V1 = f"{ROOT}/v1"


async def test_the_last_step_is_taken_back_and_done_again(alice: httpx.AsyncClient) -> None:
    task = await add_task(alice)
    await alice.post(path_of(task, "/complete"))

    undone = await alice.post(f"{V1}/undo")
    [open_task] = await all_tasks(alice)
    redone = await alice.post(f"{V1}/redo")
    [done_task] = await all_tasks(alice)

    assert (undone.status_code, redone.status_code) == (200, 200)
    [change] = undone.json()["changes"]
    assert (change["act"], change["mode"], change["way"]) == ("task.completed", "undo", "api")
    assert change["after"] == {"completed_at": None}
    assert redone.json()["undoes"] == undone.json()["step"]
    assert open_task["completed_at"] is None
    assert done_task["completed_at"] is not None
    assert done_task["version"] == 4


async def test_undo_with_a_key_acts_once(alice: httpx.AsyncClient) -> None:
    await add_task(alice)
    await add_task(alice)
    headers = {"Idempotency-Key": "once"}

    first, again = [await alice.post(f"{V1}/undo", headers=headers) for _ in range(2)]

    assert first.content == again.content
    assert len(await all_tasks(alice)) == 1


async def test_what_was_changed_since_is_named(alice: httpx.AsyncClient) -> None:
    task = await add_task(alice)
    due = {"due": {"date": "2026-11-21"}}
    await alice.patch(path_of(task), json=due | {"title": "New"})
    [change, _] = (await alice.get(f"{V1}/changes")).json()["items"]
    await alice.patch(path_of(task), json={"due": None})

    response = await alice.post(f"{V1}/changes/{change['id']}/undo")

    problem = assert_problem(response, 409)
    assert (problem["field"], problem["person"]) == ("due", None)
    assert problem["detail"] == "It cannot be taken back: `due` was changed after it."
    assert problem["type"] == "urn:todo-app:problem:changed-since"


async def test_with_nothing_to_undo_it_says_so(alice: httpx.AsyncClient) -> None:
    for path in ("/undo", "/redo"):
        problem = assert_problem(await alice.post(f"{V1}{path}"), 409)
        assert problem["type"] == "urn:todo-app:problem:nothing-to-undo"


async def test_another_persons_change_answers_as_an_unknown_one(
    alice: httpx.AsyncClient, bob: httpx.AsyncClient
) -> None:
    await add_task(alice)
    [change] = (await alice.get(f"{V1}/changes")).json()["items"]

    foreign, unknown, malformed = [
        await bob.post(f"{V1}/changes/{change_id}/undo")
        for change_id in (change["id"], new_id(), "malformed")
    ]

    assert_problem(foreign, 404)
    assert foreign.content == unknown.content == malformed.content
    assert (await bob.get(f"{V1}/changes")).json() == {"items": [], "next_cursor": None}
    assert len((await alice.get(TASKS)).json()["items"]) == 1


async def test_the_history_is_read_in_parts(alice: httpx.AsyncClient) -> None:
    first, _ = await add_task(alice), await add_task(alice)
    await alice.post(path_of(first, "/complete"))

    part = (await alice.get(f"{V1}/changes", params={"limit": 2})).json()
    cursor = part["next_cursor"]
    rest = (await alice.get(f"{V1}/changes", params={"limit": 2, "cursor": cursor})).json()
    of_first = (await alice.get(f"{V1}/changes", params={"about": first["id"]})).json()

    assert [change["number"] for change in part["items"] + rest["items"]] == [3, 2, 1]
    assert rest["next_cursor"] is None
    assert [change["act"] for change in of_first["items"]] == ["task.completed", "task.created"]
    for bad in ({"cursor": "x"}, {"cursor": cursor, "about": first["id"]}):
        assert_problem(await alice.get(f"{V1}/changes", params=bad), 400)
    for bad in ({"limit": 0}, {"limit": 201}, {"about": "x"}, {"other": "x"}):
        assert_problem(await alice.get(f"{V1}/changes", params=bad), 422)


async def test_a_client_follows_by_its_token(
    alice: httpx.AsyncClient, bob: httpx.AsyncClient
) -> None:
    task = await add_task(alice)
    page: dict[str, Any] = {"has_more": True, "next": None}
    items: list[dict[str, Any]] = []
    while page["has_more"]:
        since = {"since": page["next"]} if page["next"] else {}
        page = (await alice.get(f"{V1}/sync", params=since)).json()
        items += page["items"]
    assert {"entity": "task", "id": task["id"], "value": task} in items
    await alice.delete(path_of(task))

    params = {"since": page["next"]}
    after = (await alice.get(f"{V1}/sync", params=params)).json()

    assert after["items"] == [{"entity": "task", "id": task["id"], "value": None}]
    assert_problem(await bob.get(f"{V1}/sync", params=params), 400)
    for bad in ({"limit": 0}, {"limit": 501}, {"other": "x"}):
        assert_problem(await alice.get(f"{V1}/sync", params=bad), 422)
    with time_machine.travel(clock.now() + timedelta(days=91), tick=False):
        headers = {"Authorization": f"Bearer {(await sign_in_api()).access_token}"}
        assert_problem(await alice.get(f"{V1}/sync", params=params, headers=headers), 410)


async def test_a_task_is_shown_as_it_was(alice: httpx.AsyncClient, bob: httpx.AsyncClient) -> None:
    task = await add_task(alice)
    await alice.patch(path_of(task), json={"title": "New"})
    moment = {"as_of": task["updated_at"]}

    response = await alice.get(path_of(task), params=moment)

    assert response.json() == task
    assert "etag" not in response.headers
    assert_problem(await alice.get(path_of(task), params={"as_of": "2020-01-01T00:00:00Z"}), 404)
    assert_problem(await alice.get(path_of(task), params={"as_of": "yesterday"}), 422)
    assert_problem(await bob.get(path_of(task), params=moment), 404)
