"""Many changes to tasks in one transaction, and so one step of undo.

Said one by one, all of them are done or none; said once for several tasks, those that are gone
meanwhile are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import changes, labels, moves, places, tasks
from todo_app.core.access import Actor
from todo_app.core.errors import LimitReached, NotFound, TodoError
from todo_app.core.labels import LABELS_OF_TASK_MAX, LabelName, name_key
from todo_app.core.moves import TaskMove
from todo_app.core.task_views import Priority, TaskDraft, TaskPatch, TaskView
from todo_app.core.text import CalendarDate

OPERATIONS_MAX = 500
BULK_MAX = 200

Version = Annotated[int, Field(strict=True, ge=1, lt=2**31)]
TaskIds = Annotated[Sequence[UUID], Field(min_length=1, max_length=BULK_MAX)]


class _Operation(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Create(_Operation):
    """Add a task."""

    op: Literal["create"]
    task: TaskDraft


class Update(_Operation):
    """Change fields of a task, if it still has the version."""

    op: Literal["update"]
    id: UUID
    patch: TaskPatch
    version: Version | None = None


class Move(_Operation):
    """Put a task with all its parts elsewhere, if it still has the version."""

    op: Literal["move"]
    id: UUID
    to: TaskMove
    version: Version | None = None


class Turn(_Operation):
    """Complete, reopen, skip or delete a task, if it still has the version."""

    op: Literal["complete", "reopen", "skip", "delete"]
    id: UUID
    version: Version | None = None


class Restore(_Operation):
    """Take a task out of the trash."""

    op: Literal["restore"]
    id: UUID


Operation = Annotated[Create | Update | Move | Turn | Restore, Field(discriminator="op")]


class Batch(BaseModel):
    """What is to be done, in this order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    operations: Annotated[list[Operation], Field(min_length=1, max_length=OPERATIONS_MAX)]


class BatchResult(BaseModel):
    """Each task as its operation left it, in the same order."""

    model_config = ConfigDict(frozen=True)

    items: list[TaskView]
    step: UUID | None
    """What is undone together; None if nothing was changed."""


class BulkChange(BaseModel):
    """What is to become of each task; absent fields stay, and a due date of null is taken away."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    due_date: CalendarDate | None = None
    priority: Priority | None = None
    project_id: UUID | None = None
    with_label: LabelName | None = None
    without_label: LabelName | None = None
    is_completed: bool | None = None
    is_deleted: bool = False


_TURNS = {
    "complete": tasks.complete_task,
    "reopen": tasks.reopen_task,
    "skip": tasks.skip_task,
    "delete": tasks.delete_task,
}


async def run_batch(db: AsyncSession, actor: Actor, batch: Batch) -> BatchResult:
    """Do all of it. What one operation is refused for is raised, with its place; then none is done.

    Raises NotFound, StaleVersion, UnusableRule, NotRecurring, InvalidInput, LimitReached.
    """
    await changes.begin(db, actor)
    items = []
    for place, operation in enumerate(batch.operations):
        try:
            items.append(await _run(db, actor, operation))
        except TodoError as refusal:
            refusal.place = place
            raise
    return BatchResult(items=items, step=changes.step_of(db))


async def change_tasks(
    db: AsyncSession, actor: Actor, task_ids: TaskIds, change: BulkChange
) -> list[TaskView]:
    """Change each task and return them in their order, as they are now or were last.

    A task with a time keeps it on its new day; one that is in the project already keeps its place.
    One that is gone meanwhile, maybe with another of them, is left out. Raises NotFound if all
    are, LimitReached, and InvalidInput for a project that is none of theirs.
    """
    await changes.begin(db, actor)
    views: list[TaskView] = []
    for task in await places.in_order(db, actor, task_ids):
        with suppress(NotFound):
            view = await tasks.get_task(db, actor, task.id)
            for operation in _operations(view, change):
                view = await _run(db, actor, operation)
            views.append(view)
    if not views:
        raise NotFound
    return views


async def toggle_label(
    db: AsyncSession, actor: Actor, task_ids: TaskIds, name: LabelName
) -> tuple[list[TaskView], bool]:
    """Give tasks a label, or take it off if all have it; return them, and whether they have it.

    Raises NotFound if all tasks are gone, LimitReached.
    """
    await changes.begin(db, actor)
    is_new = await labels.is_missing(db, actor, task_ids, name)
    change = BulkChange(with_label=name) if is_new else BulkChange(without_label=name)
    return await change_tasks(db, actor, task_ids, change), is_new


async def _run(db: AsyncSession, actor: Actor, operation: Operation) -> TaskView:
    match operation:
        case Create(task=draft):
            task, _ = await tasks.create_task(db, actor, draft)
            return task
        case Update(id=task_id, patch=patch, version=version):
            return await tasks.update_task(db, actor, task_id, patch, expected_version=version)
        case Move(id=task_id, to=move, version=version):
            return await moves.move_task(db, actor, task_id, move, expected_version=version)
        case Turn(op=op, id=task_id, version=version):
            return await _TURNS[op](db, actor, task_id, expected_version=version)
        case Restore(id=task_id):
            return await tasks.restore_task(db, actor, task_id)


def _operations(view: TaskView, change: BulkChange) -> Iterator[Operation]:
    """What a change is, of this task."""
    if patch := _patch(view, change):
        yield Update(op="update", id=view.id, patch=patch)
    if change.project_id not in {None, view.project_id}:
        yield Move(op="move", id=view.id, to=TaskMove(project_id=change.project_id))
    if change.is_completed is not None:
        yield Turn(op="complete" if change.is_completed else "reopen", id=view.id)
    if change.is_deleted:
        yield Turn(op="delete", id=view.id)


def _patch(view: TaskView, change: BulkChange) -> TaskPatch | None:
    values: dict[str, object] = {}
    if "due_date" in change.model_fields_set:
        at = {"time": view.due.time, "zone": view.due.zone} if view.due else {}
        values["due"] = {"date": change.due_date, **at} if change.due_date else None
    if change.priority is not None:
        values["priority"] = change.priority
    if name := change.with_label or change.without_label:
        others = [one for one in view.labels if name_key(one) != name_key(name)]
        names = [*others, name] if change.with_label else others
        if len(names) > LABELS_OF_TASK_MAX:
            raise LimitReached(LABELS_OF_TASK_MAX)
        values["labels"] = names
    return TaskPatch.model_validate(values) if values else None
