"""What a task was at a past moment: as it is now, with every change since taken back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import access, own_days
from todo_app.core.access import Actor
from todo_app.core.chain import content_of
from todo_app.core.changes import ENTITIES, Act
from todo_app.core.errors import NotFound
from todo_app.core.models import CHANGES, LABELS, TASK_LABELS
from todo_app.core.task_views import TaskView

Change = Row[*tuple[Any, ...]]

_TASKS = ENTITIES["task"]
_UNKNOWN = {"is_collapsed": False, "reminders": None}
"""What the log says nothing of, or did not from the beginning."""
_LOG = (
    select(*(CHANGES.c[name] for name in ("batch_id", "before", "after", "created_at")))
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
_LABEL_LOG = select(
    *(CHANGES.c[name] for name in ("number", "batch_id", "entity_id", "mode", "act")),
    *(CHANGES.c[name] for name in ("entity", "before", "after", "created_at")),
).where(access.own_rows(CHANGES))
_LINK_LOG = _LABEL_LOG.where(
    CHANGES.c.about_id == bindparam("row_id"), CHANGES.c.entity == "task_label"
).order_by(CHANGES.c.number.desc())
_NAME_LOG = _LABEL_LOG.where(
    CHANGES.c.about_id.in_(bindparam("label_ids", expanding=True)), CHANGES.c.entity == "label"
).order_by(CHANGES.c.number.desc())
_NAMES = select(LABELS.c.id, LABELS.c.name).where(
    access.own_rows(LABELS), LABELS.c.id.in_(bindparam("label_ids", expanding=True))
)
_GONE: tuple[Act, ...] = ("label.merged", "label.deleted")
"""What takes a label off tasks, which are not thought of as changed by that."""


class _Labels(NamedTuple):
    """The labels of a task at a moment, and what became of them since."""

    names: list[str]
    given_at: datetime | None
    """When the task was last given others."""
    versions: list[datetime]
    """When it became another version since, by its labels alone."""


async def get_task_as_of(
    db: AsyncSession, actor: Actor, task_id: UUID, moment: datetime
) -> TaskView:
    """A task as it was at a moment. Raises NotFound if it was not there, or in the trash."""
    values = {**access.values(actor), "row_id": task_id}
    found = (await db.execute(_TASKS.read, values)).mappings().one_or_none()
    row: dict[str, Any] | None = dict(found) if found else None
    updated_at = row["created_at"] if row else moment
    counted: set[UUID] = set()
    gone_at: datetime | None = None
    for change in await db.execute(_LOG, values):
        if change.created_at <= moment:
            updated_at = change.created_at
            break
        row = _before(row, content_of(change.before), content_of(change.after))
        counted.add(change.batch_id)
        gone_at = change.created_at if change.after is None else gone_at
    if row is None or row["deleted_at"] is not None or row["created_at"] > moment:
        raise NotFound
    then = await _labels_as_of(db, actor, task_id, moment, counted)
    made = sum(gone_at is None or made_at < gone_at for made_at in then.versions)
    more = {
        "updated_at": max(updated_at, then.given_at or updated_at),
        "labels": "\n".join(then.names),
        "version": row["version"] - made,
        **own_days.columns(row, actor.time_zone),
    }
    return TaskView.of(SimpleNamespace(**_UNKNOWN | {"path": f"!{row['position']}"} | row | more))


async def _labels_as_of(
    db: AsyncSession, actor: Actor, task_id: UUID, moment: datetime, counted: Collection[UUID]
) -> _Labels:
    """The labels that a task had, as they were called.

    `counted` are the steps since that made it another version anyway.
    """
    values = {**access.values(actor), "row_id": task_id}
    label_ids = set(await db.scalars(_LINKS, values))
    links = (await db.execute(_LINK_LOG, values)).all()
    ever = label_ids | {UUID(_image(change)["label_id"]) for change in links}
    values = {**access.values(actor), "label_ids": list(ever)}
    names = {row.id: row.name for row in await db.execute(_NAMES, values)}
    changes = (await db.execute(_NAME_LOG, values)).all()
    relinked = {change.batch_id for change in links}
    versions: dict[object, datetime] = {}
    batch_id, held = None, frozenset(label_ids)
    for change in sorted((*links, *changes), key=lambda row: row.number, reverse=True):
        if change.created_at <= moment:
            break
        if change.batch_id != batch_id:
            batch_id, held = change.batch_id, frozenset(label_ids)
        before, after = content_of(change.before), content_of(change.after)
        is_undone = change.mode != "do"
        if change.entity == "label":
            # Undo makes another version for a label that is back or otherwise, and for its link.
            is_one = is_undone or ("name" in (after or {}) and change.batch_id not in relinked)
            if after is not None and is_one and change.entity_id in held:
                versions[change.batch_id, change.entity_id] = change.created_at
            names[change.entity_id] = (before or {}).get("name", names.get(change.entity_id))
            continue
        if is_undone or change.batch_id not in counted:
            versions[change.batch_id] = change.created_at
        label_ids |= {UUID(before["label_id"])} if before else set()
        label_ids -= {UUID(after["label_id"])} if after else set()
    called = [names[one] for one in label_ids if names.get(one)]
    return _Labels(called, _given_at(links, changes, moment), list(versions.values()))


def _given_at(
    links: Sequence[Change], changes: Sequence[Change], moment: datetime
) -> datetime | None:
    """When a task was last given other labels before a moment."""
    gone_in = {change.batch_id for change in changes if change.act in _GONE}
    given = (
        change.created_at
        for change in links
        if change.created_at <= moment and change.mode == "do" and change.batch_id not in gone_in
    )
    return next(given, None)


def _image(change: Change) -> dict[str, Any]:
    return content_of(change.after) or content_of(change.before) or {}


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
