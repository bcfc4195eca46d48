"""Who may see or change what. Every query on user data starts here."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col

from todo_app.core.models import TASKS, User
from todo_app.core.visits import Way


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who proved who they are, and how they came in."""

    user_id: UUID
    session_id: UUID
    way: Way
    time_zone: str


def own_account(actor: Actor) -> ColumnElement[bool]:
    """The condition that a user row is the actor's own."""
    return col(User.id) == actor.user_id


def readable_tasks(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """The conditions that a task exists for the actor, the trash left out."""
    return (TASKS.c.user_id == actor.user_id, TASKS.c.deleted_at.is_(None))


def writable_tasks(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """The conditions that the actor may change a task."""
    return readable_tasks(actor)


def deleted_tasks(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """The conditions that a task is in the actor's trash."""
    return (TASKS.c.user_id == actor.user_id, TASKS.c.deleted_at.is_not(None))
