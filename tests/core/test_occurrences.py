from __future__ import annotations

import asyncio
import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from pydantic import ValidationError
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from tests.cast import act, add_task, meddling, peeking
from tests.core.test_recurrence import Example, table
from todo_app.core import accounts, occurrences, tasks, undo
from todo_app.core.access import Actor
from todo_app.core.accounts import AccountPatch
from todo_app.core.database import transaction
from todo_app.core.errors import NotFound, NotRecurring, StaleVersion, UnusableRule
from todo_app.core.models import CHANGES, OCCURRENCES, TASKS
from todo_app.core.occurrences import RecurrenceView
from todo_app.core.recurrence import Occurrence
from todo_app.core.said_series import RecurrenceDraft
from todo_app.core.task_views import Due, TaskPatch, TaskView

SATURDAY = datetime(2026, 11, 21, 9, tzinfo=UTC)


def say(text: str) -> RecurrenceDraft:
    return RecurrenceDraft(text=text)


async def add_recurring(actor: Actor, text: str = "every 3 days", **fields: Any) -> TaskView:  # noqa: ANN401
    return await add_task(actor, recurrence=say(text), **fields)


def turn_of(task: TaskView) -> Occurrence:
    assert task.due is not None
    return Occurrence(task.due.date, task.due.time)


async def ledger_rows() -> list[dict[str, object]]:
    async with peeking() as db:
        found = await db.execute(select(OCCURRENCES).order_by(OCCURRENCES.c.id))
        return [dict(row) for row in found.mappings()]


async def move_under(parent: TaskView, *children: TaskView) -> None:
    async with meddling() as db:
        for child in children:
            moved = update(TASKS).where(TASKS.c.id == child.id)
            await db.execute(moved.values(parent_id=parent.id))


@pytest.fixture(autouse=True)
def clock() -> Any:  # noqa: ANN401
    with time_machine.travel(SATURDAY, tick=False) as traveller:
        yield traveller


async def test_words_make_a_task_recurring_from_its_first_date_on(alice: Actor) -> None:
    task = await add_recurring(alice, "every mon at 7pm")

    assert task.recurrence == RecurrenceView(
        rule="FREQ=WEEKLY;BYDAY=MO", mode="schedule", text="every mon at 7pm"
    )
    assert task.due == Due(date=date(2026, 11, 23), time="19:00", zone="UTC")


async def test_a_rule_makes_a_task_recurring_from_its_due_date_on(alice: Actor) -> None:
    draft = RecurrenceDraft(rule="FREQ=DAILY;INTERVAL=3", mode="completion")
    due = Due(date=date(2026, 12, 1), time="08:00", zone="Europe/Berlin")

    task = await add_task(alice, due=due, recurrence=draft)

    assert task.due == due
    assert task.recurrence is not None
    assert task.recurrence.text == "every! 3 days at 08:00"


async def test_words_are_read_in_the_order_of_dates_of_the_person(alice: Actor) -> None:
    await act(accounts.update_account, alice, AccountPatch(date_order="month_first"))

    task = await add_recurring(alice, "every day starting 12/3")

    assert task.due == Due(date=date(2026, 12, 3))


