"""What is done around a commit, and when."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import Connection

from tests.cast import add_task, stored_tasks
from todo_app.core import commits, tasks
from todo_app.core.access import Actor
from todo_app.core.database import transaction
from todo_app.core.task_views import TaskPatch
from todo_app.core.writes import connection_of


async def rename(actor: Actor, task_id: UUID, act: Callable[[], None]) -> None:
    """Change a task by statements that nobody waits for, and do something meanwhile."""
    async with transaction(actor.user_id) as db:
        await tasks.update_task(db, actor, task_id, TaskPatch(title="After"))
        commits.while_committing(db.sync_session, act)


async def titles() -> list[object]:
    return [task["title"] for task in await stored_tasks()]


async def test_what_is_done_meanwhile_is_done_before_the_database_has_answered(
    alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = await add_task(alice, "Before")
    done: list[str] = []

    async with transaction(alice.user_id) as db:
        driver = connection_of(db.sync_session).connection.driver_connection
        plain = driver.commit

        async def commit() -> None:
            await plain()
            done.append("committed")

        monkeypatch.setattr(driver, "commit", commit)
        await tasks.update_task(db, alice, task.id, TaskPatch(title="After"))
        commits.after_commit(db.sync_session, lambda _session: done.append("after"))
        commits.while_committing(db.sync_session, lambda: done.append("meanwhile"))
        commits.before_commit(db.sync_session, lambda _session: done.append("before"))

    assert done == ["before", "meanwhile", "committed", "after"]
    assert await titles() == ["After"]


async def test_it_is_done_where_nothing_was_changed_too(alice: Actor) -> None:
    task = await add_task(alice, "Before")
    done: list[str] = []

    async with transaction(alice.user_id) as db:
        commits.while_committing(db.sync_session, lambda: done.append("nothing"))
    async with transaction(alice.user_id) as db:
        await tasks.get_task(db, alice, task.id)
        commits.while_committing(db.sync_session, lambda: done.append("read"))

    assert done == ["nothing", "read"]


async def test_it_is_done_no_more_once_nobody_waits(
    alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = await add_task(alice, "Before")
    done: list[str] = []
    late: list[Callable[[], None] | None] = []

    def give_up(connection: Connection) -> None:
        late.append(connection.connection.driver_connection.while_committing)  # type: ignore[union-attr]
        raise asyncio.CancelledError

    monkeypatch.setattr(Connection, "commit", give_up)
    with pytest.raises(asyncio.CancelledError):
        await rename(alice, task.id, lambda: done.append("meanwhile"))

    [act] = late
    assert act is not None
    act()
    assert done == []


async def test_an_error_meanwhile_is_raised_and_what_was_written_stays(alice: Actor) -> None:
    task = await add_task(alice, "Before")

    def fail() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await rename(alice, task.id, fail)

    assert await titles() == ["After"]
    await add_task(alice, "The connection is as good as new")
