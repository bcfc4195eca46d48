from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from tests.cast import act, stored_tasks
from todo_app.core import projects, quick_lines, sections, tasks, undo
from todo_app.core.access import Actor
from todo_app.core.errors import InvalidInput, NotFound
from todo_app.core.models import new_id
from todo_app.core.projects import ProjectDraft
from todo_app.core.quick_lines import LINES_MAX
from todo_app.core.quick_tasks import QuickPlace
from todo_app.core.sections import SectionDraft
from todo_app.core.task_views import Due, TaskView

SATURDAY = datetime(2026, 11, 21, 9, tzinfo=UTC)
TODAY = Due(date=SATURDAY.date())
TRIP = """
Trip #Travel tomorrow
    Pack p1
        - Shoes
    Book @phone 24.12.
Call Ann
"""


async def add_lines(
    actor: Actor,
    text: str,
    *,
    first_id: UUID | None = None,
    due: Due | None = None,
    place: QuickPlace | None = None,
) -> list[TaskView]:
    return await act(
        quick_lines.create_quick_tasks,
        actor,
        first_id or new_id(),
        text,
        due=due,
        typed_at=SATURDAY,
        place=place or QuickPlace(is_first=True),
    )


async def test_each_line_is_a_task_and_an_indented_one_is_part_of_another(alice: Actor) -> None:
    trip, pack, shoes, book, call = await add_lines(alice, TRIP, due=TODAY)

    assert [trip.title, pack.title, shoes.title] == ["Trip", "Pack", "Shoes"]
    assert (trip.due, call.due) == (Due(date=date(2026, 11, 22)), TODAY)
    assert (pack.priority, pack.due) == (1, None)
    assert (book.labels, book.due) == (["phone"], Due(date=date(2026, 12, 24)))
    assert [one.parent_id for one in (trip, pack, shoes, book, call)] == [
        *(None, trip.id, pack.id, trip.id, None)
    ]
    assert {one.project_id for one in (pack, shoes, book)} == {trip.project_id}
    assert call.project_id == alice.user_id


@pytest.mark.parametrize("is_first", [True, False])
async def test_lines_stay_in_their_order(alice: Actor, *, is_first: bool) -> None:
    text = "\n".join(f"{number}\n a\n b" for number in range(3))
    made = await add_lines(alice, text, place=QuickPlace(is_first=is_first))

    assert [one.id for one in made] == sorted(one.id for one in made)
    paths = [(await act(tasks.get_task, alice, one.id)).path for one in made]
    assert paths == sorted(paths)


async def test_one_undo_takes_all_lines_back_with_what_they_made(alice: Actor) -> None:
    await add_lines(alice, TRIP)

    await act(undo.undo_last, alice)

    assert all(row["deleted_at"] for row in await stored_tasks())
    assert [one.name for one in await act(projects.list_projects, alice)] == ["Inbox"]


async def test_the_same_lines_again_add_nothing(alice: Actor, bob: Actor) -> None:
    first_id = new_id()
    made = await add_lines(alice, TRIP, first_id=first_id)

    assert await add_lines(alice, TRIP, first_id=first_id) == []
    with pytest.raises(NotFound):
        await add_lines(bob, TRIP, first_id=first_id)
    assert len(await stored_tasks()) == len(made)


async def test_a_line_has_no_more_room_than_a_task_has(alice: Actor) -> None:
    deep = "\n".join(f"{' ' * depth}Level {depth}" for depth in range(8))

    made = await add_lines(alice, f"{deep}\ntomorrow #Home")

    parents = {one.id: one.parent_id for one in made}
    assert [parents[one.id] for one in made[5:8]] == [made[3].id] * 3
    assert made[-1].title == "tomorrow #Home"


async def test_what_is_indented_stays_with_what_it_is_a_part_of(alice: Actor) -> None:
    project, _ = await act(projects.create_project, alice, ProjectDraft(name="Home"))
    draft = SectionDraft(project_id=project.id, name="Bills")
    section, _ = await act(sections.create_section, alice, draft)

    rent, part, other = await add_lines(
        alice,
        "Rent /Bills\n Sign /Bills #Work\nEdit /etc",
        place=QuickPlace(project_id=project.id, is_first=True),
    )

    assert (rent.title, rent.section_id) == ("Rent", section.id)
    assert (part.title, part.section_id) == ("Sign /Bills #Work", section.id)
    assert (other.title, other.section_id, other.project_id) == ("Edit /etc", None, project.id)


async def test_what_lines_would_make_is_known_before_each_name_once(alice: Actor) -> None:
    text = "Go #Travel /Tickets @bag\n Pack #Work @Bag\n#Lone @lone\nRest #travel /tickets @new"

    before = await act(quick_lines.list_new_names, alice, text)
    await add_lines(alice, text)

    assert [(one.kind, one.reading) for one in before] == [
        ("project", "Travel"),
        ("section", "Tickets"),
        ("label", "bag"),
        ("label", "new"),
    ]
    assert await act(quick_lines.list_new_names, alice, text) == []


async def test_a_line_that_is_no_task_is_named_and_nothing_is_added(alice: Actor) -> None:
    with pytest.raises(InvalidInput, match="title_too_long") as refusal:
        await add_lines(alice, f"Fine\n{'x' * 501}")
    with pytest.raises(InvalidInput, match="too_many_lines"):
        await add_lines(alice, "x\n" * (LINES_MAX + 1))

    assert refusal.value.place == 1
    assert await stored_tasks() == []