@pytest.mark.parametrize("draft", [{}, {"mode": "schedule"}, {"text": ""}, {"rule": "x" * 301}])
def test_a_recurrence_says_something(draft: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        RecurrenceDraft.model_validate(draft)


@pytest.mark.parametrize(
    "draft", [{"text": "tomorrow"}, {"text": "every blue moon"}, {"rule": "FREQ=SECONDLY"}]
)
async def test_what_is_no_recurrence_is_refused_and_changes_nothing(
    alice: Actor, draft: dict[str, Any]
) -> None:
    task = await add_task(alice)

    with pytest.raises(UnusableRule):
        await act(tasks.update_task, alice, task.id, TaskPatch(recurrence=RecurrenceDraft(**draft)))

    assert await act(tasks.get_task, alice, task.id) == task


async def test_a_recurring_task_that_is_done_moves_to_its_next_date(
    alice: Actor,
    clock: Any,  # noqa: ANN401
) -> None:
    task = await add_recurring(alice)
    clock.shift(timedelta(days=4))

    moved = await act(tasks.complete_task, alice, task.id)

    assert (moved.due, moved.completed_at) == (Due(date=date(2026, 11, 27)), None)
    assert moved.version == 2
    [row] = await ledger_rows()
    assert (row["scheduled_for"], row["outcome"], row["missed"]) == ("2026-11-21", "done", 1)
    assert (row["closed_at"], row["closed_by"]) == (SATURDAY + timedelta(days=4), alice.user_id)


async def test_one_that_counts_from_the_day_it_is_done_does_so(
    alice: Actor,
    clock: Any,  # noqa: ANN401
) -> None:
    task = await add_recurring(alice, "every! 3 days")
    clock.shift(timedelta(days=4))

    moved = await act(tasks.complete_task, alice, task.id)

    assert moved.due == Due(date=date(2026, 11, 28))


async def test_a_turn_that_is_skipped_is_not_done(alice: Actor) -> None:
    task = await add_recurring(alice)

    moved = await act(tasks.skip_task, alice, task.id)

    assert (moved.due, moved.completed_at) == (Due(date=date(2026, 11, 24)), None)
    ledger = await act(occurrences.get_ledger, alice, task.id)
    assert [item.outcome for item in ledger.items] == ["skipped"]
    assert ledger.streak == 0


async def test_only_a_recurring_task_can_be_skipped(alice: Actor) -> None:
    task = await add_task(alice)

    with pytest.raises(NotRecurring):
        await act(tasks.skip_task, alice, task.id)

    assert await act(tasks.get_task, alice, task.id) == task


async def test_moving_one_turn_does_not_move_the_series(alice: Actor) -> None:
    task = await add_recurring(alice, "every mon")
    for day, following in ((date(2026, 11, 22), 30), (date(2026, 12, 9), 14)):
        await act(tasks.update_task, alice, task.id, TaskPatch(due=Due(date=day)))
        moved = await act(tasks.complete_task, alice, task.id)
        assert moved.due is not None
        assert (moved.due.date.day, moved.due.date.weekday()) == (following, 0)


async def test_the_series_moves_with_its_open_turn_where_that_is_said(alice: Actor) -> None:
    task = await add_recurring(alice, "every mon")
    wednesday = Due(date=date(2026, 11, 25), time="09:00", zone="Europe/Berlin")

    patch = TaskPatch(due=wednesday, scope="series")
    moved = await act(tasks.update_task, alice, task.id, patch)
    following = await act(tasks.complete_task, alice, task.id)
    await act(undo.undo_last, alice)
    await act(undo.undo_last, alice)

    assert moved.recurrence == RecurrenceView(
        rule="FREQ=WEEKLY;BYDAY=WE", mode="schedule", text="every wed at 09:00"
    )
    assert following.due == Due(date=date(2026, 12, 2), time="09:00", zone="Europe/Berlin")
    back = await act(tasks.get_task, alice, task.id)
    assert (back.due, back.recurrence) == (task.due, task.recurrence)


@pytest.mark.parametrize(
    "draft",
    [say("every month until 31 dec 2028"), RecurrenceDraft(rule="FREQ=MONTHLY;UNTIL=20281231")],
)
async def test_a_series_that_is_said_anew_in_a_short_month_keeps_its_day(
    alice: Actor, draft: RecurrenceDraft
) -> None:
    due = Due(date=date(2027, 1, 31), time="09:00", zone="UTC")
    task = await add_recurring(alice, "every month", due=due)
    await act(tasks.complete_task, alice, task.id)
    previewed = await act(occurrences.preview, alice, task.id, draft)

    said = await act(tasks.update_task, alice, task.id, TaskPatch(recurrence=draft))
    following = await act(tasks.complete_task, alice, task.id)

    assert said.due == Due(date=date(2027, 2, 28), time="09:00", zone="UTC")
    assert said.recurrence is not None
    assert said.recurrence.text == "every 31st until 31 dec 2028 at 09:00"
    assert following.due == Due(date=date(2027, 3, 31), time="09:00", zone="UTC")
    assert previewed[:2] == ["2027-02-28T09:00", "2027-03-31T09:00"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("every 3 days", ["2026-11-22", "2026-11-25"]),
        ("every! 3 days", ["2026-11-24", "2026-11-27"]),
        ("every 3 days until 20 nov", []),
        ("every! day for 2 times", ["2026-11-22"]),
        ("every 3 days starting 1 dec", ["2026-12-04", "2026-12-07"]),
        ("every! 3 days starting 1 dec", ["2026-12-04", "2026-12-07"]),
    ],
)
async def test_only_dates_that_can_come_are_said_of_a_series_that_is_late(
    alice: Actor,
    clock: Any,  # noqa: ANN401
    text: str,
    expected: list[str],
) -> None:
    clock.move_to(datetime(2026, 11, 1, 9, tzinfo=UTC))
    task = await add_recurring(alice, text)
    clock.move_to(SATURDAY)
    before = await act(occurrences.get_ledger, alice, task.id)

    clock.move_to(datetime(2026, 12, 1, tzinfo=UTC) if "dec" in text else SATURDAY)
    closed = await act(tasks.complete_task, alice, task.id)

    assert before.next[:2] == expected
    assert [str(closed.due and closed.due.date)] == (expected[:1] or ["2026-11-01"])
    if not expected:
        assert (await act(occurrences.get_ledger, alice, task.id)).next == []


