"""Codes of the second factor (TOTP, RFC 6238): who has to bring one, and whether it is right.

Each is good once, by compare-and-set on the last one that was used. A recovery code stands in for
one. Switching it on and off lives in `second_factor`.
"""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

import pyotp
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from todo_app.core import audit, clock, encryption, recovery_codes, throttle
from todo_app.core.database import transaction
from todo_app.core.errors import WrongCode
from todo_app.core.models import TotpFactor
from todo_app.core.visits import Visit

STEP_SECONDS = 30
DRIFT_STEPS = 1
DIGITS = 6


async def is_needed(db: AsyncSession, user_id: UUID) -> bool:
    """Whether a password alone does not open this account."""
    found = await db.scalar(
        select(col(TotpFactor.user_id)).where(
            col(TotpFactor.user_id) == user_id, col(TotpFactor.confirmed_at).is_not(None)
        )
    )
    return found is not None


@asynccontextmanager
async def entry(user_id: UUID, code: str, visit: Visit) -> AsyncIterator[None]:
    """Around a transaction that uses a code: wrong ones are counted and written down.

    Raises TooManyAttempts, and what is raised inside.
    """
    with throttle.code_attempt(str(user_id), visit, can_be_guessed=_is_by_time(code)):
        try:
            yield
        except WrongCode:
            async with transaction() as db:
                audit.record(db, "second_factor_failed", user_id, visit)
            raise


async def use(db: AsyncSession, user_id: UUID, code: str, visit: Visit) -> None:
    """Spend a code of an account, by time or for recovery.

    Raises WrongCode, also for one that was right before; Unavailable if the seed cannot be read.
    """
    if not _is_by_time(code):
        await recovery_codes.use(db, user_id, code, visit)
        return
    encrypted = await db.scalar(
        select(col(TotpFactor.encrypted_seed)).where(col(TotpFactor.user_id) == user_id)
    )
    if encrypted is None:
        raise WrongCode
    step = matching_step(encryption.decrypt(encrypted), code, clock.now())
    used = await db.execute(
        update(TotpFactor)
        .where(col(TotpFactor.user_id) == user_id, col(TotpFactor.last_step) < step)
        .values(last_step=step)
        .returning(col(TotpFactor.user_id))
    )
    if used.scalar_one_or_none() is None:
        raise WrongCode


def matching_step(seed: str, code: str, now: datetime) -> int:
    """The count of half minutes since 1970 that a code is for, one more or less than now at most.

    Raises WrongCode.
    """
    present = int(now.timestamp()) // STEP_SECONDS
    generator = pyotp.TOTP(seed, digits=DIGITS, interval=STEP_SECONDS)
    typed = _typed(code).encode("utf-8", "surrogatepass")
    for step in range(present - DRIFT_STEPS, present + DRIFT_STEPS + 1):
        if hmac.compare_digest(generator.generate_otp(step).encode(), typed):
            return step
    raise WrongCode


def _is_by_time(code: str) -> bool:
    typed = _typed(code)
    return len(typed) <= DIGITS or typed.isdigit()


def _typed(code: str) -> str:
    """A code without the spaces that apps show in it."""
    return "".join(code.split())
