from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.api.answers import TASKS, all_tasks, assert_problem

QUICK = f"{TASKS}/quick"
LINE = "😀 Water the plants every mon at 7pm until 21.12. p2"


async def test_a_dry_run_says_what_a_line_becomes_and_adds_nothing(
    alice: httpx.AsyncClient,
) -> None:
    response = await alice.post(QUICK, json={"text": LINE, "dry_run": True})

    reading = response.json()
    pieces = [(LINE[one["start"] : one["end"]], one["kind"]) for one in reading.pop("pieces")]
    [first, *rest] = reading.pop("next")
    assert response.status_code == 200
    assert pieces == [
        ("every mon", "recurrence"),
        ("at 7pm", "time"),
        ("until 21.12.", "end"),
        ("p2", "priority"),
    ]
    assert reading["title"] == "😀 Water the plants"
    assert reading["recurrence"]["rule"].startswith("FREQ=WEEKLY;BYDAY=MO;UNTIL=")
    assert reading["recurrence"]["mode"] == "schedule"
    assert reading["recurrence"]["text"] == "every mon at 7pm until 21.12."
    assert (reading["priority"], reading["labels"], reading["notes"]) == (2, [], "")
    assert reading["due"] == {"date": first[:10], "time": "19:00", "zone": "UTC"}
    assert len(rest) <= 4
    assert await all_tasks(alice) == []


async def test_a_line_becomes_the_task_that_the_dry_run_showed(alice: httpx.AsyncClient) -> None:
    reading = (await alice.post(QUICK, json={"text": LINE, "dry_run": True})).json()

    response = await alice.post(QUICK, json={"text": LINE})

    task = response.json()
    assert response.status_code == 201
    assert response.headers["location"] == f"{TASKS}/{task['id']}"
    assert await all_tasks(alice) == [task]
    for field in ("title", "priority", "due", "recurrence"):
        assert task[field] == reading[field]


async def test_a_line_sent_again_with_its_key_adds_one_task(alice: httpx.AsyncClient) -> None:
    answers = [
        await alice.post(QUICK, json={"text": "Call"}, headers={"Idempotency-Key": "one"})
        for _ in range(2)
    ]

    assert answers[0].json() == answers[1].json()
    assert len(await all_tasks(alice)) == 1


@pytest.mark.parametrize("text", ["Fix it #work", "Call @home", "Pack /trip", "Call !30m"])
async def test_a_mark_that_a_task_has_no_place_for_stays_in_its_title(
    alice: httpx.AsyncClient, text: str
) -> None:
    assert (await alice.post(QUICK, json={"text": f"{text} today"})).json()["title"] == text


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": 1},
        {"text": ""},
        {"text": "tomorrow"},
        {"text": "every day at 5pm p1"},
        {"text": "x" * 501},
        {"text": "x" * 2_001, "dry_run": True},
        {"text": "a\u0000b", "dry_run": True},
        {"text": "Call", "dry_run": "yes"},
        {"text": "Call", "due": None},
    ],
    ids=range(10),
)
async def test_a_line_that_is_no_task_is_refused(
    alice: httpx.AsyncClient, body: dict[str, Any]
) -> None:
    assert_problem(await alice.post(QUICK, json=body), 422)
    assert await all_tasks(alice) == []
