"""Moving tasks with all their parts: beside or into another, to a section, to a project."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import access, changes, places, positions, tasks
from todo_app.core.access import Actor
from todo_app.core.changes import Step
from todo_app.core.errors import InvalidInput, NotFound
from todo_app.core.models import DEPTH_MAX, SECTIONS
from todo_app.core.neighbours import Beside
from todo_app.core.places import Place, TaskRow
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
    place, position = await _find(db, actor, step, task_id, move)
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


async def _find(
    db: AsyncSession, actor: Actor, step: Step, task_id: UUID, move: TaskMove
) -> tuple[Place, str]:
    if move.before or move.after:
        neighbour = Beside(before=move.before, after=move.after)
        return await places.beside(db, actor, step, task_id, neighbour)
    if move.parent_id:
        place = await places.parts_of(db, actor, move.parent_id)
    elif move.section_id:
        place = await places.top_of_section(db, actor, move.section_id)
    else:
        place = await places.top_of_project(db, actor, move.project_id or actor.user_id)
    return place, positions.first() if move.first else positions.last()


async def move_tasks(
    db: AsyncSession, actor: Actor, task_ids: Sequence[UUID], move: TaskMove
) -> list[TaskView]:
    """Move tasks to one place, each behind the one before it, with all their parts.

    They keep the order they have, and what is a part of another of them goes along with that.
    Raises NotFound if all are gone, and InvalidInput as for one.
    """
    views = []
    for task_id in await _tops(db, actor, task_ids):
        views.append(await move_task(db, actor, task_id, move))
        move = TaskMove(after=task_id)
    return views


async def shift_tasks(
    db: AsyncSession, actor: Actor, task_ids: Sequence[UUID], shift: Shift
) -> list[TaskView]:
    """Move tasks by one step among the open tasks around them, with all their parts.

    `up` and `down` pass a neighbour, or the heading of a section where there is none, `in` makes
    them the last part of the one before, `out` puts them behind what they are a part of. None
    passes another of them, or goes without what it is a part of; where there is no such step, it
    stays. Raises NotFound if all are gone, InvalidInput.
    """
    tops = await _tops(db, actor, task_ids)
    if shift in {"down", "out"}:
        tops.reverse()
    return [await _shift(db, actor, task_id, shift, set(tops)) for task_id in tops]


async def _tops(db: AsyncSession, actor: Actor, task_ids: Sequence[UUID]) -> list[UUID]:
    """Begin to move tasks: those of them in their order that are no part of another of them.

    Raises NotFound if all are gone.
    """
    await changes.begin(db, actor)
    rows = await places.in_order(db, actor, task_ids)
    paths = {(row.project_id, row.path) for row in rows}
    tops = [row.id for row in rows if not paths & {(row.project_id, one) for one in _above(row)}]
    if not tops:
        raise NotFound
    return tops


def _above(task: TaskRow) -> Iterator[str]:
    """The paths of all that a task is a part of."""
    path = task.path
    while "." in path:
        path = path.rpartition(".")[0]
        yield path


async def _shift(
    db: AsyncSession, actor: Actor, task_id: UUID, shift: Shift, together: set[UUID]
) -> TaskView:
    _, task = await tasks.take_task(db, actor, task_id, None)
    if shift == "out":
        where = None if task.parent_id is None else TaskMove(after=task.parent_id)
    else:
        neighbour = await places.open_neighbour(db, actor, task, is_next=shift == "down")
        is_other = neighbour is not None and neighbour not in together
        where = TaskMove.model_validate({_SHIFTS[shift]: neighbour}) if is_other else None
        if neighbour is None and shift != "in" and task.parent_id is None:
            where = await _past_heading(db, actor, task, is_next=shift == "down")
    if where is None:
        return await tasks.get_task(db, actor, task_id)
    return await move_task(db, actor, task_id, where)


async def _past_heading(
    db: AsyncSession, actor: Actor, task: TaskRow, *, is_next: bool
) -> TaskMove | None:
    """Where the list goes on for a task at the edge of its section, or of those in none."""
    here, position = task.path.partition("!")[0], SECTIONS.c.position
    found = await db.scalar(
        select(SECTIONS.c.id)
        .where(access.own_rows(SECTIONS), SECTIONS.c.project_id == task.project_id)
        .where(position > here if is_next else position < here)
        .order_by(position if is_next else position.desc())
        .limit(1),
        access.values(actor),
    )
    if found is not None:
        return TaskMove(section_id=found, first=is_next)
    return TaskMove(project_id=task.project_id) if here and not is_next else None
