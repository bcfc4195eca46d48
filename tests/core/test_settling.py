from __future__ import annotations

from typing import Any

import pytest

from tests.cast import act, add_task, stored_tasks
from tests.core.test_places import chain, move
from tests.core.test_projects import add_project, add_section, titles
from todo_app.core import history, labels, projects, sections, tasks, undo
from todo_app.core.access import Actor
from todo_app.core.errors import ChangedSince
from todo_app.core.labels import LabelPatch
from todo_app.core.neighbours import Beside


async def content() -> list[dict[str, Any]]:
    """All tasks, but for what every change of one moves on."""
    passing = {"version", "updated_at"}
    return [{name: row[name] for name in row.keys() - passing} for row in await stored_tasks()]


async def test_all_that_was_done_to_projects_and_parts_can_be_undone(alice: Actor) -> None:
    garden = await add_project(alice)
    spring, autumn = [await add_section(alice, garden, name) for name in ("Spring", "Autumn")]
    whole, _, piece = await chain(alice, 3)
    await add_task(alice, "Post", section_id=autumn.id, labels=["errand", "chore"])
    label_of = {label.name: label.id for label in await act(labels.list_labels, alice)}
    steps = (
        lambda: move(alice, whole, section_id=spring.id),
        lambda: act(sections.move_section, alice, autumn.id, Beside(before=spring.id)),
        lambda: move(alice, piece, after=whole.id),
        lambda: act(tasks.complete_task, alice, whole.id),
        lambda: act(tasks.reopen_task, alice, whole.id),
        lambda: act(labels.merge_label, alice, label_of["errand"], label_of["chore"]),
        lambda: act(labels.update_label, alice, label_of["chore"], LabelPatch(name="Duty")),
        lambda: act(labels.delete_label, alice, label_of["chore"]),
        lambda: act(sections.delete_section, alice, spring.id),
        lambda: act(tasks.delete_task, alice, whole.id),
        lambda: act(projects.archive_project, alice, garden.id),
        lambda: act(projects.delete_project, alice, garden.id),
    )
    states = []
    for step in steps:
        states.append(
            (
                await content(),
                await act(projects.list_projects, alice),
                await act(labels.list_labels, alice),
            )
        )
        await step()

    for tasks_before, projects_before, labels_before in reversed(states):
        await act(undo.undo_last, alice)
        assert await content() == tasks_before
        found = await act(projects.list_projects, alice)
        assert [(one.id, one.task_count) for one in found] == [
            (one.id, one.task_count) for one in projects_before
        ]
        named = await act(labels.list_labels, alice)
        assert [(one.name, one.task_count) for one in named] == [
            (one.name, one.task_count) for one in labels_before
        ]


async def test_a_part_that_came_later_goes_back_with_its_whole(alice: Actor) -> None:
    garden = await add_project(alice)
    whole = await add_task(alice, "Whole")
    await move(alice, whole, project_id=garden.id)
    page = await act(history.list_changes, alice, about_id=whole.id)
    part = await add_task(alice, "Part", parent_id=whole.id)

    await act(undo.undo_change, alice, page.items[0].id)

    assert (await act(tasks.get_task, alice, part.id)).project_id == alice.user_id
    assert await titles(alice, project_id=alice.user_id) == ["Whole", "Part"]


async def test_a_move_that_would_close_a_circle_is_not_undone(alice: Actor) -> None:
    a, b = await add_task(alice, "a"), await add_task(alice, "b", labels=["errand"])
    await move(alice, a, parent_id=b.id)
    step_out = await move(alice, a, project_id=alice.user_id)
    assert step_out.parent_id is None
    await move(alice, b, parent_id=a.id)
    page = await act(history.list_changes, alice, about_id=a.id)

    with pytest.raises(ChangedSince):
        await act(undo.undo_change, alice, page.items[0].id)


async def test_a_task_is_not_brought_back_into_a_project_in_the_trash(alice: Actor) -> None:
    garden = await add_project(alice)
    task = await add_task(alice, project_id=garden.id)
    await act(tasks.delete_task, alice, task.id)
    page = await act(history.list_changes, alice, about_id=task.id)
    await act(projects.delete_project, alice, garden.id)

    with pytest.raises(ChangedSince):
        await act(undo.undo_change, alice, page.items[0].id)
