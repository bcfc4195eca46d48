"""The second factor of an account: switched on, switched off, its recovery codes made anew.

Each change asks for the password, ends all other sessions and is written down. Whether a code is
right is asked in `totp`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

import pyotp
from pydantic import BaseModel, ConfigDict, SecretStr
from sqlalchemy import CursorResult, Select, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from todo_app.core import (
    access,
    accounts,
    bus,
    clock,
    encryption,
    recovery_codes,
    totp,
)
from todo_app.core.access import Actor
from todo_app.core.bus import AccountChanged
from todo_app.core.errors import (
    CodesOff,
    Conflict,
    InvalidInput,
    NotFound,
    Unavailable,
    WrongCode,
)
from todo_app.core.models import TotpFactor, User
from todo_app.core.visits import Visit
from todo_app.core.way_in_change import changing

ISSUER = "Todo App"
ENROLMENT_LIFETIME = timedelta(hours=1)


class SecondFactorView(BaseModel):
    """The second factor as its owner sees it. `since` is UTC."""

    model_config = ConfigDict(frozen=True)

    is_on: bool
    is_possible: bool
    """Whether this server has a key to keep seeds with."""
    is_begun: bool
    """Whether a seed waits for its first code."""
    since: datetime | None
    recovery_codes_left: int | None
    """None where none were made yet."""


class Enrolment(BaseModel):
    """A seed to be put into an app, by hand or as a QR code of the URI."""

    model_config = ConfigDict(frozen=True)

    seed: str
    uri: str


class Confirmation(BaseModel):
    """The first code of the app, and the password of the account."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    current_password: SecretStr


async def get_second_factor(db: AsyncSession, actor: Actor) -> SecondFactorView:
    """What the actor has switched on."""
    found = await db.execute(kept(actor))
    return view_of(*(found.one_or_none() or (None, None, None)))


def kept(actor: Actor) -> Select[*tuple[Any, ...]]:
    """The query for what `view_of` tells of."""
    return (
        select(
            col(TotpFactor.created_at),
            col(TotpFactor.confirmed_at),
            recovery_codes.left(actor).label("codes_left"),
        )
        .select_from(User)
        .outerjoin(TotpFactor, col(TotpFactor.user_id) == col(User.id))
        .where(access.own_account(actor))
    )


def view_of(
    created_at: datetime | None, confirmed_at: datetime | None, codes_left: int | None
) -> SecondFactorView:
    """The view of a factor that was made and confirmed then, or of none."""
    return SecondFactorView(
        is_on=confirmed_at is not None,
        is_possible=encryption.is_possible(),
        is_begun=_is_begun(created_at, confirmed_at),
        since=confirmed_at,
        recovery_codes_left=codes_left,
    )


async def begin_enrolment(db: AsyncSession, actor: Actor) -> Enrolment:
    """Make a seed that counts once its first code is brought; one made before is dropped.

    Raises Conflict if the factor is on already, or begun elsewhere at the same moment; CodesOff if
    the server has no key for it.
    """
    if not encryption.is_possible():
        raise CodesOff
    seed = pyotp.random_base32()
    await db.execute(
        delete(TotpFactor).where(access.own_factor(actor), col(TotpFactor.confirmed_at).is_(None))
    )
    if await totp.is_needed(db, actor.user_id):
        raise Conflict
    db.add(
        TotpFactor(
            user_id=actor.user_id,
            encrypted_seed=encryption.encrypt(seed),
            created_at=clock.now(),
        )
    )
    try:
        await db.flush()
    except IntegrityError:
        raise Conflict from None
    bus.publish_after_commit(db, AccountChanged(actor.user_id))
    return await _enrolment(db, actor, seed)


async def get_enrolment(db: AsyncSession, actor: Actor) -> Enrolment:
    """The seed that waits for its first code. Raises NotFound if none does, Unavailable."""
    factor = await _own_factor(db, actor)
    if factor is None or not _is_begun(factor.created_at, factor.confirmed_at):
        raise NotFound
    return await _enrolment(db, actor, encryption.decrypt(factor.encrypted_seed))


