from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from tests.cast import act, add_task, sign_in, stored_tasks
from tests.core.test_changes import assert_chained
from tests.core.test_projects import add_project
from todo_app.core import history, sections, tasks, undo
from todo_app.core.access import Actor
from todo_app.core.database import reading
from todo_app.core.errors import ChangedSince, NotFound, NothingToUndo
from todo_app.core.history import ChangePage
from todo_app.core.models import new_id
from todo_app.core.said_series import RecurrenceDraft
from todo_app.core.sections import SectionDraft
from todo_app.core.task_views import Due, TaskDraft, TaskPatch


async def content() -> list[dict[str, object]]:
    """Every task, without what moves on with every change."""
    moving = {"version", "updated_at"}
    return [
        {name: value for name, value in row.items() if name not in moving}
        for row in await stored_tasks()
    ]


async def changes_of(actor: Actor, about_id: UUID | None = None) -> ChangePage:
    async with reading(actor.user_id) as db:
        return await history.list_changes(db, actor, about_id=about_id)


async def test_every_step_is_taken_back_and_done_again_in_order(alice: Actor) -> None:
    seen = [await content()]
    task = await add_task(alice, "Buy milk", due=Due(date=date(2026, 11, 21)))
    seen.append(await content())
    for operation, *arguments in (
        (tasks.update_task, TaskPatch(title="Buy oat milk", due=None)),
        (tasks.complete_task,),
        (tasks.reopen_task,),
        (tasks.delete_task,),
        (tasks.restore_task,),
    ):
        await act(operation, alice, task.id, *arguments)
        seen.append(await content())

    for before in reversed(seen[:-1]):
        step = await act(undo.undo_last, alice)
        assert step.mode == "undo"
        assert await content() == before
    with pytest.raises(NothingToUndo):
        await act(undo.undo_last, alice)
    for after in seen[1:]:
        assert (await act(undo.redo_last, alice)).mode == "redo"
        assert await content() == after
    with pytest.raises(NothingToUndo):
        await act(undo.redo_last, alice)
    await act(undo.undo_last, alice)
    assert await content() == seen[-2]
    await assert_chained(alice)


async def test_a_version_never_comes_again(alice: Actor) -> None:
    task = await add_task(alice)
    versions = [task.version]
    for operation in (undo.undo_last, undo.redo_last, undo.undo_last, undo.redo_last):
        await act(operation, alice)
        versions += [row["version"] for row in await stored_tasks()]

    assert versions == [1, 2, 3]


async def test_after_something_else_there_is_nothing_to_do_again(alice: Actor) -> None:
    task = await add_task(alice)
    await act(tasks.complete_task, alice, task.id)
    await act(undo.undo_last, alice)
    await act(tasks.update_task, alice, task.id, TaskPatch(title="Other"))

    with pytest.raises(NothingToUndo):
        await act(undo.redo_last, alice)


async def test_what_was_done_on_another_device_is_taken_back_here(alice: Actor) -> None:
    task = await add_task(alice)
    await act(tasks.complete_task, await sign_in("alice"), task.id)

    step = await act(undo.undo_last, alice)

    assert [(change.act, change.title) for change in step.changes] == [
        ("task.completed", task.title)
    ]
    assert (await act(tasks.get_task, alice, task.id)).completed_at is None


async def test_a_batch_is_taken_back_as_one(alice: Actor) -> None:
    first, second = await add_task(alice, "First"), await add_task(alice, "Second")
    before = await content()

    async def batch(db: AsyncSession, actor: Actor) -> None:
        await tasks.complete_task(db, actor, first.id)
        await tasks.update_task(db, actor, first.id, TaskPatch(priority=1))
        await tasks.delete_task(db, actor, second.id)
        third, _ = await tasks.create_task(db, actor, TaskDraft(title="Third"))
        await tasks.complete_task(db, actor, third.id)

    await act(batch, alice)
    after = await content()

    await act(undo.undo_last, alice)
    assert await content() == before
    await act(undo.redo_last, alice)
    assert await content() == after
    await assert_chained(alice)


