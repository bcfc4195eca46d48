from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from tests.cast import act, add_task, stored_tasks
from todo_app.core import batches, labels, projects, tasks, undo
from todo_app.core.access import Actor
from todo_app.core.batches import BulkChange
from todo_app.core.database import reading
from todo_app.core.errors import InvalidInput, LimitReached, NotFound
from todo_app.core.labels import LABELS_OF_TASK_MAX
from todo_app.core.models import CHANGES
from todo_app.core.projects import ProjectDraft
from todo_app.core.task_views import Due

DAY = date(2026, 11, 23)
TIMED = Due(date=date(2026, 11, 21), time="09:30", zone="Europe/Berlin")


async def steps_of(actor: Actor) -> int:
    async with reading(actor.user_id) as db:
        counted = select(func.count(CHANGES.c.batch_id.distinct()))
        found: int = (
            await db.execute(counted.where(CHANGES.c.user_id == actor.user_id))
        ).scalar_one()
        return found


@pytest.mark.parametrize(
    ("change", "field", "expected"),
    [
        ({"priority": 1}, "priority", [1, 1]),
        ({"due_date": None}, "due", [None, None]),
        ({"due_date": DAY}, "due", [Due(date=DAY), TIMED.model_copy(update={"date": DAY})]),
    ],
    ids=["priority", "no date", "a day, with the time it had"],
)
async def test_each_task_is_changed_in_one_step(
    alice: Actor, change: dict[str, Any], field: str, expected: list[object]
) -> None:
    made = [await add_task(alice, "Plain"), await add_task(alice, "Timed", due=TIMED)]
    before = await steps_of(alice)

    changed = await act(
        batches.change_tasks, alice, [task.id for task in made], BulkChange.model_validate(change)
    )

    assert [getattr(task, field) for task in changed] == expected
    assert [await act(tasks.get_task, alice, task.id) for task in made] == changed
    assert await steps_of(alice) == before + 1


async def test_tasks_are_completed_reopened_and_deleted_together(alice: Actor) -> None:
    ids = [(await add_task(alice, title)).id for title in ("First", "Second")]

    done = await act(batches.change_tasks, alice, ids, BulkChange(is_completed=True))
    opened = await act(batches.change_tasks, alice, ids, BulkChange(is_completed=False))
    await act(batches.change_tasks, alice, ids, BulkChange(is_deleted=True))

    assert [task.completed_at is not None for task in done] == [True, True]
    assert [task.completed_at for task in opened] == [None, None]
    assert [task["deleted_at"] is not None for task in await stored_tasks()] == [True, True]


async def test_tasks_move_to_a_project_with_their_parts_and_come_back_as_one(alice: Actor) -> None:
    garden, _ = await act(projects.create_project, alice, ProjectDraft(name="Garden"))
    whole, other = await add_task(alice, "Whole"), await add_task(alice, "Other")
    part = await add_task(alice, "Part", parent_id=whole.id)
    change = BulkChange(project_id=garden.id)

    moved = await act(batches.change_tasks, alice, [other.id, part.id, whole.id], change)

    assert [task.title for task in moved] == ["Whole", "Part", "Other"]
    assert {task.project_id for task in moved} == {garden.id}
    assert moved[1].parent_id == whole.id
    assert (await act(projects.get_project, alice, garden.id)).task_count == 3
    await act(undo.undo_last, alice)
    assert (await act(projects.get_project, alice, garden.id)).task_count == 0
    with pytest.raises(InvalidInput):
        await act(batches.change_tasks, alice, [whole.id], BulkChange(project_id=uuid4()))


async def test_a_label_is_given_to_all_and_taken_off_where_all_have_it(alice: Actor) -> None:
    made = [await add_task(alice, "a", labels=["Errand"]), await add_task(alice, "b")]
    ids = [task.id for task in made]

    given, has_it = await act(batches.toggle_label, alice, ids, "errand")
    assert ([task.labels for task in given], has_it) == ([["Errand"], ["Errand"]], True)
    taken, has_it = await act(batches.toggle_label, alice, ids, "errand")
    assert ([task.labels for task in taken], has_it) == ([[], []], False)
    await act(undo.undo_last, alice)
    [label] = await act(labels.list_labels, alice)
    assert label.task_count == 2


async def test_a_label_too_many_is_refused(alice: Actor) -> None:
    task = await add_task(alice, labels=[str(number) for number in range(LABELS_OF_TASK_MAX)])
    with pytest.raises(LimitReached):
        await act(batches.toggle_label, alice, [task.id], "one more")


async def test_what_is_gone_or_anothers_is_left_out(alice: Actor, bob: Actor) -> None:
    mine, his = await add_task(alice), await add_task(bob)
    change = BulkChange(priority=1)

    changed = await act(batches.change_tasks, alice, [uuid4(), his.id, mine.id], change)

    assert [task.id for task in changed] == [mine.id]
    assert (await act(tasks.get_task, bob, his.id)) == his
    with pytest.raises(NotFound):
        await act(batches.change_tasks, alice, [his.id], change)
