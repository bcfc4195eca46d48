"""What lies between the two steps of signing in: a short-lived token that the first one succeeded.

It names the session that it may begin, so that it begins one at most, and it is worth nothing once
the password is another one.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from todo_app.core import clock, tokens
from todo_app.core.credentials import Proof
from todo_app.core.errors import Unauthenticated
from todo_app.core.models import User, new_id
from todo_app.core.tokens import Claims

LIFETIME = timedelta(minutes=5)


def token(proof: Proof) -> str:
    """The token for somebody whose password was right."""
    return tokens.issue(
        "mfa",
        user_id=proof.user_id,
        session_id=new_id(),
        now=clock.now(),
        lifetime=LIFETIME,
        proof=_fingerprint(proof.password_hash),
    )


async def check_still_stands(db: AsyncSession, step: Claims) -> None:
    """Keep the password from being changed until the transaction ends.

    Raises Unauthenticated if it was changed since the first step.
    """
    stored = await db.scalar(
        select(col(User.password_hash)).where(col(User.id) == step.sub).with_for_update(read=True)
    )
    if stored is None or _fingerprint(stored) != step.prf:
        raise Unauthenticated


def _fingerprint(password_hash: str) -> str:
    # The hash has a salt of 128 bits that never leaves the database: this tells nothing of it.
    return hashlib.sha256(password_hash.encode()).hexdigest()[:32]
