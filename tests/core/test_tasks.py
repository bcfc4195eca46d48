from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from pydantic import ValidationError

from tests.cast import act, add_task, sign_up, stored_tasks
from todo_app.core import task_counts, tasks, trash
from todo_app.core.access import Actor
from todo_app.core.errors import StaleVersion
from todo_app.core.models import new_id
from todo_app.core.task_views import Due, TaskDraft, TaskPatch

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
TODAY = NOON.date()


async def test_a_new_task_is_as_it_was_drafted(alice: Actor) -> None:
    due = Due(date=date(2026, 11, 21), time="09:30", zone="Europe/Berlin")
    task = await add_task(alice, "Buy milk", notes="- oat", priority=1, due=due)

    assert (task.title, task.notes, task.priority, task.due) == ("Buy milk", "- oat", 1, due)
    assert (task.version, task.completed_at) == (1, None)
    assert task.created_at == task.updated_at
    assert await act(tasks.get_task, alice, task.id) == task


async def test_a_task_of_a_title_alone_has_no_due_date_and_no_priority(alice: Actor) -> None:
    task = await add_task(alice)

    assert (task.notes, task.priority, task.due) == ("", 4, None)


@pytest.mark.parametrize(
    "title",
    [
        "x" * 500,
        "\U0001f600" * 500,
        "\u0634\u0631\u0627\u0621",
        "'; DROP TABLE tasks; --",
        "%s {0}",
    ],
    ids=range(5),
)
async def test_a_title_is_kept_letter_by_letter(alice: Actor, title: str) -> None:
    assert (await act(tasks.get_task, alice, (await add_task(alice, title)).id)).title == title


