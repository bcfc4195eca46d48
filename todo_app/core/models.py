"""Every table, and nothing else. Rules live beside the noun they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Dialect,
    Index,
    String,
    Text,
    TypeDecorator,
    text,
)
from sqlalchemy.engine import ExecutionContext
from sqlalchemy.types import TypeEngine
from sqlmodel import Field, SQLModel
from uuid_utils.compat import uuid7

from todo_app.core import positions


def new_id() -> UUID:
    """A fresh UUIDv7: ids that sort by the time they were made."""
    return uuid7()


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC on every database; SQLite keeps no zone, so it is put back here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002 - TypeDecorator passes it
    ) -> datetime | None:
        """Store in UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002 - TypeDecorator passes it
    ) -> datetime | None:
        """Return aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _preference(default: str) -> Any:  # noqa: ANN401 - a field of any model
    """A column that accounts from before it was there have a value in too."""
    return Field(default=default, sa_type=String(16), sa_column_kwargs={"server_default": default})


def _byte_text(length: int) -> TypeEngine[str]:
    """Text that every database sorts byte by byte, whatever its language; SQLite does anyway."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


DEPTH_MAX = 5
"""How many tasks deep a task may be a part of others, itself counted."""
PATH_MAX_CHARACTERS = (DEPTH_MAX + 1) * (positions.MAX_CHARACTERS + 1)
DERIVED: Mapping[str, Any] = {"derived": True}
"""Marks a column that follows from others: it is no part of what somebody changes."""


class User(SQLModel, table=True):
    """A person with an account."""

    __tablename__ = "users"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    email: str = Field(sa_type=String(254))
    email_canonical: str = Field(sa_type=String(254), unique=True)
    name: str = Field(sa_type=String(100))
    password_hash: str = Field(sa_type=String(128))
    time_zone: str = Field(sa_type=String(64))
    date_order: str = _preference("day_first")
    theme: str = _preference("system")
    week_start: str = _preference("monday")
    created_at: datetime = Field(sa_type=UtcDateTime)