async def test_a_batch_that_came_to_nothing_is_taken_back_once(alice: Actor) -> None:
    task = await add_task(alice, "Buy milk")
    before = await content()

    async def there_and_back(db: AsyncSession, actor: Actor) -> None:
        await tasks.complete_task(db, actor, task.id)
        await tasks.reopen_task(db, actor, task.id)

    await act(there_and_back, alice)

    for _ in range(2):
        await act(undo.undo_last, alice)
        assert await content() == before
        await act(undo.redo_last, alice)
    await act(undo.undo_last, alice)
    await act(undo.undo_last, alice)

    assert await content() == []
    await assert_chained(alice)


async def test_what_a_batch_left_as_it_was_keeps_its_version(alice: Actor) -> None:
    whole = await add_task(alice, "Move house")
    part = await add_task(alice, "Pack", parent_id=whole.id)

    async def there_and_back(db: AsyncSession, actor: Actor) -> None:
        await tasks.complete_task(db, actor, whole.id)
        await tasks.reopen_task(db, actor, whole.id)
        await tasks.update_task(db, actor, whole.id, TaskPatch(priority=1))

    await act(there_and_back, alice)
    before = await act(tasks.get_task, alice, part.id)

    step = await act(undo.undo_last, alice)

    assert [change.entity_id for change in step.changes] == [whole.id]
    assert await act(tasks.get_task, alice, part.id) == before


async def test_what_a_batch_made_and_took_away_itself_is_no_hindrance(alice: Actor) -> None:
    monthly = RecurrenceDraft(rule="FREQ=MONTHLY", text="every month")
    task = await add_task(alice, "Pay rent", due=Due(date=date(2026, 11, 21)), recurrence=monthly)
    before = await content()

    async def there_and_back(db: AsyncSession, actor: Actor) -> None:
        await tasks.complete_task(db, actor, task.id)
        await tasks.reopen_task(db, actor, task.id)

    await act(there_and_back, alice)
    await act(undo.undo_last, alice)

    assert await content() == before
    await assert_chained(alice)


async def test_any_step_is_taken_back_from_the_history(alice: Actor) -> None:
    task = await add_task(alice, priority=2)
    await act(tasks.update_task, alice, task.id, TaskPatch(title="New"))
    await act(tasks.update_task, alice, task.id, TaskPatch(priority=1))
    [_, renamed, _] = (await changes_of(alice)).items

    await act(undo.undo_change, alice, renamed.id)

    now = await act(tasks.get_task, alice, task.id)
    assert (now.title, now.priority) == (task.title, 1)
    with pytest.raises(NothingToUndo):
        await act(undo.undo_change, alice, renamed.id)
    undone = (await changes_of(alice)).items[0]
    await act(undo.undo_change, alice, undone.id)
    assert (await act(tasks.get_task, alice, task.id)).title == "New"
    redone = (await changes_of(alice)).items[0]
    assert (redone.mode, redone.undoes) == ("redo", undone.step)
    await act(undo.undo_change, alice, redone.id)
    assert (await act(tasks.get_task, alice, task.id)).title == task.title
    assert (await changes_of(alice)).items[0].undoes == renamed.step


