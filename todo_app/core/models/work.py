"""Tasks, and what they are sorted by: projects, sections, labels."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, Text, text
from sqlalchemy.engine import ExecutionContext
from sqlmodel import Field, SQLModel

from todo_app.core import positions
from todo_app.core.models.columns import UNRECORDED, UtcDateTime, byte_text, new_id

DEPTH_MAX = 5
"""How many tasks deep a task may be a part of others, itself counted."""
PATH_MAX_CHARACTERS = (DEPTH_MAX + 1) * (positions.MAX_CHARACTERS + 1)


class Project(SQLModel, table=True):
    """A named list of tasks. The one with the id of its account is the Inbox.

    Deleted projects stay, with `deleted_at`, until they are purged. `task_count` is how many open
    tasks it holds; the database itself keeps it.
    """

    __tablename__ = "projects"
    __table_args__ = (
        CheckConstraint(
            "id <> user_id OR (name = 'Inbox' AND archived_at IS NULL AND deleted_at IS NULL)",
            name="ck_projects_inbox",
        ),
        Index("ix_projects_position", "user_id", "position", "id"),
        Index(
            "ix_projects_archived",
            "user_id",
            postgresql_where=text("archived_at IS NOT NULL"),
            sqlite_where=text("archived_at IS NOT NULL"),
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    name: str = Field(sa_type=String(100))
    colour: str = Field(sa_type=String(16))
    position: str = Field(
        default_factory=positions.last, sa_type=byte_text(positions.MAX_CHARACTERS)
    )
    task_count: int = Field(default=0, sa_column_kwargs={"info": UNRECORDED})
    archived_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    version: int = Field(default=1)
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)


class Section(SQLModel, table=True):
    """A heading inside a project."""

    __tablename__ = "sections"
    __table_args__ = (Index("ix_sections_position", "project_id", "position", "id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    project_id: UUID = Field(foreign_key="projects.id", ondelete="CASCADE")
    name: str = Field(sa_type=String(100))
    position: str = Field(
        default_factory=positions.last, sa_type=byte_text(positions.MAX_CHARACTERS)
    )
    version: int = Field(default=1)
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)


def _inbox(context: ExecutionContext) -> UUID:
    user_id: UUID = context.get_current_parameters()["user_id"]  # type: ignore[attr-defined]
    return user_id


def _top_level(context: ExecutionContext) -> str:
    return f"!{context.get_current_parameters()['position']}"  # type: ignore[attr-defined]


def _as_said(name: str) -> Callable[[ExecutionContext], Any]:
    """A column that is the same as another of a new row, where nothing else is said."""
    return lambda context: context.get_current_parameters().get(name)  # type: ignore[attr-defined]


class Task(SQLModel, table=True):
    """Something to do. Deleted tasks stay, with `deleted_at`, until they are purged.

    `position` is the place among its siblings; `path` is the way to it, made of the positions of
    its section and of all that it is a part of, so that a project can be read in one order.
    `recurrence` is how it repeats, as JSON; `scheduled_for` the date or local time in its series
    that is open, whatever date that was moved to. `reminders` are minutes before it is due, with
    commas between; `remind_at` is when the next of them is. `own_date` and `own_time` are when it
    is due on the clock of its owner.
    """

    __tablename__ = "tasks"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    title: str = Field(sa_type=String(500))
    notes: str = Field(default="", sa_type=Text)
    priority: int = Field(default=4)
    due_date: date | None = None
    due_time: str | None = Field(default=None, sa_type=String(5))
    due_zone: str | None = Field(default=None, sa_type=String(64))
    own_date: date | None = Field(
        default=None, sa_column_kwargs={"default": _as_said("due_date"), "info": UNRECORDED}
    )
    own_time: str | None = Field(
        default=None,
        sa_type=String(5),
        sa_column_kwargs={"default": _as_said("due_time"), "info": UNRECORDED},
    )
    recurrence: str | None = Field(default=None, sa_type=Text)
    scheduled_for: str | None = Field(default=None, sa_type=String(16))
    reminders: str | None = Field(default=None, sa_type=String(80))
    remind_at: datetime | None = Field(
        default=None, sa_type=UtcDateTime, sa_column_kwargs={"info": UNRECORDED}
    )
    project_id: UUID = Field(
        foreign_key="projects.id", ondelete="CASCADE", sa_column_kwargs={"default": _inbox}
    )
    section_id: UUID | None = Field(
        default=None, foreign_key="sections.id", ondelete="SET NULL", index=True
    )
    parent_id: UUID | None = Field(default=None, foreign_key="tasks.id", ondelete="CASCADE")
    position: str = Field(
        default_factory=positions.last, sa_type=byte_text(positions.MAX_CHARACTERS)
    )
    path: str = Field(
        sa_type=byte_text(PATH_MAX_CHARACTERS),
        sa_column_kwargs={"default": _top_level, "info": UNRECORDED},
    )
    is_collapsed: bool = Field(default=False, sa_column_kwargs={"info": UNRECORDED})
    completed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    version: int = Field(default=1)
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)


class Occurrence(SQLModel, table=True):
    """A turn of a recurring task that is closed: scheduled for, done or skipped, when, by whom.

    `due_date` and the rest are what it was due at; `missed` is how many turns went by unclosed.
    """

    __tablename__ = "occurrences"
    __table_args__ = (Index("ix_occurrences_task", "task_id", "closed_at", "id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    task_id: UUID = Field(foreign_key="tasks.id", ondelete="CASCADE")
    scheduled_for: str = Field(sa_type=String(16))
    due_date: date | None = None
    due_time: str | None = Field(default=None, sa_type=String(5))
    due_zone: str | None = Field(default=None, sa_type=String(64))
    outcome: str = Field(sa_type=String(8))
    missed: int
    closed_at: datetime = Field(sa_type=UtcDateTime)
    closed_by: UUID


class Label(SQLModel, table=True):
    """A name and a colour for tasks of any project.

    `name_key` is the form in which a name is unique; `task_count` is how many open tasks have it,
    without those of archived projects, kept by the database itself.
    """

    __tablename__ = "labels"
    __table_args__ = (Index("ix_labels_name_key", "user_id", "name_key", unique=True),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    name: str = Field(sa_type=String(60))
    name_key: str = Field(sa_type=byte_text(200))
    colour: str = Field(sa_type=String(16))
    task_count: int = Field(default=0, sa_column_kwargs={"info": UNRECORDED})
    version: int = Field(default=1)
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)


class TaskLabel(SQLModel, table=True):
    """That a task has a label."""

    __tablename__ = "task_labels"
    __table_args__ = (Index("ix_task_labels_task", "task_id", "label_id", unique=True),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    task_id: UUID = Field(foreign_key="tasks.id", ondelete="CASCADE")
    label_id: UUID = Field(foreign_key="labels.id", ondelete="CASCADE", index=True)


PROJECTS = SQLModel.metadata.tables["projects"]
SECTIONS = SQLModel.metadata.tables["sections"]
LABELS = SQLModel.metadata.tables["labels"]
TASK_LABELS = SQLModel.metadata.tables["task_labels"]
OCCURRENCES = SQLModel.metadata.tables["occurrences"]
TASKS = SQLModel.metadata.tables["tasks"]
"""The tables themselves: a statement on one wants nothing of the mapper, which takes its time."""

_OPEN = "completed_at IS NULL AND deleted_at IS NULL"
_DONE = "completed_at IS NOT NULL AND deleted_at IS NULL"

OWN_TIME_ORDER = "coalesce(own_time, '24:00')"
"""Timed tasks of a day come first, in order of time."""

_FOR_ALL = {"ix_tasks_deleted", "ix_tasks_open_path", "ix_tasks_project", "ix_tasks_parent"}

# One index per list of the product, each in the order of the list it serves.
for _name, _columns, _where in (
    ("ix_tasks_created", ("created_at", "id"), "deleted_at IS NULL"),
    ("ix_tasks_open_created", ("created_at", "id"), _OPEN),
    ("ix_tasks_open_due", ("own_date", text(OWN_TIME_ORDER), "priority", "id"), _OPEN),
    ("ix_tasks_completed", ("completed_at", "id"), _DONE),
    ("ix_tasks_open_path", ("project_id", "path", "id"), _OPEN),
    ("ix_tasks_project", ("project_id", "created_at", "id"), "deleted_at IS NULL"),
    ("ix_tasks_parent", ("parent_id", "completed_at"), "parent_id IS NOT NULL"),
    ("ix_tasks_recurring", ("due_date", "id"), f"recurrence IS NOT NULL AND {_OPEN}"),
    ("ix_tasks_remind", ("remind_at", "id"), "remind_at IS NOT NULL"),
    ("ix_tasks_deleted", ("deleted_at",), "deleted_at IS NOT NULL"),
):
    _prefix = () if _name in _FOR_ALL else ("user_id",)
    TASKS.append_constraint(
        Index(
            _name,
            *_prefix,
            *_columns,
            postgresql_where=text(_where),
            sqlite_where=text(_where),
        )
    )
