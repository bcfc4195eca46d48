from __future__ import annotations

from datetime import date

import pytest
import time_machine

from tests.cast import act, add_task
from todo_app.core import accounts, quick_tasks, task_lists
from todo_app.core.access import Actor
from todo_app.core.accounts import AccountPatch
from todo_app.core.task_lists import TaskFilter
from todo_app.core.task_views import Due
from todo_app.core.weeks import WeekStart, next_week, week_of

SATURDAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("week_start", "this", "following"),
    [("monday", 16, 23), ("sunday", 15, 22), ("saturday", 21, 28)],
)
def test_a_week_begins_on_the_chosen_day(week_start: WeekStart, this: int, following: int) -> None:
    assert week_of(SATURDAY, week_start) == date(2026, 11, this)
    assert next_week(SATURDAY, week_start) == date(2026, 11, following)
    assert week_of(date.min, week_start) == date.min
    assert next_week(date.max, week_start) == date.max


@time_machine.travel("2026-11-21T12:00:00Z", tick=False)
async def test_lines_series_and_filters_mean_the_week_of_the_person(alice: Actor) -> None:
    sunday = Due(date=date(2026, 11, 22))
    await add_task(alice, "Tomorrow", due=sunday)
    await act(accounts.update_account, alice, AccountPatch(week_start="sunday"))

    read = await act(quick_tasks.read_line, alice, "Call next week")
    series = await add_task(alice, "Run", recurrence={"text": "every 3 days starting next week"})
    page = await act(task_lists.list_tasks, alice, TaskFilter(text="next week"))

    assert (read.due, series.due) == (sunday, sunday)
    assert {task.title for task in page.items} == {"Tomorrow", "Run"}
