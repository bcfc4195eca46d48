"""Tasks: create, read, list, change, complete, delete. Every rule about a single task is here."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from types import SimpleNamespace
from typing import Annotated, Any, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import (
    ColumnElement,
    Row,
    ScalarSelect,
    bindparam,
    func,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import access, changes, clock, occurrences
from todo_app.core.access import Actor
from todo_app.core.changes import Act, Step
from todo_app.core.database import insert_if_absent
from todo_app.core.errors import NotFound, NotRecurring, StaleVersion
from todo_app.core.models import TASKS, Task, new_id
from todo_app.core.occurrences import RecurrenceDraft, RecurrenceView
from todo_app.core.text import CalendarDate, Notes, Title, WallTime, Zone

TRASH_LIFETIME = timedelta(days=30)
NO_PRIORITY = 4

TaskRow = Row[*tuple[Any, ...]]

Priority = Annotated[int, Field(strict=True, ge=1, le=NO_PRIORITY)]


class Due(BaseModel):
    """A date, or a date with a wall-clock time in an IANA zone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    date: CalendarDate
    time: WallTime | None = None
    zone: Zone | None = None

    @model_validator(mode="after")
    def _time_and_zone_go_together(self) -> Self:
        if (self.time is None) != (self.zone is None):
            msg = "time and zone go together"
            raise ValueError(msg)
        return self

    def is_overdue(self, now: datetime, zone: str) -> bool:
        """Whether it is past: a date from the next day in `zone` on, a time from its instant on."""
        if self.time is None or self.zone is None:
            return self.date < now.astimezone(ZoneInfo(zone)).date()
        instant = datetime.combine(self.date, time.fromisoformat(self.time), ZoneInfo(self.zone))
        return instant <= now


class TaskDraft(BaseModel):
    """What a new task may bring. The id is the client's choice, or ours."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: UUID | None = None
    title: Title
    notes: Notes = ""
    priority: Priority = NO_PRIORITY
    due: Due | None = None
    recurrence: RecurrenceDraft | None = None


class TaskPatch(BaseModel):
    """What is to change; absent fields stay, null clears."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Title | None = None
    notes: Notes | None = None
    priority: Priority | None = None
    due: Due | None = None
    recurrence: RecurrenceDraft | None = None

    @model_validator(mode="after")
    def _a_title_stays(self) -> Self:
        if "title" in self.model_fields_set and self.title is None:
            msg = "a title cannot be cleared"
            raise ValueError(msg)
        return self

    def values(self) -> dict[str, Any]:
        """The columns to set, but for those of the recurrence, which depend on the task."""
        values: dict[str, Any] = {}
        for field in self.model_fields_set - {"recurrence"}:
            if field == "due":
                values |= _due_columns(self.due)
            else:
                empty = {"notes": "", "priority": NO_PRIORITY}.get(field)
                value = getattr(self, field)
                values[field] = empty if value is None else value
        return values


class TaskView(BaseModel):
    """A task as its owner sees it. Moments are UTC.

    `position` is its place among its siblings: they sort by it, byte by byte.
    """

    model_config = ConfigDict(frozen=True)

    id: UUID
    title: str
    notes: str
    priority: int
    project_id: UUID
    section_id: UUID | None
    parent_id: UUID | None
    position: str
    due: Due | None
    recurrence: RecurrenceView | None
    completed_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: TaskRow | SimpleNamespace) -> TaskView:
        """The view of a row of `COLUMNS`."""
        due_date = row.due_date
        return cls.model_validate(
            {
                "id": row.id,
                "title": row.title,
                "notes": row.notes,
                "priority": row.priority,
                "project_id": row.project_id,
                "section_id": row.section_id,
                "parent_id": row.parent_id,
                "position": row.position,
                "due": None if due_date is None else _due(due_date, row.due_time, row.due_zone),
                "recurrence": occurrences.view(row.recurrence),
                "completed_at": row.completed_at,
                "version": row.version,
                "created_at": row.created_at,
                "updated_at": row.updated_at,
            }
        )


