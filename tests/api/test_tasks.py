from __future__ import annotations

import asyncio
import re
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.api.answers import TASKS, add_task, all_tasks, assert_problem, path_of

FIELDS = {
    "id",
    "title",
    "notes",
    "priority",
    "project_id",
    "section_id",
    "parent_id",
    "position",
    "labels",
    "due",
    "recurrence",
    "reminders",
    "completed_at",
    "version",
    "created_at",
    "updated_at",
}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
DUE = {"date": "2026-11-21", "time": "15:00", "zone": "Europe/Berlin"}


async def test_a_task_needs_a_title_only(alice: httpx.AsyncClient) -> None:
    response = await alice.post(TASKS, json={"title": "Water the plants"})
    task = response.json()
    assert response.status_code == 201
    assert task.keys() == FIELDS
    assert task["title"] == "Water the plants"
    assert (task["notes"], task["priority"], task["due"]) == ("", 4, None)
    assert (task["completed_at"], task["version"]) == (None, 1)


async def test_a_new_task_says_where_it_is_and_which_version(alice: httpx.AsyncClient) -> None:
    response = await alice.post(TASKS, json={"title": "Water the plants"})
    assert response.headers["location"] == path_of(response.json())
    assert response.headers["etag"] == '"1"'
    assert (await alice.get(response.headers["location"])).json() == response.json()


async def test_a_task_keeps_all_that_it_was_given(alice: httpx.AsyncClient) -> None:
    fields = {"title": "Café ☕ 你好", "notes": "one\ntwo\tthree", "priority": 1, "due": DUE}
    fields["reminders"] = [30, 1_440]
    task = await add_task(alice, **fields)
    assert (await alice.get(path_of(task))).json() == {**task, **fields}


async def test_moments_are_utc_and_end_in_z(alice: httpx.AsyncClient) -> None:
    task = await add_task(alice)
    done = (await alice.post(path_of(task, "/complete"))).json()
    for name in ("created_at", "updated_at", "completed_at"):
        assert MOMENT.fullmatch(done[name])


async def test_a_client_may_choose_the_id(alice: httpx.AsyncClient) -> None:
    task_id = str(uuid4())
    assert (await add_task(alice, id=task_id))["id"] == task_id


async def test_the_same_id_again_answers_the_task_as_it_is_now(alice: httpx.AsyncClient) -> None:
    draft = {"id": str(uuid4()), "title": "First"}
    await alice.post(TASKS, json=draft)
    changed = (await alice.patch(f"{TASKS}/{draft['id']}", json={"title": "Second"})).json()
    response = await alice.post(TASKS, json=draft)
    assert response.status_code == 200
    assert response.json() == changed
    assert response.headers["location"] == path_of(changed)
    assert response.headers["etag"] == '"2"'
    assert len(await all_tasks(alice)) == 1


async def test_the_same_id_many_times_at_once_makes_one_task(alice: httpx.AsyncClient) -> None:
    draft = {"id": str(uuid4()), "title": "Once"}
    responses = await asyncio.gather(*[alice.post(TASKS, json=draft) for _ in range(8)])
    assert sorted(response.status_code for response in responses) == [200] * 7 + [201]
    assert len(await all_tasks(alice)) == 1


async def test_the_id_of_a_strangers_task_is_unknown(
    alice: httpx.AsyncClient, charlie: httpx.AsyncClient
) -> None:
    task = await add_task(alice)
    response = await charlie.post(TASKS, json={"id": task["id"], "title": "Mine now"})
    assert_problem(response, 404)
    assert await all_tasks(charlie) == []
    assert await all_tasks(alice) == [task]


async def test_only_the_fields_that_are_sent_are_changed(alice: httpx.AsyncClient) -> None:
    task = await add_task(alice, notes="Twice a week", priority=2, due=DUE)
    response = await alice.patch(path_of(task), json={"title": "Water the roses"})
    changed = response.json()
    assert response.status_code == 200
    assert response.headers["etag"] == '"2"'
    assert changed == {
        **task,
        "title": "Water the roses",
        "version": 2,
        "updated_at": changed["updated_at"],
    }


