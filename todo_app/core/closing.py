"""Accounts that end: closed by their owner, or disabled by an operator.

Neither is let in by any way, and neither is told apart from an account that never was. A
closed one opens again when its owner signs in, until it is deleted; a disabled one when an operator
enables it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from pydantic import BaseModel, ConfigDict, SecretStr
from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from todo_app.core import (
    accounts,
    audit,
    clock,
    credentials,
    email_change,
    links,
    mail,
    search_index,
    sessions,
)
from todo_app.core.access import Actor
from todo_app.core.accounts import canonical_email
from todo_app.core.database import transaction
from todo_app.core.errors import InvalidInput, WrongCredentials
from todo_app.core.letters import CLOSED_DAYS
from todo_app.core.models import User
from todo_app.core.visits import Visit


class Closing(BaseModel):
    """What is asked again before an account is closed: the password, and the address in full."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    current_password: SecretStr
    email: str


class ClosedView(BaseModel):
    """Until when the owner can take it back by signing in. UTC."""

    model_config = ConfigDict(frozen=True)

    deleted_at: datetime


async def close_account(actor: Actor, closing: Closing, visit: Visit) -> ClosedView:
    """Close the actor's account and end all its sessions, this one too.

    It opens its own transactions, because hashing may not happen inside one.
    Raises InvalidInput, with `wrong` for the password and `other_email` for the address,
    TooManyAttempts, Unauthenticated, Unavailable.
    """
    email = await credentials.own_email(actor)
    if canonical_email(closing.email.strip()) != canonical_email(email):
        raise InvalidInput("email", "other_email")
    proof = await credentials.prove_current(actor, closing.current_password, visit)
    now = clock.now()
    async with transaction() as db:
        try:
            await credentials.check_still_stands(db, proof, for_change=True)
        except WrongCredentials:
            raise InvalidInput("current_password", "wrong") from None
        await db.execute(update(User).where(_is(actor.user_id)).values(closed_at=now))
        audit.record(db, "account_closed", actor.user_id, visit)
        await mail.tell_owner(db, "account_closed", actor.user_id, visit)
        await sessions.end_all_sessions(db, actor.user_id)
    return ClosedView(deleted_at=now + timedelta(days=CLOSED_DAYS))


async def disable_account(db: AsyncSession, email: str) -> None:
    """Let nobody into an account, and end what is open. Raises NotFound."""
    user_id = await accounts.account_id(db, email)
    await db.execute(update(User).where(_is(user_id)).values(disabled_at=clock.now()))
    audit.record(db, "account_disabled", user_id, None)
    await links.drop(db, user_id, "reset-password")
    await email_change.take_back(db, user_id)
    await sessions.end_all_sessions(db, user_id)


async def is_disabled(db: AsyncSession, user_id: UUID) -> bool:
    """Whether an operator has shut an account."""
    disabled_at = await db.scalar(select(col(User.disabled_at)).where(_is(user_id)))
    return disabled_at is not None


async def enable_account(db: AsyncSession, email: str) -> None:
    """Let its owner into a disabled account again. Raises NotFound."""
    user_id = await accounts.account_id(db, email)
    await db.execute(update(User).where(_is(user_id)).values(disabled_at=None))
    audit.record(db, "account_enabled", user_id, None)


async def purge(db: AsyncSession) -> int:
    """Delete the accounts that were closed `CLOSED_DAYS` ago, with all they hold; how many."""
    oldest = clock.now() - timedelta(days=CLOSED_DAYS)
    gone = await db.execute(delete(User).where(col(User.closed_at) <= oldest))
    count = cast("CursorResult[Any]", gone).rowcount
    if count:
        await search_index.drop_deleted_words(db)
    return count


def _is(user_id: UUID) -> Any:  # noqa: ANN401 - a condition
    return col(User.id) == user_id
