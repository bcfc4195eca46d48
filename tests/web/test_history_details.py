"""What the history says of a step besides its name, each as the last entry has it."""

from __future__ import annotations

from uuid import UUID

import pytest

from tests.cast import act, add_task, sign_up
from tests.core.test_projects import add_project
from todo_app.core import (
    clock,
    history,
    labels,
    moves,
    projects,
    saved_filters,
    sections,
    tasks,
    undo,
)
from todo_app.core.access import Actor
from todo_app.core.labels import LabelPatch
from todo_app.core.moves import TaskMove
from todo_app.core.projects import ProjectPatch
from todo_app.core.said_series import RecurrenceDraft
from todo_app.core.saved_filters import FilterDraft, FilterPatch
from todo_app.core.sections import SectionDraft
from todo_app.core.task_views import Due, TaskPatch
from todo_app.web import history_rows
from todo_app.web.history_rows import Reader


@pytest.fixture
async def alice(database: str) -> Actor:
    """Alice, with an account of her own."""
    return await sign_up("alice")


async def told(actor: Actor, *, last: int = 1) -> list[tuple[str, str]]:
    page = await act(history.list_changes, actor)
    entries = history_rows.entries_of(page.items, Reader("Alice", clock.now(), "UTC"))
    return [(entry["text"], entry["detail"]) for entry in entries[:last]]


async def add_section(actor: Actor, project_id: UUID, name: str) -> UUID:
    draft = SectionDraft(project_id=project_id, name=name)
    view, _ = await act(sections.create_section, actor, draft)
    return view.id


async def test_labels_are_told_by_name_also_after_they_are_gone(alice: Actor) -> None:
    task = await add_task(alice, "Dig", labels=["alpha"])
    await act(tasks.update_task, alice, task.id, TaskPatch(labels=["beta"]))
    await act(tasks.update_task, alice, task.id, TaskPatch(labels=["beta", "gamma"]))
    await act(tasks.update_task, alice, task.id, TaskPatch(labels=[], priority=1))
    await act(tasks.update_task, alice, task.id, TaskPatch(labels=["alpha"]))
    known = {one.name: one.id for one in await act(labels.list_labels, alice)}
    await act(labels.update_label, alice, known["alpha"], LabelPatch(name="ant"))
    await act(labels.merge_label, alice, known["alpha"], known["beta"])
    await act(labels.delete_label, alice, known["gamma"])
    await act(undo.undo_last, alice)
    await act(undo.undo_last, alice)

    assert await told(alice, last=9) == [
        ("Undone: Merged the label", ""),
        ("Undone: Deleted the label", ""),
        ("Deleted the label", ""),
        ("Merged the label", "Into “beta”"),
        ("Changed the label", "From “alpha” to “ant”"),
        ("Labelled", "Put on “ant”"),
        ("Changed the priority", "From P4 None to P1 Urgent, took off “beta” and “gamma”"),
        ("Labelled", "Put on “gamma”"),
        ("Relabelled", "Put on “beta”, took off “ant”"),
    ]


async def test_a_label_or_section_that_is_gone_has_its_last_name(alice: Actor) -> None:
    house = await add_project(alice, "House")
    hall = await add_section(alice, house.id, "Hall")
    task = await add_task(alice, "Dig", labels=["alpha"], project_id=house.id)
    await act(moves.move_task, alice, task.id, TaskMove(section_id=hall))
    await act(tasks.update_task, alice, task.id, TaskPatch(labels=[]))
    [label] = await act(labels.list_labels, alice)
    await act(labels.delete_label, alice, label.id)
    await act(sections.delete_section, alice, hall)

    assert (await told(alice, last=4))[2:] == [
        ("Took a label off", "Took off “alpha”"),
        ("Moved", "Into the section “Hall”"),
    ]


async def test_a_move_is_told_by_all_that_it_goes_into_and_out_of(alice: Actor) -> None:
    house = await add_project(alice, "House")
    hall, attic = [await add_section(alice, house.id, name) for name in ("Hall", "Attic")]
    whole, task = await add_task(alice, "Whole"), await add_task(alice, "Dig")
    for move in (
        TaskMove(section_id=hall),
        TaskMove(section_id=attic),
        TaskMove(parent_id=whole.id),
        TaskMove(after=whole.id),
        TaskMove(before=whole.id),
    ):
        await act(moves.move_task, alice, task.id, move)

    assert [detail for _, detail in await told(alice, last=5)] == [
        "Further up",
        "Out of the task “Whole”",
        "From “House” to “Inbox”, out of the section “Attic”, into the task “Whole”",
        "From the section “Hall” to the section “Attic”",
        "From “Inbox” to “House”, into the section “Hall”",
    ]


async def test_what_is_called_or_coloured_otherwise_is_told_with_both(alice: Actor) -> None:
    house = await add_project(alice, "House")
    view = await act(saved_filters.create_filter, alice, FilterDraft(name="Late", query="overdue"))
    patch = ProjectPatch(name="Home", colour="red")
    await act(projects.update_project, alice, house.id, patch)
    await act(saved_filters.update_filter, alice, view[0].id, FilterPatch(query="today"))

    assert await told(alice, last=2) == [
        ("Changed a filter", "From “overdue” to “today”"),
        (
            "Changed the project",
            "The name from “House” to “Home”, the colour from grey to red",
        ),
    ]


async def test_only_what_a_person_changed_of_a_series_is_called_changed(alice: Actor) -> None:
    today = clock.today("UTC")
    task = await add_task(alice, "Dig")
    daily = RecurrenceDraft(text="every day")
    await act(tasks.update_task, alice, task.id, TaskPatch(recurrence=daily))
    moved = TaskPatch(due=Due(date=today.replace(year=today.year + 1)), scope="series")
    await act(tasks.update_task, alice, task.id, moved)

    [(date_text, _), (text, detail)] = await told(alice, last=2)

    assert date_text == "Changed the due date"
    assert text == "Changed how it repeats"
    assert detail == (
        "How it repeats from never to “every day”, with it the due date from none to Today"
    )
