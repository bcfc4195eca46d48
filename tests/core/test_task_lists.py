from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from tests.cast import act, meddling
from todo_app.core import day_lists, task_lists, tasks
from todo_app.core.access import Actor
from todo_app.core.errors import InvalidCursor
from todo_app.core.models import Task, new_id
from todo_app.core.task_lists import Asked, Sort, TaskFilter, TaskPage, cursor_at, list_tasks
from todo_app.core.task_views import TaskView

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
TODAY = NOON.date()
SORTS: tuple[Sort, ...] = get_args(Sort)

FILTERS = {
    "none": TaskFilter(),
    "open": TaskFilter(completed=False),
    "completed": TaskFilter(completed=True),
    "due before": TaskFilter(due_before=TODAY),
    "due after": TaskFilter(due_after=TODAY),
    "due between": TaskFilter(
        due_after=TODAY - timedelta(days=2), due_before=TODAY + timedelta(days=2)
    ),
    "completed since": TaskFilter(completed_since=NOON - timedelta(hours=5)),
    "priority": TaskFilter(priority=1),
    "all together": TaskFilter(completed=False, due_after=date.min, priority=2),
}


def passes(task: TaskView, filters: TaskFilter, sort: Sort) -> bool:
    """The rule of each filter, written again in Python."""
    due = task.due and task.due.date
    return (
        (filters.completed is None or filters.completed == (task.completed_at is not None))
        and (filters.due_before is None or (due is not None and due < filters.due_before))
        and (filters.due_after is None or (due is not None and due > filters.due_after))
        and (
            filters.completed_since is None
            or (task.completed_at is not None and task.completed_at >= filters.completed_since)
        )
        and (filters.priority is None or task.priority == filters.priority)
        and (sort != "due" or due is not None)
        and (sort != "completed" or task.completed_at is not None)
    )


def _planned_key(task: TaskView) -> tuple[Any, ...]:
    return _due_key(task) if task.due else (date.max, "24:00", task.priority, task.id.hex)


def _due_key(task: TaskView) -> tuple[Any, ...]:
    assert task.due is not None
    return (task.due.date, task.due.time or "24:00", task.priority, task.id.hex)


KEYS: dict[Sort, Callable[[TaskView], tuple[Any, ...]]] = {
    "created": lambda task: (task.created_at, task.id.hex),
    "newest": lambda task: (task.created_at, task.id.hex),
    "due": _due_key,
    "planned": _planned_key,
    "completed": lambda task: (task.completed_at, task.id.hex),
    "outline": lambda task: (task.path, task.id.hex),
}
FALLING = {"newest", "completed"}


@pytest.fixture
async def everything(alice: Actor, bob: Actor) -> list[TaskView]:
    """Sixty tasks of Alice's with many equal dates; some deleted ones, and some of Bob's."""
    dice = random.Random(7)  # noqa: S311 - the same tasks in every run
    rows = []
    for number in range(80):
        due = dice.choice([None, *(TODAY + timedelta(days=day) for day in (-3, -1, 0, 0, 1, 3))])
        time = due and dice.choice([None, None, "09:00", "23:59", "00:00"])
        moment = NOON - timedelta(hours=dice.randrange(12), microseconds=dice.randrange(2))
        rows.append(
            Task(
                id=new_id(),
                user_id=bob.user_id if number >= 70 else alice.user_id,
                title=f"Task {number}",
                priority=dice.randint(1, 4),
                due_date=due,
                due_time=time,
                due_zone=time and "UTC",
                created_at=moment,
                updated_at=moment,
                completed_at=dice.choice([None, None, moment]),
                deleted_at=moment if 60 <= number < 70 else None,
            )
        )
    async with meddling() as db:
        db.add_all(rows)
    own = rows[:60]
    return [await act(tasks.get_task, alice, row.id) for row in own]


def expected(everything: list[TaskView], filters: TaskFilter, sort: Sort) -> list[str]:
    found = [task for task in everything if passes(task, filters, sort)]
    return [task.title for task in sorted(found, key=KEYS[sort], reverse=sort in FALLING)]


async def page(actor: Actor, filters: TaskFilter, **options: Any) -> TaskPage:  # noqa: ANN401
    return await act(list_tasks, actor, filters, **options)


def flat(pages: Iterable[list[str]]) -> list[str]:
    return list(chain.from_iterable(pages))