@lru_cache(maxsize=4_096)
def _due(due_date: date, due_time: str | None, due_zone: str | None) -> Due:
    # Not validated again: a zone that was known when it was stored may be gone since.
    return Due.model_construct(date=due_date, time=due_time, zone=due_zone)


class TaskCounts(BaseModel):
    """How many tasks are where, for the sidebar and the progress of the day."""

    model_config = ConfigDict(frozen=True)

    inbox: int
    overdue: int
    today: int
    done_today: int


COLUMNS: tuple[ColumnElement[Any], ...] = tuple(
    TASKS.c[name]
    for name in (
        "id",
        "title",
        "notes",
        "priority",
        "project_id",
        "section_id",
        "parent_id",
        "position",
        "due_date",
        "due_time",
        "due_zone",
        "recurrence",
        "completed_at",
        "version",
        "created_at",
        "updated_at",
    )
)

# Statements are made once; what varies goes in as values, and columns to set are among them.
_ID = TASKS.c.id == bindparam("task_id")
_GET = select(*COLUMNS).where(*access.READABLE_TASKS, _ID)
_CHANGE = (
    update(TASKS)
    .where(access.own_rows(TASKS), _ID)
    .values(version=TASKS.c.version + 1)
    .returning(*COLUMNS, TASKS.c.scheduled_for, TASKS.c.deleted_at)
)


def _count(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).select_from(TASKS).where(*conditions).scalar_subquery()


_IS_OPEN = (*access.READABLE_TASKS, TASKS.c.completed_at.is_(None))
_WAS_DONE = (*access.READABLE_TASKS, TASKS.c.completed_at >= bindparam("midnight"))
_COUNT = select(
    _count(*_IS_OPEN).label("inbox"),
    _count(*_IS_OPEN, TASKS.c.due_date < bindparam("today")).label("overdue"),
    _count(*_IS_OPEN, TASKS.c.due_date == bindparam("today")).label("today"),
    _count(*_WAS_DONE, TASKS.c.due_date <= bindparam("today")).label("done_today"),
)


async def create_task(db: AsyncSession, actor: Actor, draft: TaskDraft) -> tuple[TaskView, bool]:
    """Add a task and return it, and whether it is new.

    The same id again returns the task as it is now. Raises NotFound if the id is another's.
    """
    step = await changes.begin(db, actor)
    draft_id = draft.id or new_id()
    values = {
        "id": draft_id,
        "user_id": actor.user_id,
        "title": draft.title,
        "notes": draft.notes,
        "priority": draft.priority,
        **_due_columns(draft.due),
        "version": 1,
        "created_at": step.now,
        "updated_at": step.now,
    }
    if draft.recurrence is not None:
        values |= await occurrences.plan(db, actor, draft.recurrence, values, step.now)
    created = await db.execute(insert_if_absent(db, Task).values(values).returning(*TASKS.c))
    row = created.one_or_none()
    if row is None:
        return await get_task(db, actor, draft_id), False
    step.record("task.created", "task", None, row)
    return TaskView.of(row), True


async def get_task(db: AsyncSession, actor: Actor, task_id: UUID) -> TaskView:
    """One task. Raises NotFound."""
    found = await db.execute(_GET, access.values(actor) | {"task_id": task_id})
    row = found.one_or_none()
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
    """Change fields of a task. Another due date of a recurring task is that of this turn only.

    Raises NotFound, UnusableRule, and StaleVersion if `expected_version` is given and no longer
    current.
    """
    step, before = await _take(db, actor, task_id, expected_version)
    values = patch.values()
    ends = patch.due is None and "due" in patch.model_fields_set
    if ends or "recurrence" in patch.model_fields_set:
        task = before._asdict() | values
        values |= await occurrences.plan(db, actor, patch.recurrence, task, step.now)
    return await _set(db, actor, step, "task.changed", before, values)


async def complete_task(
    db: AsyncSession, actor: Actor, task_id: UUID, *, expected_version: int | None = None
) -> TaskView:
    """Mark a task done; one that is done stays as it is, a recurring one moves to its next date.

    Raises NotFound, StaleVersion.
    """
    step, before = await _take(db, actor, task_id, expected_version)
    values = {"completed_at": before.completed_at or step.now}
    if before.recurrence is not None and before.completed_at is None:
        values = await occurrences.close(db, actor, step, before, "done")
    return await _set(db, actor, step, "task.completed", before, values)


