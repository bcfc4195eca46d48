from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy import bindparam, create_engine, text, update
from sqlalchemy.exc import OperationalError

from tests.cast import act, add_task, unlocked_url
from tests.servers import PROGRAM
from todo_app.core import clock, tasks
from todo_app.core.access import Actor
from todo_app.core.changes import ENTITIES
from todo_app.core.database import dispose, reading, transaction
from todo_app.core.errors import Unavailable
from todo_app.core.models import TASKS, new_id
from todo_app.core.reads import Read
from todo_app.core.task_views import Due
from todo_app.core.writes import Write

TASK = ENTITIES["task"].read
END_ALL = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND usename = :program"
)


def end_connections() -> None:
    engine = create_engine(unlocked_url())
    with engine.connect() as connection:
        connection.execute(text(END_ALL), {"program": PROGRAM})
    engine.dispose()


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
        end_connections()

    with pytest.raises(Unavailable):
        await act(tasks.complete_task, alice, task.id)
    if database.startswith("sqlite"):
        other.close()
    assert (await act(tasks.complete_task, alice, task.id)).completed_at is not None
    await dispose()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_connection_that_is_lost_fails_one_read_and_no_other(alice: Actor) -> None:
    await dispose()
    task = await add_task(alice)

    async def find() -> object:
        async with reading(alice.user_id) as db:
            return await Read(TASK).one_or_none(db, {"actor_id": alice.user_id, "row_id": task.id})

    await find()
    end_connections()
    with pytest.raises(Unavailable):
        await find()
    assert await find() is not None
    await dispose()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_whatever_comes_to_a_lost_connection_is_told_so(alice: Actor) -> None:
    await dispose()
    values = {"actor_id": alice.user_id, "row_id": new_id()}
    rename = Write(update(TASKS).where(TASKS.c.user_id == bindparam("owner")))

    async def go_on() -> None:
        async with transaction(alice.user_id) as db:
            await Read(TASK).one_or_none(db, values)
            end_connections()
            for _ in range(2):
                with pytest.raises(OperationalError):
                    await Read(TASK).one_or_none(db, values)
            rename.defer(db.sync_session, {"owner": alice.user_id, "title": "Lost"})

    with pytest.raises(Unavailable):
        await go_on()
    await dispose()
