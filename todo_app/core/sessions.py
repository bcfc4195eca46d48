"""Sessions: sign in on the web, stay signed in, see and end them.

A token is worth what its session row says. Those of API clients begin in `api_sessions`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import ColumnElement, CursorResult, Select, bindparam, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from todo_app.core import access, accounts, audit, bus, clock, first_step, tokens, totp
from todo_app.core.access import Actor
from todo_app.core.account_views import COLUMNS, AccountView
from todo_app.core.bus import SessionEnded
from todo_app.core.credentials import Credentials, check_still_stands, prove
from todo_app.core.database import reading, transaction
from todo_app.core.devices import device_name
from todo_app.core.errors import CodeNeeded, NotFound, Unauthenticated
from todo_app.core.models import Session, User, new_id
from todo_app.core.reads import AnyRow, Read
from todo_app.core.session_memory import forget, remember, remembered
from todo_app.core.settings import get_settings
from todo_app.core.tokens import Claims
from todo_app.core.visits import Visit, Way

REUSE_SECONDS = 2
TOUCH_INTERVAL = timedelta(minutes=10)
LIST_MAX = 100


class SessionView(BaseModel):
    """A session as its owner sees it. Times are UTC."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    way: Way
    device: str
    """In words, as far as the device told the truth about itself."""
    address: str
    created_at: datetime
    last_used_at: datetime
    """To within ten minutes."""
    expires_at: datetime
    """When it ends if it is not used again."""
    is_current: bool

    @classmethod
    def of(cls, session: Session, actor: Actor) -> SessionView:
        """The view of a row."""
        idle = timedelta(days=get_settings().session_idle_days)
        return cls(
            id=session.id,
            way="api" if session.kind == "api" else "web",
            device=device_name(session.device),
            address=session.address,
            created_at=session.created_at,
            last_used_at=session.last_used_at,
            expires_at=min(session.expires_at, session.last_used_at + idle),
            is_current=session.id == actor.session_id,
        )


async def sign_in_web(credentials: Credentials, visit: Visit) -> str:
    """Begin a web session and return the token for its cookie.

    Raises CodeNeeded, with the token of the first step, if the account has a second factor;
    WrongCredentials, TooManyAttempts, Unavailable.
    """
    proof = await prove(credentials, visit)
    async with transaction() as db:
        await check_still_stands(db, proof)
        if await totp.is_needed(db, proof.user_id):
            raise CodeNeeded(first_step.token(proof))
        session = await begin(db, proof.user_id, visit)
    return web_token(session)


async def sign_out(db: AsyncSession, actor: Actor) -> None:
    """End the actor's session; its tokens are worth nothing from now on."""
    if await revoke(db, clock.now(), col(Session.id) == actor.session_id):
        await audit.record_in_session(db, "signed_out", actor.session_id)


async def list_sessions(db: AsyncSession, actor: Actor) -> list[SessionView]:
    """The actor's living sessions: this one first, then the others, the last used first.

    At most `LIST_MAX` are listed; `end_other_sessions` ends all there are.
    """
    return [SessionView.of(session, actor) for session in await db.scalars(listed(actor))]


def listed(actor: Actor) -> Select[Session]:
    """The query of `list_sessions`."""
    return (
        select(Session)
        .where(access.own_sessions(actor), *_living(clock.now()))
        .order_by(
            (col(Session.id) == actor.session_id).desc(),
            col(Session.last_used_at).desc(),
            col(Session.id).desc(),
        )
        .limit(LIST_MAX)
    )


async def end_session(db: AsyncSession, actor: Actor, session_id: UUID) -> None:
    """End one of the actor's living sessions, this one too. Raises NotFound for any other."""
    now = clock.now()
    is_this = col(Session.id) == session_id
    if not await revoke(db, now, access.own_sessions(actor), is_this, *_living(now)):
        raise NotFound
    await audit.record_in_session(db, "session_ended", actor.session_id, count="1")


async def end_other_sessions(db: AsyncSession, actor: Actor) -> int:
    """End every session of the actor but this one and return how many."""
    now = clock.now()
    is_other = col(Session.id) != actor.session_id
    count = len(await revoke(db, now, access.own_sessions(actor), is_other, *_living(now)))
    if count:
        await audit.record_in_session(db, "session_ended", actor.session_id, count=str(count))
    return count


async def end_all_sessions(db: AsyncSession, user_id: UUID) -> None:
    """End every session of an account."""
    now = clock.now()
    await revoke(db, now, col(Session.user_id) == user_id, *_living(now))


async def ended_among(db: AsyncSession, session_ids: Collection[UUID]) -> set[UUID]:
    """Which of these sessions are over. Asking is not using them."""
    living = await db.scalars(
        select(col(Session.id)).where(col(Session.id).in_(session_ids), *_living(clock.now()))
    )
    return set(session_ids) - set(living)


