from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine

from tests.cast import act, stored_tasks
from todo_app.core import accounts, clock, names, quick_tasks
from todo_app.core.access import Actor
from todo_app.core.accounts import AccountPatch
from todo_app.core.errors import InvalidInput
from todo_app.core.models import new_id
from todo_app.core.pieces import written_name
from todo_app.core.quick_add import parse
from todo_app.core.task_views import Due

TODAY = Due(date=date(2026, 11, 22))


@time_machine.travel("2026-11-21T16:00:00Z", tick=False)
async def test_a_line_is_read_in_the_zone_and_the_order_of_dates_of_the_person(
    alice: Actor,
) -> None:
    patch = AccountPatch(time_zone="Asia/Tokyo", date_order="month_first")
    await act(accounts.update_account, alice, patch)

    readings = [
        await act(quick_tasks.read_line, alice, line)
        for line in ("Call today", "Call 12/3", "Call at 2am")
    ]

    assert [reading.due for reading in readings] == [
        TODAY,
        Due(date=date(2026, 12, 3)),
        Due(date=TODAY.date, time="02:00", zone="Asia/Tokyo"),
    ]


async def test_a_line_that_says_no_date_is_due_when_the_place_says(alice: Actor) -> None:
    dated, _ = await act(quick_tasks.create_quick_task, alice, "Call 1.12.2199", due=TODAY)
    undated, _ = await act(quick_tasks.create_quick_task, alice, "Call p1", due=TODAY)

    assert dated.due == Due(date=date(2199, 12, 1))
    assert (undated.due, undated.priority) == (TODAY, 1)


async def test_a_piece_that_was_turned_off_is_in_the_title(alice: Actor) -> None:
    task, _ = await act(quick_tasks.create_quick_task, alice, "Call today p1", ignored=[(5, 10)])

    assert (task.title, task.due, task.priority) == ("Call today", None, 1)


async def test_a_line_that_was_kept_is_one_task_of_the_day_it_was_typed(alice: Actor) -> None:
    task_id, typed_at = new_id(), clock.now() - timedelta(days=2)
    results = [
        await act(
            quick_tasks.create_quick_task_once,
            alice,
            task_id,
            "Call tomorrow",
            ignored=[],
            due=None,
            typed_at=typed_at,
        )
        for _ in range(2)
    ]

    assert [is_new for _, is_new in results] == [True, False]
    assert results[0][0] == results[1][0]
    assert results[0][0].due == Due(date=typed_at.date() + timedelta(days=1))


@pytest.mark.parametrize("line", ["", "today p1", "x" * 501])
async def test_a_line_without_a_title_is_no_task(alice: Actor, line: str) -> None:
    with pytest.raises(InvalidInput):
        await act(quick_tasks.create_quick_task, alice, line)

    assert await stored_tasks() == []


async def test_the_names_that_a_line_can_mention_are_listed(alice: Actor, bob: Actor) -> None:
    await act(quick_tasks.create_quick_task, alice, 'Pay #Home /Bills @"by hand" @money')
    await act(quick_tasks.create_quick_task, bob, "Call #Work @phone")

    found = await act(names.list_names, alice)

    assert [(one.kind, one.name, one.project) for one in found] == [
        ("project", "Inbox", ""),
        ("project", "Home", ""),
        ("section", "Bills", "Home"),
        ("label", "by hand", ""),
        ("label", "money", ""),
    ]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Home", "#Home"),
        ("two words", '#"two words"'),
        ("a/b", '#"a/b"'),
        ("2026", '#"2026"'),
        ("Go!", '#"Go!"'),
        ('12" pipes', ""),
    ],
)
def test_a_name_is_written_as_a_line_reads_it(name: str, written: str) -> None:
    assert written_name("project", name) == written
    if written:
        assert parse(f"Call {written} now", clock.now(), "UTC").project == name
