"""Idempotency keys: a POST that is sent twice acts once, and answers the same both times.

What is kept is the answer that the first one got, in the transaction of what it did: either both
are there or neither is.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import CursorResult, delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from todo_app.core import clock
from todo_app.core.access import Actor
from todo_app.core.database import try_lock
from todo_app.core.errors import KeyInUse, KeyReused
from todo_app.core.models import IdempotencyKey

LIFETIME = timedelta(hours=24)
KEY_MAX_CHARACTERS = 255


class KeptAnswer(BaseModel):
    """An answer that was given once and is given again."""

    model_config = ConfigDict(frozen=True)

    status: int
    body: str
    location: str | None = None
    etag: str | None = None


async def find_answer(
    db: AsyncSession, actor: Actor, key: str, request_hash: str
) -> KeptAnswer | None:
    """The answer to the first request with this key of the actor's, or None if this is the first.

    Raises KeyReused if that was another request, KeyInUse if it is still being worked on.
    """
    if not await try_lock(db, f"idempotency {actor.user_id} {key}"):
        raise KeyInUse
    kept = await db.get(IdempotencyKey, (actor.user_id, key))
    if kept is None:
        return None
    if kept.created_at <= clock.now() - LIFETIME:
        await db.delete(kept)
        await db.flush()
        return None
    if kept.request_hash != request_hash:
        raise KeyReused
    return KeptAnswer.model_validate(kept, from_attributes=True)


async def keep_answer(
    db: AsyncSession, actor: Actor, key: str, request_hash: str, answer: KeptAnswer
) -> None:
    """Keep the answer to the first request with this key, after `find_answer` found none."""
    db.add(
        IdempotencyKey(
            user_id=actor.user_id,
            key=key,
            request_hash=request_hash,
            created_at=clock.now(),
            **answer.model_dump(),
        )
    )
    await db.flush()


async def purge(db: AsyncSession, user_id: UUID) -> int:
    """Delete the keys of an account that are older than a day and return how many."""
    is_over = col(IdempotencyKey.created_at) <= clock.now() - LIFETIME
    gone = await db.execute(
        delete(IdempotencyKey).where(col(IdempotencyKey.user_id) == user_id, is_over)
    )
    return cast("CursorResult[Any]", gone).rowcount