async def walk(
    actor: Actor,
    filters: TaskFilter,
    *,
    start: str | None = None,
    **options: Any,  # noqa: ANN401
) -> list[list[str]]:
    """The titles of every page, followed by its cursor to the end."""
    pages, cursor = [], start
    while True:
        found = await page(actor, filters, cursor=cursor, **options)
        pages.append([task.title for task in found.items])
        cursor = found.previous_cursor if options.get("backwards") else found.next_cursor
        if cursor is None:
            return pages


@pytest.mark.parametrize("sort", SORTS)
async def test_a_list_holds_what_passes_its_filter_in_its_order(
    alice: Actor, everything: list[TaskView], sort: Sort
) -> None:
    for name, filters in FILTERS.items():
        found = await page(alice, filters, sort=sort, limit=200)

        assert [task.title for task in found.items] == expected(everything, filters, sort), name
        assert (found.next_cursor, found.previous_cursor) == (None, None), name


@pytest.mark.parametrize("sort", SORTS)
async def test_paging_forward_shows_everything_once(
    alice: Actor, everything: list[TaskView], sort: Sort
) -> None:
    for limit in (1, 7, 60):
        pages = await walk(alice, TaskFilter(), sort=sort, limit=limit)

        assert flat(pages) == expected(everything, TaskFilter(), sort)
        assert all(len(found) == limit for found in pages[:-1])
        assert pages[-1]


@pytest.mark.parametrize("sort", SORTS)
async def test_paging_backward_shows_everything_once(
    alice: Actor, everything: list[TaskView], sort: Sort
) -> None:
    last = (await page(alice, TaskFilter(), sort=sort, limit=200)).items[-1]
    start = cursor_at(last, TaskFilter(), sort)

    pages = await walk(alice, TaskFilter(), sort=sort, limit=7, start=start, backwards=True)

    assert flat(reversed(pages)) == expected(everything, TaskFilter(), sort)[:-1]


@pytest.mark.parametrize("sort", SORTS)
async def test_a_page_back_is_the_page_one_came_from(
    alice: Actor, everything: list[TaskView], sort: Sort
) -> None:
    first = await page(alice, TaskFilter(), sort=sort, limit=7)
    second = await page(alice, TaskFilter(), sort=sort, limit=7, cursor=first.next_cursor)

    back = await page(
        alice, TaskFilter(), sort=sort, limit=7, cursor=second.previous_cursor, backwards=True
    )

    assert back.items == first.items
    assert back.previous_cursor is None
    assert back.next_cursor == first.next_cursor


async def test_what_is_due_is_told_with_what_was_done_last_on_every_page(
    alice: Actor, everything: list[TaskView]
) -> None:
    due, done = TaskFilter(completed=False, due_before=TODAY), TaskFilter(completed=True)
    latest = expected(everything, done, "completed")[: day_lists.DONE_MAX]
    pages, cursor = [], None
    while not pages or cursor:
        found = await act(day_lists.list_due, alice, Asked(due, "due", 4, cursor), done)
        assert [task.title for task in found.done] == latest
        pages.append([task.title for task in found.items])
        cursor, back = found.next_cursor, found.previous_cursor

    asked = Asked(due, "due", 4, back, backwards=True)
    before = await act(day_lists.list_due, alice, asked, done)
    assert flat(pages) == expected(everything, due, "due")
    assert [task.title for task in before.items] == pages[-2]


async def test_what_is_added_or_deleted_while_paging_neither_repeats_nor_hides_the_rest(
    alice: Actor, everything: list[TaskView]
) -> None:
    first = await page(alice, TaskFilter(), limit=7)
    for task in first.items[3:]:
        await act(tasks.delete_task, alice, task.id)
    late = tasks.TaskDraft(title="Late")
    await act(tasks.create_task, alice, late)

    assert first.next_cursor is not None
    rest = await walk(alice, TaskFilter(), limit=7, start=first.next_cursor)

    assert flat(rest) == [*expected(everything, TaskFilter(), "created")[7:], "Late"]


async def test_an_empty_list_has_no_cursors(alice: Actor) -> None:
    found = await page(alice, TaskFilter())

    assert (found.items, found.next_cursor, found.previous_cursor) == ([], None, None)


async def test_a_stranger_sees_nothing_even_with_anothers_cursor(
    alice: Actor, charlie: Actor, everything: list[TaskView]
) -> None:
    cursor = (await page(alice, TaskFilter(), limit=7)).next_cursor

    assert (await page(charlie, TaskFilter())).items == []
    assert (await page(charlie, TaskFilter(), cursor=cursor)).items == []


