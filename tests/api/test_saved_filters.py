from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx

from tests.api.answers import add_task, assert_problem

FILTERS = "/api/v1/filters"
LATE = {"name": "Late", "query": "overdue & p1", "colour": "red"}


async def save(client: httpx.AsyncClient, **fields: object) -> dict[str, Any]:
    response = await client.post(FILTERS, json=LATE | fields)
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    return made


async def names(client: httpx.AsyncClient) -> list[str]:
    return [one["name"] for one in (await client.get(FILTERS)).json()["items"]]


async def test_a_filter_is_saved_listed_changed_and_deleted(alice: httpx.AsyncClient) -> None:
    late, soon = await save(alice), await save(alice, name="Soon", query="7 days")
    path = f"{FILTERS}/{late['id']}"
    assert await names(alice) == ["Late", "Soon"]
    assert {name: late[name] for name in LATE} == LATE

    changed = await alice.patch(path, json={"query": "overdue"}, headers={"If-Match": '"1"'})
    assert (changed.json()["query"], changed.headers["etag"]) == ("overdue", '"2"')
    same = await alice.patch(path, json={"query": "overdue"})
    assert same.json() == changed.json() == (await alice.get(path)).json()
    stale = assert_problem(await alice.delete(path, headers={"If-Match": '"1"'}), 412)
    assert stale["current"]["query"] == "overdue"

    assert (await alice.delete(path)).status_code == 204
    assert_problem(await alice.get(path), 404)
    assert await names(alice) == ["Soon"]
    assert soon["colour"] == "red"


async def test_every_step_with_a_filter_can_be_taken_back(alice: httpx.AsyncClient) -> None:
    late = await save(alice)
    path = f"{FILTERS}/{late['id']}"
    await alice.patch(path, json={"name": "Later"})
    await alice.delete(path)

    assert (await alice.post("/api/v1/undo")).status_code == 200
    assert await names(alice) == ["Later"]
    assert (await alice.post("/api/v1/undo")).status_code == 200
    assert await names(alice) == ["Late"]
    assert (await alice.post("/api/v1/undo")).status_code == 200
    assert await names(alice) == []


async def test_a_filter_that_cannot_be_read_is_not_saved(alice: httpx.AsyncClient) -> None:
    late = await save(alice)
    flawed = {"query": " p1 & soonish"}
    for response in (
        await alice.post(FILTERS, json=LATE | flawed),
        await alice.patch(f"{FILTERS}/{late['id']}", json=flawed),
    ):
        (error,) = assert_problem(response, 422)["errors"]
        assert (error["pointer"], error["start"], error["end"]) == ("/query", 6, 13)
    assert (await alice.get(FILTERS)).json()["items"] == [late]


async def test_other_flaws_are_refused(alice: httpx.AsyncClient) -> None:
    for fields in ({"name": ""}, {"name": "x" * 101}, {"colour": "mauve"}, {"query": "x" * 1_001}):
        assert_problem(await alice.post(FILTERS, json=LATE | fields), 422)
    late = await save(alice)
    assert_problem(await alice.patch(f"{FILTERS}/{late['id']}", json={"name": None}), 422)


async def test_a_client_may_choose_the_id(alice: httpx.AsyncClient, bob: httpx.AsyncClient) -> None:
    late = await save(alice, id=str(uuid4()))

    again = await alice.post(FILTERS, json=LATE | {"id": late["id"], "name": "Other"})

    assert (again.status_code, again.json()) == (200, late)
    assert_problem(await bob.post(FILTERS, json=LATE | {"id": late["id"]}), 404)


async def test_a_filter_is_put_beside_another_of_ones_own(
    alice: httpx.AsyncClient, charlie: httpx.AsyncClient
) -> None:
    late, soon = await save(alice), await save(alice, name="Soon")
    his = await save(charlie)

    moved = await alice.post(f"{FILTERS}/{soon['id']}/move", json={"before": late["id"]})

    assert (moved.status_code, moved.headers["etag"]) == (200, '"2"')
    assert await names(alice) == ["Soon", "Late"]
    for one in (late["id"], str(uuid4())):
        answer = await charlie.post(f"{FILTERS}/{his['id']}/move", json={"after": one})
        (error,) = assert_problem(answer, 422)["errors"]
        assert error == {"pointer": "/after", "message": "does not exist"}


async def test_a_strangers_filter_answers_byte_for_byte_as_an_unknown_one(
    alice: httpx.AsyncClient, charlie: httpx.AsyncClient
) -> None:
    late = await save(alice)
    for method, more, body in (
        ("GET", "", None),
        ("PATCH", "", {"name": "Mine"}),
        ("DELETE", "", None),
        ("POST", "/move", {"after": late["id"]}),
    ):
        foreign, unknown, malformed = [
            await charlie.request(method, f"{FILTERS}/{one}{more}", json=body)
            for one in (late["id"], uuid4(), "malformed")
        ]
        assert_problem(foreign, 404)
        assert (foreign.content, foreign.headers) == (unknown.content, unknown.headers)
        assert (foreign.content, foreign.headers) == (malformed.content, malformed.headers)
    assert await names(charlie) == []
    assert (await alice.get(FILTERS)).json()["items"] == [late]


async def test_a_saved_filter_lists_tasks(alice: httpx.AsyncClient) -> None:
    late = await save(alice)
    await add_task(alice, title="Tax", priority=1, due={"date": "2020-01-01"})
    await add_task(alice, title="Other")

    found = await alice.get("/api/v1/tasks", params={"filter": late["query"]})

    assert [task["title"] for task in found.json()["items"]] == ["Tax"]