async def test_turns_that_were_done_early_count_and_can_be_reopened(
    alice: Actor,
    clock: Any,  # noqa: ANN401
) -> None:
    task = await add_recurring(alice, "every! 3 days starting 1.12. for 3 times")
    done = []
    for _ in range(3):
        clock.shift(timedelta(minutes=1))
        done.append(await act(tasks.complete_task, alice, task.id))

    assert [one.completed_at is None for one in done] == [True, True, False]
    reopened = [await act(tasks.reopen_task, alice, task.id) for _ in range(3)]
    assert [one.due for one in reopened] == [done[1].due, done[0].due, task.due]


async def test_reopening_removes_the_row_and_puts_the_date_back(alice: Actor) -> None:
    task = await add_recurring(alice, "every mon at 9am")
    patch = TaskPatch(due=Due(date=date(2026, 11, 25)))
    moved = await act(tasks.update_task, alice, task.id, patch)
    await act(tasks.complete_task, alice, task.id)

    reopened = await act(tasks.reopen_task, alice, task.id)
    again = await act(tasks.reopen_task, alice, task.id)

    assert (reopened.due, reopened.completed_at) == (moved.due, None)
    assert again == reopened
    assert await ledger_rows() == []


@pytest.mark.parametrize("row", table("reopen"), ids=" | ".join)
async def test_what_is_reopened_is_as_the_table_says(
    alice: Actor,
    clock: Any,  # noqa: ANN401
    row: list[str],
) -> None:
    one = Example.of(row)
    series, zone = one.series, ZoneInfo(one.series.zone)
    due = Due(date=series.anchor, time=series.time, zone=series.zone if series.time else None)
    draft = RecurrenceDraft(rule=series.rule_text, mode=series.mode)
    clock.move_to(datetime.combine(series.anchor, time(1), zone))
    task = await add_task(alice, due=due, recurrence=draft)
    while turn_of(task) < one.scheduled:
        clock.move_to(datetime.combine(turn_of(task).date, time(12), zone))
        task = await act(tasks.complete_task, alice, task.id)
    clock.move_to(one.moment)
    done = await act(tasks.complete_task, alice, task.id)

    reopened = await act(tasks.reopen_task, alice, task.id)

    assert (str(turn_of(reopened)), reopened.completed_at) == (one.expected, None)
    again = await act(tasks.complete_task, alice, task.id)
    assert (again.due, again.completed_at) == (done.due, done.completed_at)


@pytest.mark.parametrize("text", ["every day for 2 times", "every! day for 2 times"])
async def test_the_last_turn_closes_the_task(alice: Actor, text: str) -> None:
    task = await add_recurring(alice, text)
    second = await act(tasks.complete_task, alice, task.id)

    last = await act(tasks.complete_task, alice, task.id)
    again = await act(tasks.complete_task, alice, task.id)
    skipped = await act(tasks.skip_task, alice, task.id)

    assert second.completed_at is None
    assert (last.completed_at, last.due) == (SATURDAY, second.due)
    assert again == skipped == last
    reopened = await act(tasks.reopen_task, alice, task.id)
    assert (reopened.completed_at, reopened.due) == (None, second.due)
    assert len(await ledger_rows()) == 1


async def test_subtasks_reopen_with_their_task_in_one_step(alice: Actor) -> None:
    task = await add_recurring(alice)
    child, grandchild, open_child = [await add_task(alice, name) for name in ("a", "b", "c")]
    await move_under(task, child, open_child)
    await move_under(child, grandchild)
    other = await add_task(alice, "other")
    for done in (child, grandchild, other):
        await act(tasks.complete_task, alice, done.id)

    await act(tasks.complete_task, alice, task.id)

    for part in (child, grandchild, open_child):
        assert (await act(tasks.get_task, alice, part.id)).completed_at is None
    assert (await act(tasks.get_task, alice, other.id)).completed_at is not None
    async with peeking() as db:
        query = select(CHANGES.c.act, CHANGES.c.batch_id, CHANGES.c.about_id)
        log = (await db.execute(query.order_by(CHANGES.c.number.desc()).limit(4))).all()
    assert sorted(row.act for row in log) == [
        "occurrence.done",
        "task.completed",
        "task.reopened",
        "task.reopened",
    ]
    assert len({row.batch_id for row in log}) == 1
    assert {row.about_id for row in log} == {task.id, child.id, grandchild.id}


async def test_one_undo_takes_a_turn_back_and_one_redo_does_it_again(alice: Actor) -> None:
    task = await add_recurring(alice)
    child = await add_task(alice, "part")
    await move_under(task, child)
    await act(tasks.complete_task, alice, child.id)
    moved = await act(tasks.complete_task, alice, task.id)

    await act(undo.undo_last, alice)
    back = [await act(tasks.get_task, alice, one.id) for one in (task, child)]
    ledger_then = await ledger_rows()
    await act(undo.redo_last, alice)
    again = await act(tasks.get_task, alice, task.id)

    assert (back[0].due, back[1].completed_at) == (task.due, SATURDAY)
    assert ledger_then == []
    assert again.due == moved.due
    assert len(await ledger_rows()) == 1


