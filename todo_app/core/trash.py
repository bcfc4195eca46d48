"""The trash: what was deleted, with everything that went there with it, until it is purged."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import false, func, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import access, changes, clock
from todo_app.core.access import Actor
from todo_app.core.models import PROJECTS, SECTIONS, TASKS

LIFETIME = timedelta(days=30)
LIST_MAX = 100


class TrashedView(BaseModel):
    """A task or a project in the trash; what went there with it is not named again."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    kind: Literal["project", "task"]
    name: str
    deleted_at: datetime


_WHOLE = TASKS.alias("whole")
_WENT_WITH_ANOTHER = or_(
    PROJECTS.c.deleted_at == TASKS.c.deleted_at, _WHOLE.c.deleted_at == TASKS.c.deleted_at
)
_TASKS = (
    select(
        TASKS.c.id, literal("task").label("kind"), TASKS.c.title.label("name"), TASKS.c.deleted_at
    )
    .select_from(
        TASKS.join(PROJECTS, PROJECTS.c.id == TASKS.c.project_id).outerjoin(
            _WHOLE, _WHOLE.c.id == TASKS.c.parent_id
        )
    )
    .where(access.own_rows(TASKS), TASKS.c.deleted_at.is_not(None))
    .where(func.coalesce(_WENT_WITH_ANOTHER, false()).is_(false()))
)
_PROJECTS = select(
    PROJECTS.c.id, literal("project").label("kind"), PROJECTS.c.name, PROJECTS.c.deleted_at
).where(access.own_rows(PROJECTS), PROJECTS.c.deleted_at.is_not(None))
_ALL = union_all(_PROJECTS, _TASKS).subquery()
_LIST = select(_ALL).order_by(_ALL.c.deleted_at.desc(), _ALL.c.id).limit(LIST_MAX)


async def list_trash(db: AsyncSession, actor: Actor) -> list[TrashedView]:
    """What was deleted last, the latest first, at most `LIST_MAX` of it."""
    found = await db.execute(_LIST, access.values(actor))
    return [TrashedView.model_validate(row, from_attributes=True) for row in found]


async def purge(db: AsyncSession, user_id: UUID) -> int:
    """Delete for good what was in the trash of an account for 30 days and return how many rows.

    Call it again until nothing is left.
    """
    limit = clock.now() - LIFETIME
    old = select(PROJECTS.c.id).where(PROJECTS.c.user_id == user_id, PROJECTS.c.deleted_at < limit)
    tasks, sections = TASKS.c.deleted_at < limit, SECTIONS.c.project_id.in_(old)
    return (
        await changes.purge(db, user_id, "task.purged", "task", tasks)
        or await changes.purge(db, user_id, "section.purged", "section", sections)
        or await changes.purge(
            db, user_id, "project.purged", "project", PROJECTS.c.deleted_at < limit
        )
    )
