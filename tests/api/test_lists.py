from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import pytest
from sqlalchemy import event

from tests.api.answers import TASKS, add_task, assert_problem, path_of
from todo_app.core.database import get_reading_engine


async def test_a_list_without_tasks_is_empty(alice: httpx.AsyncClient) -> None:
    response = await alice.get(TASKS)
    assert response.headers["content-type"] == "application/json"
    assert response.json() == {"items": [], "next_cursor": None}


async def test_a_list_holds_the_tasks_as_they_are(alice: httpx.AsyncClient) -> None:
    made = [await add_task(alice, title=f"Task {n}") for n in range(3)]
    assert (await alice.get(TASKS)).json() == {"items": made, "next_cursor": None}


async def test_a_list_has_50_tasks_unless_asked_otherwise(alice: httpx.AsyncClient) -> None:
    for n in range(51):
        await add_task(alice, title=f"Task {n}")
    first = (await alice.get(TASKS)).json()
    assert len(first["items"]) == 50
    rest = (await alice.get(TASKS, params={"cursor": first["next_cursor"]})).json()
    assert [task["title"] for task in rest["items"]] == ["Task 50"]
    assert rest["next_cursor"] is None


@pytest.mark.parametrize("sort", ["created", "due", "completed"])
@pytest.mark.parametrize("limit", [1, 2, 3, 7])
async def test_walking_the_cursors_meets_every_task_once_and_in_order(
    alice: httpx.AsyncClient, sort: str, limit: int
) -> None:
    for n in range(7):
        task = await add_task(
            alice, title=f"Task {n}", priority=1 + n % 2, due={"date": f"2026-11-{1 + n % 3:02}"}
        )
        await alice.post(path_of(task, "/complete"))
    whole = (await alice.get(TASKS, params={"sort": sort})).json()["items"]
    assert len(whole) == 7
    walked: list[dict[str, Any]] = []
    params: dict[str, Any] = {"sort": sort, "limit": limit}
    while True:
        page = (await alice.get(TASKS, params=params)).json()
        assert 0 < len(page["items"]) <= limit
        walked += page["items"]
        if page["next_cursor"] is None:
            break
        params["cursor"] = page["next_cursor"]
    assert walked == whole


async def test_filters_let_pass_what_they_say(alice: httpx.AsyncClient) -> None:
    done = await add_task(alice, title="done", due={"date": "2026-11-20"})
    await alice.post(path_of(done, "/complete"))
    await add_task(alice, title="early", priority=1, due={"date": "2026-11-20"})
    await add_task(alice, title="late", priority=2, due={"date": "2026-11-22"})
    await add_task(alice, title="undated", priority=1)
    for params, titles in (
        ({"completed": "true"}, ["done"]),
        ({"completed": "false"}, ["early", "late", "undated"]),
        ({"due_before": "2026-11-22"}, ["done", "early"]),
        ({"due_after": "2026-11-20"}, ["late"]),
        ({"due_after": "2026-11-19", "due_before": "2026-11-21"}, ["done", "early"]),
        ({"priority": "1"}, ["early", "undated"]),
        ({"priority": "1", "completed": "false", "sort": "due"}, ["early"]),
        ({"sort": "completed"}, ["done"]),
    ):
        items = (await alice.get(TASKS, params=params)).json()["items"]
        assert [task["title"] for task in items] == titles


async def test_a_cursor_belongs_to_its_sort_and_filters(alice: httpx.AsyncClient) -> None:
    for _ in range(3):
        await add_task(alice, due={"date": "2026-11-20"})
    cursor = (await alice.get(TASKS, params={"limit": 1})).json()["next_cursor"]
    for other in ({"sort": "due"}, {"completed": "false"}, {"priority": "4"}):
        response = await alice.get(TASKS, params={**other, "cursor": cursor})
        assert_problem(response, 400)


async def test_a_cursor_shows_a_stranger_only_their_own(
    alice: httpx.AsyncClient, charlie: httpx.AsyncClient
) -> None:
    for _ in range(3):
        await add_task(alice)
    cursor = (await alice.get(TASKS, params={"limit": 1})).json()["next_cursor"]
    response = await charlie.get(TASKS, params={"cursor": cursor})
    assert response.json() == {"items": [], "next_cursor": None}


def _forged(fingerprint: str, *place: object) -> str:
    text = json.dumps([fingerprint, *place])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


async def test_no_cursor_that_somebody_made_up_is_a_server_error(
    alice: httpx.AsyncClient,
) -> None:
    for _ in range(2):
        await add_task(alice, due={"date": "2026-11-20"})
    junk = ["", "x", "====", "\x00", "\u00e9", "\U0001f600", "W10", "bnVsbA", "e30", "9" * 999]
    cursors = [("created", cursor) for cursor in junk]
    for sort in ("created", "due"):
        page = (await alice.get(TASKS, params={"limit": 1, "sort": sort})).json()
        padded = page["next_cursor"] + "=" * (-len(page["next_cursor"]) % 4)
        fingerprint, *place = json.loads(base64.urlsafe_b64decode(padded))
        evil = ["", "\x00", "\ud800", "x", 2**63, -1, 1e400, None, True, [], {}, "0001-01-01"]
        evil += ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-11-20T00:00"]
        for number in range(len(place)):
            for value in evil:
                forged = [*place[:number], value, *place[number + 1 :]]
                cursors.append((sort, _forged(fingerprint, *forged)))
        cursors.append((sort, _forged(fingerprint, *place, 1)))
        cursors.append((sort, _forged(fingerprint)))
    for sort, cursor in cursors:
        response = await alice.get(TASKS, params={"sort": sort, "cursor": cursor})
        assert response.status_code in {200, 400}, (sort, cursor, response.text)


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=-1", "limit"),
        ("limit=x", "limit"),
        ("limit=", "limit"),
        ("limit=99999999999999999999999", "limit"),
        ("sort=title", "sort"),
        ("sort=%00", "sort"),
        ("completed=perhaps", "completed"),
        ("priority=0", "priority"),
        ("priority=5", "priority"),
        ("due_before=tomorrow", "due_before"),
        ("due_after=2026-02-30", "due_after"),
        ("due_before=%ff", "due_before"),
        ("due_before=1700000000", "due_before"),
        ("colour=blue", "colour"),
        ("user_id=1", "user_id"),
        ("cursor=" + "x" * 1_001, "cursor"),
        ("%ed%a0%80=1", ""),
    ],
)
async def test_a_parameter_that_cannot_be_accepted_is_named(
    alice: httpx.AsyncClient, query: str, parameter: str
) -> None:
    problem = assert_problem(await alice.get(f"{TASKS}?{query}"), 422)
    assert [error["parameter"] for error in problem["errors"]] == [parameter]


async def test_a_list_takes_one_query_and_its_identity_at_most_one(
    alice: httpx.AsyncClient,
) -> None:
    statements: list[str] = []

    def note(*details: object) -> None:
        statements.append(str(details[2]))

    engine = get_reading_engine().sync_engine
    event.listen(engine, "before_cursor_execute", note)
    await alice.get(TASKS)
    assert len(statements) <= 2
    statements.clear()
    await alice.get(TASKS)
    assert len(statements) == 1