async def test_a_recurrence_sent_back_as_it_is_changes_nothing(alice: Actor) -> None:
    task = await add_recurring(alice)
    moved = await act(tasks.complete_task, alice, task.id)
    assert moved.recurrence is not None

    same = RecurrenceDraft.model_validate(moved.recurrence.model_dump())
    due = Due(date=date(2026, 11, 30))
    patch = TaskPatch(recurrence=same, due=due)
    changed = await act(tasks.update_task, alice, task.id, patch)

    assert (changed.due, changed.recurrence) == (due, moved.recurrence)
    following = await act(tasks.complete_task, alice, task.id)
    assert following.due == Due(date=date(2026, 12, 3))


async def test_another_recurrence_begins_where_the_task_is_due(alice: Actor) -> None:
    task = await add_recurring(alice)
    moved = await act(tasks.complete_task, alice, task.id)

    changed = await act(
        tasks.update_task, alice, task.id, TaskPatch(recurrence=say("every 2 weeks"))
    )

    assert changed.due == moved.due
    assert changed.recurrence is not None
    assert changed.recurrence.rule == "FREQ=WEEKLY;INTERVAL=2"


@pytest.mark.parametrize("patch", [{"recurrence": None}, {"due": None}])
async def test_a_task_without_a_date_or_a_rule_does_not_repeat(
    alice: Actor, patch: dict[str, None]
) -> None:
    task = await add_recurring(alice)

    await act(tasks.update_task, alice, task.id, TaskPatch(**patch))
    done = await act(tasks.complete_task, alice, task.id)

    assert done.recurrence is None
    assert done.completed_at == SATURDAY


async def test_the_ledger_counts_turns_in_a_row_and_turns_missed(
    alice: Actor,
    clock: Any,  # noqa: ANN401
) -> None:
    task = await add_recurring(alice, "every day")
    clock.shift(timedelta(days=2))
    for _ in range(3):
        await act(tasks.complete_task, alice, task.id)
        clock.shift(timedelta(days=1))
    clock.shift(timedelta(days=2))

    ledger = await act(occurrences.get_ledger, alice, task.id)

    assert [(item.scheduled_for, item.missed) for item in ledger.items] == [
        ("2026-11-25", 0),
        ("2026-11-24", 0),
        ("2026-11-21", 2),
    ]
    assert (ledger.streak, ledger.missed) == (2, 2)
    assert ledger.next[0] == "2026-11-29"


async def test_a_task_that_does_not_repeat_has_an_empty_ledger(alice: Actor) -> None:
    task = await add_task(alice)

    ledger = await act(occurrences.get_ledger, alice, task.id)

    assert (ledger.items, ledger.streak, ledger.missed, ledger.next) == ([], 0, 0, [])


async def test_a_ledger_is_its_owners_alone(alice: Actor, bob: Actor) -> None:
    task = await add_recurring(alice)
    await act(tasks.complete_task, alice, task.id)

    for operation in (occurrences.get_ledger, tasks.skip_task, tasks.reopen_task):
        with pytest.raises(NotFound):
            await act(operation, bob, task.id)


async def test_of_20_who_complete_one_version_one_moves_it_on(alice: Actor) -> None:
    task = await add_recurring(alice)

    async def complete() -> bool:
        try:
            await act(tasks.complete_task, alice, task.id, expected_version=task.version)
        except StaleVersion:
            return False
        return True

    assert sum(await asyncio.gather(*(complete() for _ in range(20)))) == 1
    assert len(await ledger_rows()) == 1
    moved = await act(tasks.get_task, alice, task.id)
    assert moved.due == Due(date=date(2026, 11, 24))


async def test_a_series_that_began_long_ago_is_read_from_the_database(alice: Actor) -> None:
    task = await add_recurring(alice)

    async def age(db: AsyncSession) -> None:
        stored = (
            await db.execute(select(TASKS.c.recurrence).where(TASKS.c.id == task.id))
        ).scalar_one()
        old = json.loads(stored) | {"anchor": "1990-01-01"}
        values = {"recurrence": json.dumps(old), "scheduled_for": "1990-01-01"}
        await db.execute(update(TASKS).where(TASKS.c.id == task.id).values(values))

    async with transaction(alice.user_id) as db:
        await age(db)
    moved = await act(tasks.complete_task, alice, task.id)

    assert moved.due is not None
    assert moved.due.date > SATURDAY.date()
    assert (await ledger_rows())[0]["missed"] == 1_000
