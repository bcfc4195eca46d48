from __future__ import annotations

import asyncio
import json
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tests.cast import act, add_task
from todo_app.core import chain, changes, tasks
from todo_app.core.access import Actor
from todo_app.core.database import reading
from todo_app.core.errors import Conflict, NotFound
from todo_app.core.models import CHANGE_HEADS, CHANGES
from todo_app.core.task_views import Due, TaskDraft, TaskPatch


async def recorded(actor: Actor) -> list[dict[str, object]]:
    """The log of an account, in order."""
    async with reading(actor.user_id) as db:
        query = select(CHANGES).where(CHANGES.c.user_id == actor.user_id)
        found = await db.execute(query.order_by(CHANGES.c.number))
        return [dict(row) for row in found.mappings()]


async def assert_chained(actor: Actor) -> None:
    """The log is whole: each row has the hash of all before it, and the head that of the last."""
    previous = ""
    rows = await recorded(actor)
    for number, row in enumerate(rows, 1):
        assert row["number"] == number
        assert row["content_hash"] == chain.content_hash(row["before"], row["after"])
        assert row["hash"] == (previous := chain.chain_hash(previous, row))
    async with reading(actor.user_id) as db:
        query = select(CHANGE_HEADS).where(CHANGE_HEADS.c.user_id == actor.user_id)
        head = (await db.execute(query)).one()
    assert (head.number, head.hash) == (len(rows), previous)


async def test_every_act_on_a_task_is_written_down_with_what_was_before(alice: Actor) -> None:
    task = await add_task(alice, "Buy milk", due=Due(date=date(2026, 11, 21)))
    patch = TaskPatch(title="Buy oat milk", notes="Two", due=None)
    await act(tasks.update_task, alice, task.id, patch)
    done = await act(tasks.complete_task, alice, task.id)
    await act(tasks.reopen_task, alice, task.id)
    await act(tasks.delete_task, alice, task.id)
    await act(tasks.restore_task, alice, task.id)

    created, *rest = await recorded(alice)

    assert done.completed_at is not None
    moment = done.completed_at.isoformat()
    assert created["before"] is None
    assert json.loads(str(created["after"])) == {
        "id": str(task.id),
        "title": "Buy milk",
        "notes": "",
        "priority": 4,
        "due_date": "2026-11-21",
        "due_time": None,
        "due_zone": None,
        "recurrence": None,
        "scheduled_for": None,
        "reminders": None,
        "project_id": str(alice.user_id),
        "section_id": None,
        "parent_id": None,
        "position": task.position,
        "completed_at": None,
        "deleted_at": None,
        "version": 1,
        "created_at": task.created_at.isoformat(),
        "updated_at": task.created_at.isoformat(),
    }
    images = [(row["act"], json.loads(row["before"]), json.loads(row["after"])) for row in rest]
    deleted_at = images[3][2]["deleted_at"]
    assert images == [
        (
            "task.changed",
            {"title": "Buy milk", "notes": "", "due_date": "2026-11-21"},
            {"title": "Buy oat milk", "notes": "Two", "due_date": None},
        ),
        ("task.completed", {"completed_at": None}, {"completed_at": moment}),
        ("task.reopened", {"completed_at": moment}, {"completed_at": None}),
        ("task.deleted", {"deleted_at": None}, {"deleted_at": deleted_at}),
        ("task.restored", {"deleted_at": deleted_at}, {"deleted_at": None}),
    ]
    await assert_chained(alice)


async def test_it_is_known_who_did_it_and_by_which_way_in(alice: Actor, bob: Actor) -> None:
    by_api = Actor(bob.user_id, bob.session_id, "api", bob.time_zone)
    task = await add_task(by_api)

    [row] = await recorded(bob)

    assert (row["user_id"], row["actor_id"], row["way"]) == (bob.user_id, bob.user_id, "api")
    assert (row["entity"], row["entity_id"], row["about_id"]) == ("task", task.id, task.id)
    assert (row["mode"], row["undoes"], row["created_at"]) == ("do", None, task.created_at)
    assert await recorded(alice) == []


async def test_what_changes_nothing_is_no_change(alice: Actor) -> None:
    task = await add_task(alice)
    again = TaskDraft(id=task.id, title="Other")
    for operation, *arguments in (
        (tasks.update_task, task.id, TaskPatch()),
        (tasks.update_task, task.id, TaskPatch(title=task.title, due=None)),
        (tasks.reopen_task, task.id),
        (tasks.restore_task, task.id),
        (tasks.create_task, again),
    ):
        await act(operation, alice, *arguments)

    assert len(await recorded(alice)) == 1
    assert await act(tasks.get_task, alice, task.id) == task


async def test_what_is_taken_back_is_not_written_down(alice: Actor) -> None:
    async def create_and_fail(db: AsyncSession, actor: Actor) -> None:
        await tasks.create_task(db, actor, TaskDraft(title="Never"))
        raise Conflict

    with pytest.raises(Conflict):
        await act(create_and_fail, alice)

    assert await recorded(alice) == []
    await assert_chained(alice)


async def test_what_one_transaction_changes_is_one_step(alice: Actor) -> None:
    first = await add_task(alice)

    async def complete_and_add(db: AsyncSession, actor: Actor) -> None:
        await tasks.complete_task(db, actor, first.id)
        await tasks.create_task(db, actor, TaskDraft(title="Second"))
        await tasks.delete_task(db, actor, first.id)

    await act(complete_and_add, alice)
    await act(tasks.restore_task, alice, first.id)

    batches = [row["batch_id"] for row in await recorded(alice)]
    assert batches[1] == batches[2] == batches[3]
    assert len(set(batches)) == 3
    await assert_chained(alice)


async def test_20_writers_at_once_write_one_chain_of_what_really_was(alice: Actor) -> None:
    task = await add_task(alice, "0")

    async def rename(number: int) -> None:
        await act(tasks.update_task, alice, task.id, TaskPatch(title=f"{number}"))

    await asyncio.gather(*(rename(number) for number in range(1, 21)))

    await assert_chained(alice)
    changed = [row for row in await recorded(alice) if row["act"] == "task.changed"]
    before = [json.loads(str(row["before"]))["title"] for row in changed]
    after = [json.loads(str(row["after"]))["title"] for row in changed]
    assert sorted(after, key=int) == [str(number) for number in range(1, 21)]
    assert before == ["0", *after[:-1]]


async def test_nobody_takes_what_is_another_persons(alice: Actor, bob: Actor) -> None:
    task = await add_task(alice)

    with pytest.raises(NotFound):
        await act(changes.take, bob, "task", task.id)
