"""Who may see or change what. Every query on user data starts here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Table, bindparam, select
from sqlmodel import col

from todo_app.core.errors import Forbidden
from todo_app.core.models import (
    PROJECTS,
    TASKS,
    USERS,
    ApiToken,
    MailedLink,
    OutboxMessage,
    Passkey,
    RecoveryCode,
    SecurityEvent,
    Session,
    TotpFactor,
    User,
)
from todo_app.core.visits import Way


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who proved who they are, and how they came in."""

    user_id: UUID
    session_id: UUID
    """The session, or the API token, that they came in with."""
    way: Way | Literal["token", "shell"]
    time_zone: str
    can_write: bool = True


def check_reach(actor: Actor, *, changes: bool, is_about_identity: bool) -> None:
    """Raise Forbidden for what an API token does not reach.

    That is a change, if it may only read, and whatever is about proving who its owner is: a stolen
    token shall not make the next one, nor lock its owner out.
    """
    if (is_about_identity and not reaches_identity(actor)) or (changes and not actor.can_write):
        raise Forbidden


def reaches_identity(actor: Actor) -> bool:
    """Whether somebody came in with more than an API token."""
    return actor.way != "token"


def own_account(actor: Actor) -> ColumnElement[bool]:
    """The condition that a user row is the actor's own."""
    return col(User.id) == actor.user_id


def own_sessions(actor: Actor) -> ColumnElement[bool]:
    """The condition that a session is the actor's own."""
    return col(Session.user_id) == actor.user_id


def own_tokens(actor: Actor) -> ColumnElement[bool]:
    """The condition that an API token is the actor's own."""
    return col(ApiToken.user_id) == actor.user_id


def own_events(actor: Actor) -> ColumnElement[bool]:
    """The condition that a security event is of the actor's account."""
    return col(SecurityEvent.user_id) == actor.user_id


def own_factor(actor: Actor) -> ColumnElement[bool]:
    """The condition that a second factor is the actor's own."""
    return col(TotpFactor.user_id) == actor.user_id


def own_passkeys(actor: Actor) -> ColumnElement[bool]:
    """The condition that a passkey is the actor's own."""
    return col(Passkey.user_id) == actor.user_id


def own_links(actor: Actor) -> ColumnElement[bool]:
    """The condition that a mailed link is one of the actor's account."""
    return col(MailedLink.user_id) == actor.user_id


def own_mail(actor: Actor) -> ColumnElement[bool]:
    """The condition that a mail which waits to be sent is about the actor's account."""
    return col(OutboxMessage.user_id) == actor.user_id


def own_recovery_codes(actor: Actor) -> ColumnElement[bool]:
    """The condition that a recovery code is the actor's own."""
    return col(RecoveryCode.user_id) == actor.user_id


# What follows names the actor instead of holding the id, so that the statements it is in are made
# once. One that is executed without `values` fails: it cannot match too much.
def own_rows(table: Table) -> ColumnElement[bool]:
    """The condition that a row is of the actor's account, the trash included."""
    return table.c.user_id == bindparam("actor_id")


OWN_ACCOUNT = USERS.c.id == bindparam("actor_id")
"""The condition that a user row is the actor's own."""
READABLE_PROJECTS = (own_rows(PROJECTS), PROJECTS.c.deleted_at.is_(None))
"""The conditions that a project exists for the actor, the trash left out."""
READABLE_TASKS = (own_rows(TASKS), TASKS.c.deleted_at.is_(None))
"""The conditions that a task exists for the actor, the trash left out."""
IN_SIGHT = TASKS.c.project_id.not_in(
    select(PROJECTS.c.id).where(own_rows(PROJECTS), PROJECTS.c.archived_at.is_not(None))
)
"""The condition that a task is in no archived project."""


def values(actor: Actor) -> dict[str, Any]:
    """What a statement with one of these conditions is executed with."""
    return {"actor_id": actor.user_id}
