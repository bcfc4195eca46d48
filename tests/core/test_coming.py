from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from tests.cast import act, add_task
from todo_app.core import coming, tasks
from todo_app.core.access import Actor
from todo_app.core.said_series import RecurrenceDraft
from todo_app.core.task_views import Due, TaskPatch, TaskView

SATURDAY = datetime(2026, 11, 21, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(SATURDAY, tick=False) as traveller:
        yield traveller


async def add_recurring(actor: Actor, text: str) -> TaskView:
    return await add_task(actor, text, recurrence=RecurrenceDraft(text=text))


async def days_of(actor: Actor, days: int = 10, limit: int = 100) -> list[str]:
    """What comes in so many days from tomorrow on: title and day."""
    first = datetime.now(UTC).date() + timedelta(days=1)
    last = first + timedelta(days=days - 1)
    found, _ = await act(coming.list_coming, actor, first, last, limit=limit)
    return [f"{one.task.title}: {one.due.date.day} {one.due.time or ''}".strip() for one in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("every 3 days", [24, 27, 30]),
        ("every day until 24.11.", [22, 23, 24]),
        ("every day for 2 times", [22]),
        ("every! 4 days", [25, 29]),
        ("every! 4 days for 2 times", [25]),
        ("every mon at 7pm", ["30 19:00"]),
        ("every 12 hours starting tomorrow for 4 times", ["23 00:00"]),
        ("every 8 hours starting 24.11. at 7pm until 26.11.", ["25 03:00", "26 03:00"]),
        ("every month", []),
    ],
)
async def test_what_comes_is_what_follows_the_open_turn(
    alice: Actor, text: str, expected: list[object]
) -> None:
    await add_recurring(alice, text)

    assert await days_of(alice) == [f"{text}: {day}" for day in expected]


async def test_a_turn_that_was_moved_or_is_late_is_followed_by_the_next_in_the_series(
    alice: Actor,
    clock: time_machine.Traveller,
) -> None:
    task = await add_recurring(alice, "every 3 days")
    await act(tasks.update_task, alice, task.id, TaskPatch(due=Due(date=date(2026, 11, 25))))
    assert await days_of(alice) == ["every 3 days: 27", "every 3 days: 30"]

    await add_recurring(alice, "every! 3 days")
    clock.shift(timedelta(days=9))

    assert await days_of(alice, days=3) == ["every! 3 days: 3", "every 3 days: 3"]


async def test_what_comes_is_in_order_limited_and_the_owners_alone(
    alice: Actor, bob: Actor
) -> None:
    await add_recurring(alice, "every day")
    await add_recurring(alice, "every 2 days at 9am")
    done = await add_recurring(alice, "every day for 1 time")
    await act(tasks.complete_task, alice, done.id)
    gone = await add_recurring(alice, "every 3 days")
    await act(tasks.delete_task, alice, gone.id)

    found = await days_of(alice, limit=4)

    assert found == [
        *("every day: 22", "every day: 23"),
        *("every 2 days at 9am: 24 09:00", "every 2 days at 9am: 26 09:00"),
    ]
    assert await days_of(bob) == []


async def test_what_comes_seldom_is_not_pushed_out_by_what_comes_daily(alice: Actor) -> None:
    for _ in range(12):
        await add_recurring(alice, "every day")
    await add_recurring(alice, "every 2 weeks")
    first, last = date(2026, 11, 22), date(2026, 12, 19)

    found, is_cut = await act(coming.list_coming, alice, first, last, limit=100)
    few, _ = await act(coming.list_coming, alice, first, last, limit=13)

    assert [one.due.date.day for one in found if one.task.title == "every 2 weeks"] == [5, 19]
    assert (len(found), is_cut) == (12 * coming.TURNS_MAX + 2, True)
    assert {one.task.id for one in few} == {one.task.id for one in found}
