"""What has to be true again after rows were put back past the rules of those who changed them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import access, labels, own_days, places, reminding, renames
from todo_app.core.access import Actor
from todo_app.core.changes import Step
from todo_app.core.errors import ChangedSince
from todo_app.core.filters.syntax import MARKS, Kind
from todo_app.core.models import PROJECTS, TASKS

Image = Mapping[str, Any]
Turn = tuple[str, Image | None, Image | None]
"""The kind of a row, what it was, and what it is now."""

_PLACE = ("project_id", "section_id", "parent_id", "position")
_AT_ONCE = 500

_IN_SECTION = select(TASKS.c.id).where(
    access.own_rows(TASKS),
    TASKS.c.section_id == bindparam("section_id"),
    TASKS.c.parent_id.is_(None),
)
_WHOLE = TASKS.alias("whole")
_LOST = (
    select(TASKS.c.id)
    .join(PROJECTS, PROJECTS.c.id == TASKS.c.project_id)
    .outerjoin(_WHOLE, _WHOLE.c.id == TASKS.c.parent_id)
    .where(
        *access.READABLE_TASKS,
        TASKS.c.id.in_(bindparam("task_ids", expanding=True)),
        or_(PROJECTS.c.deleted_at.is_not(None), _WHOLE.c.deleted_at.is_not(None)),
    )
    .limit(1)
)


async def settle(db: AsyncSession, actor: Actor, step: Step, turns: Sequence[Turn]) -> None:
    """Let what follows from these rows follow from what they are now.

    Raises ChangedSince if a task were then where nothing can be.
    """
    back, moved, sections, renamed, labelled, reminds, due = [], [], [], [], [], [], []
    for kind, was, now in turns:
        if kind == "task" and now is not None:
            back += [now["id"]] if was is None or was["deleted_at"] else []
            is_elsewhere = was is None or any(was[name] != now[name] for name in _PLACE)
            moved += [now["id"]] if is_elsewhere else []
            reminds += [now] if reminding.is_another(was, now) else []
            due += [now] if own_days.is_another(was, now) else []
        elif kind == "section" and now is not None:
            sections.append(now["id"])
        elif kind == "label" and now is not None:
            renamed.append(now["id"])
        elif kind == "task_label":
            labelled.append((now or was or {})["task_id"])
    for start in range(0, len(back), _AT_ONCE):
        values = access.values(actor) | {"task_ids": back[start : start + _AT_ONCE]}
        if await db.scalar(_LOST, values) is not None:
            raise ChangedSince("deleted_at", None)
    for section_id in sections:
        moved += await db.scalars(_IN_SECTION, access.values(actor) | {"section_id": section_id})
    for task_id in moved:
        await places.settle(db, actor, step, task_id)
    await _follow_names(db, actor, step, turns)
    await labels.settle(db, actor, label_ids=renamed, task_ids=labelled)
    await reminding.settle(db, actor, step.now, reminds)
    await own_days.settle(db, actor, due)


async def _follow_names(db: AsyncSession, actor: Actor, step: Step, turns: Sequence[Turn]) -> None:
    """Let filters that were saved since name things as they are called again."""
    for kind, was, now in turns:
        if kind in MARKS and was is not None and now is not None:
            names = was["name"], now["name"]
            await renames.follow(db, actor, step, cast("Kind", kind), now["id"], names)
