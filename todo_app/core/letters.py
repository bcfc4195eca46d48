"""What each mail says: from a row of the outbox to a subject and sentences.

A letter is written when it is sent. So a link that lets somebody in is never stored but as its
hash, and it is decided here, out of anybody's sight, whether there is somebody to write to.

Nothing in a letter was typed by a person: else our server would carry what strangers have to say to
whatever address they name.
"""

from __future__ import annotations

import html
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Literal, cast, get_args
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core.devices import device_name
from todo_app.core.models import OutboxMessage, User
from todo_app.core.settings import get_settings

Kind = Literal[
    "password_changed", "second_factor_on", "second_factor_off", "recovery_codes_renewed"
]
KINDS: tuple[Kind, ...] = get_args(Kind)

PRODUCT = "Todo App"

_Writer = Callable[[AsyncSession, OutboxMessage], Awaitable["Letter | None"]]


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail before it has a form. `path` is where its link leads on this server."""

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


async def write(db: AsyncSession, message: OutboxMessage) -> Letter | None:
    """The letter for a row of the outbox, or None if there is nobody to write to after all."""
    return await _WRITERS[cast("Kind", message.kind)](db, message)


async def _password_changed(db: AsyncSession, message: OutboxMessage) -> Letter | None:
    return await _notice(
        db,
        message,
        "Your password was changed",
        "The password of your account was changed, and all other sessions have ended.",
    )


async def _notice(
    db: AsyncSession, message: OutboxMessage, subject: str, sentence: str
) -> Letter | None:
    """A letter to an owner about what happened to the account, when and from where."""
    user = await db.get(User, message.user_id)
    if user is None:
        return None
    visit = json.loads(message.details)
    moment = message.created_at.astimezone(ZoneInfo(user.time_zone))
    return Letter(
        subject=subject,
        sentences=(
            sentence,
            (
                f"When: {moment.day} {moment:%B %Y, %H:%M} ({user.time_zone})\n"
                f"From: {device_name(visit['device'])}, address {visit['address']}"
            ),
            (
                "If this was you, there is nothing to do. If it was not, somebody else has been in "
                "your account: choose a new password at once."
            ),
        ),
    )


def _notice_of(subject: str, sentence: str) -> _Writer:
    async def write_notice(db: AsyncSession, message: OutboxMessage) -> Letter | None:
        return await _notice(db, message, subject, sentence)

    return write_notice


_WRITERS: Mapping[Kind, _Writer] = {
    "password_changed": _password_changed,
    "second_factor_on": _notice_of(
        "Codes at sign-in are on",
        "Signing in to your account asks for a code from now on, and all other sessions have "
        "ended.",
    ),
    "second_factor_off": _notice_of(
        "Codes at sign-in are off",
        "Signing in to your account no longer asks for a code, and all other sessions have ended.",
    ),
    "recovery_codes_renewed": _notice_of(
        "Your recovery codes were renewed",
        "The recovery codes of your account were replaced by new ones, and all other sessions "
        "have ended.",
    ),
}
