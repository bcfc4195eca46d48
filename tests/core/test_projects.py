from __future__ import annotations

from itertools import count

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from tests.cast import act, add_task, meddling, stored_tasks
from todo_app.core import (
    clock,
    positions,
    projects,
    sections,
    task_counts,
    task_lists,
    tasks,
    trash,
    undo,
)
from todo_app.core.access import Actor
from todo_app.core.errors import InboxStays, LimitReached, NotFound, StaleVersion
from todo_app.core.models import Project
from todo_app.core.neighbours import Beside
from todo_app.core.positions import NoRoomError
from todo_app.core.projects import ProjectDraft, ProjectPatch, ProjectView
from todo_app.core.sections import SectionDraft, SectionPatch, SectionView
from todo_app.core.task_lists import TaskFilter


async def add_project(actor: Actor, name: str = "Garden") -> ProjectView:
    project, _ = await act(projects.create_project, actor, ProjectDraft(name=name))
    return project


async def add_section(actor: Actor, project: ProjectView, name: str) -> SectionView:
    draft = SectionDraft(project_id=project.id, name=name)
    section, _ = await act(sections.create_section, actor, draft)
    return section


async def names(actor: Actor) -> list[str]:
    return [project.name for project in await act(projects.list_projects, actor)]


async def titles(actor: Actor, **filters: object) -> list[str]:
    wanted = TaskFilter.model_validate({"completed": False} | filters)
    page = await act(task_lists.list_tasks, actor, wanted, sort="outline")
    return [task.title for task in page.items]


async def test_an_account_begins_with_an_inbox_that_is_where_tasks_go(alice: Actor) -> None:
    task = await add_task(alice)
    [inbox] = await act(projects.list_projects, alice)

    assert (inbox.name, inbox.is_inbox, inbox.task_count) == ("Inbox", True, 1)
    assert task.project_id == inbox.id == alice.user_id


async def test_the_inbox_stays(alice: Actor) -> None:
    inbox = alice.user_id
    for operation in (projects.delete_project, projects.archive_project):
        with pytest.raises(InboxStays):
            await act(operation, alice, inbox)
    with pytest.raises(InboxStays):
        await act(projects.update_project, alice, inbox, ProjectPatch(name="Outbox"))

    await act(projects.update_project, alice, inbox, ProjectPatch(name="Inbox", colour="blue"))
    assert await names(alice) == ["Inbox"]


@pytest.mark.parametrize("column", ["archived_at", "deleted_at"])
async def test_the_database_itself_keeps_the_inbox(alice: Actor, column: str) -> None:
    broken = update(Project).values({column: clock.now()})
    with pytest.raises(IntegrityError):
        async with meddling() as db:
            await db.execute(broken)


async def test_projects_stand_in_the_order_they_are_put_in(alice: Actor) -> None:
    first, second, third = [await add_project(alice, name) for name in ("One", "Two", "Three")]
    await act(projects.move_project, alice, third.id, Beside(before=first.id))
    await act(projects.move_project, alice, first.id, Beside(after=second.id))

    assert await names(alice) == ["Inbox", "Three", "Two", "One"]


