from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import delete, update

from tests.cast import act, add_task
from todo_app.core import clock, labels, sync, tasks, undo
from todo_app.core.access import Actor
from todo_app.core.changes import ENTITIES
from todo_app.core.database import reading, transaction
from todo_app.core.errors import InvalidCursor, SyncExpired
from todo_app.core.labels import LabelPatch
from todo_app.core.models import CHANGE_HEADS, CHANGES
from todo_app.core.sync import SyncItem
from todo_app.core.task_views import TaskPatch


async def pull(
    actor: Actor, since: str | None = None, limit: int = 2
) -> tuple[list[SyncItem], str]:
    """Everything that there is to read, in parts."""
    items: list[SyncItem] = []
    while True:
        async with reading(actor.user_id) as db:
            page = await sync.sync(db, actor, since=since, limit=limit)
        assert len(page.items) <= limit
        items, since = items + page.items, page.next
        if not page.has_more:
            return items, since


def of_tasks(items: list[SyncItem]) -> dict[UUID, dict[str, Any] | None]:
    return {item.id: item.value for item in items if item.entity == "task"}


async def test_a_client_that_follows_knows_what_there_is(alice: Actor, bob: Actor) -> None:
    await add_task(bob)
    kept, changed, gone, undone = [await add_task(alice, title) for title in "abcd"]
    await act(tasks.delete_task, alice, (await add_task(alice, "In the trash")).id)
    items, token = await pull(alice)
    known = of_tasks(items)
    assert known == {
        task.id: task.model_dump(mode="json") for task in (kept, changed, gone, undone)
    }
    assert (await pull(alice, token))[0] == []

    now = await act(tasks.update_task, alice, changed.id, TaskPatch(title="New"))
    await act(tasks.complete_task, alice, kept.id)
    await act(undo.undo_last, alice)
    await act(tasks.delete_task, alice, gone.id)
    new = await add_task(alice, "New too")
    await add_task(alice, "Never mind")
    await act(undo.undo_last, alice)
    items, token = await pull(alice, token)
    news = of_tasks(items)

    assert news[changed.id] == now.model_dump(mode="json")
    assert news[gone.id] is None
    assert news[new.id] == new.model_dump(mode="json")
    assert undone.id not in news
    assert len(news) == 5
    assert (await pull(alice, token))[0] == []


async def test_tasks_come_again_when_a_label_of_theirs_is_called_otherwise(alice: Actor) -> None:
    errands = [await add_task(alice, title, labels=["errand"]) for title in "abc"]
    await add_task(alice, labels=["home"])
    items, token = await pull(alice)
    label_id = next(
        item.id
        for item in items
        if item.entity == "label" and item.value and item.value["name"] == "errand"
    )

    for change, name in (
        (act(labels.update_label, alice, label_id, LabelPatch(name="chore")), "chore"),
        (act(undo.undo_last, alice), "errand"),
    ):
        await change
        items, token = await pull(alice, token)
        now = [await act(tasks.get_task, alice, task.id) for task in errands]
        assert {task.id: task.labels for task in now} == {task.id: [name] for task in errands}
        assert of_tasks(items) == {task.id: task.model_dump(mode="json") for task in now}


async def test_what_changes_while_everything_is_read_comes_after_it(alice: Actor) -> None:
    first, second = await add_task(alice, "First"), await add_task(alice, "Second")
    async with reading(alice.user_id) as db:
        page = await sync.sync(db, alice, limit=1)
    await act(tasks.delete_task, alice, first.id)
    items, _ = await pull(alice, page.next)

    known = of_tasks([*page.items, *items])

    assert known[first.id] is None
    assert known[second.id] is not None


@pytest.mark.parametrize("since", ["", "x", "e30", "bnVsbA", "W10", "\u00e9", "A" * 400])
async def test_what_is_no_token_is_refused(alice: Actor, since: str) -> None:
    with pytest.raises(InvalidCursor):
        await pull(alice, since)


async def test_a_token_is_of_one_account(alice: Actor, bob: Actor) -> None:
    await add_task(alice)
    _, token = await pull(alice)

    with pytest.raises(InvalidCursor):
        await pull(bob, token)


@pytest.mark.parametrize(
    "values", [{"number": -1}, {"number": 2**70}, {"entity": "user"}, {"x": 1}]
)
async def test_a_token_that_was_made_up_is_refused(alice: Actor, values: dict[str, object]) -> None:
    _, token = await pull(alice)
    content = json.loads(base64.urlsafe_b64decode(token + "=="))
    made_up = base64.urlsafe_b64encode(json.dumps(content | values).encode()).decode()

    with pytest.raises(InvalidCursor):
        await pull(alice, made_up)


async def test_a_token_is_too_old_after_90_days(alice: Actor) -> None:
    await add_task(alice)
    _, token = await pull(alice)

    with time_machine.travel(clock.now() + timedelta(days=89)):
        assert (await pull(alice, token))[0] == []
    with time_machine.travel(clock.now() + timedelta(days=91)), pytest.raises(SyncExpired):
        await pull(alice, token)


async def test_a_token_of_a_log_that_is_no_longer_is_too_old(alice: Actor) -> None:
    await add_task(alice)
    await add_task(alice)
    _, token = await pull(alice)
    async with transaction(alice.user_id) as db:
        await db.execute(delete(CHANGES).where(CHANGES.c.number == 2))
        await db.execute(update(CHANGE_HEADS).values(number=1))
    with pytest.raises(SyncExpired):
        await pull(alice, token)

    await add_task(alice)
    with pytest.raises(SyncExpired):
        await pull(alice, token)


def test_everything_that_is_recorded_has_an_id_and_an_owner() -> None:
    assert all({"id", "user_id"} <= set(entity.table.c.keys()) for entity in ENTITIES.values())
