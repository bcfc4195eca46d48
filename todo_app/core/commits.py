"""What is to be done when a transaction is committed; where it is rolled back, nothing is."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import event
from sqlalchemy.orm import Session

_BEFORE, _AFTER = "todo_app.before_commit", "todo_app.after_commit"


def before_commit(session: Session, act: Callable[[Session], None]) -> None:
    """Let something be done in a transaction as the last of it."""
    session.info.setdefault(_BEFORE, []).append(act)


def after_commit(session: Session, act: Callable[[Session], None]) -> None:
    """Let something be done once a transaction is committed, but not in it."""
    session.info.setdefault(_AFTER, []).append(act)


# One listener for all sessions: to add one to each takes as long as a small statement.
@event.listens_for(Session, "before_commit")
def _act_before(session: Session) -> None:
    for act in session.info.pop(_BEFORE, ()):
        act(session)


@event.listens_for(Session, "after_commit")
def _act_after(session: Session) -> None:
    for act in session.info.pop(_AFTER, ()):
        act(session)
