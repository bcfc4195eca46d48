"""Links that are sent by mail and let somebody do one thing once.

Their tokens are random and stored hashed: who reads the database can use none of them.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal, NamedTuple, cast
from uuid import UUID

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from todo_app.core import clock
from todo_app.core.errors import LinkSpent
from todo_app.core.models import MailedLink

Purpose = Literal["reset-password", "confirm-email", "confirm-sign-up"]

LIFETIMES: Mapping[Purpose, timedelta] = {
    "reset-password": timedelta(minutes=30),
    "confirm-email": timedelta(days=1),
    "confirm-sign-up": timedelta(days=1),
}
PATH = "/auth/link"
"""Where every link leads, followed by its purpose and its token."""


class Target(NamedTuple):
    """What a link is about, and the address it is to confirm."""

    subject_id: UUID
    email: str | None


async def make(
    db: AsyncSession,
    purpose: Purpose,
    subject_id: UUID,
    user_id: UUID | None,
    email: str | None = None,
) -> str:
    """The path of a new link. What it is about is `subject_id`; it goes with the account."""
    token, now = secrets.token_urlsafe(32), clock.now()
    db.add(
        MailedLink(
            token_hash=_hash(token),
            purpose=purpose,
            subject_id=subject_id,
            user_id=user_id,
            email=email,
            created_at=now,
            expires_at=now + LIFETIMES[purpose],
        )
    )
    return f"{PATH}/{purpose}/{token}"


async def look_up(db: AsyncSession, purpose: Purpose, token: str) -> UUID:
    """What a link is about, without using it. Raises LinkSpent."""
    subject_id = await db.scalar(
        select(col(MailedLink.subject_id)).where(
            col(MailedLink.token_hash) == _hash(token),
            col(MailedLink.purpose) == purpose,
            col(MailedLink.expires_at) > clock.now(),
        )
    )
    if subject_id is None:
        raise LinkSpent
    return subject_id


async def use(db: AsyncSession, purpose: Purpose, token: str) -> Target:
    """What a link is about; of all who use it, one gets this far. Raises LinkSpent."""
    used = await db.execute(
        delete(MailedLink)
        .where(
            col(MailedLink.token_hash) == _hash(token),
            col(MailedLink.purpose) == purpose,
            col(MailedLink.expires_at) > clock.now(),
        )
        .returning(col(MailedLink.subject_id), col(MailedLink.email))
    )
    target = used.one_or_none()
    if target is None:
        raise LinkSpent
    return Target(*target)


async def drop(db: AsyncSession, user_id: UUID, *purposes: Purpose) -> None:
    """Let no link of an account for these purposes lead anywhere any more."""
    await db.execute(
        delete(MailedLink).where(
            col(MailedLink.user_id) == user_id, col(MailedLink.purpose).in_(purposes)
        )
    )


async def purge(db: AsyncSession) -> int:
    """Delete the links that ran out and return how many."""
    gone = await db.execute(delete(MailedLink).where(col(MailedLink.expires_at) < clock.now()))
    return cast("CursorResult[Any]", gone).rowcount


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
