from __future__ import annotations

import pytest

from tests.cast import act, add_task
from tests.core.test_projects import add_project
from todo_app.core import accounts, projects, saved_filters, task_lists, tasks
from todo_app.core.access import Actor
from todo_app.core.accounts import AccountPatch
from todo_app.core.errors import InvalidFilter, InvalidInput, NotFound
from todo_app.core.neighbours import Beside
from todo_app.core.said_series import RecurrenceDraft
from todo_app.core.saved_filters import FilterDraft, FilterView
from todo_app.core.task_lists import TaskFilter
from todo_app.core.task_views import Due


async def save(actor: Actor, name: str, query: str = "all") -> FilterView:
    made, _ = await act(saved_filters.create_filter, actor, FilterDraft(name=name, query=query))
    return made


async def counts(actor: Actor) -> dict[str, int]:
    found = await act(saved_filters.count_tasks, actor)
    names = {one.id: one.name for one in await act(saved_filters.list_filters, actor)}
    return {names[filter_id]: count for filter_id, count in found.items()}


async def test_filters_count_what_they_show(alice: Actor, bob: Actor) -> None:
    garden, shed = await add_project(alice, "Garden"), await add_project(alice, "Shed")
    await add_task(bob, "Bob's", priority=1)
    await add_task(alice, "Sow", project_id=garden.id, priority=1)
    late = Due(date="2020-02-02", time="08:00", zone="Asia/Tokyo")
    await add_task(alice, "Dig", project_id=garden.id, due=late)
    await add_task(alice, "Hidden", project_id=shed.id, priority=1)
    await act(projects.archive_project, alice, shed.id)
    done = await add_task(alice, "Done", priority=1)
    await act(tasks.complete_task, alice, done.id)
    for name, query in {
        "urgent": "p1",
        "garden": "#garden",
        "late": "overdue & #Garden",
        "done": "done",
        "words": "search: so",
        "none": "#nowhere",
    }.items():
        await save(alice, name, query)

    assert await counts(alice) == {
        "urgent": 1,
        "garden": 2,
        "late": 1,
        "done": 1,
        "words": 1,
        "none": 0,
    }
    assert await counts(bob) == {}


async def test_filters_are_put_beside_each_other(alice: Actor, bob: Actor) -> None:
    first, second, third = [await save(alice, name) for name in ("1", "2", "3")]
    his = await save(bob, "his")

    moved = await act(saved_filters.move_filter, alice, third.id, Beside(before=first.id))
    assert moved.version == 2
    await act(saved_filters.move_filter, alice, first.id, Beside(after=second.id))

    found = await act(saved_filters.list_filters, alice)
    assert [one.name for one in found] == ["3", "2", "1"]
    with pytest.raises(InvalidInput):
        await act(saved_filters.move_filter, alice, first.id, Beside(after=his.id))
    with pytest.raises(NotFound):
        await act(saved_filters.move_filter, alice, his.id, Beside(after=first.id))


async def test_numbers_are_dates_in_the_order_of_the_account(alice: Actor) -> None:
    await add_task(alice, "In July", due=Due(date="2030-07-04"))
    await add_task(alice, "In April", due=Due(date="2030-04-07"))

    async def titles(text: str) -> list[str]:
        page = await act(task_lists.list_tasks, alice, TaskFilter(text=text))
        return [task.title for task in page.items]

    assert await titles("4/7/2030") == ["In July"]
    await save(alice, "Saved", "13/2/2030")
    await act(accounts.update_account, alice, AccountPatch(date_order="month_first"))
    assert await titles("4/7/2030") == ["In April"]
    with pytest.raises(InvalidFilter):
        await save(alice, "Other", "13/2/2030")
    # What was saved before and is no date any more is counted no more.
    assert await counts(alice) == {}


async def test_what_repeats_is_recurring(alice: Actor) -> None:
    daily = RecurrenceDraft(text="every day")
    await add_task(alice, "Daily", recurrence=daily, due=Due(date="2030-01-01"))
    await add_task(alice, "Once")
    for text, expected in (("recurring", ["Daily"]), ("!repeating", ["Once"])):
        page = await act(task_lists.list_tasks, alice, TaskFilter(text=text))
        assert [task.title for task in page.items] == expected
