"""Which tasks each list of the screens holds, and in which order."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Literal, NamedTuple, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from todo_app.core import day_lists, task_lists
from todo_app.core.filters.naming import find_nameless
from todo_app.core.filters.passing import Known
from todo_app.core.filters.reader import MAX_CHARACTERS
from todo_app.core.filters.syntax import Kind
from todo_app.core.outlines import Outline, PageOf
from todo_app.core.task_lists import Sort, TaskFilter, TaskPage
from todo_app.core.weeks import WeekStart
from todo_app.web import routes
from todo_app.web.session import Person

DAYS_AHEAD = 28
ListName = Literal[
    "today", "upcoming", "inbox", "completed", "search", "project", "label", "filter"
]


def query_of(
    name: ListName, today: date, place_id: UUID, label: str, text: str
) -> tuple[TaskFilter, Sort]:
    """The filter and the order of a list; its project, label or filter is that of the page."""
    if name == "today":
        return TaskFilter(completed=False, due_before=today + timedelta(days=1)), "due"
    if name == "upcoming":
        return TaskFilter(completed=False, due_after=today), "due"
    if name in {"inbox", "project"}:
        return TaskFilter(completed=False, project_id=place_id, unfolded=True), "outline"
    if name == "label":
        return TaskFilter(completed=False, label=label), "planned"
    if name == "filter":
        return TaskFilter(text=text), "planned"
    return TaskFilter(completed=True), "completed"


class Wanted(NamedTuple):
    """What an address asks for: the task in the panel, a place, a filter that is not saved."""

    task: str
    place_id: str
    filter: str | None


def wanted_by(parameters: Mapping[str, str]) -> Wanted:
    """What the parameters of an address ask for."""
    place_id = parameters.get(routes.OPEN_PLACE, "")
    typed = parameters.get(routes.TYPED, "")
    is_usable = routes.TYPED in parameters and len(typed) <= MAX_CHARACTERS
    return Wanted(
        task=parameters.get(routes.OPEN_TASK, ""),
        place_id=place_id if routes.is_id(place_id) else "",
        filter=typed if is_usable else None,
    )


def page_of(name: ListName, place_id: str) -> PageOf | None:
    """The page of a list, if that is one of a project, a label or a filter."""
    return routes.page_named(f"/{name}?{routes.OPEN_PLACE}={place_id}")


def known_of(outline: Outline | None, user: Person) -> Known | None:
    """What the filter of a page that was opened need not ask for."""
    if outline is None or outline.page.kind != "filter":
        return None
    week_start = cast("WeekStart", user["week_start"])
    return Known(user["date_order"] == "day_first", week_start, outline.names)


def nameless_in(text: str, outline: Outline | None) -> list[tuple[Kind, int, int]]:
    """What a filter names that there is not: of which kind, and where, its mark included."""
    if outline is None:
        return []
    found = find_nameless(text, outline.names)
    return [(term.kind, start - 1, end) for term, start, end in found]


def reader_of(
    name: ListName, day: tuple[date, str], known: Known | None
) -> tuple[Callable[..., Awaitable[TaskPage]], object]:
    """What reads a part of a list, and what it takes besides.

    `day` is today, and the zone where it is.
    """
    today, _ = day
    if name == "today":
        return day_lists.list_due, _done_today(*day)
    if name == "upcoming":
        return day_lists.list_upcoming, today + timedelta(days=DAYS_AHEAD)
    return task_lists.list_with_progress, known


def _done_today(today: date, zone: str) -> TaskFilter:
    """What was due and is done on this day."""
    return TaskFilter(
        completed=True,
        completed_since=datetime.combine(today, time(), ZoneInfo(zone)),
        due_before=today + timedelta(days=1),
    )


def days_ahead(
    today: date, edges: Sequence[date], has_earlier: bool, has_more: bool
) -> tuple[date, date]:
    """From when to when one looks for what comes again, in a window with days at its edges."""
    first, last = today + timedelta(days=1), today + timedelta(days=DAYS_AHEAD)
    if edges and has_earlier:
        first = edges[0]
    if edges and has_more:
        last = min(last, edges[-1])
    return first, last
