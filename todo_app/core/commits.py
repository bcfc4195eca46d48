"""What is to be done when a transaction is committed; where it is rolled back, nothing is."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

_BEFORE, _AFTER = "todo_app.before_commit", "todo_app.after_commit"


def before_commit(session: Session, act: Callable[[Session], None]) -> None:
    """Let something be done in a transaction as the last of it."""
    session.info.setdefault(_BEFORE, []).append(act)


def after_commit(session: Session, act: Callable[[Session], None]) -> None:
    """Let something be done once a transaction is committed, but not in it."""
    session.info.setdefault(_AFTER, []).append(act)


def act_before(session: Session) -> None:
    """Do what is to be done before a commit; for `transaction()` alone."""
    for act in session.info.pop(_BEFORE, ()):
        act(session)


def act_after(session: Session) -> None:
    """Do what is to be done after a commit; for `transaction()` alone."""
    for act in session.info.pop(_AFTER, ()):
        act(session)
