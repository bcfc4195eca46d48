"""What goes into a task, what changes of it, and how it is seen. What can be done is in `tasks`."""

from __future__ import annotations

from datetime import date, datetime, time
from functools import lru_cache
from typing import Annotated, Any, Literal, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from todo_app.core import occurrences, reminders
from todo_app.core.labels import LabelNames
from todo_app.core.occurrences import RecurrenceView
from todo_app.core.places import TaskRow
from todo_app.core.reminders import Reminders
from todo_app.core.said_series import RecurrenceDraft
from todo_app.core.text import CalendarDate, Notes, Title, WallTime, Zone

NO_PRIORITY = 4

_REMINDERS = (
    "Minutes before it is due; before 09:00 of the day, where its owner is, if it has no time."
)

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
    reminders: Reminders = Field(default=[], description=_REMINDERS)
    labels: LabelNames = Field(default=[], description="Names; unknown ones become labels.")
    project_id: UUID | None = Field(None, description="The Inbox if absent.")
    section_id: UUID | None = None
    parent_id: UUID | None = Field(None, description="The task that it is a part of.")
    first: bool = Field(default=False, description="Before the others there, not behind them.")


class TaskPatch(BaseModel):
    """What is to change; absent fields stay, null clears."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Title | None = None
    notes: Notes | None = None
    priority: Priority | None = None
    due: Due | None = None
    recurrence: RecurrenceDraft | None = None
    reminders: Reminders | None = Field(default=None, description=_REMINDERS)
    labels: LabelNames | None = None
    scope: Literal["occurrence", "series"] = Field(
        default="occurrence",
        description="What another due date of a recurring task moves: its open occurrence only, "
        "or the series from there on.",
    )

    @field_validator("title")
    @classmethod
    def _a_title_stays(cls, title: Title | None) -> Title:
        if title is None:
            msg = "a title cannot be cleared"
            raise ValueError(msg)
        return title

    def values(self) -> dict[str, Any]:
        """The columns to set, but for the recurrence, which depends on the task, and labels."""
        values: dict[str, Any] = {}
        for field in self.model_fields_set - {"labels", "recurrence", "scope"}:
            if field == "due":
                values |= due_columns(self.due)
            elif field == "reminders":
                values["reminders"] = reminders.stored(self.reminders or [])
            else:
                empty = {"notes": "", "priority": NO_PRIORITY}.get(field)
                value = getattr(self, field)
                values[field] = empty if value is None else value
        return values


class TaskView(BaseModel):
    """A task as its owner sees it. Moments are UTC.

    `position` is its place among its siblings, which sort by it, byte by byte. `path`,
    `is_collapsed` and when it is due on its owner's clock are for lists of our own.
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
    labels: list[str]
    due: Due | None
    recurrence: RecurrenceView | None
    reminders: list[int] = Field(description=_REMINDERS)
    completed_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime
    path: str = Field(exclude=True)
    is_collapsed: bool = Field(exclude=True)
    own_date: CalendarDate | None = Field(exclude=True)
    own_time: WallTime | None = Field(exclude=True)

    @property
    def depth(self) -> int:
        """How many tasks it is a part of."""
        return self.path.count(".")

    @property
    def turn(self) -> str:
        """When the open turn of a repeating task is; of one that does not repeat nothing."""
        if self.recurrence is None or self.due is None:
            return ""
        return f"{self.due.date} {self.due.time or ''}".rstrip()

    @classmethod
    def of(cls, row: TaskRow) -> TaskView:
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
                "labels": sorted(row.labels.split("\n")) if row.labels else [],
                "due": None if due_date is None else _due(due_date, row.due_time, row.due_zone),
                "recurrence": occurrences.view(row.recurrence),
                "reminders": reminders.read_stored(row.reminders),
                "completed_at": row.completed_at,
                "version": row.version,
                "created_at": row.created_at,
                "updated_at": row.updated_at,
                "path": row.path,
                "is_collapsed": row.is_collapsed,
                "own_date": row.own_date,
                "own_time": row.own_time,
            }
        )


@lru_cache(maxsize=4_096)
def _due(due_date: date, due_time: str | None, due_zone: str | None) -> Due:
    # Not validated again: a zone that was known when it was stored may be gone since.
    return Due.model_construct(date=due_date, time=due_time, zone=due_zone)


def due_columns(due: Due | None) -> dict[str, date | str | None]:
    """The columns that say when a task is due."""
    if due is None:
        return {"due_date": None, "due_time": None, "due_zone": None}
    return {"due_date": due.date, "due_time": due.time, "due_zone": due.zone}