async def switch_on(actor: Actor, confirmation: Confirmation, visit: Visit) -> None:
    """Ask for codes at every sign-in from now on, and end all other sessions.

    It opens its own transactions, because hashing may not happen inside one.
    Raises InvalidInput for the password and for the code, NotFound if no seed waits,
    TooManyAttempts, Unauthenticated, Unavailable.
    """
    async with changing(actor, confirmation.current_password, visit, "second_factor_on") as db:
        factor = await _own_factor(db, actor)
        if factor is None or not _is_begun(factor.created_at, factor.confirmed_at):
            raise NotFound
        now = clock.now()
        seed = encryption.decrypt(factor.encrypted_seed)
        try:
            factor.last_step = totp.matching_step(seed, confirmation.code, now)
        except WrongCode:
            raise InvalidInput("code", "wrong_code") from None
        factor.confirmed_at = now
        await recovery_codes.drop(db, actor)


async def switch_off(actor: Actor, current_password: SecretStr, visit: Visit) -> None:
    """Let the password alone open the account again, and end all other sessions.

    It opens its own transactions. Raises InvalidInput for the password, NotFound if it is off,
    TooManyAttempts, Unauthenticated, Unavailable.
    """
    async with changing(actor, current_password, visit, "second_factor_off") as db:
        factor = await _own_factor(db, actor)
        if factor is None or factor.confirmed_at is None:
            raise NotFound
        await db.delete(factor)
        await recovery_codes.drop(db, actor)


async def drop_recovery_codes(actor: Actor, current_password: SecretStr, visit: Visit) -> None:
    """Make all recovery codes worthless and end all other sessions; new ones can be made then.

    It opens its own transactions. Raises InvalidInput for the password, NotFound if the factor is
    off, TooManyAttempts, Unauthenticated, Unavailable.
    """
    async with changing(actor, current_password, visit, "recovery_codes_renewed") as db:
        if not await totp.is_needed(db, actor.user_id):
            raise NotFound
        await recovery_codes.drop(db, actor)


async def make_recovery_codes(db: AsyncSession, actor: Actor) -> list[str]:
    """The recovery codes of a factor that is on and has none: they are told this one time.

    An empty list where they were told before. Raises NotFound if the factor is off.
    """
    # The lock lets one of two who ask at once make them.
    await db.execute(
        update(TotpFactor).where(access.own_factor(actor)).values(user_id=actor.user_id)
    )
    if not await totp.is_needed(db, actor.user_id):
        raise NotFound
    return await recovery_codes.make(db, actor)


async def stored_seeds(db: AsyncSession) -> Sequence[str]:
    """The seeds of all accounts as they are stored, encrypted; for operators."""
    return (await db.scalars(select(col(TotpFactor.encrypted_seed)))).all()


async def encrypt_seeds_anew(db: AsyncSession) -> int:
    """Encrypt every seed with the newest key and return how many were not.

    One whose key is gone stays as it is: the key may come back.
    """
    count = 0
    for factor in await db.scalars(select(TotpFactor).with_for_update()):
        if encryption.is_of_newest_key(factor.encrypted_seed):
            continue
        with contextlib.suppress(Unavailable):
            factor.encrypted_seed = encryption.encrypt(encryption.decrypt(factor.encrypted_seed))
            count += 1
    return count


async def purge(db: AsyncSession) -> int:
    """Delete the seeds whose first code never came and return how many."""
    gone = await db.execute(
        delete(TotpFactor).where(
            col(TotpFactor.confirmed_at).is_(None),
            col(TotpFactor.created_at) < clock.now() - ENROLMENT_LIFETIME,
        )
    )
    return cast("CursorResult[Any]", gone).rowcount


async def _own_factor(db: AsyncSession, actor: Actor) -> TotpFactor | None:
    return (await db.scalars(select(TotpFactor).where(access.own_factor(actor)))).one_or_none()


async def _enrolment(db: AsyncSession, actor: Actor, seed: str) -> Enrolment:
    email = (await accounts.get_account(db, actor)).email
    uri = pyotp.TOTP(seed).provisioning_uri(name=email, issuer_name=ISSUER)
    return Enrolment(seed=seed, uri=uri)


def _is_begun(created_at: datetime | None, confirmed_at: datetime | None) -> bool:
    return (
        created_at is not None
        and confirmed_at is None
        and created_at > clock.now() - ENROLMENT_LIFETIME
    )
