from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from pydantic import ValidationError

from tests.cast import act, add_task
from tests.core.test_projects import add_project
from todo_app.core import labels, moves, projects, task_lists, tasks, undo
from todo_app.core.access import Actor
from todo_app.core.errors import LimitReached, NameTaken, NotFound
from todo_app.core.labels import LabelDraft, LabelPatch, LabelView
from todo_app.core.moves import TaskMove
from todo_app.core.task_lists import TaskFilter
from todo_app.core.task_views import TaskPatch


async def add_label(actor: Actor, name: str) -> LabelView:
    label, _ = await act(labels.create_label, actor, LabelDraft(name=name))
    return label


async def counts(actor: Actor) -> dict[str, int]:
    return {label.name: label.task_count for label in await act(labels.list_labels, actor)}


async def titles(actor: Actor, label: str) -> list[str]:
    page = await act(task_lists.list_tasks, actor, TaskFilter(label=label))
    return [task.title for task in page.items]


async def test_a_task_has_labels_by_name_and_new_names_become_labels(alice: Actor) -> None:
    task = await add_task(alice, labels=["errand", "Waiting", "ERRAND"])

    assert task.labels == ["Waiting", "errand"]
    assert await counts(alice) == {"errand": 1, "Waiting": 1}

    changed = await act(tasks.update_task, alice, task.id, TaskPatch(labels=["waiting", "home"]))
    assert changed.labels == ["Waiting", "home"]
    assert changed.version == task.version + 1
    assert await counts(alice) == {"errand": 0, "home": 1, "Waiting": 1}

    same = await act(tasks.update_task, alice, task.id, TaskPatch(labels=["home", "WAITING"]))
    assert same.version == changed.version
    cleared = await act(tasks.update_task, alice, task.id, TaskPatch(labels=None))
    assert cleared.labels == []


async def test_a_label_counts_no_task_of_an_archived_project(alice: Actor) -> None:
    old = await add_project(alice, "Old")
    task = await add_task(alice, "Sell the car", project_id=old.id, labels=["errand"])
    await add_task(alice, "Post", labels=["errand"])

    async def count_after(operation: Callable[..., Awaitable[object]], *arguments: object) -> int:
        await act(operation, alice, *arguments)
        return (await counts(alice))["errand"]

    assert await count_after(projects.archive_project, old.id) == 1
    assert await count_after(tasks.complete_task, task.id) == 1
    assert await count_after(tasks.reopen_task, task.id) == 1
    assert await count_after(tasks.update_task, task.id, TaskPatch(labels=None)) == 1
    assert await count_after(tasks.update_task, task.id, TaskPatch(labels=["errand"])) == 1
    assert await count_after(moves.move_task, task.id, TaskMove(project_id=alice.user_id)) == 2
    assert await count_after(undo.undo_last) == 1
    assert await count_after(tasks.delete_task, task.id) == 1
    assert await count_after(tasks.restore_task, task.id) == 1
    assert await count_after(projects.unarchive_project, old.id) == 2
    assert await count_after(tasks.complete_task, task.id) == 1


async def test_a_list_by_label_holds_its_tasks_whatever_the_case(alice: Actor, bob: Actor) -> None:
    await add_task(alice, "Post", labels=["Straße"])
    await add_task(alice, "Rest")
    await add_task(bob, "Bob's", labels=["Straße"])

    assert await titles(alice, "STRASSE") == ["Post"]
    assert await titles(alice, "none") == []


@pytest.mark.parametrize("other", ["errand", "ERRAND", "e\u0301tude"])
async def test_a_name_is_unique_in_an_account_whatever_its_case_and_form(
    alice: Actor, bob: Actor, other: str
) -> None:
    for name in ("errand", "\u00e9tude"):
        await add_label(alice, name)
    third = await add_label(alice, "third")

    with pytest.raises(NameTaken):
        await add_label(alice, other)
    with pytest.raises(NameTaken):
        await act(labels.update_label, alice, third.id, LabelPatch(name=other))
    await add_label(bob, other)


async def test_a_label_renamed_is_another_on_all_its_tasks(alice: Actor) -> None:
    task = await add_task(alice, labels=["errand"])
    [label] = await act(labels.list_labels, alice)

    await act(labels.update_label, alice, label.id, LabelPatch(name="Errand", colour="red"))

    found = await act(tasks.get_task, alice, task.id)
    assert (found.labels, found.version) == (["Errand"], task.version + 1)


async def test_a_label_merged_into_another_leaves_it_all_its_tasks(alice: Actor) -> None:
    both = await add_task(alice, "Both", labels=["errand", "chore"])
    one = await add_task(alice, "One", labels=["errand"])
    by_name = {label.name: label for label in await act(labels.list_labels, alice)}

    merged = await act(labels.merge_label, alice, by_name["errand"].id, by_name["chore"].id)

    assert merged.task_count == 2
    for task in (both, one):
        assert (await act(tasks.get_task, alice, task.id)).labels == ["chore"]
    with pytest.raises(NotFound):
        await act(labels.get_label, alice, by_name["errand"].id)


async def test_a_label_taken_away_is_off_all_tasks(alice: Actor) -> None:
    task = await add_task(alice, labels=["errand"])
    [label] = await act(labels.list_labels, alice)

    await act(labels.delete_label, alice, label.id)

    assert (await act(tasks.get_task, alice, task.id)).labels == []
    assert await counts(alice) == {}


async def test_what_is_done_or_deleted_does_not_count(alice: Actor) -> None:
    made = [await add_task(alice, labels=["errand"]) for _ in range(3)]
    await act(tasks.complete_task, alice, made[0].id)
    await act(tasks.delete_task, alice, made[1].id)
    assert await counts(alice) == {"errand": 1}

    await act(tasks.reopen_task, alice, made[0].id)
    await act(tasks.restore_task, alice, made[1].id)
    assert await counts(alice) == {"errand": 3}


async def test_there_are_so_many_labels_and_no_more(
    alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(labels, "LABELS_MAX", 1)
    await add_label(alice, "errand")

    with pytest.raises(LimitReached):
        await add_task(alice, labels=["errand", "another"])
    assert await counts(alice) == {"errand": 0}


@pytest.mark.parametrize("name", ["", " ", "\u200b", "x" * 61, "a\x00", 1, None])
def test_a_label_needs_a_name_one_can_see(name: object) -> None:
    with pytest.raises(ValidationError):
        LabelDraft.model_validate({"name": name})
