"""What a person does to several tasks at once, or to one by a key."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Annotated, Literal
from uuid import UUID

import pydantic
import reflex as rx
from pydantic import TypeAdapter, ValidationError

from todo_app.core import batches, clock
from todo_app.core.batches import BULK_MAX, BulkChange
from todo_app.core.labels import LabelName
from todo_app.core.task_views import TaskView
from todo_app.web import wording
from todo_app.web.list_state import RowId, TaskId, TaskListState

TaskIds = Annotated[list[TaskId], pydantic.Field(min_length=1, max_length=BULK_MAX)]
Text = Annotated[str, pydantic.Field(max_length=400)]
_LABEL_NAME: TypeAdapter[str] = TypeAdapter(LabelName)
Day = Annotated[str, pydantic.Field(pattern=r"^((19|[2-9]\d)\d\d-\d\d-\d\d)?$")]


class BulkState(TaskListState):
    """Changes to the tasks that are chosen."""

    @rx.event
    async def complete_tasks(self, task_ids: TaskIds) -> None:
        """Mark tasks done."""
        await self._change(task_ids, BulkChange(is_completed=True), "Completed {what}")

    @rx.event
    async def delete_tasks(self, task_ids: TaskIds) -> None:
        """Move tasks to the trash."""
        await self._change(task_ids, BulkChange(is_deleted=True), "Deleted {what}")

    @rx.event
    async def set_priority(self, task_ids: TaskIds, priority: Literal["1", "2", "3", "4"]) -> None:
        """Give tasks a priority."""
        name = wording.PRIORITY_NAMES[int(priority)]
        await self._change(task_ids, BulkChange(priority=int(priority)), f"{{what}}: {name}")

    @rx.event
    async def set_due_in(self, task_ids: TaskIds, days: Literal[0, 1, 7]) -> None:
        """Make tasks due in so many days from today."""
        await self._move(task_ids, clock.today(self._actor().time_zone) + timedelta(days=days))

    @rx.event
    async def set_due_date(self, task_ids: TaskIds, day: Day) -> None:
        """Make tasks due on a day; an empty one takes the date away."""
        try:
            await self._move(task_ids, date.fromisoformat(day) if day else None)
        except ValueError:
            self._tell("There is no such day.", is_error=True)

    @rx.event
    async def move_to_project(self, task_ids: TaskIds, project_id: RowId) -> None:
        """Move tasks to the end of a project."""
        name = self._project_names().get(project_id, "another project")
        await self._change(
            task_ids, BulkChange(project_id=UUID(project_id)), f"Moved {{what}} to {name}"
        )

    @rx.event
    async def toggle_label(self, task_ids: TaskIds, name: Text) -> None:
        """Give tasks a label, made if there is none, or take it off if all have it."""
        try:
            label = _LABEL_NAME.validate_python(name)
        except ValidationError:
            self._tell("A label has 1 to 60 characters.", is_error=True)
            return
        toggled = await self._run(batches.toggle_label, _ids(task_ids), label)
        if toggled is not None:
            views, has_it = toggled
            await self._show(views)
            words = f"{{what}}: @{label}" if has_it else f"Took @{label} off {{what}}"
            self._offer_undo_of(views, words)

    async def _move(self, task_ids: TaskIds, day: date | None) -> None:
        words = wording.day_name(day, clock.today(self._actor().time_zone)) if day else "no date"
        await self._change(task_ids, BulkChange(due_date=day), f"{{what}}: {words}")

    async def _change(self, task_ids: TaskIds, change: BulkChange, words: str) -> None:
        views = await self._run(batches.change_tasks, _ids(task_ids), change)
        if views is None:
            return
        if change.is_deleted:
            await self._leave_out_gone()
        else:
            if self._is_elsewhere(task_ids, change) or any(view.recurrence for view in views):
                # One that repeats may be due another day now, in the place that this day has.
                await self._refresh()
            elif change.is_completed is not None:
                await self._show_kin(views)
            await self._show(views)
        self._offer_undo_of(views, words)

    def _is_elsewhere(self, task_ids: TaskIds, change: BulkChange) -> bool:
        """Whether tasks leave the project, or the overdue ones, that they are among."""
        late = {row["id"] for row in self._shown_rows() if row["group"] == "Overdue"}
        is_moved = "due_date" in change.model_fields_set and not late.isdisjoint(task_ids)
        return is_moved or change.project_id is not None

    async def _show(self, views: Iterable[TaskView]) -> None:
        for view in views:
            self._show_change(view)
        await self._recount()

    def _offer_undo_of(self, views: Iterable[TaskView], words: str) -> None:
        self._offer_undo(words.replace("{what}", wording.which([view.title for view in views])))


def _ids(task_ids: Iterable[str]) -> list[UUID]:
    return [UUID(task_id) for task_id in dict.fromkeys(task_ids)]
