"""When the next reminder of a task is: kept beside the task, so that who is to be told is found.

Beside each account stands a moment before which none of its tasks has one: whoever looks for
reminders looks there, and nowhere else. Who is told is in `told_reminders`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import access, reminders
from todo_app.core.access import Actor
from todo_app.core.changes import LOCK_HEAD
from todo_app.core.models import TASKS, USERS

_DECISIVE = frozenset({"reminders", "due_date", "due_time", "due_zone"})
_SET = (
    update(TASKS)
    .where(access.own_rows(TASKS), TASKS.c.id == bindparam("task_id"))
    .values(remind_at=bindparam("moment"))
)
_NOT_AFTER = (
    update(USERS)
    .where(
        USERS.c.id == bindparam("actor_id"),
        or_(USERS.c.remind_at.is_(None), USERS.c.remind_at > bindparam("moment")),
    )
    .values(remind_at=bindparam("moment"))
)
_BY_DAY = select(TASKS.c.id, TASKS.c.due_date, TASKS.c.remind_at).where(
    access.own_rows(TASKS),
    TASKS.c.remind_at.is_not(None),
    TASKS.c.due_date.is_not(None),
    TASKS.c.due_time.is_(None),
)


async def plan(
    db: AsyncSession,
    actor: Actor,
    before: Mapping[str, Any],
    values: Mapping[str, Any],
    now: datetime,
) -> dict[str, Any]:
    """The column that says when a task reminds next, if that may be another by these values.

    What is past already when it is set reminds of nothing. `before` are the columns that it had.
    """
    if _DECISIVE.isdisjoint(values) or not (before.get("reminders") or values.get("reminders")):
        return {}
    task = {**before, **values}
    moment = _next(actor, task, now)
    await _look_at(db, actor, moment)
    return {"remind_at": moment}


async def settle(
    db: AsyncSession, actor: Actor, now: datetime, tasks: Iterable[Mapping[str, Any]]
) -> None:
    """Set when tasks remind next that were put back as they were."""
    for task in tasks:
        moment = _next(actor, task, now)
        values = {"task_id": task["id"], "moment": moment}
        await db.execute(_SET, access.values(actor) | values)
        await _look_at(db, actor, moment)


def is_another(was: Mapping[str, Any] | None, now: Mapping[str, Any]) -> bool:
    """Whether a task that was put back may remind at another moment than it did."""
    if not any(row and row.get("reminders") for row in (was, now)):
        return False
    return was is None or any(was[name] != now[name] for name in _DECISIVE)


async def follow_zone(db: AsyncSession, actor: Actor, zone: str) -> None:
    """Let tasks that are due on a day remind at the same time of it in another zone.

    What is past there and was not told yet is told at once.
    """
    await db.execute(LOCK_HEAD, access.values(actor))
    for task in (await db.execute(_BY_DAY, access.values(actor))).all():
        old = reminders.due_moment(task.due_date, None, None, actor.time_zone)
        new = reminders.due_moment(task.due_date, None, None, zone)
        if old is not None and new is not None:
            moment = task.remind_at + (new - old)
            values = {"task_id": task.id, "moment": moment}
            await db.execute(_SET, access.values(actor) | values)
            await _look_at(db, actor, moment)


def _next(actor: Actor, task: Mapping[str, Any], now: datetime) -> datetime | None:
    due = reminders.due_moment(
        task["due_date"], task["due_time"], task["due_zone"], actor.time_zone
    )
    return reminders.next_moment(task.get("reminders"), due, now)


async def _look_at(db: AsyncSession, actor: Actor, moment: datetime | None) -> None:
    """Let the account be looked at no later than at a moment."""
    if moment is not None:
        await db.execute(_NOT_AFTER, access.values(actor) | {"moment": moment})
