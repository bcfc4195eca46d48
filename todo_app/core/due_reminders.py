"""Telling people what they wanted to hear of: in their open pages, and by a letter if they like.

Of several processes one tells: it holds the account while it does, and moves each task on to its
next reminder in the same transaction. Where nobody looked for more than a day, nobody is told of
what was then; of a task that is done or in the trash nobody is told either.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import access, bus, clock, mail, reminders
from todo_app.core.bus import RemindersDue
from todo_app.core.changes import LOCK_HEAD
from todo_app.core.database import reading, transaction
from todo_app.core.errors import Unavailable
from todo_app.core.models import TASKS, USERS

log = logging.getLogger(__name__)

LATE_MAX = timedelta(days=1)
"""What is longer ago than this, nobody is reminded of any more."""
ACCOUNTS_AT_ONCE = 100
TASKS_AT_ONCE = 200

_WAITING = (
    select(USERS.c.id)
    .where(
        USERS.c.remind_at <= bindparam("now"),
        # Said in one: by itself the latter has an index too, of nearly everybody.
        func.coalesce(USERS.c.disabled_at, USERS.c.closed_at).is_(None),
    )
    .order_by(USERS.c.remind_at)
    .limit(ACCOUNTS_AT_ONCE)
)
_THIS = USERS.c.id == bindparam("actor_id")
_OWNER = select(USERS.c.email, USERS.c.time_zone, USERS.c.reminder_mail).where(_THIS)
_DUE = (
    select(
        *(
            TASKS.c[name]
            for name in ("id", "due_date", "due_time", "due_zone", "reminders", "remind_at")
        ),
        and_(TASKS.c.completed_at.is_(None), TASKS.c.deleted_at.is_(None), access.IN_SIGHT).label(
            "is_open"
        ),
    )
    .where(access.own_rows(TASKS), TASKS.c.remind_at <= bindparam("now"))
    .order_by(TASKS.c.remind_at, TASKS.c.id)
    .limit(TASKS_AT_ONCE)
)
_MOVE_ON = (
    update(TASKS)
    .where(access.own_rows(TASKS), TASKS.c.id == bindparam("task_id"))
    .values(remind_at=bindparam("moment"))
)
_NEXT = select(func.min(TASKS.c.remind_at)).where(
    access.own_rows(TASKS), TASKS.c.remind_at.is_not(None)
)
_LOOK_AGAIN = update(USERS).where(_THIS).values(remind_at=bindparam("moment"))


async def tell_due() -> int:
    """Tell everybody what it is time for, and return of how many tasks. Raises Unavailable."""
    async with reading() as db:
        user_ids = (await db.scalars(_WAITING, {"now": clock.now()})).all()
    told = 0
    for user_id in user_ids:
        try:
            async with transaction(user_id) as db:
                told += await _tell(db, user_id)
        except Unavailable:
            raise
        except Exception:
            # One account that something is wrong with does not hold up the others.
            log.exception("nobody could be reminded in account %s", user_id)
    return told


async def _tell(db: AsyncSession, user_id: UUID) -> int:
    own = {"actor_id": user_id}
    await db.execute(LOCK_HEAD, own)
    now = clock.now()
    owner = (await db.execute(_OWNER, own)).one_or_none()
    if owner is None:
        return 0  # The account was deleted a moment ago.
    rows = (await db.execute(_DUE, {**own, "now": now})).all()
    if rows:
        moved_on = [{**own, **_next(row, owner.time_zone, now)} for row in rows]
        await db.execute(_MOVE_ON, moved_on)
    await db.execute(_LOOK_AGAIN, {**own, "moment": await db.scalar(_NEXT, own)})
    told = [row.id for row in rows if row.is_open and now - row.remind_at <= LATE_MAX]
    if told:
        if owner.reminder_mail == "on":
            mail.remind(db, owner.email, user_id, told)
        bus.publish_after_commit(db, RemindersDue(user_id, tuple(told)))
    return len(told)


def _next(row: Row[*tuple[Any, ...]], zone: str, now: datetime) -> dict[str, Any]:
    due = reminders.due_moment(row.due_date, row.due_time, row.due_zone, zone)
    return {"task_id": row.id, "moment": reminders.next_moment(row.reminders, due, now)}
