from __future__ import annotations

import pytest
from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from tests.cast import act, add_task, stored_tasks
from todo_app.core.access import Actor
from todo_app.core.database import transaction
from todo_app.core.errors import NotFound
from todo_app.core.models import TASKS
from todo_app.core.writes import Write

RENAME = Write(update(TASKS).where(TASKS.c.user_id == bindparam("owner")))
TITLES = select(TASKS.c.title)


async def begin(db: AsyncSession) -> None:
    await db.execute(TITLES)


async def titles() -> list[object]:
    return [task["title"] for task in await stored_tasks()]


async def test_what_waits_is_seen_by_the_next_statement_and_committed(alice: Actor) -> None:
    await add_task(alice, "Before")

    async with transaction(alice.user_id) as db:
        await begin(db)
        RENAME.defer(db.sync_session, {"owner": alice.user_id, "title": "Between"})
        assert list(await db.scalars(TITLES)) == ["Between"]
        RENAME.defer(db.sync_session, {"owner": alice.user_id, "title": "After"})

    assert await titles() == ["After"]


async def test_what_waits_is_forgotten_where_the_transaction_is_taken_back(alice: Actor) -> None:
    await add_task(alice, "Before")

    async def rename_and_refuse(db: AsyncSession, actor: Actor) -> None:
        await begin(db)
        RENAME.defer(db.sync_session, {"owner": actor.user_id, "title": "Between"})
        raise NotFound

    with pytest.raises(NotFound):
        await act(rename_and_refuse, alice)

    async with transaction(alice.user_id) as db:
        await begin(db)
    assert await titles() == ["Before"]


async def test_what_waits_and_cannot_be_takes_the_whole_transaction_back(alice: Actor) -> None:
    await add_task(alice, "Before")

    async def rename_to_nothing(db: AsyncSession, actor: Actor) -> None:
        await begin(db)
        RENAME.defer(db.sync_session, {"owner": actor.user_id, "title": "Between"})
        RENAME.defer(db.sync_session, {"owner": actor.user_id, "title": None})

    with pytest.raises(IntegrityError):
        await act(rename_to_nothing, alice)

    assert await titles() == ["Before"]
    await add_task(alice, "The connection is as good as new")
