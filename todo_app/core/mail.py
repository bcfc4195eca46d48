"""Mail: an outbox that is written in the transaction of what it is about, and sent from later.

A row is claimed before its letter is sent and deleted once the server has taken it. Of two
processes one gets the claim, so that nobody is written to twice. A process that dies with a claim
loses it after a while, and the row is sent by another; had the server taken the letter in the very
moment of death, it comes again under the same Message-ID, which receivers take for the same mail.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import urlsplit
from uuid import UUID

from email_validator import validate_email
from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from todo_app.core import clock, letters, outbox, smtp
from todo_app.core.database import reading, transaction
from todo_app.core.letters import Kind, Letter
from todo_app.core.models import OutboxMessage, SignUp, User
from todo_app.core.settings import get_settings
from todo_app.core.visits import Visit

log = logging.getLogger(__name__)

CLAIM = timedelta(minutes=5)
"""Longer than handing over may take."""
NOTICE_LIFETIME = timedelta(days=3)
REMINDER_LIFETIME = timedelta(days=1)
_FIRST_PAUSE = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(hours=1)
_AT_ONCE = 20


def reaches_people() -> bool:
    """Whether letters arrive in mailboxes, so that an address can be confirmed by one."""
    return bool(get_settings().smtp_url.get_secret_value())


def is_on() -> bool:
    """Whether letters are written at all: in development without a server, they go to the log."""
    return reaches_people() or get_settings().environment == "development"


def post(
    db: AsyncSession,
    kind: Kind,
    recipient: str,
    visit: Visit,
    *,
    user_id: UUID | None = None,
    lifetime: timedelta = NOTICE_LIFETIME,
) -> None:
    """Put a letter into the outbox, in the transaction of what it is about.

    After its `lifetime` it is of no more use and is not sent.
    """
    if is_on():
        outbox.put(db, kind, recipient, asdict(visit), user_id=user_id, lifetime=lifetime)


def confirm(db: AsyncSession, sign_up: SignUp) -> None:
    """Put the letter with the link that opens the account of a sign-up into the outbox."""
    if is_on():
        outbox.put_sign_up(db, sign_up)


def remind(db: AsyncSession, recipient: str, user_id: UUID, task_ids: Sequence[UUID]) -> None:
    """Put a letter about tasks of an account into the outbox, if letters arrive in mailboxes.

    It names tasks by their titles, and so it is not for the log.
    """
    if reaches_people():
        details = {"task_ids": [str(task_id) for task_id in task_ids]}
        outbox.put(db, "reminder", recipient, details, user_id=user_id, lifetime=REMINDER_LIFETIME)


async def tell_owner(db: AsyncSession, kind: Kind, user_id: UUID, visit: Visit) -> None:
    """Put a letter to the owner of an account into the outbox, about what happened to it."""
    user = await db.get(User, user_id)
    if user is not None:
        post(db, kind, user.email, visit, user_id=user_id)


async def count_unsent(db: AsyncSession) -> tuple[int, datetime | None]:
    """How many letters are in the outbox, and since when the oldest is. UTC."""
    found = await db.execute(select(func.count(), func.min(col(OutboxMessage.created_at))))
    count, oldest = found.one()
    return count, oldest


async def deliver_due() -> int:
    """Send what is due, as far as no other process does, and return how many letters were sent."""
    async with reading() as db:
        due = await db.scalars(
            select(col(OutboxMessage.id))
            .where(col(OutboxMessage.due_at) <= clock.now())
            .order_by(col(OutboxMessage.due_at), col(OutboxMessage.id))
            .limit(_AT_ONCE)
        )
    return sum([await _deliver(message_id) for message_id in due])


async def _deliver(message_id: UUID) -> bool:
    async with transaction() as db:
        message = await _claim(db, message_id)
    if message is None:
        return False
    try:
        async with transaction(message.user_id) as db:
            letter = await letters.write(db, message)
        if letter is not None:
            await _send(message, letter)
    except smtp.Refused as failure:
        log.warning("mail %s (%s) was refused: %s", message.id, message.kind, failure)
    except smtp.NotSent as failure:
        log.warning("mail %s (%s) has to wait: %s", message.id, message.kind, failure)
        await _put_off(message)
        return False
    except Exception:
        log.exception("mail %s (%s) could not be made", message.id, message.kind)
        await _put_off(message)
        return False
    async with transaction() as db:
        await db.execute(delete(OutboxMessage).where(col(OutboxMessage.id) == message.id))
    return letter is not None


async def _claim(db: AsyncSession, message_id: UUID) -> OutboxMessage | None:
    """Take a row that is due from every other process, or return None if one was quicker."""
    now = clock.now()
    claimed = await db.execute(
        update(OutboxMessage)
        .where(col(OutboxMessage.id) == message_id, col(OutboxMessage.due_at) <= now)
        .values(due_at=now + CLAIM, attempts=col(OutboxMessage.attempts) + 1)
        .returning(OutboxMessage)
    )
    message = claimed.scalar_one_or_none()
    if message is not None and message.expires_at <= now:
        log.warning("mail %s (%s) was never sent", message.id, message.kind)
        await db.delete(message)
        return None
    return message


async def _put_off(message: OutboxMessage) -> None:
    """Try again after a pause that grows, unless another process has taken over meanwhile."""
    pause = min(_FIRST_PAUSE * 2 ** min(message.attempts - 1, 10), _LONGEST_PAUSE)
    async with transaction() as db:
        await db.execute(
            update(OutboxMessage)
            .where(
                col(OutboxMessage.id) == message.id,
                col(OutboxMessage.attempts) == message.attempts,
            )
            .values(due_at=clock.now() + pause)
        )


async def _send(message: OutboxMessage, letter: Letter) -> None:
    settings = get_settings()
    if not reaches_people():
        # Line by line: no log line holds another.
        for line in (f"mail to {letter.to}: {letter.subject}", *letter.text.splitlines()):
            log.info("%s", line)
        return
    own_host = urlsplit(settings.origin).hostname or ""
    form = EmailMessage(policy.SMTP)
    form["From"] = settings.mail_sender
    form["To"] = _ascii_domain(letter.to)
    form["Subject"] = letter.subject
    form["Date"] = format_datetime(message.created_at)
    form["Message-ID"] = f"<{message.id}@{own_host}>"
    form["Auto-Submitted"] = "auto-generated"
    form.set_content(letter.text)
    form.add_alternative(letter.html, subtype="html")
    await smtp.hand_over(form, smtp.smtp_server(settings.smtp_url.get_secret_value()), own_host)


def _ascii_domain(address: str) -> str:
    """An address as every server takes it, unless there is more than ASCII before the @ too.

    By the rules of 2008: by those of 2003, in Python itself, straße and strasse were one domain.
    """
    if address.isascii():
        return address
    parts = validate_email(address, check_deliverability=False)
    return f"{parts.local_part}@{parts.ascii_domain}"
