"""Whether the change log is as the application wrote it: nothing altered, removed, moved or added.

Each row has a hash over itself and the row before it, and the head of the account the last one. A
row whose content was erased is whole only if the log says later that the thing was purged.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import accounts
from todo_app.core.chain import chain_hash, content_hash
from todo_app.core.changes import LOCK_HEAD, PURGED
from todo_app.core.database import reading, transaction
from todo_app.core.models import CHANGES

READ_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Flaw:
    """A place where the log of an account is not what was written."""

    user_id: UUID
    number: int
    what: Literal["missing", "altered", "head"]


@dataclass(frozen=True, slots=True)
class Report:
    """How much was looked at, and what was found."""

    accounts: int
    changes: int
    flaws: list[Flaw]


async def verify() -> Report:
    """Look at the log of every account, each in a transaction of its own.

    Nothing changes in an account while its log is read. Raises Unavailable.
    """
    async with reading() as db:
        user_ids = await accounts.every_account(db)
    count = 0
    flaws: list[Flaw] = []
    for user_id in user_ids:
        async with transaction(user_id) as db:
            count += await _verify_account(db, user_id, flaws)
    return Report(len(user_ids), count, flaws)


async def _verify_account(db: AsyncSession, user_id: UUID, flaws: list[Flaw]) -> int:
    """Find the flaws in the log of one account and return how many changes it has."""
    head = (await db.execute(LOCK_HEAD, {"actor_id": user_id})).one_or_none()
    purged = await _purged(db, user_id)
    count, number, chain = 0, 0, ""
    async for row in _log_of(db, user_id):
        count += 1
        if row["number"] != number + 1:
            flaws.append(Flaw(user_id, number + 1, "missing"))
        elif not _is_whole(row, chain, purged):
            flaws.append(Flaw(user_id, row["number"], "altered"))
        number, chain = row["number"], row["hash"]
    if head is None or (head.number, head.hash) != (number, chain):
        flaws.append(Flaw(user_id, head.number if head else number, "head"))
    return count


async def _log_of(db: AsyncSession, user_id: UUID) -> AsyncIterator[Mapping[str, Any]]:
    number = 0
    while True:
        query = (
            select(CHANGES)
            .where(CHANGES.c.user_id == user_id, CHANGES.c.number > number)
            .order_by(CHANGES.c.number)
            .limit(READ_AT_ONCE)
        )
        rows = [dict(row) for row in (await db.execute(query)).mappings()]
        for row in rows:
            yield row
        if len(rows) < READ_AT_ONCE:
            return
        number = rows[-1]["number"]


async def _purged(db: AsyncSession, user_id: UUID) -> set[UUID]:
    """The ids of what was deleted for good, as the log says."""
    query = select(CHANGES.c.entity_id).where(
        CHANGES.c.user_id == user_id, CHANGES.c.act.endswith(PURGED, autoescape=True)
    )
    return set((await db.scalars(query)).all())


def _is_whole(row: Mapping[str, Any], chain: str, purged: set[UUID]) -> bool:
    if row["hash"] != chain_hash(chain, row):
        return False
    if row["before"] is None and row["after"] is None:
        return row["entity_id"] in purged
    return bool(row["content_hash"] == content_hash(row["before"], row["after"]))
