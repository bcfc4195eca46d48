"""What each mail says: from a row of the outbox to a subject and sentences.

A letter is written when it is sent. So a link that lets somebody in is never stored but as its
hash, and it is decided here, out of anybody's sight, whether there is somebody to write to.

Nothing in a letter was typed by a person: else our server would carry what strangers have to say to
whatever address they name. What reminds of a task names it to its owner.
"""

from __future__ import annotations

import html
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, bindparam, delete, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from todo_app.core import access, audit, clock, links, outbox
from todo_app.core.accounts import canonical_email
from todo_app.core.devices import device_name
from todo_app.core.models import OWN_TIME_ORDER, TASKS, OutboxMessage, SignUp, User
from todo_app.core.settings import get_settings
from todo_app.core.visits import Visit

Kind = Literal[
    "password_changed",
    "password_forgotten",
    "password_reset",
    "sign_up",
    "sign_up_again",
    "email_change",
    "email_change_asked",
    "email_changed",
    "second_factor_on",
    "second_factor_off",
    "recovery_codes_renewed",
    "account_closed",
    "passkey_added",
    "passkey_removed",
    "api_token_made",
    "reminder",
]
KINDS: tuple[Kind, ...] = get_args(Kind)

PRODUCT = "Todo App"
CLOSED_DAYS = 30
"""How long a closed account is kept for its owner to come back."""

SUBJECT_CHARACTERS = 100
SENT_AGAIN_MAX = 3
_OPEN_TASKS = (
    select(TASKS.c.id, TASKS.c.title, TASKS.c.due_date, TASKS.c.due_time, TASKS.c.due_zone)
    .where(
        *access.READABLE_TASKS,
        TASKS.c.id.in_(bindparam("ids", expanding=True)),
        TASKS.c.completed_at.is_(None),
        TASKS.c.due_date.is_not(None),
    )
    .order_by(TASKS.c.own_date, text(OWN_TIME_ORDER), TASKS.c.id)
)

