"""What a task was at a past moment: as it is now, with every change since taken back."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import access
from todo_app.core.access import Actor
from todo_app.core.chain import content_of
from todo_app.core.changes import ENTITIES
from todo_app.core.errors import NotFound
from todo_app.core.models import CHANGES, LABELS, TASK_LABELS
from todo_app.core.task_views import TaskView

_TASKS = ENTITIES["task"]
_UNKNOWN = {"is_collapsed": False, "reminders": None}
"""What the log says nothing of, or did not from the beginning."""
_LOG = (
    select(CHANGES.c.before, CHANGES.c.after, CHANGES.c.created_at)
    .where(
        access.own_rows(CHANGES),
        CHANGES.c.about_id == bindparam("row_id"),
        CHANGES.c.entity_id == bindparam("row_id"),
    )
    .order_by(CHANGES.c.number.desc())
)

_LINKS = select(TASK_LABELS.c.label_id).where(
    access.own_rows(TASK_LABELS), TASK_LABELS.c.task_id == bindparam("row_id")
)
_LINK_LOG = (
    select(CHANGES.c.before, CHANGES.c.after, CHANGES.c.created_at)
    .where(
        access.own_rows(CHANGES),
        CHANGES.c.about_id == bindparam("row_id"),
        CHANGES.c.entity == "task_label",
    )
    .order_by(CHANGES.c.number.desc())
)
_NAMES = select(LABELS.c.name).where(
    access.own_rows(LABELS), LABELS.c.id.in_(bindparam("label_ids", expanding=True))
)


async def get_task_as_of(
    db: AsyncSession, actor: Actor, task_id: UUID, moment: datetime
) -> TaskView:
    """A task as it was at a moment. Raises NotFound if it was not there, or in the trash."""
    values = {**access.values(actor), "row_id": task_id}
    found = (await db.execute(_TASKS.read, values)).mappings().one_or_none()
    row: dict[str, Any] | None = dict(found) if found else None
    updated_at = row["created_at"] if row else moment
    for change in await db.execute(_LOG, values):
        if change.created_at <= moment:
            updated_at = change.created_at
            break
        row = _before(row, content_of(change.before), content_of(change.after))
    if row is None or row["deleted_at"] is not None or row["created_at"] > moment:
        raise NotFound
    names = await _labels_as_of(db, actor, task_id, moment)
    more = {"updated_at": updated_at, "labels": "\n".join(names)}
    return TaskView.of(SimpleNamespace(**_UNKNOWN | {"path": f"!{row['position']}"} | row | more))


async def _labels_as_of(
    db: AsyncSession, actor: Actor, task_id: UUID, moment: datetime
) -> list[str]:
    """The labels that a task had, as far as there still are such, under their names of today."""
    values = {**access.values(actor), "row_id": task_id}
    label_ids = set(await db.scalars(_LINKS, values))
    for change in await db.execute(_LINK_LOG, values):
        if change.created_at <= moment:
            break
        before, after = content_of(change.before), content_of(change.after)
        label_ids |= {UUID(before["label_id"])} if before else set()
        label_ids -= {UUID(after["label_id"])} if after else set()
    return list(await db.scalars(_NAMES, {**access.values(actor), "label_ids": list(label_ids)}))


def _before(
    row: dict[str, Any] | None, before: dict[str, Any] | None, after: dict[str, Any] | None
) -> dict[str, Any] | None:
    """The row before a change; what was deleted for good is not brought back."""
    if before is None:
        return None
    values = _TASKS.values(before)
    if after is None:
        return values if "version" in values else None
    return row and {**row, **values, "version": row["version"] - 1}
