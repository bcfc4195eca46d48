from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.cast import act, add_task
from todo_app.core import labels, past, tasks, undo
from todo_app.core.access import Actor
from todo_app.core.database import reading, transaction
from todo_app.core.errors import NotFound
from todo_app.core.labels import LabelPatch
from todo_app.core.models import CHANGES, new_id
from todo_app.core.task_views import TaskPatch, TaskView

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


async def as_of(actor: Actor, task: TaskView, moment: datetime) -> TaskView:
    async with reading(actor.user_id) as db:
        return await past.get_task_as_of(db, actor, task.id, moment)


async def test_every_state_of_a_task_is_what_it_was_at_its_time(alice: Actor) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        task = await add_task(alice)
        seen = {NOON: task}
        for hours, operation, *arguments in (
            (1, tasks.update_task, TaskPatch(title="New", priority=1)),
            (2, tasks.complete_task),
            (4, tasks.reopen_task),
        ):
            traveller.move_to(NOON + hours * HOUR)
            seen[NOON + hours * HOUR] = await act(operation, alice, task.id, *arguments)
        traveller.move_to(NOON + 5 * HOUR)
        await act(tasks.delete_task, alice, task.id)
        traveller.move_to(NOON + 6 * HOUR)
        seen[NOON + 6 * HOUR] = await act(tasks.restore_task, alice, task.id)

    for moment, view in seen.items():
        assert await as_of(alice, task, moment) == view
    assert await as_of(alice, task, NOON + 3.5 * HOUR) == seen[NOON + 2 * HOUR]
    assert await as_of(alice, task, NOON + 9 * HOUR) == seen[NOON + 6 * HOUR]
    for moment in (NOON - HOUR, NOON + 5.5 * HOUR):
        with pytest.raises(NotFound):
            await as_of(alice, task, moment)


async def test_the_labels_of_a_task_are_those_it_had_and_as_they_were_called(alice: Actor) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        task = await add_task(alice, labels=["errand", "shop"])
        seen = {NOON: task}
        ids = {one.name: one.id for one in await act(labels.list_labels, alice)}
        for hours, operation, *arguments in (
            (1, tasks.update_task, task.id, TaskPatch(labels=["errand"])),
            (2, labels.update_label, ids["errand"], LabelPatch(name="outside")),
            (3, tasks.update_task, task.id, TaskPatch(title="New", labels=["outside", "shop"])),
            (4, labels.merge_label, ids["shop"], ids["errand"]),
            (5, labels.delete_label, ids["errand"]),
            (6, undo.undo_last),
            (7, undo.undo_last),
            (8, tasks.update_task, task.id, TaskPatch(labels=[])),
            (9, undo.undo_last),
            (10, undo.undo_last),
            (11, undo.undo_last),
            (12, undo.redo_last),
        ):
            traveller.move_to(NOON + hours * HOUR)
            await act(operation, alice, *arguments)
            seen[NOON + hours * HOUR] = await act(tasks.get_task, alice, task.id)

    assert seen[NOON + 4 * HOUR].labels == ["outside"]
    for moment, view in seen.items():
        assert await as_of(alice, task, moment) == view, moment


async def test_a_task_whose_adding_was_taken_back_was_there_before(alice: Actor) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        task = await add_task(alice)
        traveller.move_to(NOON + HOUR)
        await act(undo.undo_last, alice)

    assert await as_of(alice, task, NOON) == task
    with pytest.raises(NotFound):
        await as_of(alice, task, NOON + HOUR)


async def test_a_task_from_before_the_log_is_as_it_was_before_its_first_change(
    alice: Actor,
) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        task = await add_task(alice)
        async with transaction(alice.user_id) as db:
            await db.execute(CHANGES.delete())
        traveller.move_to(NOON + HOUR)
        await act(tasks.complete_task, alice, task.id)

    assert await as_of(alice, task, NOON) == task
    with pytest.raises(NotFound):
        await as_of(alice, task, NOON - HOUR)


async def test_nobody_looks_into_the_past_of_another(alice: Actor, bob: Actor) -> None:
    task = await add_task(alice)

    for task_id in (task.id, new_id()):
        with pytest.raises(NotFound):
            await as_of(bob, task.model_copy(update={"id": task_id}), NOON)
