"""Another address for an account: asked for with the password, confirmed by its own mail."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, SecretStr
from sqlalchemy import delete, literal, select, union_all
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from todo_app.core import access, audit, clock, credentials, links, mail, throttle
from todo_app.core.access import Actor
from todo_app.core.accounts import Email, canonical_email
from todo_app.core.database import transaction
from todo_app.core.errors import (
    EmailTaken,
    InvalidInput,
    LinkSpent,
    MailOff,
    NotFound,
    WrongCredentials,
)
from todo_app.core.models import MailedLink, OutboxMessage, User
from todo_app.core.visits import Visit


class EmailChange(BaseModel):
    """The address to have from now on, and the current password."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    new_email: Email
    current_password: SecretStr


class EmailConfirmation(BaseModel):
    """The token of the link that was mailed to the new address."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    token: str


class PendingEmail(BaseModel):
    """The address that waits for its confirmation. `until` is UTC."""

    model_config = ConfigDict(frozen=True)

    email: str
    until: datetime


async def get_pending(db: AsyncSession, actor: Actor) -> PendingEmail | None:
    """What the actor asked for and has not confirmed yet, whether its mail has left or not."""
    now = clock.now()
    letters = select(
        literal(0).label("rank"), col(OutboxMessage.recipient), col(OutboxMessage.expires_at)
    ).where(
        access.own_mail(actor),
        col(OutboxMessage.kind) == "email_change",
        col(OutboxMessage.expires_at) > now,
    )
    mailed = select(literal(1), col(MailedLink.email), col(MailedLink.expires_at)).where(
        access.own_links(actor),
        col(MailedLink.purpose) == "confirm-email",
        col(MailedLink.expires_at) > now,
    )
    found: Any = (
        await db.execute(union_all(letters, mailed).order_by("rank").limit(1))
    ).one_or_none()
    return None if found is None else PendingEmail(email=found[1] or "", until=found[2])


async def drop_pending(db: AsyncSession, actor: Actor) -> None:
    """Let what the actor asked for be nothing. Raises NotFound if nothing waits."""
    if await get_pending(db, actor) is None:
        raise NotFound
    await take_back(db, actor.user_id)
    await audit.record_in_session(db, "email_change_dropped", actor.session_id)


async def ask_for_change(actor: Actor, change: EmailChange, visit: Visit) -> None:
    """Have a link sent to the new address that makes it the one of the account; tell the old one.

    Asking again takes back what was asked before. Whether the address belongs to another account is
    not said here: only who reads its mail learns that.
    It opens its own transactions, because hashing may not happen inside one.
    Raises MailOff, InvalidInput with `wrong` for the password, TooManyAttempts, Unauthenticated if
    the account was closed meanwhile, Unavailable.
    """
    if not mail.is_on():
        raise MailOff
    proof = await credentials.prove_current(actor, change.current_password, visit)
    throttle.admit_mail("email_change", canonical_email(change.new_email), visit)
    async with transaction() as db:
        try:
            await credentials.check_still_stands(db, proof, for_change=True)
        except WrongCredentials:
            raise InvalidInput("current_password", "wrong") from None
        await take_back(db, actor.user_id)
        audit.record(db, "email_change_asked", actor.user_id, visit)
        mail.post(
            db,
            "email_change",
            change.new_email,
            visit,
            user_id=actor.user_id,
            lifetime=links.LIFETIMES["confirm-email"],
        )
        await mail.tell_owner(db, "email_change_asked", actor.user_id, visit)


async def confirm_change(confirmation: EmailConfirmation, visit: Visit) -> None:
    """Make the address that a link was mailed to the one of its account, and tell the old one.

    Every other link of the account is spent by it: they were sent to the old address.
    Raises LinkSpent, EmailTaken if somebody opened an account with it meanwhile, TooManyAttempts,
    Unavailable.
    """
    throttle.admit_link(visit)
    async with transaction() as db:
        user_id, email = await links.use(db, "confirm-email", confirmation.token)
        user = await db.get(User, user_id, with_for_update=True)
        if user is None or email is None:
            raise LinkSpent
        old_email = user.email
        user.email, user.email_canonical = email, canonical_email(email)
        try:
            await db.flush()
        except IntegrityError:
            raise EmailTaken from None
        await links.drop(db, user_id, "confirm-email", "reset-password")
        audit.record(db, "email_changed", user_id, visit)
        mail.post(db, "email_changed", old_email, visit, user_id=user_id)


async def take_back(db: AsyncSession, user_id: UUID) -> None:
    """Let a change of the address that was asked for, and not confirmed yet, be nothing."""
    await db.execute(
        delete(OutboxMessage).where(
            col(OutboxMessage.user_id) == user_id, col(OutboxMessage.kind) == "email_change"
        )
    )
    await links.drop(db, user_id, "confirm-email")
