"""News within this process: who did something tells it here, whoever it concerns listens.

Core does not know who listens. Nothing depends on a listener for being right, only for being
quick. Other processes hear of it by the relay.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from todo_app.core.commits import after_commit

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """A session was ended before its time."""

    session_id: UUID


@dataclass(frozen=True, slots=True)
class AccountChanged:
    """What an account says about its owner was changed, or how it is opened."""

    user_id: UUID


@dataclass(frozen=True, slots=True)
class ChangesMade:
    """Something in an account was changed, by whoever may."""

    user_id: UUID


@dataclass(frozen=True, slots=True)
class RemindersDue:
    """It is time to remind the owner of an account of tasks, the first one first."""

    user_id: UUID
    task_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class AttemptCounted:
    """Somebody tried something that people are slowed down at; `keys` say who or where."""

    limit: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CutOff:
    """This process hears nothing of the others any more, and has lost the state of its pages."""


News = SessionEnded | AccountChanged | ChangesMade | RemindersDue | AttemptCounted | CutOff
Listener = Callable[[News], None]

_listeners: list[Listener] = []


def subscribe(listener: Listener) -> None:
    """Let a listener hear all news from now on, once for each, however often it subscribes."""
    if listener not in _listeners:
        _listeners.append(listener)


def unsubscribe(listener: Listener) -> None:
    """Let a listener hear no more."""
    _listeners.remove(listener)


def publish_after_commit(db: AsyncSession | Session, news: News) -> None:
    """Tell the news once the transaction is committed, and never if it is taken back."""
    session = db.sync_session if isinstance(db, AsyncSession) else db
    after_commit(session, lambda _session: tell(news))


def tell(news: News) -> None:
    """Let every listener hear the news now."""
    for listener in tuple(_listeners):
        try:
            listener(news)
        except Exception:
            # What is committed is done, whether or not somebody could make use of it.
            log.exception("a listener failed on %s", type(news).__name__)
