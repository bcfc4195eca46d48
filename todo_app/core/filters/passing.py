"""From the text of a filter to the condition that tasks pass it, for the person who asks."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import access, clock
from todo_app.core.access import Actor
from todo_app.core.filters.conditions import conditions, due_around, needs_due_zones
from todo_app.core.filters.reader import read
from todo_app.core.models import TASKS


async def passes(db: AsyncSession, actor: Actor, text: str) -> ColumnElement[bool]:
    """The condition that a task is in one of the lists of a filter. Raises InvalidFilter."""
    filter_ = read(text)
    now = clock.now()
    zones = await _due_zones(db, actor, now) if needs_due_zones(filter_) else []
    return or_(*conditions(filter_, now=now, zone=actor.time_zone, due_zones=zones))


async def _due_zones(db: AsyncSession, actor: Actor, now: datetime) -> list[str]:
    query = select(TASKS.c.due_zone).where(*access.READABLE_TASKS, due_around(now)).distinct()
    return list(await db.scalars(query, access.values(actor)))