async def test_null_clears_a_field(alice: httpx.AsyncClient) -> None:
    task = await add_task(alice, notes="Twice a week", priority=2, due=DUE)
    patch = {"notes": None, "priority": None, "due": None}
    changed = (await alice.patch(path_of(task), json=patch)).json()
    assert (changed["notes"], changed["priority"], changed["due"]) == ("", 4, None)


async def test_a_title_cannot_be_cleared(alice: httpx.AsyncClient) -> None:
    task = await add_task(alice)
    problem = assert_problem(await alice.patch(path_of(task), json={"title": None}), 422)
    assert problem["errors"] == [{"pointer": "/title", "message": "a title cannot be cleared"}]
    assert (await alice.get(path_of(task))).json() == task


async def test_an_empty_change_changes_nothing(alice: httpx.AsyncClient) -> None:
    task = await add_task(alice)
    response = await alice.patch(path_of(task), json={})
    assert (response.status_code, response.json()) == (200, task)


async def test_completing_and_reopening_are_repeatable(alice: httpx.AsyncClient) -> None:
    task = await add_task(alice)
    done = await alice.post(path_of(task, "/complete"))
    assert done.json()["completed_at"]
    assert done.headers["etag"] == '"2"'
    assert (await alice.post(path_of(task, "/complete"))).json() == done.json()
    reopened = await alice.post(path_of(task, "/reopen"))
    assert reopened.json()["completed_at"] is None
    assert (await alice.post(path_of(task, "/reopen"))).json() == reopened.json()


async def test_a_deleted_task_is_gone(alice: httpx.AsyncClient) -> None:
    task = await add_task(alice)
    response = await alice.delete(path_of(task))
    assert (response.status_code, response.content) == (204, b"")
    assert await all_tasks(alice) == []
    for method, path, body in (
        ("GET", path_of(task), None),
        ("DELETE", path_of(task), None),
        ("PATCH", path_of(task), {"title": "Back"}),
        ("POST", path_of(task, "/complete"), None),
        ("POST", TASKS, {"id": task["id"], "title": "Again"}),
    ):
        assert_problem(await alice.request(method, path, json=body), 404)


@pytest.mark.parametrize("etags", ['"1"', 'W/"1"', "*", '"7", "1"', '"7",W/"1" , "9"', ',, "1"'])
async def test_a_read_that_knows_the_version_answers_304(
    alice: httpx.AsyncClient, etags: str
) -> None:
    task = await add_task(alice)
    response = await alice.get(path_of(task), headers={"If-None-Match": etags})
    assert (response.status_code, response.content) == (304, b"")
    assert response.headers["etag"] == '"1"'


@pytest.mark.parametrize("etags", ['"2"', 'W/"2"', '"11"', '"01"', "1", '"1', "", '""', '"1" "2"'])
async def test_a_read_that_knows_another_version_answers_the_task(
    alice: httpx.AsyncClient, etags: str
) -> None:
    task = await add_task(alice)
    response = await alice.get(path_of(task), headers={"If-None-Match": etags})
    assert (response.status_code, response.json()) == (200, task)


CHANGES = [("PATCH", "", {"title": "New"}), ("DELETE", "", None), ("POST", "/complete", None)]


@pytest.mark.parametrize(("method", "action", "body"), CHANGES)
@pytest.mark.parametrize("etags", ['"1"', "*", '"7", "1"', '"a,b", "1"'])
async def test_a_change_of_the_current_version_is_made(
    alice: httpx.AsyncClient, method: str, action: str, body: object, etags: str
) -> None:
    task = await add_task(alice)
    headers = {"If-Match": etags}
    response = await alice.request(method, path_of(task, action), json=body, headers=headers)
    assert response.status_code in {200, 204}