async def authenticate(claims: Claims, *, is_use: bool = True) -> Actor:
    """The actor of a verified token whose session still lives; without `is_use` it grows no longer.

    A positive answer is reused for at most two seconds; `sign_out` in this process drops it.
    Raises Unauthenticated, Unavailable.
    """
    seen = remembered(claims.sid)
    if seen is not None:
        if seen.actor is None:
            raise Unauthenticated
        if seen.actor.user_id == claims.sub:
            return seen.actor
    now = clock.now()
    row = await _row_behind(claims)
    if row is None or not is_alive(row.revoked_at, row.expires_at, row.last_used_at, now):
        forget(claims.sid)
        raise Unauthenticated
    if is_use and now - row.last_used_at > TOUCH_INTERVAL:
        await _touch(claims.sid, now)
    actor = Actor(user_id=row.id, session_id=claims.sid, way=row.kind, time_zone=row.time_zone)
    if remembered(claims.sid) is None:
        remember(claims.sid, actor, REUSE_SECONDS, AccountView.of(row))
    return actor


async def get_account(db: AsyncSession, actor: Actor) -> AccountView:
    """The account of a session, as it was when that was asked for. Raises NotFound."""
    seen = remembered(actor.session_id)
    if seen is None or seen.account is None:
        return await accounts.get_account(db, actor)
    return seen.account


_BEHIND = Read(
    select(
        col(Session.kind),
        col(Session.revoked_at),
        col(Session.expires_at),
        col(Session.last_used_at),
        *COLUMNS,
    )
    .join(User, col(User.id) == Session.user_id)
    .where(
        col(Session.id) == bindparam("sid"),
        col(Session.user_id) == bindparam("sub"),
        col(User.disabled_at).is_(None),
    )
)


async def _row_behind(claims: Claims) -> AnyRow | None:
    """What the database says of a token's session and account, or None if that is nobody to it."""
    async with reading() as db:
        return await _BEHIND.one_or_none(db, {"sid": claims.sid, "sub": claims.sub})


async def purge_expired(db: AsyncSession) -> int:
    """Delete the sessions that ended a day ago or more and return how many."""
    now = clock.now()
    idle = now - timedelta(days=get_settings().session_idle_days + 1)
    gone = await db.execute(
        delete(Session).where(
            (col(Session.expires_at) < now - timedelta(days=1))
            | (col(Session.revoked_at) < now - timedelta(days=1))
            | (col(Session.last_used_at) < idle)
        )
    )
    return cast("CursorResult[Any]", gone).rowcount


async def begin(
    db: AsyncSession, user_id: UUID, visit: Visit, session_id: UUID | None = None
) -> Session:
    """A new session of somebody who has proved who they are, for `web_token` or tokens of the API.

    A closed account opens again by this.
    Raises Unauthenticated if one of this id has begun before, or the account is disabled.
    """
    now = clock.now()
    await _let_in(db, user_id, visit)
    session = Session(
        id=session_id or new_id(),
        user_id=user_id,
        kind=visit.way,
        device=visit.device,
        address=visit.address,
        created_at=now,
        last_used_at=now,
        expires_at=now + timedelta(days=get_settings().session_days),
    )
    db.add(session)
    try:
        await db.flush()
    except IntegrityError:
        raise Unauthenticated from None
    audit.record(db, "signed_in", user_id, visit, way=visit.way)
    return session


async def _let_in(db: AsyncSession, user_id: UUID, visit: Visit) -> None:
    is_owner = col(User.id) == user_id
    found = await db.execute(
        select(col(User.disabled_at), col(User.closed_at))
        .where(is_owner)
        .with_for_update(read=True)
    )
    user = found.one_or_none()
    if user is None or user.disabled_at is not None:
        raise Unauthenticated
    if user.closed_at is not None:
        await db.execute(update(User).where(is_owner).values(closed_at=None))
        audit.record(db, "account_reopened", user_id, visit)


def web_token(session: Session) -> str:
    """The token of a session for its cookie."""
    return tokens.issue(
        "web",
        user_id=session.user_id,
        session_id=session.id,
        now=session.created_at,
        lifetime=session.expires_at - session.created_at,
    )


def is_alive(
    revoked_at: datetime | None, expires_at: datetime, last_used_at: datetime, now: datetime
) -> bool:
    """Whether a session with these times is not over."""
    idle = timedelta(days=get_settings().session_idle_days)
    return revoked_at is None and now < expires_at and now < last_used_at + idle


def _living(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """The conditions that `is_alive` checks, for the database."""
    idle = timedelta(days=get_settings().session_idle_days)
    return (
        col(Session.revoked_at).is_(None),
        col(Session.expires_at) > now,
        col(Session.last_used_at) > now - idle,
    )


async def _touch(session_id: UUID, now: datetime) -> None:
    async with transaction() as db:
        await db.execute(
            update(Session).where(col(Session.id) == session_id).values(last_used_at=now)
        )


async def revoke(db: AsyncSession, now: datetime, *which: ColumnElement[bool]) -> Sequence[UUID]:
    """End the sessions for which all of this holds; the ids of those that were not ended yet."""
    ended = await db.execute(
        update(Session)
        .where(*which, col(Session.revoked_at).is_(None))
        .values(revoked_at=now)
        .returning(col(Session.id))
    )
    session_ids = ended.scalars().all()
    # Not before the commit, or a request beside this one would find a session alive and
    # remember that.
    for session_id in session_ids:
        bus.publish_after_commit(db, SessionEnded(session_id))
    return session_ids
