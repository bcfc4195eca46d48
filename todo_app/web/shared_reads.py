"""What all open pages of an account ask for after a change, asked once for all of them.

The news of a change opens a round for the account, and ends the one before. A page that is
refreshed takes part in it: what any of them reads, the others are told too. All of it was begun
after that change was committed, and so is what each of them would have read itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from contextvars import ContextVar
from typing import Any, TypeVar
from uuid import UUID

ROUND_SECONDS = 2
"""So long a page can still take part; one that comes later asks for itself."""

T = TypeVar("T")
_Round = dict[Hashable, asyncio.Task[Any]]

_rounds: dict[UUID, _Round] = {}
_joined: ContextVar[_Round | None] = ContextVar("joined", default=None)


def begin_round(user_id: UUID) -> None:
    """Let pages of this account that are refreshed from now on read together."""
    opened: _Round = {}
    _rounds[user_id] = opened
    asyncio.get_running_loop().call_later(ROUND_SECONDS, _end, user_id, opened)


def join_round(user_id: UUID | None) -> None:
    """Take part in the round of this account, if there is one; without an account, in none."""
    _joined.set(None if user_id is None else _rounds.get(user_id))


async def read_once(key: Hashable, read: Callable[[], Awaitable[T]]) -> T:
    """What is read, by this page or by another of its round. Raises what the reading raises.

    `key` is all that the answer depends on besides the account.
    """
    joined = _joined.get()
    if joined is None:
        return await read()
    if key not in joined:
        joined[key] = asyncio.create_task(_run(read))
    # Who is gone meanwhile takes nothing away from the others.
    found: T = await asyncio.shield(joined[key])
    return found


async def _run(read: Callable[[], Awaitable[T]]) -> T:
    return await read()


def _end(user_id: UUID, opened: _Round) -> None:
    if _rounds.get(user_id) is opened:
        del _rounds[user_id]
