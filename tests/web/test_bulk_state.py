from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.web.browser import BULK, LIVE, ORDER, PLACES, Browser, Tab
from tests.web.handlers import Handlers, arguments_of

TITLES = ["First", "Second", "Third"]
CALLS: dict[str, dict[str, Any]] = {
    f"{BULK}.complete_tasks": {},
    f"{BULK}.delete_tasks": {},
    f"{BULK}.set_priority": {"priority": "1"},
    f"{BULK}.set_due_in": {"days": 1},
    f"{BULK}.move_to_project": {"project_id": str(uuid4())},
    f"{BULK}.toggle_label": {"name": "errand"},
    f"{BULK}.set_due_date": {"day": "2027-01-27"},
    f"{ORDER}.drop_tasks": {
        "target": "project_id",
        "target_id": str(uuid4()),
        "first": False,
        "stamp": 1,
    },
}
SHIFT = f"{PLACES}.shift_tasks"


async def fill(tab: Tab) -> list[str]:
    """Add three tasks to a list; the ids of the first two."""
    for title in TITLES:
        await tab.add(title)
    return [next(row["id"] for row in tab.rows if row["title"] == t) for t in TITLES[:2]]


def shown(tab: Tab, field: str) -> dict[str, Any]:
    return {row["title"]: row[field] for row in tab.rows}


async def test_chosen_tasks_change_in_their_rows_and_the_others_do_not(alice: Browser) -> None:
    async with alice.tab("/inbox") as tab:
        chosen = await fill(tab)

        await tab.ask(f"{BULK}.set_priority", task_ids=chosen, priority="1")
        assert shown(tab, "priority") == {"First": 1, "Second": 1, "Third": 4}
        assert tab.shown["auth_state.notice"]["text"] == "2 tasks: P1 Urgent"
        await tab.ask(f"{BULK}.set_due_in", task_ids=chosen[:1], days=1)
        assert shown(tab, "due") == {"First": "Tomorrow", "Second": "", "Third": ""}
        assert tab.shown["auth_state.notice"]["text"] == "“First”: Tomorrow"
        await tab.ask(f"{BULK}.set_due_date", task_ids=chosen, day="")
        assert set(shown(tab, "due").values()) == {""}
        await tab.ask(f"{BULK}.complete_tasks", task_ids=chosen)
        assert shown(tab, "is_completed") == {"First": True, "Second": True, "Third": False}
        await tab.ask(f"{BULK}.delete_tasks", task_ids=chosen)
        assert set(shown(tab, "id")) == {"Third"}


async def test_chosen_tasks_get_a_project_and_a_label_in_one_step_each(alice: Browser) -> None:
    async with alice.tab("/inbox") as tab:
        await tab.ask(f"{PLACES}.add_project", name="{what} Garden")
        chosen = await fill(tab)
        for words in ("2 tasks: @errand", "Took @errand off 2 tasks", "2 tasks: @errand"):
            await tab.ask(f"{BULK}.toggle_label", task_ids=chosen, name="errand")
            assert tab.shown["auth_state.notice"]["text"] == words
        assert shown(tab, "labels") == {"First": ["errand"], "Second": ["errand"], "Third": []}
        [label], [project] = tab.shown["auth_state.labels"], tab.shown["auth_state.projects"]
        assert (label["count"], project["count"]) == (2, 0)

        await tab.ask(f"{BULK}.move_to_project", task_ids=chosen, project_id=project["id"])
        assert set(shown(tab, "id")) == {"Third"}
        assert tab.shown["auth_state.projects"][0]["count"] == 2
        assert tab.shown["auth_state.counts"]["inbox"] == 1
        await tab.ask(f"{LIVE}.undo")
        assert len(tab.rows) == 3

        await tab.ask(f"{BULK}.toggle_label", task_ids=chosen, name=" ")
        assert tab.shown["auth_state.notice"]["is_error"]


