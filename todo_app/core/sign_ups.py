"""Signing up where mail reaches people: the address is confirmed before there is an account.

What was typed waits in a row of its own, so that an address that nobody confirmed is as unknown as
any other wherever accounts are looked at. Several may wait for one address; the first to be
confirmed opens the account.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, SecretStr
from sqlalchemy import CursorResult, delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from todo_app.core import accounts, clock, links, mail, outbox, passwords, throttle
from todo_app.core.account_views import AccountView
from todo_app.core.accounts import AccountDraft, Email, canonical_email
from todo_app.core.database import reading, transaction
from todo_app.core.errors import InvalidInput, LinkSpent, MailOff
from todo_app.core.models import SignUp, new_id
from todo_app.core.visits import Visit

LIFETIME = timedelta(days=1)


class SignUpAddress(BaseModel):
    """Whose link did not arrive."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    email: Email


class SignUpConfirmation(BaseModel):
    """The token of a mailed link, and the password that was chosen.

    The password proves that who reads the mail is who signed up: else somebody could open an
    account with another person's address, have them confirm it, and know its password.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    token: str
    password: SecretStr


async def begin(draft: AccountDraft, visit: Visit) -> None:
    """Have a link sent that opens the account; one who has an account is told so by mail.

    Both take the same work and the same time, as the job that sends decides which it is.
    It opens its own transaction, because hashing may not happen inside one.
    Raises InvalidInput for a password the policy refuses, TooManyAttempts, Unavailable.
    """
    password = draft.password.get_secret_value()
    passwords.check_policy(password, email=draft.email)
    account = canonical_email(draft.email)
    throttle.admit_mail("sign_up", account, visit)
    password_hash = await passwords.hash_password(password)
    now = clock.now()
    sign_up = SignUp(
        id=new_id(),
        email=draft.email,
        email_canonical=account,
        name=draft.name,
        password_hash=password_hash,
        time_zone=draft.time_zone,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    async with transaction() as db:
        db.add(sign_up)
        mail.confirm(db, sign_up)


async def send_again(address: SignUpAddress, visit: Visit) -> None:
    """Have each sign-up that waits for an address sent its link again, to where it was sent first.

    Which there are is not looked at here but by the job that sends, as in `begin`.
    Raises MailOff, TooManyAttempts, Unavailable.
    """
    if not mail.is_on():
        raise MailOff
    throttle.admit_mail("sign_up_again", canonical_email(address.email), visit)
    async with transaction() as db:
        mail.post(db, "sign_up_again", address.email, visit, lifetime=outbox.SIGN_UP_LIFETIME)


async def confirm(confirmation: SignUpConfirmation, visit: Visit) -> AccountView:
    """Open the account whose link was mailed.

    It opens its own transactions, because hashing may not happen inside one.
    Raises LinkSpent, InvalidInput with `not_chosen` for another password than the one that was
    chosen, EmailTaken if the address got an account meanwhile, TooManyAttempts, Unavailable.
    """
    throttle.admit_link(visit)
    async with reading() as db:
        sign_up_id = await links.look_up(db, "confirm-sign-up", confirmation.token)
    async with reading() as db:
        waiting = await db.get(SignUp, sign_up_id)
    if waiting is None or waiting.expires_at <= clock.now():
        raise LinkSpent
    password = confirmation.password.get_secret_value()
    if not await passwords.verify_password(password, waiting.password_hash):
        raise InvalidInput("password", "not_chosen")
    user = accounts.user_of(waiting, waiting.password_hash)
    async with transaction(user.id) as db:
        await links.use(db, "confirm-sign-up", confirmation.token)
        await accounts.add_account(db, user, visit)
        await db.execute(
            delete(SignUp).where(col(SignUp.email_canonical) == waiting.email_canonical)
        )
    return AccountView.of(user)


async def purge(db: AsyncSession) -> int:
    """Delete the sign-ups that nobody confirmed in time and return how many."""
    gone = await db.execute(delete(SignUp).where(col(SignUp.expires_at) < clock.now()))
    return cast("CursorResult[Any]", gone).rowcount