@pytest.mark.parametrize(
    "draft",
    [
        {},
        {"title": " "},
        {"title": "x", "priority": 0},
        {"title": "x", "priority": 5},
        {"title": "x", "priority": "1"},
        {"title": "x", "priority": True},
        {"title": "x", "priority": 1.0},
        {"title": "x", "due": {"date": "2026-11-21", "time": "09:00"}},
        {"title": "x", "due": {"date": "2026-11-21", "zone": "UTC"}},
        {"title": "x", "due": {"date": "tomorrow"}},
        {"title": "x", "due": "2026-11-21"},
        {"title": "x", "id": "1"},
        {"title": "x", "user_id": str(new_id())},
        {"title": "x", "version": 7},
        {"title": "x", "completed_at": "2026-11-21T00:00:00Z"},
    ],
    ids=range(15),
)
def test_a_draft_that_breaks_a_rule_is_refused(draft: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        TaskDraft.model_validate(draft)


async def test_a_client_may_choose_the_id_and_send_it_twice(alice: Actor) -> None:
    draft = TaskDraft(id=new_id(), title="Once")

    first, is_new = await act(tasks.create_task, alice, draft)
    second, is_new_again = await act(tasks.create_task, alice, draft)

    assert (is_new, is_new_again) == (True, False)
    assert first == second
    assert first.id == draft.id


async def test_one_chosen_id_sent_20_times_at_once_makes_one_task(alice: Actor) -> None:
    draft = TaskDraft(id=new_id(), title="Once")

    answers = await asyncio.gather(*(act(tasks.create_task, alice, draft) for _ in range(20)))

    assert sorted(is_new for _, is_new in answers) == [False] * 19 + [True]
    assert len(await stored_tasks()) == 1


async def test_an_id_sent_again_does_not_change_the_task(alice: Actor) -> None:
    task = await add_task(alice, "First")

    again, _ = await act(tasks.create_task, alice, TaskDraft(id=task.id, title="Second"))

    assert again == task


async def test_a_patch_changes_what_it_names(alice: Actor) -> None:
    task = await add_task(alice, notes="Keep", priority=2, due=Due(date=TODAY))

    changed = await act(tasks.update_task, alice, task.id, TaskPatch(title="New"))

    assert changed.title == "New"
    assert (changed.notes, changed.priority, changed.due) == ("Keep", 2, Due(date=TODAY))
    assert (changed.version, changed.created_at) == (2, task.created_at)
    assert changed.updated_at >= task.updated_at


async def test_null_clears_what_can_be_cleared(alice: Actor) -> None:
    due = Due(date=TODAY, time="09:00", zone="UTC")
    task = await add_task(alice, notes="Gone", priority=1, due=due)

    patch = TaskPatch(notes=None, priority=None, due=None)
    changed = await act(tasks.update_task, alice, task.id, patch)

    assert (changed.notes, changed.priority, changed.due) == ("", 4, None)


def test_a_title_cannot_be_cleared() -> None:
    for title in (None, "", " "):
        with pytest.raises(ValidationError):
            TaskPatch(title=title)


async def test_a_due_time_goes_when_the_date_alone_is_set(alice: Actor) -> None:
    task = await add_task(alice, due=Due(date=TODAY, time="09:00", zone="UTC"))

    changed = await act(tasks.update_task, alice, task.id, TaskPatch(due=Due(date=TODAY)))

    assert changed.due == Due(date=TODAY)


async def test_an_empty_patch_changes_nothing(alice: Actor) -> None:
    task = await add_task(alice)

    assert await act(tasks.update_task, alice, task.id, TaskPatch()) == task


@pytest.mark.parametrize(
    "operation",
    [
        partial(tasks.update_task, patch=TaskPatch(title="Mine")),
        partial(tasks.update_task, patch=TaskPatch()),
        tasks.complete_task,
        tasks.reopen_task,
        tasks.delete_task,
    ],
    ids=["update", "update nothing", "complete", "reopen", "delete"],
)
async def test_a_stale_version_changes_nothing_and_shows_the_task_as_it_is(
    alice: Actor,
    operation: Any,  # noqa: ANN401
) -> None:
    task = await add_task(alice)
    current = await act(tasks.update_task, alice, task.id, TaskPatch(title="Theirs"))
    before = await stored_tasks()

    for stale in (task.version, 0, 99):
        with pytest.raises(StaleVersion) as refusal:
            await act(operation, alice, task.id, expected_version=stale)
        assert refusal.value.current == current

    assert await stored_tasks() == before


async def test_20_writers_who_compare_the_version_lose_nothing(alice: Actor) -> None:
    task = await add_task(alice, notes="")

    async def append(number: int) -> None:
        while True:
            seen = await act(tasks.get_task, alice, task.id)
            patch = TaskPatch(notes=f"{seen.notes}{number} ")
            try:
                await act(tasks.update_task, alice, task.id, patch, expected_version=seen.version)
            except StaleVersion:
                continue
            return

    await asyncio.gather(*(append(number) for number in range(20)))

    final = await act(tasks.get_task, alice, task.id)
    assert sorted(map(int, final.notes.split())) == list(range(20))
    assert final.version == 21


async def test_writers_of_different_fields_do_not_overwrite_each_other(alice: Actor) -> None:
    task = await add_task(alice)

    await asyncio.gather(
        act(tasks.update_task, alice, task.id, TaskPatch(title="New")),
        act(tasks.update_task, alice, task.id, TaskPatch(notes="New")),
        act(tasks.update_task, alice, task.id, TaskPatch(priority=1)),
        act(tasks.complete_task, alice, task.id),
    )

    final = await act(tasks.get_task, alice, task.id)
    assert (final.title, final.notes, final.priority, final.version) == ("New", "New", 1, 5)
    assert final.completed_at is not None


async def test_a_task_completed_20_times_at_once_is_completed_once(alice: Actor) -> None:
    task = await add_task(alice)

    answers = await asyncio.gather(*(act(tasks.complete_task, alice, task.id) for _ in range(20)))

    assert len({answer.completed_at for answer in answers}) == 1
    assert {answer.version for answer in answers} == {2}


async def test_a_completed_task_keeps_the_moment_it_was_done(alice: Actor) -> None:
    task = await add_task(alice)
    with time_machine.travel(NOON, tick=False):
        done = await act(tasks.complete_task, alice, task.id)

    again = await act(tasks.complete_task, alice, task.id)

    assert done.completed_at == NOON
    assert again == done


async def test_a_reopened_task_is_open(alice: Actor) -> None:
    task = await add_task(alice)
    await act(tasks.complete_task, alice, task.id)

    reopened = await act(tasks.reopen_task, alice, task.id)
    again = await act(tasks.reopen_task, alice, task.id)

    assert (reopened.completed_at, reopened.version) == (None, 3)
    assert again == reopened


async def test_a_task_comes_back_from_the_trash_as_it_was(alice: Actor) -> None:
    task = await add_task(alice, notes="Keep", priority=1, due=Due(date=TODAY))
    await act(tasks.complete_task, alice, task.id)
    deleted = await act(tasks.delete_task, alice, task.id)

    restored = await act(tasks.restore_task, alice, task.id)

    moving = {"version", "updated_at"}
    assert restored.model_dump(exclude=moving) == deleted.model_dump(exclude=moving)
    assert restored.version == deleted.version + 1


async def test_a_task_that_is_not_in_the_trash_is_restored_to_what_it_is(alice: Actor) -> None:
    task = await add_task(alice)

    assert await act(tasks.restore_task, alice, task.id) == task


async def test_the_trash_is_emptied_after_30_days(alice: Actor) -> None:
    kept = await add_task(alice, "Kept")
    with time_machine.travel(NOON, tick=False) as traveller:
        task = await add_task(alice, "Gone")
        await act(tasks.delete_task, alice, task.id)
        traveller.move_to(NOON + timedelta(days=30))
        assert await act(trash.purge, alice.user_id) == 0
        traveller.move_to(NOON + timedelta(days=30, seconds=1))
        assert await act(trash.purge, alice.user_id) == 1

    assert [row["id"] for row in await stored_tasks()] == [kept.id]


@pytest.mark.parametrize(
    ("due", "zone", "now", "is_overdue"),
    [
        (Due(date=TODAY), "UTC", "2026-03-10T23:59:59", False),
        (Due(date=TODAY), "UTC", "2026-03-11T00:00:00", True),
        (Due(date=TODAY), "Asia/Tokyo", "2026-03-10T14:59:59", False),
        (Due(date=TODAY), "Asia/Tokyo", "2026-03-10T15:00:00", True),
        (Due(date=TODAY), "Pacific/Pago_Pago", "2026-03-11T10:59:59", False),
        (Due(date=TODAY), "Pacific/Pago_Pago", "2026-03-11T11:00:00", True),
        (Due(date=TODAY, time="09:00", zone="UTC"), "Asia/Tokyo", "2026-03-10T08:59:59", False),
        (Due(date=TODAY, time="09:00", zone="UTC"), "Asia/Tokyo", "2026-03-10T09:00:00", True),
        (Due(date=TODAY, time="09:00", zone="Asia/Tokyo"), "UTC", "2026-03-10T00:00:00", True),
        # 02:30 is skipped on 29 March: it moves forward by the gap, to 03:30 in summer time.
        (
            Due(date=date(2026, 3, 29), time="02:30", zone="Europe/Berlin"),
            "UTC",
            "2026-03-29T01:29:59",
            False,
        ),
        (
            Due(date=date(2026, 3, 29), time="02:30", zone="Europe/Berlin"),
            "UTC",
            "2026-03-29T01:30:00",
            True,
        ),
        # 02:30 comes twice on 25 October: the first one counts.
        (
            Due(date=date(2026, 10, 25), time="02:30", zone="Europe/Berlin"),
            "UTC",
            "2026-10-25T00:30:00",
            True,
        ),
    ],
)
def test_overdue_is_from_the_next_day_or_from_the_instant(
    due: Due, zone: str, now: str, *, is_overdue: bool
) -> None:
    assert due.is_overdue(datetime.fromisoformat(now).replace(tzinfo=UTC), zone) is is_overdue


@pytest.mark.parametrize("day", [date.min, date.max])
@pytest.mark.parametrize("zone", ["Asia/Tokyo", "Pacific/Pago_Pago"])
def test_the_first_and_the_last_day_of_the_calendar_can_be_due(day: date, zone: str) -> None:
    timed = Due(date=day, time="23:59", zone=zone)

    assert timed.is_overdue(NOON, zone) is (day == date.min)
    assert Due(date=day).is_overdue(NOON, zone) is (day == date.min)


async def recount(actor: Actor, zone_offset: timedelta, now: datetime) -> tuple[int, ...]:
    """The counts by going through every row, to compare with."""
    own = [
        row
        for row in await stored_tasks()
        if row["user_id"] == actor.user_id and not row["deleted_at"]
    ]
    today = (now + zone_offset).date()
    is_open = [row for row in own if row["completed_at"] is None]
    done = [
        row
        for row in own
        if isinstance(row["completed_at"], datetime)
        and (row["completed_at"] + zone_offset).date() == today
    ]
    return (
        len(is_open),
        sum(row["due_date"] is not None and row["due_date"] < today for row in is_open),
        sum(row["due_date"] == today for row in is_open),
        sum(row["due_date"] is not None and row["due_date"] <= today for row in done),
    )


@pytest.mark.parametrize(("zone", "hours"), [("UTC", 0), ("Asia/Tokyo", 9), ("Etc/GMT+11", -11)])
async def test_the_counts_equal_a_recount(database: str, zone: str, hours: int) -> None:
    with time_machine.travel(NOON - timedelta(days=1), tick=False) as traveller:
        alice, bob = await sign_up("alice", time_zone=zone), await sign_up("bob")
        for moment in (NOON - timedelta(hours=23), NOON - timedelta(hours=2), NOON):
            traveller.move_to(moment)
            for offset in (-2, -1, 0, 1, None):
                due = None if offset is None else Due(date=TODAY + timedelta(days=offset))
                await add_task(alice, due=due)
                await add_task(bob, due=due)
                await act(tasks.complete_task, alice, (await add_task(alice, due=due)).id)
                await act(tasks.delete_task, alice, (await add_task(alice, due=due)).id)

        counts = await act(task_counts.count_tasks, alice)
        expected = await recount(alice, timedelta(hours=hours), NOON)

    found = (counts.inbox, counts.overdue, counts.today, counts.done_today)
    assert found == expected
    assert all(found)


async def test_a_time_that_has_passed_counts_as_overdue_on_its_day(database: str) -> None:
    with time_machine.travel(NOON, tick=False):
        alice = await sign_up("alice", time_zone="Europe/Berlin")
        for wall in ("12:59", "13:00", "13:01", None):
            zone = wall and "Europe/Berlin"
            await add_task(alice, due=Due(date=TODAY, time=wall, zone=zone))
        counts = await act(task_counts.count_tasks, alice)

    assert (counts.overdue, counts.today) == (2, 2)


async def test_counts_of_nothing_are_zero(alice: Actor) -> None:
    counts = await act(task_counts.count_tasks, alice)

    assert set(counts.model_dump().values()) == {0}