def crowd(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each move find no room at first, so that all others are spread out."""
    turns, between = count(), positions.between

    def crowded(before: str | None, after: str | None) -> str:
        if next(turns) % 2 == 0:
            raise NoRoomError
        return between(before, after)

    monkeypatch.setattr(positions, "between", crowded)


async def test_an_order_without_room_is_spread_and_stays_the_same_back_and_forth(
    alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd(monkeypatch)
    made = [await add_project(alice, str(number)) for number in range(3)]
    for turn in range(4):
        await act(projects.move_project, alice, made[turn % 2].id, Beside(before=made[2].id))

        moved, other = str(turn % 2), str(1 - turn % 2)
        assert await names(alice) == ["Inbox", other, moved, "2"]

    for turn in reversed(range(4)):
        await act(undo.undo_last, alice)
        moved, other = str(turn % 2), str(1 - turn % 2)
        assert await names(alice) == ["Inbox", moved, other, "2"]


async def test_a_project_that_was_changed_meanwhile_is_not_overwritten(alice: Actor) -> None:
    project = await add_project(alice)
    await act(projects.update_project, alice, project.id, ProjectPatch(colour="red"))

    with pytest.raises(StaleVersion) as stale:
        await act(
            projects.update_project, alice, project.id, ProjectPatch(name="x"), expected_version=1
        )
    assert isinstance(stale.value.current, ProjectView)
    assert stale.value.current.colour == "red"


async def test_there_are_so_many_projects_and_no_more(
    alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projects, "PROJECTS_MAX", 2)
    project = await add_project(alice)
    with pytest.raises(LimitReached):
        await add_project(alice)

    await act(projects.delete_project, alice, project.id)
    await add_project(alice)
    with pytest.raises(LimitReached):
        await act(projects.restore_project, alice, project.id)


async def test_tasks_of_an_archived_project_are_in_no_list_but_its_own(alice: Actor) -> None:
    project = await add_project(alice)
    await add_task(alice, "Sow", project_id=project.id)
    await act(projects.archive_project, alice, project.id)

    assert await titles(alice) == []
    assert (await act(task_counts.count_tasks, alice)).inbox == 0
    assert await titles(alice, project_id=project.id) == ["Sow"]

    await act(projects.unarchive_project, alice, project.id)
    assert await titles(alice) == ["Sow"]


async def test_a_project_goes_to_the_trash_and_comes_back_with_all_it_held(alice: Actor) -> None:
    project = await add_project(alice)
    section = await add_section(alice, project, "Spring")
    whole = await add_task(alice, "Sow", section_id=section.id, labels=["errand"])
    part = await add_task(alice, "Buy seeds", parent_id=whole.id)
    old = await add_task(alice, "Deleted before", project_id=project.id)
    await act(tasks.delete_task, alice, old.id)
    before = await stored_tasks()

    await act(projects.delete_project, alice, project.id)

    assert await titles(alice) == []
    for operation, one in ((projects.get_project, project), (sections.get_section, section)):
        with pytest.raises(NotFound):
            await act(operation, alice, one.id)
    with pytest.raises(NotFound):
        await act(tasks.get_task, alice, part.id)
    assert [one.name for one in await act(trash.list_trash, alice)] == ["Garden", "Deleted before"]

    restored = await act(projects.restore_project, alice, project.id)

    passing = {"version", "updated_at"}
    assert [{k: row[k] for k in row.keys() - passing} for row in await stored_tasks()] == [
        {k: row[k] for k in row.keys() - passing} for row in before
    ]
    assert restored.task_count == 2
    assert [one.name for one in await act(trash.list_trash, alice)] == ["Deleted before"]


async def test_sections_are_headings_in_an_order_that_their_tasks_follow(alice: Actor) -> None:
    project = await add_project(alice)
    spring, autumn = [await add_section(alice, project, name) for name in ("Spring", "Autumn")]
    await add_task(alice, "Harvest", section_id=autumn.id)
    await add_task(alice, "Sow", section_id=spring.id)
    await add_task(alice, "Plan", project_id=project.id)
    assert await titles(alice, project_id=project.id) == ["Plan", "Sow", "Harvest"]

    await act(sections.move_section, alice, autumn.id, Beside(before=spring.id))
    assert await titles(alice, project_id=project.id) == ["Plan", "Harvest", "Sow"]

    await act(sections.update_section, alice, spring.id, SectionPatch(name="May"))
    listed = await act(sections.list_sections, alice, project.id)
    assert [section.name for section in listed] == ["Autumn", "May"]


async def test_the_tasks_of_a_section_that_is_taken_away_stay(alice: Actor) -> None:
    project = await add_project(alice)
    section = await add_section(alice, project, "Spring")
    whole = await add_task(alice, "Sow", section_id=section.id)
    await add_task(alice, "Buy seeds", parent_id=whole.id)

    await act(sections.delete_section, alice, section.id)

    assert await titles(alice, project_id=project.id) == ["Sow", "Buy seeds"]
    assert (await act(tasks.get_task, alice, whole.id)).section_id is None