_Writer = Callable[[AsyncSession, OutboxMessage], Awaitable["Letter | None"]]


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail before it has a form. `path` is where its link leads on this server."""

    to: str
    subject: str
    sentences: tuple[str, ...]
    path: str = ""
    link_text: str = ""

    @property
    def link(self) -> str:
        """The address of the link; its host is ours by the settings and nothing else."""
        return get_settings().origin + self.path

    @property
    def text(self) -> str:
        """The plain body."""
        first, *rest = self.sentences
        link = [f"{self.link_text}:\n{self.link}"] if self.path else []
        return "\n\n".join([first, *link, *rest, f"-- \n{PRODUCT}, {get_settings().origin}"]) + "\n"

    @property
    def html(self) -> str:
        """The same in HTML, without anything to load."""
        first, *rest = (f"<p>{html.escape(sentence)}</p>" for sentence in self.sentences)
        link = f'<p><a href="{html.escape(self.link)}">{html.escape(self.link_text)}</a></p>'
        origin = html.escape(get_settings().origin)
        body = "\n".join([first, *([link] if self.path else []), *rest])
        return (
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
            f"<title>{html.escape(self.subject)}</title></head>\n"
            '<body style="font-family: sans-serif; line-height: 1.5; max-width: 34em">\n'
            f'{body}\n<p style="color: #666">{PRODUCT}, <a href="{origin}">{origin}</a></p>\n'
            "</body></html>\n"
        )


def visit_of(message: OutboxMessage) -> Visit:
    """From where it was done or asked for."""
    return Visit(**json.loads(message.details))


async def write(db: AsyncSession, message: OutboxMessage) -> Letter | None:
    """The letter for a row of the outbox, or None if there is nobody to write to after all."""
    # Locked until the letter's link is stored: who takes the letter back takes that back too.
    if await db.get(OutboxMessage, message.id, with_for_update=True) is None:
        return None
    kind = cast("Kind", message.kind)
    if kind in _NOTICES:
        return await _notice(db, message, *_NOTICES[kind])
    return await _WRITERS[kind](db, message)


_NOTICES: Mapping[Kind, tuple[str, str]] = {
    "account_closed": (
        "Your account will be deleted",
        (
            f"Your account was closed and will be deleted in {CLOSED_DAYS} days with everything in "
            "it. To keep it, sign in before then."
        ),
    ),
    "password_changed": (
        "Your password was changed",
        (
            "The password of your account was changed, and all other sessions have ended. API "
            "tokens work on, unless they were revoked with it."
        ),
    ),
    "password_reset": (
        "Your password was changed",
        (
            "The password of your account was set anew by a mailed link. All sessions have ended, "
            "all API tokens are revoked, and all passkeys are removed."
        ),
    ),
    "email_change_asked": (
        "Another address for your account",
        (
            "Your account is to have another address. It keeps this one until the other is "
            "confirmed; changing your password takes it back."
        ),
    ),
    "email_changed": (
        "Your account has another address",
        "Another address was confirmed for your account. This one no longer signs you in.",
    ),
    "second_factor_on": (
        "Codes at sign-in are on",
        (
            "Signing in to your account asks for a code from now on, and all other sessions have "
            "ended."
        ),
    ),
    "second_factor_off": (
        "Codes at sign-in are off",
        "Signing in to your account no longer asks for a code, and all other sessions have ended.",
    ),
    "recovery_codes_renewed": (
        "Your recovery codes were renewed",
        (
            "The recovery codes of your account were replaced by new ones, and all other sessions "
            "have ended."
        ),
    ),
    "passkey_added": (
        "A passkey was added",
        (
            "A passkey was added to your account: whoever holds it can sign in without your "
            "password. All other sessions have ended."
        ),
    ),
    "api_token_made": (
        "An API token was made",
        (
            "A program that has the new API token reaches what is in your account without your "
            "password, until the token ends or you revoke it in Settings."
        ),
    ),
    "passkey_removed": (
        "A passkey was removed",
        "A passkey of your account was removed, and all other sessions have ended.",
    ),
}
"""What happened to an account: the subject and the first sentence for its owner."""


async def _notice(
    db: AsyncSession, message: OutboxMessage, subject: str, sentence: str
) -> Letter | None:
    """A letter to an owner about what happened to the account, when and from where."""
    user = await db.get(User, message.user_id)
    if user is None:
        return None
    visit = visit_of(message)
    moment = message.created_at.astimezone(ZoneInfo(user.time_zone))
    when = f"When: {moment.day} {moment:%B %Y, %H:%M} ({user.time_zone})"
    return Letter(
        to=message.recipient,
        subject=subject,
        sentences=(
            sentence,
            f"{when}\nFrom: {device_name(visit.device)}, address {visit.address}",
            (
                "If this was you, there is nothing to do. If it was not, somebody else has been in "
                f"your account: choose a new password at once, at {get_settings().origin}."
            ),
        ),
    )


async def _password_forgotten(db: AsyncSession, message: OutboxMessage) -> Letter | None:
    is_theirs = col(User.email_canonical) == message.recipient
    is_open = col(User.disabled_at).is_(None)
    user = (await db.scalars(select(User).where(is_theirs, is_open))).one_or_none()
    if user is None:
        return None
    audit.record(db, "password_reset_asked", user.id, visit_of(message))
    return Letter(
        to=user.email,
        subject="Choose a new password",
        sentences=(
            "Somebody, you most likely, asked for a new password for your account.",
            (
                "The link is good for 30 minutes and works once. If it was not you who asked, "
                "there is nothing to do: your password stays as it is."
            ),
        ),
        path=await links.make(db, "reset-password", user.id, user.id),
        link_text="Choose a new password",
    )


async def _sign_up(db: AsyncSession, message: OutboxMessage) -> Letter | None:
    sign_up_id = UUID(json.loads(message.details)["sign_up_id"])
    owner = await _owner_of(db, message.recipient)
    if owner is not None:
        # It can open no account: what was typed is of no more use.
        await db.execute(delete(SignUp).where(col(SignUp.id) == sign_up_id))
        return _known_already(owner)
    sign_up = await db.get(SignUp, sign_up_id)
    if sign_up is None or sign_up.expires_at <= clock.now():
        return None
    return Letter(
        to=sign_up.email,
        subject="Confirm your address",
        sentences=(
            "Somebody, you most likely, signed up with this address.",
            (
                "The link is good for a day. If it was not you, there is nothing to do: no account "
                "is opened."
            ),
        ),
        path=await links.make(db, "confirm-sign-up", sign_up.id, None),
        link_text="Confirm this address",
    )


async def _sign_up_again(db: AsyncSession, message: OutboxMessage) -> Letter | None:
    """A letter for each of the latest that wait, whoever asks: each has its own password."""
    owner = await _owner_of(db, message.recipient)
    if owner is not None:
        return _known_already(owner)
    waiting = await db.scalars(
        select(SignUp)
        .where(
            col(SignUp.email_canonical) == canonical_email(message.recipient),
            col(SignUp.expires_at) > clock.now(),
        )
        .order_by(col(SignUp.id).desc())
        .limit(SENT_AGAIN_MAX)
    )
    for sign_up in waiting:
        outbox.put_sign_up(db, sign_up)
    return None


def _known_already(owner: User) -> Letter:
    return Letter(
        to=owner.email,
        subject="You have an account already",
        sentences=(
            "Somebody, you most likely, wanted to open an account with this address.",
            f"It has one: sign in at {get_settings().origin}, or choose a new password there.",
        ),
    )


async def _owner_of(db: AsyncSession, email: str) -> User | None:
    """Whose account has an address, or one that counts as the same."""
    is_theirs = col(User.email_canonical) == canonical_email(email)
    return (await db.scalars(select(User).where(is_theirs))).one_or_none()


async def _reminder(db: AsyncSession, message: OutboxMessage) -> Letter | None:
    """A letter about tasks that are still to be done, the first to be due first."""
    user = await db.get(User, message.user_id)
    task_ids = [UUID(task_id) for task_id in json.loads(message.details)["task_ids"]]
    rows = (await db.execute(_OPEN_TASKS, {"actor_id": message.user_id, "ids": task_ids})).all()
    if user is None or user.reminder_mail == "off" or not rows:
        return None
    first, *others = rows
    more = f" and {len(others)} more" if others else ""
    title = first.title
    if len(title) > SUBJECT_CHARACTERS:
        title = f"{title[:SUBJECT_CHARACTERS].rstrip()}…"
    return Letter(
        to=message.recipient,
        subject=f"Reminder: {title}{more}",
        sentences=(
            "\n".join(f"“{row.title}” is due {_due_words(row, user.time_zone)}." for row in rows),
            "You asked to be reminded of it. In Settings, Preferences, you can turn such mail off.",
        ),
        path=f"/today?task={first.id}",
        link_text="Open it" if not others else "Open the first",
    )


def _due_words(row: Row[*tuple[Any, ...]], zone: str) -> str:
    """When a task is due: on 21 November 2026 at 15:00, and in which zone if in another."""
    at = f" at {row.due_time}" if row.due_time else ""
    elsewhere = f" ({row.due_zone})" if row.due_zone not in {None, zone} else ""
    return f"on {row.due_date.day} {row.due_date:%B %Y}{at}{elsewhere}"


async def _email_change(db: AsyncSession, message: OutboxMessage) -> Letter | None:
    asker_id = cast("UUID", message.user_id)
    owner = await _owner_of(db, message.recipient)
    if owner is not None and owner.id != asker_id:
        # A link that nobody gets: what waits for a confirmation is not to tell who has an account.
        await links.make(db, "confirm-email", asker_id, asker_id, message.recipient)
        return Letter(
            # Never to what was typed: that may be a mailbox of the asker that looks like it.
            to=owner.email,
            subject="You have an account with this address",
            sentences=(
                (
                    "Somebody asked to give this address to another account. It stays with yours: "
                    "nothing was changed."
                ),
            ),
        )
    return Letter(
        to=message.recipient,
        subject="Confirm your new address",
        sentences=(
            "This address is to be the one of an account. Confirm it if that account is yours.",
            (
                "The link is good for a day and works once. If you know nothing of this, there is "
                "nothing to do."
            ),
        ),
        path=await links.make(db, "confirm-email", asker_id, asker_id, message.recipient),
        link_text="Confirm this address",
    )


_WRITERS: Mapping[Kind, _Writer] = {
    "password_forgotten": _password_forgotten,
    "sign_up": _sign_up,
    "sign_up_again": _sign_up_again,
    "email_change": _email_change,
    "reminder": _reminder,
}
