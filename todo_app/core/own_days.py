"""On which day, and at which time, a task is due on the clock of its owner.

The due date and time are those of the zone that a task names. Whether it is due today, and whether
it is overdue, are questions about its owner's: the answer is kept beside the task, so that a list
is found, and in order, without asking every zone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Date,
    String,
    and_,
    bindparam,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import access, reminders
from todo_app.core.access import Actor
from todo_app.core.changes import LOCK_HEAD
from todo_app.core.models import OWN_TIME_ORDER, TASKS

DECISIVE = ("due_date", "due_time", "due_zone")
_SET = (
    update(TASKS)
    .where(access.own_rows(TASKS), TASKS.c.id == bindparam("task_id"))
    .values(own_date=bindparam("day"), own_time=bindparam("wall"))
)
_TIMED = select(
    *(TASKS.c[name] for name in ("id", *DECISIVE, "own_date", "own_time")),
).where(access.own_rows(TASKS), TASKS.c.due_time.is_not(None))

_TODAY: BindParameter[date] = bindparam("today", type_=Date)
_WALL: BindParameter[str] = bindparam("wall", type_=String)


def is_overdue(today: date | None = None, wall: str | None = None) -> ColumnElement[bool]:
    """A date from the next day on, a time from its minute on; never NULL.

    It is now `today` at `wall` for the owner: by `now` where they are not given.
    """
    day, minute = (_TODAY, _WALL) if today is None else (today, wall)
    return and_(
        TASKS.c.own_date.is_not(None),
        TASKS.c.own_date <= day,
        or_(TASKS.c.own_date < day, literal_column(OWN_TIME_ORDER) <= minute),
    )


IS_STILL_TODAY = and_(TASKS.c.own_date == _TODAY, literal_column(OWN_TIME_ORDER) > _WALL)
"""Due today, and not overdue."""


def now(moment: datetime, zone: str) -> dict[str, Any]:
    """What these conditions are executed with."""
    local = moment.astimezone(ZoneInfo(zone))
    return {"today": local.date(), "wall": f"{local:%H:%M}"}


def columns(task: Mapping[str, Any], zone: str) -> dict[str, Any]:
    """The columns of a task that is due, or not, for an owner in this zone."""
    day, wall = task["due_date"], task["due_time"]
    moment = reminders.due_moment(day, wall, task["due_zone"], zone) if wall else None
    if moment is not None:
        try:
            local = moment.astimezone(ZoneInfo(zone))
        except OverflowError:  # On the first or the last day of the calendar.
            return {"own_date": day, "own_time": wall}
        day, wall = local.date(), f"{local:%H:%M}"
    return {"own_date": day, "own_time": wall}


def plan(
    actor: Actor, before: Mapping[str, Any], values: Mapping[str, Any]
) -> dict[str, date | str | None]:
    """The columns that follow from values of a task, if some do; `before` is what it was."""
    if not any(name in values for name in DECISIVE):
        return {}
    return columns({**before, **values}, actor.time_zone)


def is_another(was: Mapping[str, Any] | None, now: Mapping[str, Any]) -> bool:
    """Whether a task that was put back is due at another time than it was."""
    return was is None or any(was[name] != now[name] for name in DECISIVE)


async def settle(db: AsyncSession, actor: Actor, tasks: Iterable[Mapping[str, Any]]) -> None:
    """Set the columns of tasks that were put back as they were."""
    for task in tasks:
        await _set(db, actor, task, actor.time_zone)


async def follow_zone(db: AsyncSession, actor: Actor, zone: str) -> None:
    """Let all tasks with a time be due where their owner is now."""
    await db.execute(LOCK_HEAD, access.values(actor))
    rows = (await db.execute(_TIMED, access.values(actor))).mappings().all()
    for row in map(dict, rows):
        if columns(row, zone) != {"own_date": row["own_date"], "own_time": row["own_time"]}:
            await _set(db, actor, row, zone)


async def _set(db: AsyncSession, actor: Actor, task: Mapping[str, Any], zone: str) -> None:
    own = columns(task, zone)
    values = {"task_id": task["id"], "day": own["own_date"], "wall": own["own_time"]}
    await db.execute(_SET, access.values(actor) | values)
