"""What recurring tasks are going to be: their occurrences to come, which are no tasks yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import islice
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import access, clock, own_days, recurrence
from todo_app.core.access import Actor
from todo_app.core.models import TASKS
from todo_app.core.occurrences import closed_of, series_of
from todo_app.core.recurrence import Occurrence as Turn
from todo_app.core.recurrence import Recurrence
from todo_app.core.task_columns import COLUMNS
from todo_app.core.task_views import Due, TaskView, due_columns

TASKS_MAX = 200
"""How many recurring tasks are looked at."""
TURNS_MAX = 7
"""How many occurrences of one task are told at once: what comes daily leaves room for the rest."""
_BEFORE_MIDNIGHT = ""
"""What sorts before each time of a day."""


@dataclass(frozen=True, slots=True)
class Coming:
    """A recurring task, and when it will be due again after its open occurrence."""

    task: TaskView
    due: Due

    def as_task(self, zone: str) -> TaskView:
        """The task as it will be then, for an owner in this zone."""
        own = own_days.columns(due_columns(self.due), zone)
        return self.task.model_copy(update={"due": self.due, **own})


RECURRING = (
    select(*COLUMNS, TASKS.c.scheduled_for)
    .where(
        *access.READABLE_TASKS,
        access.IN_SIGHT,
        TASKS.c.completed_at.is_(None),
        TASKS.c.recurrence.is_not(None),
        TASKS.c.due_date <= bindparam("last"),
    )
    .order_by(TASKS.c.due_date, TASKS.c.id)
    .limit(TASKS_MAX + 1)
)
"""The open tasks that recur, until the day `last`."""
Recurring = Sequence[Row[*tuple[Any, ...]]]
"""Rows of `RECURRING`, in its order."""


async def list_coming(
    db: AsyncSession,
    actor: Actor,
    first: date,
    last: date,
    *,
    limit: int,
    recurring: Recurring | None = None,
) -> tuple[list[Coming], bool]:
    """The occurrences to come on these dates, in order of date and time, and if some are left out.

    Those after the open one of each task, and of one that comes several times a day the first. At
    most `TURNS_MAX` of a task and `limit` of all: the first of each task go before the second of
    any. The tasks that recur need not be asked for where they are known, until `last` at least.
    """
    today = clock.today(actor.time_zone)
    if recurring is None:
        recurring = (await db.execute(RECURRING, access.values(actor) | {"last": last})).all()
    rows = [row for row in recurring if row.due_date <= last]
    found: list[tuple[int, Coming]] = []
    is_cut = len(rows) > TASKS_MAX
    for row in rows[:TASKS_MAX]:
        view, zone = TaskView.of(row), series_of(row.recurrence).zone
        open_on = max(Turn.read(row.scheduled_for).date, row.due_date)
        closed = await closed_of(db, actor, row)
        turns = _turns(row.recurrence, open_on, first, last, today, closed)
        is_cut = is_cut or len(turns) > TURNS_MAX
        for place, (day, wall) in enumerate(turns[:TURNS_MAX]):
            due = Due.model_construct(date=day, time=wall, zone=zone if wall else None)
            found.append((place, Coming(view, due)))
    found.sort(key=lambda pair: (pair[0], _moment(pair[1])))
    kept = sorted((one for _, one in found[:limit]), key=_moment)
    return kept, is_cut or len(found) > limit


def _moment(one: Coming) -> tuple[date, str]:
    return one.due.date, one.due.time or "24:00"


@lru_cache(maxsize=4_096)
def _turns(
    stored: str, open_on: date, first: date, last: date, today: date, closed: int
) -> tuple[Turn, ...]:
    """The occurrences of a series between two dates behind its open one, one a day.

    One more than are told at once, at most.
    """
    series = series_of(stored)
    # In completion mode it is counted from the day it is done, which is today at the earliest.
    behind = max(open_on, today if series.mode == "completion" else first - timedelta(days=1))
    if series.rule.frequency == "HOURLY":
        turns = _first_of_days(series, behind, last, closed)
    else:
        turns = recurrence.coming(series, Turn(behind, series.time), last, closed=closed)
    # A clock change may have moved the open one behind its place in the series.
    fitting = (turn for turn in turns if first <= turn.date and behind < turn.date)
    return tuple(islice(fitting, TURNS_MAX + 1))


def _first_of_days(series: Recurrence, behind: date, last: date, closed: int) -> Iterator[Turn]:
    """The first occurrence of each day behind one."""
    while behind < last:
        start = Turn(behind + timedelta(days=1), _BEFORE_MIDNIGHT)
        turn = next(recurrence.coming(series, start, last, closed=closed), None)
        if turn is None:
            return
        yield turn
        behind = turn.date
