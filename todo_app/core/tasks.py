"""Tasks: create, read, list, change, complete, delete. Every rule about a single task is here."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from sqlalchemy import (
    bindparam,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import (
    access,
    bus,
    changes,
    labels,
    occurrences,
    own_days,
    places,
    positions,
    reminders,
    reminding,
)
from todo_app.core.access import Actor
from todo_app.core.bus import ChangesMade
from todo_app.core.changes import Act, Step
from todo_app.core.database import insert_if_absent
from todo_app.core.errors import NotFound, NotRecurring, StaleVersion
from todo_app.core.models import TASKS, Task, new_id
from todo_app.core.places import StoredTask, TaskRow
from todo_app.core.reads import Read
from todo_app.core.task_columns import COLUMNS
from todo_app.core.task_views import TaskDraft, TaskPatch, TaskView, due_columns
from todo_app.core.writes import Write

# Statements are made once; what varies goes in as values, and columns to set are among them.
_ID = TASKS.c.id == bindparam("task_id")
_BLANK: dict[str, Any] = {column.name: None for column in TASKS.c if column.nullable} | {
    "is_collapsed": False,
    "version": 1,
}
"""The columns of a new task that its draft says nothing about."""
_CREATE = Write(insert(TASKS))
_GET = Read(select(*COLUMNS).where(*access.READABLE_TASKS, _ID))
_CHANGE = Write(
    update(TASKS).where(access.own_rows(TASKS), _ID).values(version=TASKS.c.version + 1)
)
_GET_KEPT = Read(select(*COLUMNS).where(access.own_rows(TASKS), _ID))
_COLLAPSE = update(TASKS).where(*access.READABLE_TASKS, _ID).returning(TASKS.c.id)
_CHANGE_ALL = (
    update(TASKS)
    .where(access.own_rows(TASKS), TASKS.c.id.in_(bindparam("task_ids", expanding=True)))
    .values(version=TASKS.c.version + 1)
)


async def create_task(db: AsyncSession, actor: Actor, draft: TaskDraft) -> tuple[TaskView, bool]:
    """Add a task and return it, and whether it is new.

    The same id again returns the task as it is now. Raises NotFound if the id is another's.
    """
    step = await changes.begin(db, actor)
    values = {
        **_BLANK,
        "id": draft.id or new_id(),
        "user_id": actor.user_id,
        "title": draft.title,
        "notes": draft.notes,
        "priority": draft.priority,
        **due_columns(draft.due),
        "reminders": reminders.stored(draft.reminders),
        **await _place(db, actor, draft),
        "created_at": step.now,
        "updated_at": step.now,
    }
    if draft.recurrence is not None:
        values |= await occurrences.plan(db, actor, draft.recurrence, values, step.now)
    values |= own_days.plan(actor, {}, values)
    values |= await reminding.plan(db, actor, {}, values, step.now)
    if draft.id is None:
        _CREATE.defer(db.sync_session, values)
    elif not await _is_free(db, values):
        return await get_task(db, actor, draft.id), False
    task = SimpleNamespace(**values, labels=None)
    step.record("task.created", "task", None, values)
    await reopen_wholes(db, actor, step, task)
    if draft.labels:
        await labels.set_labels(db, actor, step, task.id, draft.labels)
        return await get_task(db, actor, task.id), True
    return TaskView.of(task), True


async def get_task(db: AsyncSession, actor: Actor, task_id: UUID) -> TaskView:
    """One task. Raises NotFound."""
    row = await _GET.one_or_none(db, access.values(actor) | {"task_id": task_id})
    if row is None:
        raise NotFound
    return TaskView.of(row)


async def get_kept_task(db: AsyncSession, actor: Actor, task_id: UUID) -> TaskView:
    """One task, in the trash or not. Raises NotFound."""
    row = await _GET_KEPT.one_or_none(db, access.values(actor) | {"task_id": task_id})
    if row is None:
        raise NotFound
    return TaskView.of(row)


async def update_task(
    db: AsyncSession,
    actor: Actor,
    task_id: UUID,
    patch: TaskPatch,
    *,
    expected_version: int | None = None,
) -> TaskView:
    """Change fields of a task.

    Another due date of a recurring task is that of this turn only, unless the patch says that it is
    the series'. Raises NotFound, UnusableRule, LimitReached, and StaleVersion if `expected_version`
    is given and no longer current.
    """
    step, before = await take_task(db, actor, task_id, expected_version)
    has_other_labels = "labels" in patch.model_fields_set and await labels.set_labels(
        db, actor, step, task_id, patch.labels or []
    )
    values = patch.values()
    ends = patch.due is None and "due" in patch.model_fields_set
    if ends or "recurrence" in patch.model_fields_set:
        task = before._asdict() | values
        values |= await occurrences.plan(db, actor, patch.recurrence, task, step.now)
    elif patch.due is not None and patch.scope == "series" and before.recurrence is not None:
        values |= await occurrences.move_series(db, actor, before, values, step.now)
    after = await set_task(
        db, actor, step, "task.changed", before, values, is_other_anyway=has_other_labels
    )
    return await get_task(db, actor, task_id) if has_other_labels else TaskView.of(after)


async def complete_task(
    db: AsyncSession, actor: Actor, task_id: UUID, *, expected_version: int | None = None
) -> TaskView:
    """Mark a task done with all its parts; one that is done stays as it is.

    A recurring one moves to its next date, and its parts are open again. Raises NotFound,
    StaleVersion.
    """
    step, before = await take_task(db, actor, task_id, expected_version)
    if before.completed_at is not None:
        return TaskView.of(before)
    values: dict[str, Any] = {"completed_at": step.now}
    if before.recurrence is not None:
        values = await occurrences.close(db, actor, step, before, "done")
    after = await set_task(db, actor, step, "task.completed", before, values)
    if after.has_parts:
        act: Act = "task.reopened" if after.completed_at is None else "task.completed"
        parts = await places.all_parts(db, actor, task_id)
        others = [
            part
            for part in parts
            if part.deleted_at is None
            and (part.completed_at is None) is not (after.completed_at is None)
        ]
        await _set_all(db, actor, step, act, others, {"completed_at": after.completed_at})
    return TaskView.of(after)


async def skip_task(
    db: AsyncSession, actor: Actor, task_id: UUID, *, expected_version: int | None = None
) -> TaskView:
    """Leave out the open occurrence of a recurring task; one that is done stays as it is.

    Raises NotFound, NotRecurring, StaleVersion.
    """
    step, before = await take_task(db, actor, task_id, expected_version)
    if before.recurrence is None:
        raise NotRecurring
    values: dict[str, Any] = {}
    if before.completed_at is None:
        values = await occurrences.close(db, actor, step, before, "skipped")
    return TaskView.of(await set_task(db, actor, step, "task.skipped", before, values))


async def reopen_task(
    db: AsyncSession, actor: Actor, task_id: UUID, *, expected_version: int | None = None
) -> TaskView:
    """Mark a task not done; one that is open stays as it is, a recurring one goes a date back.

    What it is a part of is open again too, and so are the parts that were done with it. Raises
    NotFound, StaleVersion.
    """
    step, before = await take_task(db, actor, task_id, expected_version)
    values: dict[str, Any] = {"completed_at": None}
    if before.recurrence is not None:
        values = await occurrences.reopen(db, actor, step, before)
    elif before.completed_at is None:
        return TaskView.of(before)
    after = await set_task(db, actor, step, "task.reopened", before, values)
    if after.has_parts and before.completed_at is not None:
        parts = await places.all_parts(db, actor, task_id)
        done_with_it = [part for part in parts if part.completed_at == before.completed_at]
        await _set_all(db, actor, step, "task.reopened", done_with_it, {"completed_at": None})
    await reopen_wholes(db, actor, step, after)
    return TaskView.of(after)


async def reopen_wholes(db: AsyncSession, actor: Actor, step: Step, task: TaskRow) -> None:
    """Mark all that an open task is a part of not done."""
    if task.parent_id is None or task.completed_at is not None:
        return
    wholes = await places.all_wholes(db, actor, task.id)
    done = [whole for whole in wholes if whole.completed_at is not None]
    await _set_all(db, actor, step, "task.reopened", done, {"completed_at": None})


async def delete_task(
    db: AsyncSession, actor: Actor, task_id: UUID, *, expected_version: int | None = None
) -> TaskView:
    """Move a task to the trash with all its parts and return it as it was last.

    Raises NotFound, StaleVersion.
    """
    step, before = await take_task(db, actor, task_id, expected_version)
    values = {"deleted_at": step.now}
    after = await set_task(db, actor, step, "task.deleted", before, values)
    if after.has_parts:
        parts = await places.all_parts(db, actor, task_id)
        present = [part for part in parts if part.deleted_at is None]
        await _set_all(db, actor, step, "task.deleted", present, values)
    return TaskView.of(after)


async def restore_task(
    db: AsyncSession, actor: Actor, task_id: UUID, *, expected_version: int | None = None
) -> TaskView:
    """Take a task out of the trash with the parts that went there with it.

    Where the task that it was a part of is in the trash, it comes back to the top of its project;
    where the project is, to the Inbox. One that is not in the trash stays as it is. Raises
    NotFound, StaleVersion.
    """
    step, before = await changes.take(db, actor, "task", task_id)
    if expected_version not in {None, before.version}:
        raise StaleVersion(TaskView.of(before))
    if before.deleted_at is None:
        return TaskView.of(before)
    place = await places.place_to_return_to(db, actor, before)
    values = {"deleted_at": None, **place.columns(before.position)}
    after = await set_task(db, actor, step, "task.restored", before, values)
    if after.has_parts:
        await places.lead_parts(db, actor, step, task_id, values, "parent_id")
        parts = await places.all_parts(db, actor, task_id)
        gone_with_it = [part for part in parts if part.deleted_at == before.deleted_at]
        await _set_all(db, actor, step, "task.restored", gone_with_it, {"deleted_at": None})
    await reopen_wholes(db, actor, step, after)
    return TaskView.of(after)


async def set_collapsed(
    db: AsyncSession, actor: Actor, task_id: UUID, *, is_collapsed: bool
) -> None:
    """Hide or show the parts of a task in lists, on all devices. Raises NotFound.

    It is how the list is looked at, and changes nothing of the task: it makes no other version, and
    undo goes past it to the last thing that was done.
    """
    values = {"task_id": task_id, "is_collapsed": is_collapsed}
    found = await db.execute(_COLLAPSE, access.values(actor) | values)
    if found.one_or_none() is None:
        raise NotFound
    bus.publish_after_commit(db, ChangesMade(actor.user_id))


async def take_task(
    db: AsyncSession, actor: Actor, task_id: UUID, expected_version: int | None
) -> tuple[Step, StoredTask]:
    """Begin to change a task that is not in the trash. Raises NotFound, StaleVersion."""
    step, before = await changes.take(db, actor, "task", task_id)
    if before.deleted_at is not None:
        raise NotFound
    if expected_version not in {None, before.version}:
        raise StaleVersion(TaskView.of(before))
    return step, before


async def set_task(
    db: AsyncSession,
    actor: Actor,
    step: Step,
    act: Act,
    before: StoredTask,
    values: dict[str, Any],
    *,
    is_other_anyway: bool = False,
) -> TaskRow:
    """Set columns of a task that was taken; if all are so already, it stays as it is.

    Returns the task as it is then.
    """
    if not is_other_anyway and all(getattr(before, n) == value for n, value in values.items()):
        return before
    known = before._asdict()
    planned = await reminding.plan(db, actor, known, values, step.now)
    own = own_days.plan(actor, known, values)
    values = {"updated_at": step.now, **values, **own, **planned}
    _CHANGE.defer(db.sync_session, access.values(actor) | {"task_id": before.id} | values)
    after = known | values | {"version": before.version + 1}
    step.record(act, "task", known, after)
    return SimpleNamespace(**after)


async def _set_all(
    db: AsyncSession,
    actor: Actor,
    step: Step,
    act: Act,
    rows: Sequence[TaskRow],
    values: dict[str, Any],
) -> None:
    """Set the same columns of several tasks."""
    if not rows:
        return
    known = {**access.values(actor), "task_ids": [row.id for row in rows]}
    await db.execute(_CHANGE_ALL, known | {"updated_at": step.now, **values})
    for row in rows:
        old = {name: getattr(row, name) for name in values}
        step.record(act, "task", {"id": row.id, **old}, {"id": row.id, **values})


async def _is_free(db: AsyncSession, values: dict[str, Any]) -> bool:
    """Whether the id of a new task was nobody's; then the task is there now."""
    create = insert_if_absent(db, Task).values(values).returning(TASKS.c.id)
    return (await db.execute(create)).one_or_none() is not None


async def _place(db: AsyncSession, actor: Actor, draft: TaskDraft) -> dict[str, Any]:
    """The columns that say where a new task stands. Raises InvalidInput."""
    place = await places.place_of_new(
        db,
        actor,
        project_id=draft.project_id,
        section_id=draft.section_id,
        parent_id=draft.parent_id,
    )
    return place.columns(positions.first() if draft.first else positions.last())
