"""What can go wrong, named by outcome.

No HTTP status and no sentence for a person lives here: each face has one map for that.
"""

from __future__ import annotations

from typing import ClassVar, Literal
from uuid import UUID


class TodoError(Exception):
    """The family of everything core refuses to do."""

    keeps_writes: ClassVar[bool] = False
    """Whether the transaction it ends is committed: a refusal may have something to record."""
    place: int | None = None
    """Which operation of a batch it refused, counted from 0."""


class NotFound(TodoError):
    """It does not exist, or not for this actor: the two are never told apart."""


class Forbidden(TodoError):
    """The actor is known, and what they came in with does not reach so far."""


class Conflict(TodoError):
    """It is already there in another form."""


class KeyReused(Conflict):
    """An idempotency key came back with another request than its first."""


class KeyInUse(Conflict):
    """The first request with this idempotency key has not been answered yet."""


class ChangedSince(Conflict):
    """A step cannot be taken back: somebody changed the same thing after it."""

    def __init__(
        self,
        field: str,
        person: str | None,
        token: str | None = None,
        way: str | None = None,
    ) -> None:
        super().__init__()
        self.field = field
        """The name of the field; `id` if the thing itself is gone, is back, or holds others."""
        self.person = person
        """The name of who did that; None is the one who asks, or nobody."""
        self.token = token
        """The name of the API token that it was done with, if it was."""
        self.way = way
        """By which way it came in, if that is known."""


class NothingToUndo(Conflict):
    """There is no step to take back, or it is taken back already."""


class NotRecurring(Conflict):
    """It does not repeat, so it has no occurrence to skip."""


class NameTaken(Conflict):
    """Another of the same kind has this name."""


class InboxStays(Conflict):
    """The Inbox is there for good, under its name."""


class LimitReached(Conflict):
    """There are as many of these as there may be."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit


class StaleVersion(TodoError):
    """The row was changed since the caller read it."""

    def __init__(self, current: object) -> None:
        super().__init__()
        self.current = current
        """The view of the row as it is now."""


class InvalidInput(TodoError):
    """A value breaks a rule of the product."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


class UnusableRule(InvalidInput):
    """A rule of repetition that never fires, fires without measure, or cannot be said in words."""

    def __init__(self, reason: str) -> None:
        super().__init__("recurrence", reason)


class InvalidCursor(TodoError):
    """A list cursor that we did not issue, or issued for another list."""


Flaw = Literal[
    "empty",
    "too_long",
    "too_many",
    "too_deep",
    "unusable",
    "term_missing",
    "sign_missing",
    "group_open",
    "group_unopened",
    "group_list",
    "word_unknown",
    "value_missing",
    "date_unknown",
]
"""What can be wrong with the text of a filter."""


class InvalidFilter(TodoError):
    """The text of a filter that cannot be read, and the place in it, in code points."""

    def __init__(self, reason: Flaw, start: int, end: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.start = start
        self.end = end


class SyncExpired(TodoError):
    """What a client knows is too old, or of a log that is no longer: it has to read all anew."""


class EmailTaken(TodoError):
    """An account with this address exists."""


class WrongCredentials(TodoError):
    """No account has this address and password together."""

    def __init__(self, user_id: UUID | None = None) -> None:
        super().__init__()
        self.user_id = user_id
        """Whose address it was, for the audit log alone: no face may tell."""


class CodeNeeded(TodoError):
    """Email and password are right, and the code of the second factor is still to come."""

    def __init__(self, step_token: str) -> None:
        super().__init__()
        self.step_token = step_token
        """Proves the first step, for the cookie of the form endpoint alone."""


class WrongCode(TodoError):
    """The code of the second factor is not right, or was used before."""


class WrongPasskey(WrongCode):
    """A passkey that is not known here, or that did not answer the challenge."""

    def __init__(self, user_id: UUID | None = None) -> None:
        super().__init__()
        self.user_id = user_id
        """Whose passkey it claimed to be, for the audit log alone."""


class Unauthenticated(TodoError):
    """Nobody, or no longer anybody: missing, invalid, expired or revoked proof of identity."""

    def __init__(self, *, has_run_out: bool = False) -> None:
        super().__init__()
        self.has_run_out = has_run_out
        """Whether it is a token of ours whose time is over, for the throttle alone."""


class RefreshRefused(Unauthenticated):
    """A refresh token that is none, or none any more."""


class RefreshTokenReused(RefreshRefused):
    """A refresh token came back after its use: its whole family is dead now."""

    keeps_writes = True


class LinkSpent(TodoError):
    """A mailed link that was used, has run out, or never was one."""


class MailOff(TodoError):
    """It takes a mail, and this server sends none."""


class CodesOff(TodoError):
    """It takes a key to keep seeds of second factors with, and this server has none."""


class TooManyAttempts(TodoError):
    """The caller has to wait."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__()
        self.retry_after_seconds = retry_after_seconds


class Unavailable(TodoError):
    """Something we depend on does not answer now; trying again later can succeed."""

    def __init__(self, retry_after_seconds: int = 5) -> None:
        super().__init__()
        self.retry_after_seconds = retry_after_seconds