@pytest.mark.parametrize("sort", SORTS)
async def test_a_cursor_of_another_order_is_refused(
    alice: Actor, everything: list[TaskView], sort: Sort
) -> None:
    cursor = (await page(alice, TaskFilter(), sort=sort, limit=7)).next_cursor

    for other in SORTS:
        if other != sort:
            with pytest.raises(InvalidCursor):
                await page(alice, TaskFilter(), sort=other, cursor=cursor)


async def test_a_cursor_of_another_filter_is_refused(
    alice: Actor, everything: list[TaskView]
) -> None:
    cursor = (await page(alice, TaskFilter(), limit=7)).next_cursor

    for filters in (TaskFilter(completed=False), TaskFilter(priority=1)):
        with pytest.raises(InvalidCursor):
            await page(alice, filters, cursor=cursor)


def forged(*place: object) -> str:
    """A cursor with the right fingerprint and a place of our own."""
    fingerprint = task_lists._fingerprint(TaskFilter(), "created")
    return base64.urlsafe_b64encode(json.dumps([fingerprint, *place]).encode()).decode()


async def test_a_cursor_we_did_not_write_is_refused(alice: Actor) -> None:
    for cursor in (
        "",
        " ",
        "x",
        "=",
        "....",
        "\x00",
        "\ud800",
        "\u00e9",
        "x" * 1_000,
        "x" * 1_000_000,
        base64.urlsafe_b64encode(b"[" * 700).decode(),
        base64.urlsafe_b64encode(b"null").decode(),
        base64.urlsafe_b64encode(b"1").decode(),
        base64.urlsafe_b64encode(b"{}").decode(),
        base64.urlsafe_b64encode(b"[]").decode(),
        base64.urlsafe_b64encode(b'"text"').decode(),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
        forged(),
        forged("2026-03-10T12:00:00+00:00"),
        forged("2026-03-10T12:00:00+00:00", str(new_id()), 1),
        forged("yesterday", str(new_id())),
        forged("2026-03-10T12:00:00+00:00", "' OR 1=1 --"),
        forged(1, 2),
        forged(None, None),
        forged([], {}),
        forged("2026-03-10T12:00:00", str(new_id())),
        forged("0001-01-01T00:00:00+23:59", str(new_id())),
        forged("9999-12-31T23:59:59-23:59", str(new_id())),
    ):
        with pytest.raises(InvalidCursor):
            await page(alice, TaskFilter(), cursor=cursor)


async def test_a_forged_place_in_the_due_list_is_refused(alice: Actor) -> None:
    fingerprint = task_lists._fingerprint(TaskFilter(), "due")
    for place in (
        ["2026-03-10", "09:00", 2**70, str(new_id())],
        ["2026-03-10", "09:00", 1e400, str(new_id())],
        ["2026-03-10", "\x00", 1, str(new_id())],
        ["2026-03-10", "\ud800", 1, str(new_id())],
        ["2026-03-10", ["09:00"], 1, str(new_id())],
        ["2026-03-10T00:00", "09:00", 1, str(new_id())],
    ):
        text = json.dumps([fingerprint, *place]).encode()
        with pytest.raises(InvalidCursor):
            await page(
                alice, TaskFilter(), sort="due", cursor=base64.urlsafe_b64encode(text).decode()
            )


@pytest.mark.parametrize(
    "filters",
    [
        {"priority": 5},
        {"priority": "1"},
        {"due_before": "soon"},
        {"completed": "perhaps"},
        {"completed_since": "yesterday"},
        {"user_id": str(new_id())},
    ],
    ids=range(6),
)
def test_a_filter_that_is_none_is_refused(filters: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        TaskFilter.model_validate(filters)


@pytest.mark.parametrize("since", ["2026-03-10T12:00:00", "0001-01-01T00:00:00+14:00"])
def test_a_moment_without_a_zone_or_out_of_the_calendar_is_refused(since: str) -> None:
    with pytest.raises(ValidationError):
        TaskFilter.model_validate({"completed_since": since})


async def test_a_moment_in_another_zone_is_the_same_moment(
    alice: Actor, everything: list[TaskView]
) -> None:
    there = TaskFilter.model_validate({"completed_since": "2026-03-10T16:00:00+09:00"})
    here = TaskFilter.model_validate({"completed_since": "2026-03-10T07:00:00Z"})

    found = [await page(alice, filters, limit=200) for filters in (there, here)]

    assert found[0].items == found[1].items != []
