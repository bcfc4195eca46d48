"""Proving who one is by a password: known and unknown accounts alike, in the same time."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from pydantic import BaseModel, ConfigDict, SecretStr
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from todo_app.core import accounts, audit, passwords, throttle
from todo_app.core.access import Actor
from todo_app.core.accounts import canonical_email
from todo_app.core.database import reading, transaction
from todo_app.core.errors import InvalidInput, NotFound, Unauthenticated, WrongCredentials
from todo_app.core.models import User
from todo_app.core.text import EMAIL_MAX_CHARACTERS
from todo_app.core.visits import Visit


class Credentials(BaseModel):
    """What a person signs in with. Deliberately lax: a wrong shape is a wrong password."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    email: str
    password: SecretStr


class Proof(NamedTuple):
    """Whose password was right, and which hash said so."""

    user_id: UUID
    password_hash: str


async def prove(
    credentials: Credentials, visit: Visit, failure: audit.Kind = "sign_in_failed"
) -> Proof:
    """Whose credentials these are; others are written down as a `failure`.

    It opens its own transactions, because hashing may not happen inside one.
    Raises WrongCredentials, TooManyAttempts, Unavailable.
    """
    account = canonical_email(credentials.email.strip()[:EMAIL_MAX_CHARACTERS])
    account = account.encode("utf-8", "replace").decode().replace("\x00", "")
    password = credentials.password.get_secret_value()
    is_known_place = await audit.is_known_place(account, visit)
    with throttle.sign_in_attempt(account, visit, is_known_place=is_known_place):
        try:
            proof = await _matching_user(account, password)
        except WrongCredentials as refusal:
            # For no account too, or the time it takes would tell which accounts there are.
            async with transaction() as db:
                audit.record(db, failure, refusal.user_id, visit)
            raise
    if passwords.needs_rehash(proof.password_hash):
        new_hash = await passwords.hash_password(password)
        async with transaction() as db:
            is_replaced = await replace_hash(db, proof, new_hash)
        # Somebody else replaced it first: it counts only if this password is right for it too.
        return (
            Proof(proof.user_id, new_hash)
            if is_replaced
            else await _matching_user(account, password)
        )
    return proof


async def own_email(actor: Actor) -> str:
    """The actor's address. Raises Unauthenticated if the account was closed meanwhile."""
    try:
        async with reading() as db:
            return (await accounts.get_account(db, actor)).email
    except NotFound:
        raise Unauthenticated from None


async def prove_current(actor: Actor, current_password: SecretStr, visit: Visit) -> Proof:
    """Ask somebody who is signed in for their password before a change.

    Wrong ones are counted together with wrong ones at sign-in.
    Raises InvalidInput, TooManyAttempts, Unauthenticated if the account was closed, Unavailable.
    """
    own = Credentials(email=await own_email(actor), password=current_password)
    try:
        return await prove(own, visit, "password_change_failed")
    except WrongCredentials:
        raise InvalidInput("current_password", "wrong") from None


async def check_still_stands(db: AsyncSession, proof: Proof, *, for_change: bool = False) -> None:
    """Keep the password from being changed until the transaction ends, and the account enabled.

    `for_change` keeps everybody else from signing in as well until then.

    Raises WrongCredentials if that happened since it was proved: who is shut out by a change must
    not come in behind it.
    """
    stored = await db.scalar(
        select(col(User.password_hash))
        .where(col(User.id) == proof.user_id, col(User.disabled_at).is_(None))
        .with_for_update(read=not for_change)
    )
    if stored != proof.password_hash:
        raise WrongCredentials


async def replace_hash(db: AsyncSession, proof: Proof, new_hash: str) -> bool:
    """Store another hash in place of the one that was proved, or return False if it is gone."""
    replaced = await db.execute(
        update(User)
        .where(col(User.id) == proof.user_id, col(User.password_hash) == proof.password_hash)
        .values(password_hash=new_hash)
        .returning(col(User.id))
    )
    return replaced.scalar_one_or_none() is not None


async def _matching_user(account: str, password: str) -> Proof:
    """Who has this canonical address and this password. Raises WrongCredentials."""
    async with reading() as db:
        found = await db.execute(
            select(col(User.id), col(User.password_hash), col(User.disabled_at)).where(
                col(User.email_canonical) == account
            )
        )
        user = found.one_or_none()
    matches = await passwords.verify_password(password, user.password_hash if user else None)
    if user is None or not matches or user.disabled_at is not None:
        raise WrongCredentials(user.id if user else None)
    return Proof(user.id, user.password_hash)
