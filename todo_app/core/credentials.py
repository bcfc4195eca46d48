"""Proving who one is by a password: known and unknown accounts alike, in the same time."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel, ConfigDict, SecretStr
from sqlalchemy import select, update
from sqlmodel import col

from todo_app.core import passwords, throttle
from todo_app.core.accounts import canonical_email
from todo_app.core.database import reading, transaction
from todo_app.core.errors import WrongCredentials
from todo_app.core.models import User
from todo_app.core.text import EMAIL_MAX_CHARACTERS
from todo_app.core.visits import Visit


class Credentials(BaseModel):
    """What a person signs in with. Deliberately lax: a wrong shape is a wrong password."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    email: str
    password: SecretStr


async def prove(credentials: Credentials, visit: Visit) -> UUID:
    """The id of the user whose credentials these are.

    It opens its own transactions, because hashing may not happen inside one.
    Raises WrongCredentials, TooManyAttempts, Unavailable.
    """
    account = canonical_email(credentials.email.strip()[:EMAIL_MAX_CHARACTERS])
    account = account.encode("utf-8", "replace").decode().replace("\x00", "")
    password = credentials.password.get_secret_value()
    with throttle.sign_in_attempt(account, visit):
        user_id, stored_hash = await _matching_user(account, password)
    if passwords.needs_rehash(stored_hash):
        new_hash = await passwords.hash_password(password)
        async with transaction() as db:
            await db.execute(
                update(User)
                .where(col(User.id) == user_id, col(User.password_hash) == stored_hash)
                .values(password_hash=new_hash)
            )
    return user_id


async def _matching_user(account: str, password: str) -> tuple[UUID, str]:
    """The id and the password hash of the user with this canonical address and password."""
    async with reading() as db:
        found = await db.execute(
            select(col(User.id), col(User.password_hash)).where(
                col(User.email_canonical) == account
            )
        )
        user = found.one_or_none()
    matches = await passwords.verify_password(password, user.password_hash if user else None)
    if user is None or not matches:
        raise WrongCredentials
    return user.id, user.password_hash
