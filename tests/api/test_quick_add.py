from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.api.answers import TASKS, all_tasks, assert_problem

QUICK = f"{TASKS}/quick"
LINE = "😀 Water the plants every mon at 7pm until 21.12. p2 !1h30m !0m"


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
        ("!1h30m", "reminder"),
        ("!0m", "reminder"),
    ]
    assert reading["reminders"] == [0, 90]
    assert reading["title"] == "😀 Water the plants"
    assert reading["recurrence"]["rule"].startswith("FREQ=WEEKLY;BYDAY=MO;UNTIL=")
    assert reading["recurrence"]["mode"] == "schedule"
    assert reading["recurrence"]["text"] == "every mon at 7pm until 21.12."
    assert (reading["priority"], reading["labels"], reading["notes"]) == (2, [], "")
    assert reading["due"] == {"date": first[:10], "time": "19:00", "zone": "UTC"}
    assert len(rest) <= 4
    assert reading["refused"] is None
    assert await all_tasks(alice) == []


async def test_a_line_becomes_the_task_that_the_dry_run_showed(alice: httpx.AsyncClient) -> None:
    reading = (await alice.post(QUICK, json={"text": LINE, "dry_run": True})).json()

    response = await alice.post(QUICK, json={"text": LINE})

    task = response.json()
    assert response.status_code == 201
    assert response.headers["location"] == f"{TASKS}/{task['id']}"
    assert await all_tasks(alice) == [task]
    for field in ("title", "priority", "due", "recurrence", "reminders"):
        assert task[field] == reading[field]


async def test_a_dry_run_says_why_a_repetition_stays_text(alice: httpx.AsyncClient) -> None:
    line = {"text": "Water every day until 1 jan 2020", "dry_run": True}

    reading = (await alice.post(QUICK, json=line)).json()

    assert reading["title"] == "Water until 1 jan 2020"
    assert reading["refused"] == "starts or ends on a date that is past"


async def test_a_line_sent_again_with_its_key_adds_one_task(alice: httpx.AsyncClient) -> None:
    answers = [
        await alice.post(QUICK, json={"text": "Call"}, headers={"Idempotency-Key": "one"})
        for _ in range(2)
    ]

    assert answers[0].json() == answers[1].json()
    assert len(await all_tasks(alice)) == 1


async def test_a_line_sent_again_with_its_id_is_one_task(
    alice: httpx.AsyncClient, bob: httpx.AsyncClient
) -> None:
    line = {"id": str(uuid4()), "text": "Call"}
    first, again = [await alice.post(QUICK, json=line) for _ in range(2)]
    stranger = await bob.post(QUICK, json=line)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json()["id"] == line["id"]
    assert await all_tasks(alice) == [first.json()]
    assert_problem(stranger, 404)
    assert await all_tasks(bob) == []


@pytest.mark.parametrize("text", ["Pack /trip", "Call !367d", f"Fix it #{'x' * 101}"])
async def test_a_mark_that_a_task_has_no_place_for_stays_in_its_title(
    alice: httpx.AsyncClient, text: str
) -> None:
    assert (await alice.post(QUICK, json={"text": f"{text} today"})).json()["title"] == text


async def test_a_line_says_where_its_task_goes_and_makes_what_is_not_there(
    alice: httpx.AsyncClient,
) -> None:
    line = {"text": 'pay rent every 1st p1 #Home /Bills @money @"by hand"'}
    before = (await alice.post(QUICK, json=line | {"dry_run": True})).json()
    readings = [one["reading"] for one in before["pieces"] if one["kind"] in {"project", "label"}]
    assert readings == ["Home (new)", "money (new)", "by hand (new)"]
    assert len((await alice.get("/api/v1/projects")).json()["items"]) == 1

    first, second = [(await alice.post(QUICK, json=line)).json() for _ in range(2)]

    assert (first["title"], first["priority"]) == ("pay rent", 1)
    assert first["labels"] == second["labels"] == ["by hand", "money"]
    [_, home] = (await alice.get("/api/v1/projects")).json()["items"]
    assert (home["name"], home["task_count"]) == ("Home", 2)
    [bills] = (await alice.get(f"/api/v1/projects/{home['id']}/sections")).json()["items"]
    assert first["project_id"] == second["project_id"] == home["id"]
    assert first["section_id"] == second["section_id"] == bills["id"]
    after = (await alice.post(QUICK, json={"text": "Call #home", "dry_run": True})).json()
    assert [one["reading"] for one in after["pieces"]] == ["home"]


async def test_undo_takes_back_a_line_with_all_that_it_made(alice: httpx.AsyncClient) -> None:
    await alice.post(QUICK, json={"text": "Water the plants #Balcony @summer"})

    assert (await alice.post("/api/v1/undo")).status_code == 200

    assert await all_tasks(alice) == []
    assert len((await alice.get("/api/v1/projects")).json()["items"]) == 1
    assert (await alice.get("/api/v1/labels")).json()["items"] == []


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
