"""Whether the change log is as the application wrote it: nothing altered, removed, moved or added.

Each row has a hash over itself and the row before it, and the head of the account the last one. A
row whose content was erased is whole only if the log says later that the thing was purged.

Told from its beginning, the log ends with what is there now. A thing that is otherwise was changed
past the log, or its last changes were cut off and the head was put back with them. Nothing but a
copy kept elsewhere tells of both, the log and the things, being put back to an older state.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import accounts
from todo_app.core.chain import chain_hash, content_hash, content_of, plain
from todo_app.core.changes import ENTITIES, LOCK_HEAD, PURGED, Entity
from todo_app.core.database import reading, transaction
from todo_app.core.models import CHANGES

READ_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Flaw:
    """A place where the log of an account is not what was written.

    The number is that of the change; 0 for a thing that no change tells of.
    """

    user_id: UUID
    number: int
    what: Literal["missing", "altered", "head", "not what is there"]


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
    told = _Told(user_id)
    async for row in _log_of(db, user_id):
        count += 1
        told.hear(row)
        if row["number"] != number + 1:
            flaws.append(Flaw(user_id, number + 1, "missing"))
        elif not _is_whole(row, chain, purged):
            flaws.append(Flaw(user_id, row["number"], "altered"))
        number, chain = row["number"], row["hash"]
    if head is None or (head.number, head.hash) != (number, chain):
        flaws.append(Flaw(user_id, head.number if head else number, "head"))
    # What has gaps tells nothing of what is there.
    if user_id not in {flaw.user_id for flaw in flaws}:
        numbers = [number async for number in _differing(db, user_id, told)]
        flaws += [Flaw(user_id, number, "not what is there") for number in numbers]
    return count


class _Told:
    """What the log says that things are: the number of the last change of each, and its columns.

    Of one that is gone there are no columns.
    """

    def __init__(self, inbox_id: UUID) -> None:
        self._inbox_id = inbox_id
        """The one thing that comes with the account, and not by a change."""
        self.last: dict[tuple[str, UUID], tuple[int, dict[str, Any] | None]] = {}
        self.since: datetime | None = None
        """When the log begins; what is older may be there without it."""

    def hear(self, change: Mapping[str, Any]) -> None:
        """Follow the next change."""
        self.since = self.since or change["created_at"]
        key = change["entity"], change["entity_id"]
        after = content_of(change["after"])
        if after is not None:
            after = {**(self.last.get(key, (0, None))[1] or {}), **after}
        self.last[key] = change["number"], after

    def number_if_other(self, entity: str, row: Mapping[str, Any]) -> int | None:
        """The number of the last change of a row that is not as that left it, else None."""
        number, columns = self.last.pop((entity, row["id"]), (0, None))
        if number == 0:
            is_older = self.since is None or row.get("created_at", self.since) < self.since
            return None if is_older or row["id"] == self._inbox_id else number
        changing = ENTITIES[entity].changing
        is_same = columns is not None and all(
            plain(row[name]) == value for name, value in columns.items() if name in changing
        )
        return None if is_same else number


async def _differing(db: AsyncSession, user_id: UUID, told: _Told) -> AsyncIterator[int]:
    """The numbers of the last changes of things that are not as the log says."""
    for name, entity in ENTITIES.items():
        async for row in _rows_of(db, user_id, entity):
            number = told.number_if_other(name, row)
            if number is not None:
                yield number
    for (name, _), (number, columns) in told.last.items():
        # The others go with the thing that they are about, which is what the log tells of.
        if columns is not None and ENTITIES[name].about == "id":
            yield number


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


async def _rows_of(
    db: AsyncSession, user_id: UUID, entity: Entity
) -> AsyncIterator[Mapping[str, Any]]:
    table = entity.table
    query = select(*entity.columns).where(table.c.user_id == user_id).order_by(table.c.id)
    rows = [dict(row) for row in (await db.execute(query.limit(READ_AT_ONCE))).mappings()]
    while rows:
        for row in rows:
            yield row
        more = query.where(table.c.id > rows[-1]["id"]).limit(READ_AT_ONCE)
        rows = [dict(row) for row in (await db.execute(more)).mappings()]


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
