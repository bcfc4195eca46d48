"""Who may see or change what. Every query on user data starts here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, bindparam
from sqlmodel import col

from todo_app.core.models import TASKS, SecurityEvent, Session, User
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


def own_sessions(actor: Actor) -> ColumnElement[bool]:
    """The condition that a session is the actor's own."""
    return col(Session.user_id) == actor.user_id


def own_events(actor: Actor) -> ColumnElement[bool]:
    """The condition that a security event is of the actor's account."""
    return col(SecurityEvent.user_id) == actor.user_id


# What follows names the actor instead of holding the id, so that the statements it is in are made
# once. One that is executed without `values` fails: it cannot match too much.
def own_rows(table: Table) -> ColumnElement[bool]:
    """The condition that a row is of the actor's account, the trash included."""
    return table.c.user_id == bindparam("actor_id")


READABLE_TASKS = (own_rows(TASKS), TASKS.c.deleted_at.is_(None))
"""The conditions that a task exists for the actor, the trash left out."""


def values(actor: Actor) -> dict[str, Any]:
    """What a statement with one of these conditions is executed with."""
    return {"actor_id": actor.user_id}
