"""What this process was told of sessions a moment ago, so that it need not ask again at once."""

from __future__ import annotations

import time
from dataclasses import dataclass
from uuid import UUID

from todo_app.core import bus
from todo_app.core.access import Actor
from todo_app.core.account_views import AccountView
from todo_app.core.bus import AccountChanged, News, SessionEnded

SESSIONS_MAX = 10_000
REVOKED_SECONDS = 60
"""Longer than any request that may still hold an older answer of the database."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The last answer about a session."""

    actor: Actor | None
    """None where this process ended the session."""
    until: float
    account: AccountView | None = None


_seen: dict[UUID, Seen] = {}


def remembered(session_id: UUID) -> Seen | None:
    """What is still remembered of a session."""
    seen = _seen.get(session_id)
    return seen if seen is not None and seen.until > time.monotonic() else None


def remember(
    session_id: UUID, actor: Actor | None, seconds: int, account: AccountView | None = None
) -> None:
    """Remember for so long whose living session this is, or that it was ended."""
    if len(_seen) >= SESSIONS_MAX:
        _seen.clear()
    _seen[session_id] = Seen(actor, time.monotonic() + seconds, account)


def forget(session_id: UUID) -> None:
    """Ask the database again about this session."""
    _seen.pop(session_id, None)


def _hear(news: News) -> None:
    """Refuse an ended session from now on; ask again about those of an account that was changed."""
    if isinstance(news, SessionEnded):
        remember(news.session_id, None, REVOKED_SECONDS)
    elif isinstance(news, AccountChanged):
        for session_id, seen in list(_seen.items()):
            if seen.actor is not None and seen.actor.user_id == news.user_id:
                forget(session_id)


bus.subscribe(_hear)