async def skip_task(
    db: AsyncSession, actor: Actor, task_id: UUID, *, expected_version: int | None = None
) -> TaskView:
    """Leave out the open occurrence of a recurring task; one that is done stays as it is.

    Raises NotFound, NotRecurring, StaleVersion.
    """
    step, before = await _take(db, actor, task_id, expected_version)
    if before.recurrence is None:
        raise NotRecurring
    values: dict[str, Any] = {}
    if before.completed_at is None:
        values = await occurrences.close(db, actor, step, before, "skipped")
    return await _set(db, actor, step, "task.skipped", before, values)


async def reopen_task(
    db: AsyncSession, actor: Actor, task_id: UUID, *, expected_version: int | None = None
) -> TaskView:
    """Mark a task not done; one that is open stays as it is, a recurring one goes a date back.

    Raises NotFound, StaleVersion.
    """
    step, before = await _take(db, actor, task_id, expected_version)
    values: dict[str, Any] = {"completed_at": None}
    if before.recurrence is not None:
        values = await occurrences.reopen(db, actor, step, before)
    return await _set(db, actor, step, "task.reopened", before, values)


async def delete_task(
    db: AsyncSession, actor: Actor, task_id: UUID, *, expected_version: int | None = None
) -> TaskView:
    """Move a task to the trash and return it as it was last. Raises NotFound, StaleVersion."""
    step, before = await _take(db, actor, task_id, expected_version)
    return await _set(db, actor, step, "task.deleted", before, {"deleted_at": step.now})


async def restore_task(db: AsyncSession, actor: Actor, task_id: UUID) -> TaskView:
    """Take a task out of the trash; one that is not there stays as it is. Raises NotFound."""
    step, before = await changes.take(db, actor, "task", task_id)
    return await _set(db, actor, step, "task.restored", before, {"deleted_at": None})


async def count_tasks(db: AsyncSession, actor: Actor) -> TaskCounts:
    """Open and just completed tasks, seen from the actor's today."""
    today = clock.today(actor.time_zone)
    midnight = datetime.combine(today, time(), ZoneInfo(actor.time_zone))
    values = {"today": today, "midnight": midnight}
    row = (await db.execute(_COUNT, access.values(actor) | values)).one()
    return TaskCounts.model_validate(row, from_attributes=True)


async def purge_trash(db: AsyncSession) -> int:
    """Delete for good what has been in the trash of an account for 30 days; how many it were."""
    limit = clock.now() - TRASH_LIFETIME
    return await changes.purge(db, "task.purged", "task", TASKS.c.deleted_at < limit)


def _due_columns(due: Due | None) -> dict[str, date | str | None]:
    if due is None:
        return {"due_date": None, "due_time": None, "due_zone": None}
    return {"due_date": due.date, "due_time": due.time, "due_zone": due.zone}


async def _take(
    db: AsyncSession, actor: Actor, task_id: UUID, expected_version: int | None
) -> tuple[Step, TaskRow]:
    """Begin to change a task that is not in the trash. Raises NotFound, StaleVersion."""
    step, before = await changes.take(db, actor, "task", task_id)
    if before.deleted_at is not None:
        raise NotFound
    if expected_version not in {None, before.version}:
        raise StaleVersion(TaskView.of(before))
    return step, before


async def _set(
    db: AsyncSession, actor: Actor, step: Step, act: Act, before: TaskRow, values: dict[str, Any]
) -> TaskView:
    """Set columns of a task that was taken; if all are so already, it stays as it is."""
    if all(getattr(before, name) == value for name, value in values.items()):
        return TaskView.of(before)
    values = {**access.values(actor), "task_id": before.id, "updated_at": step.now, **values}
    after = (await db.execute(_CHANGE, values)).one()
    step.record(act, "task", before, after)
    return TaskView.of(after)