@pytest.mark.parametrize(
    ("method", "action", "body"), [*CHANGES, ("POST", "/reopen", None), ("PATCH", "", {})]
)
@pytest.mark.parametrize(
    "etags", ['"1"', 'W/"2"', '"3", "4"', '"x"', '""', '"99999999999999999999"', '"02"', '"-2"']
)
async def test_a_change_of_another_version_is_refused_with_the_current_row(
    alice: httpx.AsyncClient, method: str, action: str, body: object, etags: str
) -> None:
    task = await add_task(alice)
    current = (await alice.patch(path_of(task), json={"notes": "Changed"})).json()
    headers = {"If-Match": etags}
    response = await alice.request(method, path_of(task, action), json=body, headers=headers)
    assert assert_problem(response, 412)["current"] == current
    assert await all_tasks(alice) == [current]


@pytest.mark.parametrize(
    "etags", ["1", "", '"1', '1"', "W/1", 'w/"1"', '"1" "2"', '*, "1"', '"1";', "null", ","]
)
async def test_a_malformed_precondition_is_a_bad_request(
    alice: httpx.AsyncClient, etags: str
) -> None:
    task = await add_task(alice)
    response = await alice.patch(path_of(task), json={"title": "New"}, headers={"If-Match": etags})
    assert assert_problem(response, 400)["type"].endswith("malformed-if-match")
    assert await all_tasks(alice) == [task]


async def test_preconditions_on_several_lines_are_one_list(alice: httpx.AsyncClient) -> None:
    task = await add_task(alice)
    lines = [("If-Match", '"7"'), ("If-Match", '"1"'), ("Content-Type", "application/json")]
    response = await alice.patch(path_of(task), content=b'{"title": "New"}', headers=lines)
    assert response.status_code == 200


async def test_a_precondition_on_an_unknown_task_is_404(alice: httpx.AsyncClient) -> None:
    for etags in ('"1"', "*", '"1", "2"'):
        response = await alice.delete(f"{TASKS}/{uuid4()}", headers={"If-Match": etags})
        assert_problem(response, 404)


async def test_of_two_changes_to_one_version_one_is_refused(alice: httpx.AsyncClient) -> None:
    task = await add_task(alice)
    changes = [
        alice.patch(path_of(task), json={"title": f"Title {n}"}, headers={"If-Match": '"1"'})
        for n in range(6)
    ]
    statuses = sorted(response.status_code for response in await asyncio.gather(*changes))
    assert statuses == [200] + [412] * 5


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"title": ""}, "/title"),
        ({"title": "x" * 501}, "/title"),
        ({"title": 7}, "/title"),
        ({"notes": "x" * 50_001}, "/notes"),
        ({"priority": 0}, "/priority"),
        ({"priority": 5}, "/priority"),
        ({"priority": "1"}, "/priority"),
        ({"priority": True}, "/priority"),
        ({"due": "2026-11-21"}, "/due"),
        ({"due": {}}, "/due/date"),
        ({"due": {"date": "2026-13-01"}}, "/due/date"),
        ({"due": {"date": 20261121}}, "/due/date"),
        ({"due": {**DUE, "time": "25:00"}}, "/due/time"),
        ({"due": {**DUE, "zone": "Mars/Olympus"}}, "/due/zone"),
        ({"due": {"date": "2026-11-21", "time": "15:00"}}, "/due"),
        ({"due": {"date": "2026-11-21", "hour": 15}}, "/due/hour"),
        ({"id": "7"}, "/id"),
        ({"project_id": str(uuid4())}, "/project_id"),
        ({"version": 7}, "/version"),
        ({"user_id": str(uuid4())}, "/user_id"),
    ],
)
async def test_a_field_that_cannot_be_accepted_is_pointed_at(
    alice: httpx.AsyncClient, fields: dict[str, Any], pointer: str
) -> None:
    response = await alice.post(TASKS, json={"title": "Water the plants", **fields})
    problem = assert_problem(response, 422)
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert all(error["message"] for error in problem["errors"])
    assert await all_tasks(alice) == []
