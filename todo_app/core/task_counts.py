"""How many tasks are where, as the sidebar and the progress of the day say."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict
from sqlalchemy import ColumnElement, ScalarSelect, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import access, clock, own_days
from todo_app.core.access import Actor
from todo_app.core.models import PROJECTS, TASKS


class TaskCounts(BaseModel):
    """How many tasks are where, for the sidebar and the progress of the day."""

    model_config = ConfigDict(frozen=True)

    inbox: int
    overdue: int
    today: int
    done_today: int


def _count(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).select_from(TASKS).where(*conditions).scalar_subquery()


_IS_OPEN = (*access.READABLE_TASKS, access.IN_SIGHT, TASKS.c.completed_at.is_(None))
# What is in a project is counted as it changes.
_IN_INBOX = select(PROJECTS.c.task_count).where(
    access.own_rows(PROJECTS), PROJECTS.c.id == bindparam("actor_id")
)
_WAS_DONE = (*access.READABLE_TASKS, TASKS.c.completed_at >= bindparam("midnight"))
COUNTS: dict[str, ScalarSelect[int]] = {
    "inbox": _IN_INBOX.scalar_subquery(),
    "overdue": _count(*_IS_OPEN, own_days.is_overdue()),
    "today": _count(*_IS_OPEN, own_days.IS_STILL_TODAY),
    "done_today": _count(*_WAS_DONE, TASKS.c.own_date <= bindparam("today")),
}
_COUNT = select(*(count.label(name) for name, count in COUNTS.items()))


async def count_tasks(db: AsyncSession, actor: Actor) -> TaskCounts:
    """Open and just completed tasks, seen from the actor's today."""
    row = (await db.execute(_COUNT, count_values(actor))).one()
    return TaskCounts.model_validate(row, from_attributes=True)


def count_values(actor: Actor) -> dict[str, Any]:
    """What a statement with `COUNTS` is executed with."""
    now = own_days.now(clock.now(), actor.time_zone)
    midnight = datetime.combine(now["today"], time(), ZoneInfo(actor.time_zone))
    return {**access.values(actor), **now, "midnight": midnight}