@pytest.mark.parametrize(
    ("later", "field"),
    [
        (TaskPatch(title="Newer"), "title"),
        (TaskPatch(due=Due(date=date(2026, 1, 1))), "due"),
        (TaskPatch(priority=3), None),
    ],
)
async def test_a_field_that_was_changed_since_is_named_and_nothing_is_taken_back(
    alice: Actor, later: TaskPatch, field: str | None
) -> None:
    task = await add_task(alice)
    patch = TaskPatch(title="New", due=Due(date=date(2026, 5, 5)))
    await act(tasks.update_task, alice, task.id, patch)
    change = (await changes_of(alice)).items[0]
    await act(tasks.update_task, alice, task.id, later)
    before = await stored_tasks()

    if field is None:
        await act(undo.undo_change, alice, change.id)
        assert (await act(tasks.get_task, alice, task.id)).title == task.title
        return
    with pytest.raises(ChangedSince) as refusal:
        await act(undo.undo_change, alice, change.id)
    assert (refusal.value.field, refusal.value.person) == (field, None)
    assert await stored_tasks() == before


async def test_an_added_task_that_was_edited_stays(alice: Actor) -> None:
    task = await add_task(alice)
    await act(tasks.update_task, alice, task.id, TaskPatch(notes="Worked on"))
    added = (await changes_of(alice)).items[-1]

    with pytest.raises(ChangedSince) as refusal:
        await act(undo.undo_change, alice, added.id)

    assert refusal.value.field == "notes"


async def test_who_changed_it_since_is_named(alice: Actor, bob: Actor) -> None:
    task = await add_task(alice)
    await act(tasks.update_task, alice, task.id, TaskPatch(title="Hers"))
    change = (await changes_of(alice)).items[0]

    async def rename_as_bob(db: AsyncSession, actor: Actor) -> None:
        await tasks.update_task(db, actor, task.id, TaskPatch(title="His"))
        from todo_app.core import changes

        step = await changes.begin(db, actor)
        step.rows[-1]["actor_id"] = bob.user_id

    await act(rename_as_bob, alice)

    with pytest.raises(ChangedSince) as refusal:
        await act(undo.undo_change, alice, change.id)
    assert (refusal.value.field, refusal.value.person) == ("title", "bob")
    assert (await changes_of(alice)).items[0].actor == "bob"


async def test_nobody_takes_back_what_another_did(alice: Actor, bob: Actor) -> None:
    await add_task(alice)
    [change] = (await changes_of(alice)).items

    for change_id in (change.id, new_id()):
        with pytest.raises(NotFound):
            await act(undo.undo_change, bob, change_id)
    with pytest.raises(NothingToUndo):
        await act(undo.undo_last, bob)
    assert (await changes_of(bob)).items == []
    assert (await changes_of(bob, about_id=change.about_id)).items == []


async def test_the_history_comes_in_parts_and_of_one_task(alice: Actor) -> None:
    first, second = await add_task(alice, "First"), await add_task(alice, "Second")
    await act(tasks.complete_task, alice, first.id)

    async with reading(alice.user_id) as db:
        part = await history.list_changes(db, alice, limit=2)
        rest = await history.list_changes(db, alice, limit=2, cursor=part.next_cursor)
        of_first = await history.list_changes(db, alice, about_id=first.id)

    acts = [(change.act, change.title, change.number) for change in part.items + rest.items]
    assert acts == [
        ("task.completed", "First", 3),
        ("task.created", "Second", 2),
        ("task.created", "First", 1),
    ]
    assert rest.next_cursor is None
    assert [change.number for change in of_first.items] == [3, 1]
    assert {change.actor for change in part.items} == {"alice"}
    assert all(change.can_undo for change in part.items)
    assert second.created_at - part.items[1].created_at == timedelta()


async def test_the_history_calls_a_section_by_its_own_name(alice: Actor) -> None:
    garden = await add_project(alice, "Garden")
    spring, _ = await act(
        sections.create_section, alice, SectionDraft(project_id=garden.id, name="Spring")
    )
    task = await add_task(alice, "Sow", labels=["errand"])
    await act(sections.delete_section, alice, spring.id)

    found = {change.act: change.title for change in (await changes_of(alice)).items}

    assert found["section.created"] == found["section.deleted"] == "Spring"
    assert (found["project.created"], found["label.created"]) == ("Garden", "errand")
    assert found["task.labelled"] == task.title
