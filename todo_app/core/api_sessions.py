"""Sessions of API clients: an access token for some minutes, a refresh token for the next pair.

Bad tokens are counted by network, and who brings too many has to wait. A good one never has to,
whoever else is at its address.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from todo_app.core import audit, clock, first_step, sessions, throttle, tokens, totp
from todo_app.core.access import Actor
from todo_app.core.credentials import Credentials, Proof, check_still_stands, prove
from todo_app.core.database import transaction
from todo_app.core.errors import CodeNeeded, RefreshRefused, RefreshTokenReused, Unauthenticated
from todo_app.core.models import RefreshToken, Session
from todo_app.core.visits import Visit

ACCESS_LIFETIME = timedelta(minutes=15)


class TokenPair(BaseModel):
    """What an API client holds after signing in (RFC 6749, section 5.1)."""

    model_config = ConfigDict(frozen=True)

    access_token: str
    refresh_token: str
    token_type: str = "bearer"  # noqa: S105 - a scheme, not a secret
    expires_in: int


async def sign_in(credentials: Credentials, visit: Visit, code: str = "") -> TokenPair:
    """Begin an API session and return its pair of tokens.

    Raises CodeNeeded without a `code` if the account has a second factor, WrongCode with one that
    is not right; WrongCredentials, TooManyAttempts, Unavailable.
    """
    proof = await prove(credentials, visit)
    if code:
        async with totp.entry(proof.user_id, code, visit):
            return await _begin(proof, visit, code)
    return await _begin(proof, visit, code)


async def authenticate(access_token: str, visit: Visit) -> Actor:
    """The actor of an access token whose session lives.

    Raises Unauthenticated, TooManyAttempts after too many bad ones, Unavailable.
    """
    with _use(visit):
        return await sessions.authenticate(tokens.verify("access", access_token))


async def refresh(refresh_token: str, visit: Visit) -> TokenPair:
    """Trade a refresh token for the next pair.

    It opens its own transaction. Raises RefreshRefused, and RefreshTokenReused, which also ends the
    session: one of two holders of the same token is a thief, and nobody can tell which;
    TooManyAttempts after too many bad ones, Unavailable.
    """
    with _use(visit):
        async with transaction() as db:
            return await _refreshed(db, refresh_token)


@contextmanager
def _use(visit: Visit) -> Iterator[None]:
    try:
        yield
    except Unauthenticated as refusal:
        # A token of ours that merely ran out is no guess: its client is to refresh, not to wait.
        if not refusal.has_run_out:
            throttle.count_bad_token(visit)
        raise


async def _begin(proof: Proof, visit: Visit, code: str) -> TokenPair:
    async with transaction() as db:
        await check_still_stands(db, proof)
        if await totp.is_needed(db, proof.user_id):
            if not code:
                raise CodeNeeded(first_step.token(proof))
            await totp.use(db, proof.user_id, code, visit)
        session = await sessions.begin(db, proof.user_id, visit)
        return _next_tokens(db, proof.user_id, session.id, session.created_at)


async def _refreshed(db: AsyncSession, refresh_token: str) -> TokenPair:
    now = clock.now()
    token_hash = _hash(refresh_token)
    used = await db.execute(
        update(RefreshToken)
        .where(col(RefreshToken.token_hash) == token_hash, col(RefreshToken.used_at).is_(None))
        .values(used_at=now)
        .returning(col(RefreshToken.session_id))
    )
    session_id = used.scalar_one_or_none()
    if session_id is None:
        spent = await db.get(RefreshToken, token_hash)
        if spent is None:
            raise RefreshRefused
        await sessions.revoke(db, now, col(Session.id) == spent.session_id)
        if throttle.is_news(f"reused refresh token of {spent.session_id}"):
            await audit.record_in_session(db, "refresh_token_reused", spent.session_id)
        raise RefreshTokenReused
    session = await db.get(Session, session_id)
    if session is None or not sessions.is_alive(
        session.revoked_at, session.expires_at, session.last_used_at, now
    ):
        raise RefreshRefused
    session.last_used_at = now
    return _next_tokens(db, session.user_id, session_id, now)


def _next_tokens(db: AsyncSession, user_id: UUID, session_id: UUID, now: datetime) -> TokenPair:
    refresh_token = secrets.token_urlsafe(32)
    db.add(RefreshToken(token_hash=_hash(refresh_token), session_id=session_id, created_at=now))
    access_token = tokens.issue(
        "access", user_id=user_id, session_id=session_id, now=now, lifetime=ACCESS_LIFETIME
    )
    return TokenPair(
        access_token=access_token,
        refresh_token=refresh_token,
        expires_in=int(ACCESS_LIFETIME.total_seconds()),
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