class Session(SQLModel, table=True):
    """One sign-in, by the web or the API, until it is revoked or expires."""

    __tablename__ = "sessions"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    kind: str = Field(sa_type=String(8))
    device: str = Field(sa_type=String(200))
    address: str = Field(sa_type=String(45))
    created_at: datetime = Field(sa_type=UtcDateTime)
    last_used_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class RefreshToken(SQLModel, table=True):
    """A refresh token of an API session, stored hashed, used once."""

    __tablename__ = "refresh_tokens"

    token_hash: str = Field(sa_type=String(64), primary_key=True)
    session_id: UUID = Field(foreign_key="sessions.id", ondelete="CASCADE", index=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ApiToken(SQLModel, table=True):
    """What a program comes in with, stored hashed, until it is revoked or expires."""

    __tablename__ = "api_tokens"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    name: str = Field(sa_type=String(100))
    scope: str = Field(sa_type=String(8))
    start: str = Field(sa_type=String(16))
    token_hash: str = Field(sa_type=String(64), unique=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
    last_used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SecurityEvent(SQLModel, table=True):
    """Something that concerns the safety of an account, or of none that exists."""

    __tablename__ = "security_events"
    __table_args__ = (Index("ix_security_events_user_id", "user_id", "created_at", "id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    user_id: UUID | None = Field(default=None, foreign_key="users.id", ondelete="CASCADE")
    kind: str = Field(sa_type=String(32))
    created_at: datetime = Field(sa_type=UtcDateTime, index=True)
    address: str = Field(sa_type=String(45))
    device: str = Field(sa_type=String(200))
    details: str = Field(sa_type=Text)


class OutboxMessage(SQLModel, table=True):
    """A mail that is to be sent; it is gone once it was."""

    __tablename__ = "outbox"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    user_id: UUID | None = Field(
        default=None, foreign_key="users.id", ondelete="CASCADE", index=True
    )
    kind: str = Field(sa_type=String(32))
    recipient: str = Field(sa_type=String(254))
    details: str = Field(sa_type=Text)
    attempts: int = Field(default=0)
    created_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime = Field(sa_type=UtcDateTime, index=True)
    expires_at: datetime = Field(sa_type=UtcDateTime)


class IdempotencyKey(SQLModel, table=True):
    """The first answer to a POST that named a key, for replay."""

    __tablename__ = "idempotency_keys"

    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE", primary_key=True)
    key: str = Field(sa_type=String(255), primary_key=True)
    request_hash: str = Field(sa_type=String(64))
    status: int
    location: str | None = Field(default=None, sa_type=String(500))
    etag: str | None = Field(default=None, sa_type=String(40))
    body: str = Field(sa_type=Text)
    created_at: datetime = Field(sa_type=UtcDateTime, index=True)


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
        default_factory=positions.last, sa_type=_byte_text(positions.MAX_CHARACTERS)
    )
    task_count: int = Field(default=0, sa_column_kwargs={"info": DERIVED})
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
        default_factory=positions.last, sa_type=_byte_text(positions.MAX_CHARACTERS)
    )
    version: int = Field(default=1)
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)


def _inbox(context: ExecutionContext) -> UUID:
    user_id: UUID = context.get_current_parameters()["user_id"]  # type: ignore[attr-defined]
    return user_id


def _top_level(context: ExecutionContext) -> str:
    return f"!{context.get_current_parameters()['position']}"  # type: ignore[attr-defined]


class Task(SQLModel, table=True):
    """Something to do. Deleted tasks stay, with `deleted_at`, until they are purged.

    `position` is the place among its siblings; `path` is the way to it, made of the positions of
    its section and of all that it is a part of, so that a project can be read in one order.
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
    project_id: UUID = Field(
        foreign_key="projects.id", ondelete="CASCADE", sa_column_kwargs={"default": _inbox}
    )
    section_id: UUID | None = Field(
        default=None, foreign_key="sections.id", ondelete="SET NULL", index=True
    )
    parent_id: UUID | None = Field(default=None, foreign_key="tasks.id", ondelete="CASCADE")
    position: str = Field(
        default_factory=positions.last, sa_type=_byte_text(positions.MAX_CHARACTERS)
    )
    path: str = Field(
        sa_type=_byte_text(PATH_MAX_CHARACTERS),
        sa_column_kwargs={"default": _top_level, "info": DERIVED},
    )
    is_collapsed: bool = Field(default=False)
    completed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    version: int = Field(default=1)
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)


class Label(SQLModel, table=True):
    """A name and a colour for tasks of any project.

    `name_key` is the form in which a name is unique; `task_count` is how many open tasks have it,
    kept by the database itself.
    """

    __tablename__ = "labels"
    __table_args__ = (Index("ix_labels_name_key", "user_id", "name_key", unique=True),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    name: str = Field(sa_type=String(60))
    name_key: str = Field(sa_type=_byte_text(200))
    colour: str = Field(sa_type=String(16))
    task_count: int = Field(default=0, sa_column_kwargs={"info": DERIVED})
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
TASKS = SQLModel.metadata.tables["tasks"]
"""The tables themselves: a statement on one wants nothing of the mapper, which takes its time."""

_OPEN = "completed_at IS NULL AND deleted_at IS NULL"
_DONE = "completed_at IS NOT NULL AND deleted_at IS NULL"

DUE_TIME_ORDER = "coalesce(due_time, '24:00')"
"""Timed tasks of a day come first, in order of time."""

_FOR_ALL = {"ix_tasks_deleted", "ix_tasks_open_path", "ix_tasks_project", "ix_tasks_parent"}

# One index per list of the product, each in the order of the list it serves.
for _name, _columns, _where in (
    ("ix_tasks_created", ("created_at", "id"), "deleted_at IS NULL"),
    ("ix_tasks_open_created", ("created_at", "id"), _OPEN),
    ("ix_tasks_open_due", ("due_date", text(DUE_TIME_ORDER), "priority", "id"), _OPEN),
    ("ix_tasks_completed", ("completed_at", "id"), _DONE),
    ("ix_tasks_open_path", ("project_id", "path", "id"), _OPEN),
    ("ix_tasks_project", ("project_id", "created_at", "id"), "deleted_at IS NULL"),
    ("ix_tasks_parent", ("parent_id", "completed_at"), "parent_id IS NOT NULL"),
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


class ChangeHead(SQLModel, table=True):
    """The end of the chain of changes of an account. Who locks it may write in that account."""

    __tablename__ = "change_heads"

    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE", primary_key=True)
    number: int = Field(default=0, sa_type=BigInteger)
    hash: str = Field(default="", sa_type=String(64))


class Change(SQLModel, table=True):
    """One row of something that was changed, and all that is known about that.

    `user_id` is whose data it is and `actor_id` who did it; `about_id` is the row whose history it
    belongs to. `undoes` is the batch that was taken back. `content_hash` outlives `before` and
    `after`: what is deleted for good is deleted here too, and the chain stays whole.
    """

    __tablename__ = "changes"
    __table_args__ = (
        Index("ix_changes_number", "user_id", "number", unique=True),
        Index("ix_changes_about", "about_id", "number"),
        Index("ix_changes_actor", "actor_id", "batch_id"),
        Index(
            "ix_changes_undoes",
            "undoes",
            postgresql_where=text("undoes IS NOT NULL"),
            sqlite_where=text("undoes IS NOT NULL"),
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    number: int = Field(sa_type=BigInteger)
    batch_id: UUID
    mode: str = Field(sa_type=String(4))
    undoes: UUID | None = None
    actor_id: UUID | None = None
    way: str = Field(sa_type=String(8))
    act: str = Field(sa_type=String(40))
    entity: str = Field(sa_type=String(20))
    entity_id: UUID
    about_id: UUID
    before: str | None = Field(default=None, sa_type=Text)
    after: str | None = Field(default=None, sa_type=Text)
    content_hash: str = Field(sa_type=String(64))
    created_at: datetime = Field(sa_type=UtcDateTime)
    hash: str = Field(sa_type=String(64))


CHANGE_HEADS = SQLModel.metadata.tables["change_heads"]
CHANGES = SQLModel.metadata.tables["changes"]
