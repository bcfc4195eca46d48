from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy import create_engine, text

from tests.cast import act, add_task, unlocked_url
from todo_app.core import clock, tasks
from todo_app.core.access import Actor
from todo_app.core.changes import ENTITIES
from todo_app.core.database import dispose, transaction
from todo_app.core.errors import Unavailable
from todo_app.core.models import new_id
from todo_app.core.reads import Read
from todo_app.core.task_views import Due

TASK = ENTITIES["task"].read
END_ALL = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


async def test_a_row_is_what_sqlalchemy_makes_of_it(alice: Actor) -> None:
    due = Due(date=clock.today("UTC"), time="09:30", zone="Europe/Lisbon")
    task = await add_task(alice, labels=["home", "green"], due=due)
    await act(tasks.complete_task, alice, task.id)
    values = {"actor_id": alice.user_id, "row_id": task.id}

    async with transaction(alice.user_id) as db:
        row = await Read(TASK).one_or_none(db, values)

        assert row is not None
        assert row._asdict() == (await db.execute(TASK, values)).one()._asdict()


async def test_a_row_that_is_not_there_is_none(alice: Actor) -> None:
    async with transaction(alice.user_id) as db:
        values = {"actor_id": alice.user_id, "row_id": new_id()}
        assert await Read(TASK).one_or_none(db, values) is None


async def test_a_database_that_fails_is_unavailable_until_it_does_not(
    alice: Actor, database: str
) -> None:
    # On connections that no other test has, before it or after.
    await dispose()
    task = await add_task(alice)

    if database.startswith("sqlite"):
        async with transaction() as db:
            await db.execute(text("PRAGMA busy_timeout=1"))
        other = sqlite3.connect(database.removeprefix("sqlite:///"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
    else:
        engine = create_engine(unlocked_url())
        with engine.connect() as connection:
            connection.execute(text(END_ALL))
        engine.dispose()

    with pytest.raises(Unavailable):
        await act(tasks.complete_task, alice, task.id)
    if database.startswith("sqlite"):
        other.close()
    assert (await act(tasks.complete_task, alice, task.id)).completed_at is not None
    await dispose()
