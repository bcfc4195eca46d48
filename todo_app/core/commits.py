"""What is to be done when a transaction is committed; where it is rolled back, nothing is left."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sqlalchemy.orm import Session

_BEFORE, _AFTER = "todo_app.before_commit", "todo_app.after_commit"
_MEANWHILE, _ERROR = "todo_app.while_committing", "todo_app.error_while_committing"


def before_commit(session: Session, act: Callable[[Session], None]) -> None:
    """Let something be done in a transaction as the last of it."""
    session.info.setdefault(_BEFORE, []).append(act)


def while_committing(session: Session, act: Callable[[], None]) -> None:
    """Let something be done while the database writes a transaction down, or just after that.

    It can still fail then: who does this takes back what was done where the transaction raises.
    """
    session.info[_MEANWHILE] = act


def after_commit(session: Session, act: Callable[[Session], None]) -> None:
    """Let something be done once a transaction is committed, but not in it."""
    session.info.setdefault(_AFTER, []).append(act)


def act_before(session: Session) -> None:
    """Do what is to be done before a commit; for `transaction()` alone."""
    for act in session.info.pop(_BEFORE, ()):
        act(session)


def meanwhile(session: Session) -> Callable[[], None] | None:
    """What does, once, what is to be done while a transaction is committed, if anything is.

    Its errors are raised by `act_after`: a driver that calls it has a commit to end.
    """
    return partial(act_meanwhile, session) if _MEANWHILE in session.info else None


def act_meanwhile(session: Session) -> None:
    """Do what is to be done while a transaction is committed, unless that is done."""
    act = session.info.pop(_MEANWHILE, None)
    if act is None:
        return
    try:
        act()
    except Exception as error:  # noqa: BLE001 - it is raised, only later
        session.info[_ERROR] = error


def forget_meanwhile(session: Session) -> None:
    """Do nothing of that any more: the transaction is over."""
    session.info.pop(_MEANWHILE, None)


def act_after(session: Session) -> None:
    """Do what is to be done after a commit; for `transaction()` alone."""
    act_meanwhile(session)
    for act in session.info.pop(_AFTER, ()):
        act(session)
    if (error := session.info.pop(_ERROR, None)) is not None:
        raise error
