"""API tokens: what programs come in with, in place of a password.

A token is `todo_`, forty random letters and digits, and six that are a checksum of them: by its
start a leaked one is found in a log or a repository, by its end a mistyped one is refused unasked.
What it may do is said when it is made. It never reaches what proves who one is: see
`access.check_reach`.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import string
import zlib
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, cast
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from todo_app.core import access, audit, clock, mail, throttle
from todo_app.core.access import Actor
from todo_app.core.database import reading, transaction
from todo_app.core.errors import InvalidInput, NotFound, Unauthenticated
from todo_app.core.models import ApiToken, User, new_id
from todo_app.core.text import Name
from todo_app.core.visits import Visit

PREFIX = "todo_"
START_CHARACTERS = len(PREFIX) + 4
"""How much of a token is shown, so that one of several can be told from the others."""
LIVING_MAX = 50
DAYS_DEFAULT = 90
DAYS_MAX = 366
KEPT_DAYS = 180
"""How long a use of one that is over is still known for what it is."""
TOUCH_INTERVAL = timedelta(minutes=10)

_LETTERS = string.digits + string.ascii_letters
_RANDOM_LETTERS = 40
_CHECK_LETTERS = 6
_FORM = re.compile(rf"{PREFIX}[0-9A-Za-z]{{{_RANDOM_LETTERS + _CHECK_LETTERS}}}", re.ASCII)

Scope = Literal["read", "write"]


class TokenDraft(BaseModel):
    """What a new token is for. `read` can change nothing, `write` can do what its owner can."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[Name, Field(min_length=1)]
    scope: Scope = "read"
    expires_in_days: Annotated[int, Field(strict=True, ge=1, le=DAYS_MAX)] = DAYS_DEFAULT


class TokenView(BaseModel):
    """A token as its owner sees it, later too. Times are UTC."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    name: str
    scope: Scope
    start: str
    """How it begins."""
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    """To within ten minutes; null is never."""

    @classmethod
    def of(cls, row: ApiToken) -> TokenView:
        """The view of a row."""
        return cls.model_validate(row, from_attributes=True)


class NewToken(TokenView):
    """A token when it is made, and never again."""

    token: str


async def create_token(db: AsyncSession, actor: Actor, draft: TokenDraft, visit: Visit) -> NewToken:
    """Make a token for the actor, and tell its owner by mail.

    Raises InvalidInput with `too_many`, TooManyAttempts.
    """
    throttle.admit_new_token(str(actor.user_id))
    # Locked, so that of several at once none counts what the others are about to add.
    await db.execute(select(col(User.id)).where(access.own_account(actor)).with_for_update())
    now = clock.now()
    living = select(func.count()).where(access.own_tokens(actor), *_living(now))
    if (await db.scalar(living) or 0) >= LIVING_MAX:
        raise InvalidInput("name", "too_many")
    random = "".join(secrets.choice(_LETTERS) for _ in range(_RANDOM_LETTERS))
    token = f"{PREFIX}{random}{_checksum(random)}"
    row = ApiToken(
        id=new_id(),
        user_id=actor.user_id,
        name=draft.name,
        scope=draft.scope,
        start=token[:START_CHARACTERS],
        token_hash=_hash(token),
        created_at=now,
        expires_at=now + timedelta(days=draft.expires_in_days),
    )
    db.add(row)
    await db.flush()
    audit.record(db, "api_token_made", actor.user_id, visit, scope=draft.scope)
    await mail.tell_owner(db, "api_token_made", actor.user_id, visit)
    return NewToken(**TokenView.of(row).model_dump(), token=token)


async def list_tokens(db: AsyncSession, actor: Actor) -> list[TokenView]:
    """The actor's tokens that are not revoked, the newest first, expired ones too."""
    found = await db.scalars(
        select(ApiToken)
        .where(access.own_tokens(actor), col(ApiToken.revoked_at).is_(None))
        .order_by(col(ApiToken.created_at).desc(), col(ApiToken.id).desc())
        .limit(2 * LIVING_MAX)
    )
    return [TokenView.of(row) for row in found]


