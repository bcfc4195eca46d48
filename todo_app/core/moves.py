"""Moving tasks with all their parts: beside or into another, to a section, to a project."""

from __future__ import annotations

from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import places, positions, tasks
from todo_app.core.access import Actor
from todo_app.core.errors import InvalidInput
from todo_app.core.models import DEPTH_MAX
from todo_app.core.neighbours import Beside
from todo_app.core.places import Place
from todo_app.core.task_views import TaskView

Shift = Literal["up", "down", "in", "out"]
_SHIFTS = {"up": "before", "down": "after", "in": "parent_id"}
_TARGETS = ("before", "after", "parent_id", "section_id", "project_id")


class TaskMove(BaseModel):
    """Where a task is to stand: exactly one of the five, and `first` if not behind all others."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    before: UUID | None = Field(None, description="Right before this task, wherever it stands.")
    after: UUID | None = Field(None, description="Right after this task, wherever it stands.")
    parent_id: UUID | None = Field(None, description="As a part of this task.")
    section_id: UUID | None = Field(None, description="At the top of this section.")
    project_id: UUID | None = Field(None, description="At the top of this project, in no section.")
    first: bool = Field(False, description="Before the others there, not behind them.")  # noqa: FBT003 - a default

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if sum(getattr(self, name) is not None for name in _TARGETS) != 1:
            msg = f"say one of {', '.join(_TARGETS)}"
            raise ValueError(msg)
        return self


async def move_task(
    db: AsyncSession,
    actor: Actor,
    task_id: UUID,
    move: TaskMove,
    *,
    expected_version: int | None = None,
) -> TaskView:
    """Move a task with all its parts; what it becomes a part of is open if it is.

    Raises NotFound, StaleVersion, and InvalidInput for a place that is none of theirs, is inside
    of the task itself, or too deep.
    """
    step, before = await tasks.take_task(db, actor, task_id, expected_version)
    field = next(name for name in _TARGETS if getattr(move, name) is not None)
    place, position = await _find(db, actor, task_id, move)
    parts = await places.all_parts(db, actor, task_id)
    if place.parent_id in {task_id, *(part.id for part in parts)}:
        raise InvalidInput(field, "inside_itself")
    if place.depth > DEPTH_MAX:
        raise InvalidInput(field, "too_deep")
    columns = place.columns(position)
    moved = await tasks.set_task(db, actor, step, "task.moved", before, columns)
    await places.lead_parts(db, actor, step, task_id, columns, field)
    await tasks.reopen_wholes(db, actor, step, moved)
    return TaskView.of(moved)


async def _find(db: AsyncSession, actor: Actor, task_id: UUID, move: TaskMove) -> tuple[Place, str]:
    if move.before or move.after:
        neighbour = Beside(before=move.before, after=move.after)
        return await places.beside(db, actor, task_id, neighbour)
    if move.parent_id:
        place = await places.parts_of(db, actor, move.parent_id)
    elif move.section_id:
        place = await places.top_of_section(db, actor, move.section_id)
    else:
        place = await places.top_of_project(db, actor, move.project_id or actor.user_id)
    return place, positions.first() if move.first else positions.last()


async def shift_task(db: AsyncSession, actor: Actor, task_id: UUID, shift: Shift) -> TaskView:
    """Move a task by one step among the open tasks around it, with all its parts.

    `up` and `down` pass a neighbour, `in` makes it the last part of the one before, `out` puts it
    behind what it is a part of. Where there is no such step it stays. Raises NotFound,
    InvalidInput.
    """
    _, task = await tasks.take_task(db, actor, task_id, None)
    if shift == "out":
        where = None if task.parent_id is None else TaskMove(after=task.parent_id)
    else:
        neighbour = await places.open_neighbour(db, actor, task, is_next=shift == "down")
        where = TaskMove.model_validate({_SHIFTS[shift]: neighbour}) if neighbour else None
    if where is None:
        return await tasks.get_task(db, actor, task_id)
    return await move_task(db, actor, task_id, where)