async def test_what_was_done_to_several_is_taken_back_at_once(alice: Browser) -> None:
    async with alice.tab("/inbox") as tab:
        chosen = await fill(tab)
        before = tab.rows
        for act, arguments in (("set_priority", {"priority": "1"}), ("delete_tasks", {})):
            await tab.ask(f"{BULK}.{act}", task_ids=chosen, **arguments)
            assert tab.shown["auth_state.notice"]["can_undo"]

            await tab.ask(f"{LIVE}.undo")

            assert tab.rows == before


async def test_the_day_counts_what_was_moved_to_it(alice: Browser) -> None:
    async with alice.tab("/inbox") as tab:
        chosen = await fill(tab)
        await tab.ask(f"{BULK}.set_due_in", task_ids=chosen, days=0)
        assert tab.shown["auth_state.counts"]["today"] == 2
        await tab.ask(f"{BULK}.delete_tasks", task_ids=chosen)
        assert tab.shown["auth_state.counts"]["today"] == 0


async def test_a_window_that_lost_rows_is_walked_on_where_it_ended(alice: Browser) -> None:
    async with alice.tab("/today") as tab:
        chosen = await fill(tab)
        await tab.open_task(chosen[0])
        await tab.ask(f"{BULK}.delete_tasks", task_ids=chosen)
        assert tab.panel["id"] == ""
        await tab.add("Fourth")
        assert sorted(shown(tab, "id")) == ["Fourth", "Third"]


@pytest.mark.parametrize("name", CALLS, ids=lambda name: name.rpartition(".")[2])
async def test_the_tasks_of_another_are_as_unknown_as_none(
    alice: Browser, bob: Browser, name: str
) -> None:
    async with alice.tab("/inbox") as hers, bob.tab("/inbox") as his:
        foreign = await fill(hers)
        before = alice.backend.every_row()["tasks"]
        answers = [
            (await his.ask(name, task_ids=ids, **CALLS[name]), his.shown["auth_state.notice"])
            for ids in (foreign, [str(uuid4())])
        ]

    assert [notice["is_error"] for _, notice in answers] == [True, True]
    assert answers[0][1]["text"] == answers[1][1]["text"]
    assert alice.backend.every_row()["tasks"] == before


async def test_the_task_of_another_is_not_shifted(alice: Browser, bob: Browser) -> None:
    async with alice.tab("/inbox") as hers, bob.tab("/inbox") as his:
        foreign, _ = await fill(hers)
        before = alice.backend.every_row()["tasks"]
        told = []
        for task_id in (foreign, str(uuid4())):
            await his.ask(SHIFT, task_ids=[task_id], shift="up")
            told.append(his.shown["auth_state.notice"]["text"])

    assert told[0] == told[1]
    assert alice.backend.every_row()["tasks"] == before


@pytest.mark.parametrize(
    "payload",
    [
        {"task_ids": []},
        {"task_ids": [str(uuid4()) for _ in range(201)]},
        {"task_ids": ["one"]},
        {"task_ids": str(uuid4())},
    ],
    ids=["none", "too many", "no id", "no list"],
)
async def test_unfit_ids_reach_nothing(alice: Browser, payload: dict[str, Any]) -> None:
    async with alice.tab("/inbox") as tab:
        assert await tab.ask(f"{BULK}.complete_tasks", **payload) == []


async def test_a_day_that_is_none_is_refused(alice: Browser) -> None:
    day = (datetime.now(UTC) + timedelta(days=1)).date()
    async with alice.tab("/inbox") as tab:
        chosen = await fill(tab)
        await tab.ask(f"{BULK}.set_due_date", task_ids=chosen, day=f"{day.year}-02-30")
        assert tab.shown["auth_state.notice"]["is_error"]
        assert set(shown(tab, "due").values()) == {""}


def test_every_handler_that_takes_ids_is_tried(handlers: Handlers) -> None:
    takes_ids = {name for name, found in handlers.items() if "task_ids" in arguments_of(found)}
    assert takes_ids == CALLS.keys() | {SHIFT}
