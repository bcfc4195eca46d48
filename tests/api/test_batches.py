from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.api.answers import TASKS, add_task, all_tasks, assert_problem, path_of
from tests.api.walk import ROOT
from todo_app.core.models import new_id

BATCH = f"{TASKS}/batch"


def batch(*operations: dict[str, object]) -> dict[str, Any]:
    return {"operations": operations}


async def test_a_batch_is_done_in_order_and_taken_back_as_one(alice: httpx.AsyncClient) -> None:
    first, second, third = [await add_task(alice, title=title) for title in "abc"]
    await alice.delete(path_of(third))
    before = await all_tasks(alice)
    new = str(new_id())

    response = await alice.post(
        BATCH,
        json=batch(
            {"op": "complete", "id": first["id"]},
            {"op": "update", "id": second["id"], "patch": {"priority": 1, "due": None}},
            {"op": "restore", "id": third["id"]},
            {"op": "create", "task": {"id": new, "title": "d"}},
            {"op": "update", "id": new, "patch": {"notes": "Just added"}, "version": 1},
            {"op": "delete", "id": second["id"], "version": 2},
            {"op": "reopen", "id": first["id"]},
            {"op": "move", "id": third["id"], "to": {"before": first["id"]}},
        ),
    )

    assert response.status_code == 200, response.text
    result = response.json()
    assert [item["title"] for item in result["items"]] == ["a", "b", "c", "d", "d", "b", "a", "c"]
    assert [task["title"] for task in await all_tasks(alice)] == ["a", "c", "d"]
    undone = (await alice.post(f"{ROOT}/v1/undo")).json()
    assert undone["undoes"] == result["step"]
    moving = {"version", "updated_at"}
    assert [_without(task, moving) for task in await all_tasks(alice)] == [
        _without(task, moving) for task in before
    ]


def _without(task: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in task.items() if name not in names}


@pytest.mark.parametrize(
    ("refused", "status"),
    [
        ({"op": "complete", "id": str(new_id())}, 404),
        ({"op": "update", "id": "hers", "patch": {"title": "x"}, "version": 9}, 412),
        ({"op": "skip", "id": "hers"}, 409),
    ],
    ids=["unknown", "stale", "not recurring"],
)
async def test_a_batch_that_is_refused_changes_nothing_and_names_the_place(
    alice: httpx.AsyncClient, refused: dict[str, str], status: int
) -> None:
    task = await add_task(alice)
    if refused["id"] == "hers":
        refused = {**refused, "id": task["id"]}

    response = await alice.post(BATCH, json=batch({"op": "complete", "id": task["id"]}, refused))

    assert assert_problem(response, status)["operation"] == 1
    assert await all_tasks(alice) == [task]


async def test_another_persons_task_is_unknown_in_a_batch_too(
    alice: httpx.AsyncClient, bob: httpx.AsyncClient
) -> None:
    task = await add_task(alice)

    for op in ("complete", "reopen", "skip", "delete", "restore"):
        foreign, unknown = [
            await bob.post(BATCH, json=batch({"op": op, "id": task_id}))
            for task_id in (task["id"], str(new_id()))
        ]
        assert_problem(foreign, 404)
        assert foreign.content == unknown.content
    assert await all_tasks(alice) == [task]


async def test_a_batch_that_changes_nothing_is_no_step(alice: httpx.AsyncClient) -> None:
    task = await add_task(alice)

    result = (await alice.post(BATCH, json=batch({"op": "reopen", "id": task["id"]}))).json()

    assert result == {"items": [task], "step": None}


@pytest.mark.parametrize(
    "operations",
    [
        [],
        [{"op": "create", "task": {"title": "x"}}] * 501,
        [{"op": "explode", "id": str(new_id())}],
        [{"id": str(new_id())}],
        [{"op": "complete"}],
        [{"op": "complete", "id": "x"}],
        [{"op": "complete", "id": str(new_id()), "version": 0}],
        [{"op": "move", "id": str(new_id()), "to": {}}],
        [{"op": "update", "id": str(new_id()), "patch": {"title": ""}}],
        [{"op": "create", "task": {"title": "x", "user_id": str(new_id())}}],
    ],
    ids=range(10),
)
async def test_a_malformed_batch_is_refused(
    alice: httpx.AsyncClient, operations: list[dict[str, object]]
) -> None:
    assert_problem(await alice.post(BATCH, json={"operations": operations}), 422)
    assert await all_tasks(alice) == []
