"""Many operations on tasks in one transaction: all of them or none, and one step of undo."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import changes, tasks
from todo_app.core.access import Actor
from todo_app.core.errors import TodoError
from todo_app.core.task_views import TaskDraft, TaskPatch, TaskView

OPERATIONS_MAX = 500

Version = Annotated[int, Field(strict=True, ge=1, lt=2**31)]


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
    """Complete, reopen, skip or delete a task, if it still has the version."""

    op: Literal["complete", "reopen", "skip", "delete"]
    id: UUID
    version: Version | None = None


class Restore(_Operation):
    """Take a task out of the trash."""

    op: Literal["restore"]
    id: UUID


Operation = Annotated[Create | Update | Move | Restore, Field(discriminator="op")]


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


_MOVES = {
    "complete": tasks.complete_task,
    "reopen": tasks.reopen_task,
    "skip": tasks.skip_task,
    "delete": tasks.delete_task,
}


async def run_batch(db: AsyncSession, actor: Actor, batch: Batch) -> BatchResult:
    """Do all of it. What one operation is refused for is raised, with its place; then none is done.

    Raises NotFound, StaleVersion, UnusableRule, NotRecurring.
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


async def _run(db: AsyncSession, actor: Actor, operation: Operation) -> TaskView:
    match operation:
        case Create(task=draft):
            task, _ = await tasks.create_task(db, actor, draft)
            return task
        case Update(id=task_id, patch=patch, version=version):
            return await tasks.update_task(db, actor, task_id, patch, expected_version=version)
        case Move(op=op, id=task_id, version=version):
            return await _MOVES[op](db, actor, task_id, expected_version=version)
        case Restore(id=task_id):
            return await tasks.restore_task(db, actor, task_id)
