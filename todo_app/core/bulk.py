"""The same change to several tasks: one transaction, and so one step of undo."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import tasks
from todo_app.core.access import Actor
from todo_app.core.errors import NotFound
from todo_app.core.task_views import Due, Priority, TaskPatch, TaskView
from todo_app.core.text import CalendarDate

BULK_MAX = 200

TaskIds = Annotated[Sequence[UUID], Field(min_length=1, max_length=BULK_MAX)]


class BulkChange(BaseModel):
    """What is to become of each task; absent fields stay, and a due date of null is taken away."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    due_date: CalendarDate | None = None
    priority: Priority | None = None
    is_completed: bool | None = None
    is_deleted: bool = False


async def change_tasks(
    db: AsyncSession, actor: Actor, task_ids: TaskIds, change: BulkChange
) -> list[TaskView]:
    """Change each task and return them as they are now, or were last.

    A task with a time keeps it on its new day. One that is gone meanwhile is left out. Raises
    NotFound if all are.
    """
    views: list[TaskView] = []
    for task_id in task_ids:
        try:
            views.append(await _change(db, actor, task_id, change))
        except NotFound:
            continue
    if not views:
        raise NotFound
    return views


async def _change(db: AsyncSession, actor: Actor, task_id: UUID, change: BulkChange) -> TaskView:
    view = await tasks.get_task(db, actor, task_id)
    if patch := _patch(view, change):
        view = await tasks.update_task(db, actor, task_id, patch)
    if change.is_completed is not None:
        close_or_open = tasks.complete_task if change.is_completed else tasks.reopen_task
        view = await close_or_open(db, actor, task_id)
    if change.is_deleted:
        view = await tasks.delete_task(db, actor, task_id)
    return view


def _patch(view: TaskView, change: BulkChange) -> TaskPatch | None:
    values: dict[str, object] = {}
    if "due_date" in change.model_fields_set:
        values["due"] = _moved(view.due, change.due_date)
    if change.priority is not None:
        values["priority"] = change.priority
    return TaskPatch.model_validate(values) if values else None


def _moved(due: Due | None, day: object) -> dict[str, object] | None:
    if day is None:
        return None
    return {"date": day} | ({"time": due.time, "zone": due.zone} if due else {})
