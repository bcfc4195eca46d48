"""A forgotten password: asked for by anybody, set by who reads the mail of the account."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, SecretStr
from sqlalchemy import select, update
from sqlmodel import col

from todo_app.core import (
    api_tokens,
    audit,
    email_change,
    links,
    mail,
    passkeys,
    passwords,
    sessions,
    throttle,
)
from todo_app.core.accounts import Email, canonical_email
from todo_app.core.database import reading, transaction
from todo_app.core.errors import LinkSpent, MailOff
from todo_app.core.models import User
from todo_app.core.visits import Visit


class ForgottenPassword(BaseModel):
    """Whose password was forgotten."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    email: Email


class PasswordReset(BaseModel):
    """The token of a mailed link, and the password to have from now on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    token: str
    new_password: SecretStr


async def ask_for_link(forgotten: ForgottenPassword, visit: Visit) -> None:
    """Have a link sent by which the password of an account can be set anew.

    Whether there is such an account is not looked at here but by the job that sends the mail: every
    address is answered alike, in the same time.
    Raises MailOff, TooManyAttempts, Unavailable.
    """
    if not mail.is_on():
        raise MailOff
    account = canonical_email(forgotten.email)
    is_known_place = await audit.is_known_place(account, visit)
    throttle.admit_mail("password_forgotten", account, visit, is_known_place=is_known_place)
    async with transaction() as db:
        mail.post(
            db, "password_forgotten", account, visit, lifetime=links.LIFETIMES["reset-password"]
        )


async def reset_password(reset: PasswordReset, visit: Visit) -> None:
    """Set the password of the account that a link was mailed to.

    All its sessions end, and all its API tokens and passkeys are gone: who needs a link has lost
    the password, perhaps to somebody who has been in and left themselves a way back.
    It signs nobody in: a second factor is still to be asked for. But it makes this place a known
    one: whoever reads the mail gets in from here, however many guess elsewhere.
    It opens its own transactions, because hashing may not happen inside one.
    Raises LinkSpent, InvalidInput with the reasons of the policy, TooManyAttempts, Unavailable.
    """
    throttle.admit_link(visit)
    new_password = reset.new_password.get_secret_value()
    passwords.check_policy(new_password, email=await _email_of(reset.token), field="new_password")
    new_hash = await passwords.hash_password(new_password)
    async with transaction() as db:
        user_id, _ = await links.use(db, "reset-password", reset.token)
        await db.execute(update(User).where(col(User.id) == user_id).values(password_hash=new_hash))
        await links.drop(db, user_id, "reset-password")
        await email_change.take_back(db, user_id)
        # Before the sessions: one that a passkey is just beginning is either ended or not begun.
        await passkeys.remove_all(db, user_id, visit)
        await sessions.end_all_sessions(db, user_id)
        await api_tokens.revoke_all_tokens(db, user_id, visit)
        audit.record(db, "password_reset", user_id, visit)
        await mail.tell_owner(db, "password_reset", user_id, visit)


async def _email_of(token: str) -> str:
    async with reading() as db:
        user_id = await links.look_up(db, "reset-password", token)
    async with reading() as db:
        email = await db.scalar(select(col(User.email)).where(col(User.id) == user_id))
    if email is None:
        raise LinkSpent
    return email