async def revoke_token(db: AsyncSession, actor: Actor, token_id: UUID) -> None:
    """Make one of the actor's tokens worth nothing from now on. Raises NotFound for any other."""
    revoked = await db.execute(
        update(ApiToken)
        .where(
            access.own_tokens(actor),
            col(ApiToken.id) == token_id,
            col(ApiToken.revoked_at).is_(None),
        )
        .values(revoked_at=clock.now())
        .returning(col(ApiToken.id))
    )
    if revoked.scalar_one_or_none() is None:
        raise NotFound
    await audit.record_in_session(db, "api_token_revoked", actor.session_id)


async def revoke_all_tokens(db: AsyncSession, user_id: UUID, visit: Visit) -> None:
    """Make every token of an account worth nothing from now on."""
    now = clock.now()
    revoked = await db.execute(
        update(ApiToken)
        .where(col(ApiToken.user_id) == user_id, *_living(now))
        .values(revoked_at=now)
        .returning(col(ApiToken.id))
    )
    if count := len(revoked.all()):
        audit.record(db, "api_token_revoked", user_id, visit, count=str(count))


async def note_denial(actor: Actor, visit: Visit) -> None:
    """Write down that a token tried what it does not reach, once an hour for each."""
    if throttle.is_news(f"denied token {actor.session_id}"):
        async with transaction() as db:
            audit.record(db, "permission_denied", actor.user_id, visit)


async def authenticate(token: str, visit: Visit) -> Actor:
    """The actor that a living token stands for; `session_id` is the id of the token.

    A bad one is counted per network, and one that is over is written down as that.
    Raises Unauthenticated, TooManyAttempts after too many bad ones, Unavailable.
    """
    found = await _find(token) if is_well_formed(token) else None
    now = clock.now()
    if found is None or found.revoked_at is not None or found.expires_at <= now:
        throttle.count_bad_token(visit)
        if found is not None and throttle.is_news(f"spent token {found.id}"):
            async with transaction() as db:
                audit.record(db, "spent_token_used", found.user_id, visit, token=found.start)
        raise Unauthenticated
    if found.last_used_at is None or now - found.last_used_at > TOUCH_INTERVAL:
        await _touch(found.id, now)
    return Actor(
        user_id=found.user_id,
        session_id=found.id,
        way="token",
        time_zone=found.time_zone,
        can_write=found.scope == "write",
    )


def is_well_formed(token: str) -> bool:
    """Whether this can be a token of ours at all."""
    if not _FORM.fullmatch(token):
        return False
    random = token[len(PREFIX) : -_CHECK_LETTERS]
    return token[-_CHECK_LETTERS:] == _checksum(random)


async def purge(db: AsyncSession) -> int:
    """Delete the tokens that were over `KEPT_DAYS` ago and return how many."""
    oldest = clock.now() - timedelta(days=KEPT_DAYS)
    gone = await db.execute(
        delete(ApiToken).where(
            (col(ApiToken.expires_at) < oldest) | (col(ApiToken.revoked_at) < oldest)
        )
    )
    return cast("CursorResult[Any]", gone).rowcount


async def _find(token: str) -> Any:  # noqa: ANN401 - a row of these columns
    """The row of a token and the zone of its owner, or None."""
    async with reading() as db:
        found = await db.execute(
            select(
                col(ApiToken.id),
                col(ApiToken.user_id),
                col(ApiToken.scope),
                col(ApiToken.start),
                col(ApiToken.expires_at),
                col(ApiToken.revoked_at),
                col(ApiToken.last_used_at),
                col(User.time_zone),
            )
            .join(User, col(User.id) == ApiToken.user_id)
            .where(
                col(ApiToken.token_hash) == _hash(token),
                col(User.disabled_at).is_(None),
                col(User.closed_at).is_(None),
            )
        )
        return found.one_or_none()


async def _touch(token_id: UUID, now: datetime) -> None:
    async with transaction() as db:
        await db.execute(
            update(ApiToken).where(col(ApiToken.id) == token_id).values(last_used_at=now)
        )


def _living(now: datetime) -> tuple[Any, ...]:
    return (col(ApiToken.revoked_at).is_(None), col(ApiToken.expires_at) > now)


def _hash(token: str) -> str:
    # No salt and no stretching: nobody guesses 238 random bits.
    return hashlib.sha256(token.encode()).hexdigest()


def _checksum(random: str) -> str:
    number, letters = zlib.crc32(random.encode()), ""
    for _ in range(_CHECK_LETTERS):
        number, digit = divmod(number, len(_LETTERS))
        letters = _LETTERS[digit] + letters
    return letters
