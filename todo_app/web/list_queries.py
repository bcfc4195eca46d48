"""Which tasks each list of the screens holds, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from todo_app.core.task_lists import Sort, TaskFilter

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


def done_today(today: date, zone: str) -> TaskFilter:
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
