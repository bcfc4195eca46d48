"""Recovery codes: ten that stand in for the second factor, once each, when the device is lost.

A code is shown when it is made and never again: what is stored is its hash. It has 118 bits, so
that a plain hash is enough (ASVS 5.0, 6.5.2).
"""

from __future__ import annotations

import hashlib
import secrets
from uuid import UUID

from sqlalchemy import ScalarSelect, case, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from todo_app.core import access, audit, clock
from todo_app.core.access import Actor
from todo_app.core.errors import WrongCode
from todo_app.core.models import RecoveryCode
from todo_app.core.visits import Visit

COUNT = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS = 6
_GROUP_CHARACTERS = 4


async def make(db: AsyncSession, actor: Actor) -> list[str]:
    """The codes of an account that has none yet; an empty list for any other."""
    if await count(db, actor) is not None:
        return []
    codes = [_new_code() for _ in range(COUNT)]
    db.add_all(RecoveryCode(code_hash=_hash(code), user_id=actor.user_id) for code in codes)
    return codes


async def drop(db: AsyncSession, actor: Actor) -> None:
    """Take all codes of the actor back, used or not."""
    await db.execute(delete(RecoveryCode).where(access.own_recovery_codes(actor)))


async def count(db: AsyncSession, actor: Actor) -> int | None:
    """How many codes are left, or None where none were made."""
    return await db.scalar(select(left(actor)))


def left(actor: Actor) -> ScalarSelect[int | None]:
    """How many codes of the actor are left, NULL where none were made."""
    is_left = case((col(RecoveryCode.used_at).is_(None), 1), else_=0)
    return select(func.sum(is_left)).where(access.own_recovery_codes(actor)).scalar_subquery()


async def use(db: AsyncSession, user_id: UUID, code: str, visit: Visit) -> None:
    """Spend a code of an account. Raises WrongCode for one that is unknown or spent."""
    spent = await db.execute(
        update(RecoveryCode)
        .where(
            col(RecoveryCode.code_hash) == _hash(code),
            col(RecoveryCode.user_id) == user_id,
            col(RecoveryCode.used_at).is_(None),
        )
        .values(used_at=clock.now())
        .returning(col(RecoveryCode.user_id))
    )
    if spent.scalar_one_or_none() is None:
        raise WrongCode
    audit.record(db, "recovery_code_used", user_id, visit)


def _new_code() -> str:
    return "-".join(
        "".join(secrets.choice(_ALPHABET) for _ in range(_GROUP_CHARACTERS)) for _ in range(_GROUPS)
    )


def _hash(code: str) -> str:
    typed = "".join(code.split()).replace("-", "").lower()
    return hashlib.sha256(typed.encode("utf-8", "surrogatepass")).hexdigest()
