from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import StatementError

from tests.cast import act, add_task, peeking, stored_tasks
from todo_app.core import access, tasks
from todo_app.core.access import Actor
from todo_app.core.database import reading
from todo_app.core.errors import NotFound
from todo_app.core.models import TASKS, Task, new_id
from todo_app.core.task_views import TaskDraft, TaskPatch

Operation = Callable[[Actor, UUID], Awaitable[object]]

OPERATIONS: dict[str, Operation] = {
    "get": partial(act, tasks.get_task),
    "update": lambda actor, id_: act(tasks.update_task, actor, id_, TaskPatch(title="Stolen")),
    "update nothing": lambda actor, id_: act(tasks.update_task, actor, id_, TaskPatch()),
    "complete": partial(act, tasks.complete_task),
    "reopen": partial(act, tasks.reopen_task),
    "delete": partial(act, tasks.delete_task),
    "restore": partial(act, tasks.restore_task),
    "create again": lambda actor, id_: act(
        tasks.create_task, actor, TaskDraft(id=id_, title="Stolen")
    ),
}


@pytest.mark.parametrize("name", OPERATIONS)
async def test_what_alice_may_do_bob_and_charlie_are_told_does_not_exist(
    alice: Actor, bob: Actor, charlie: Actor, name: str
) -> None:
    task = await add_task(alice, "Secret")
    deleted = await add_task(alice, "Deleted secret")
    await act(tasks.delete_task, alice, deleted.id)
    before = await stored_tasks()

    for stranger in (bob, charlie):
        for task_id in (task.id, deleted.id):
            with pytest.raises(NotFound) as refusal:
                await OPERATIONS[name](stranger, task_id)
            assert refusal.value.args == ()

    assert await stored_tasks() == before
    await OPERATIONS[name](alice, task.id)


@pytest.mark.parametrize("name", OPERATIONS.keys() - {"create again"})
async def test_an_id_that_does_not_exist_is_not_found(alice: Actor, name: str) -> None:
    with pytest.raises(NotFound):
        await OPERATIONS[name](alice, new_id())


@pytest.mark.parametrize("name", OPERATIONS.keys() - {"restore"})
async def test_a_task_in_the_trash_is_not_found(alice: Actor, name: str) -> None:
    task = await add_task(alice)
    await act(tasks.delete_task, alice, task.id)

    with pytest.raises(NotFound):
        await OPERATIONS[name](alice, task.id)


async def test_a_stranger_with_the_right_version_is_told_it_does_not_exist(
    alice: Actor, charlie: Actor
) -> None:
    task = await add_task(alice)

    for version in (task.version, task.version + 1):
        with pytest.raises(NotFound):
            await act(tasks.delete_task, charlie, task.id, expected_version=version)


async def test_a_statement_on_tasks_that_is_for_nobody_fails(alice: Actor) -> None:
    await add_task(alice)

    for conditions in (access.READABLE_TASKS, (access.own_rows(TASKS),)):
        async with reading() as db:
            with pytest.raises(StatementError, match="actor_id"):
                await db.execute(select(func.count()).where(*conditions))


async def test_every_task_has_an_owner(alice: Actor, bob: Actor) -> None:
    await add_task(alice)
    await add_task(bob)

    async with peeking() as db:
        owners = await db.scalar(select(func.count(func.distinct(Task.user_id))))
    assert owners == 2
