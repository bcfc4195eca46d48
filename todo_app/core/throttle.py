"""Attempts per account and per address: people are slowed down, never locked out for good.

Each process keeps count by itself, so that none waits for another, and tells the others what it
counts. If they cannot be reached, its own count still holds.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from todo_app.core import bus
from todo_app.core.bus import AttemptCounted, News
from todo_app.core.errors import TodoError, TooManyAttempts, WrongCode, WrongCredentials
from todo_app.core.settings import get_settings
from todo_app.core.visits import Visit, network

_limiter = MovingWindowRateLimiter(MemoryStorage())

# An account under attack from elsewhere keeps its owner's own pair of account and network free.
PER_ACCOUNT_AND_NETWORK = RateLimitItemPerMinute(6, 1, "pair")
PER_ACCOUNT = RateLimitItemPerMinute(60, 10, "account")
PER_NETWORK = RateLimitItemPerMinute(40, 5, "network")
BAD_TOKENS = RateLimitItemPerMinute(30, 1, "token")
NEW_TOKENS = RateLimitItemPerHour(60, 1, "new-token")
NEWS = RateLimitItemPerHour(1, 1, "news")

# Three of a million codes are good at a time: an hour of guessing finds one of 11,000 accounts.
CODES_PER_ACCOUNT_AND_NETWORK = RateLimitItemPerMinute(6, 1, "code-pair")
CODES_PER_ACCOUNT = RateLimitItemPerHour(30, 1, "code-account")

# Anybody may name an address and have mail sent there: no mailbox is to be flooded by it. Each kind
# of mail is counted by itself, and over as long as a link to reset a password lives: whoever has to
# wait for one because others keep asking has one of theirs in the mailbox, which is as good.
MAIL_PER_ACCOUNT_AND_NETWORK = RateLimitItemPerMinute(3, 30, "mail-pair")
MAIL_PER_ACCOUNT = RateLimitItemPerMinute(30, 30, "mail-account")
MAIL_PER_NETWORK = RateLimitItemPerHour(30, 1, "mail-network")
LINKS_PER_NETWORK = RateLimitItemPerMinute(30, 5, "link")
MailPurpose = Literal["sign_up", "sign_up_again", "password_forgotten", "email_change"]
_SIGN_UPS = "sign-up"
_SOCKETS = "socket"
_LIMITS = {
    limit.namespace: limit
    for limit in (
        PER_ACCOUNT_AND_NETWORK,
        PER_ACCOUNT,
        PER_NETWORK,
        BAD_TOKENS,
        NEW_TOKENS,
        CODES_PER_ACCOUNT_AND_NETWORK,
        CODES_PER_ACCOUNT,
        MAIL_PER_ACCOUNT_AND_NETWORK,
        MAIL_PER_ACCOUNT,
        MAIL_PER_NETWORK,
        LINKS_PER_NETWORK,
    )
}


@dataclass(frozen=True, slots=True)
class _Window:
    limit: RateLimitItem
    keys: tuple[str, ...]


_running: Counter[_Window] = Counter()


@contextmanager
def sign_in_attempt(account: str, visit: Visit, *, is_known_place: bool = False) -> Iterator[None]:
    """Let a sign-in be tried, and count it if it ends in WrongCredentials.

    From a place where its owner has signed in before, what others fail with elsewhere does not
    count: else a crowd of guessers would keep the owner waiting.
    Raises TooManyAttempts, with the seconds to wait, after too many that failed.
    """
    pair, per_account, per_network = _sign_in_windows(account, visit)
    windows = (pair, per_network) if is_known_place else (pair, per_account, per_network)
    with _attempt(windows, WrongCredentials):
        yield


@contextmanager
def code_attempt(account: str, visit: Visit, *, can_be_guessed: bool) -> Iterator[None]:
    """Let the code of a second factor be tried, and count it if it ends in WrongCode.

    What nobody can guess does not count against the account: it lets its owner in while somebody
    else tries codes.
    Raises TooManyAttempts, with the seconds to wait, after too many that failed.
    """
    source = network(visit.address)
    guesses = (
        _Window(CODES_PER_ACCOUNT_AND_NETWORK, (account, source)),
        _Window(CODES_PER_ACCOUNT, (account,)),
    )
    per_network = _Window(PER_NETWORK, (source,))
    with _attempt((*guesses, per_network) if can_be_guessed else (per_network,), WrongCode):
        yield


@contextmanager
def _attempt(windows: tuple[_Window, ...], failure: type[TodoError]) -> Iterator[None]:
    _check(windows)
    # Checking a password takes a while: guesses sent all at once would otherwise all be admitted
    # before the first of them has failed.
    _running.update(windows)
    try:
        yield
    except failure:
        _count(*windows)
        raise
    finally:
        _running.subtract(windows)
        for window in windows:
            if not _running[window]:
                del _running[window]


def admit_sign_up(visit: Visit) -> None:
    """Count an attempt to open an account.

    Raises TooManyAttempts, with the seconds to wait, after too many from one network.
    """
    _admit(_Window(_limit(_SIGN_UPS), (network(visit.address),)))


def admit_socket(visit: Visit) -> None:
    """Count a page that connects.

    Raises TooManyAttempts, with the seconds to wait, after too many from one network.
    """
    _admit(_Window(_limit(_SOCKETS), (network(visit.address),)))


def admit_mail(
    purpose: MailPurpose, account: str, visit: Visit, *, is_known_place: bool = False
) -> None:
    """Count a request for a mail to an address, whether or not there is such an account.

    From a place where its owner has been before, what others ask for elsewhere does not count.
    Raises TooManyAttempts, with the seconds to wait, after too many for the same purpose.
    """
    source = network(visit.address)
    pair = _Window(MAIL_PER_ACCOUNT_AND_NETWORK, (purpose, account, source))
    per_account = _Window(MAIL_PER_ACCOUNT, (purpose, account))
    per_network = _Window(MAIL_PER_NETWORK, (source,))
    _admit(*((pair, per_network) if is_known_place else (pair, per_account, per_network)))


def admit_link(visit: Visit) -> None:
    """Count the use of a mailed link, good or not.

    Raises TooManyAttempts, with the seconds to wait, after too many from one network.
    """
    _admit(_Window(LINKS_PER_NETWORK, (network(visit.address),)))


def count_bad_token(visit: Visit) -> None:
    """Count a token of the API, of whatever kind, that is none, or none any more.

    A good one is never kept waiting. Raises TooManyAttempts, with the seconds to wait.
    """
    _admit(_Window(BAD_TOKENS, (network(visit.address),)))


def admit_new_token(account: str) -> None:
    """Count an API token that is made: each is told by mail, and no mailbox is to be flooded.

    Raises TooManyAttempts, with the seconds to wait.
    """
    _admit(_Window(NEW_TOKENS, (account,)))


def is_news(what: str) -> bool:
    """Whether this is heard for the first time in an hour: a log is no place to be flooded."""
    return _limiter.hit(NEWS, what)


def reset() -> None:
    """Forget every attempt."""
    # What runs out of the old one is taken from it in a thread of its own.
    _limiter.storage = MemoryStorage()
    _running.clear()


def _sign_in_windows(account: str, visit: Visit) -> tuple[_Window, ...]:
    source = network(visit.address)
    return (
        _Window(PER_ACCOUNT_AND_NETWORK, (account, source)),
        _Window(PER_ACCOUNT, (account,)),
        _Window(PER_NETWORK, (source,)),
    )


def _limit(name: str) -> RateLimitItem:
    if name == _SIGN_UPS:
        return RateLimitItemPerHour(get_settings().sign_ups_per_hour, 1, name)
    if name == _SOCKETS:
        return RateLimitItemPerMinute(get_settings().sockets_per_minute, 1, name)
    return _LIMITS[name]


def _admit(*windows: _Window) -> None:
    _check(windows)
    _count(*windows)


def _count(*windows: _Window) -> None:
    for window in windows:
        bus.tell(AttemptCounted(window.limit.namespace, window.keys))


def _hear(news: News) -> None:
    """Count what was tried here, or at another process."""
    if isinstance(news, AttemptCounted):
        _limiter.hit(_limit(news.limit), *news.keys)


def _check(windows: tuple[_Window, ...]) -> None:
    for window in windows:
        reset_at, remaining = _limiter.get_window_stats(window.limit, *window.keys)
        if not remaining:
            raise TooManyAttempts(max(1, math.ceil(reset_at - time.time())))
        if remaining <= _running[window]:
            raise TooManyAttempts(1)


bus.subscribe(_hear)
