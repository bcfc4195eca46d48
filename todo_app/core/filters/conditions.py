"""What a filter means: the conditions on tasks that it stands for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, false, not_, or_, true, tuple_

from todo_app.core.filters.days import resolve
from todo_app.core.filters.syntax import (
    And,
    Expression,
    Filter,
    Is,
    NextDays,
    Not,
    On,
    Or,
    Priority,
    Relation,
    terms,
)
from todo_app.core.models import TASKS

_ONE_DAY = timedelta(days=1)
_FIRST_DAY, _LAST_DAY = date.min + _ONE_DAY, date.max - _ONE_DAY
"""The days whose midnights are moments in every zone."""


def conditions(
    filter_: Filter, *, now: datetime, zone: str, due_zones: Iterable[str] = ()
) -> list[ColumnElement[bool]]:
    """The condition of each list of a filter, seen from a moment in a person's time zone.

    `due_zones` are those of the tasks that are `due_around` the moment. Whose tasks they are is
    for `access` to say.
    """
    view = _View(now, ZoneInfo(zone), tuple(due_zones))
    return [_list(one, view) for one in filter_.lists]


def needs_due_zones(filter_: Filter) -> bool:
    """Whether it matters in which zones tasks are due."""
    return any(term == Is("overdue") for one in filter_.lists for term in terms(one))


def due_around(now: datetime) -> ColumnElement[bool]:
    """Due at a time of which only the zone tells whether it has passed."""
    today, due_date = now.astimezone(UTC).date(), TASKS.c.due_date
    return and_(
        TASKS.c.due_time.is_not(None),
        due_date.is_not(None),
        due_date >= today - _ONE_DAY,
        due_date <= today + _ONE_DAY,
    )


@dataclass(frozen=True, slots=True)
class _View:
    """When and where days are seen from, and the zones that tasks may be due in."""

    now: datetime
    zone: ZoneInfo
    due_zones: tuple[str, ...]

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone)


def _list(expression: Expression, view: _View) -> ColumnElement[bool]:
    """A list is of open tasks, unless it says something about done ones."""
    if any(
        term == Is("done") or getattr(term, "moment", "") == "done" for term in terms(expression)
    ):
        return _meaning(expression, view)
    return and_(TASKS.c.completed_at.is_(None), _meaning(expression, view))


# No condition may be NULL where a task has no date: `!` would make nothing of it.
def _meaning(expression: Expression, view: _View) -> ColumnElement[bool]:
    match expression:
        case Or(parts=parts):
            return or_(*(_meaning(part, view) for part in parts))
        case And(parts=parts):
            return and_(*(_meaning(part, view) for part in parts))
        case Not(part=part):
            return not_(_meaning(part, view))
        case Is():
            return _word(expression, view)
        case Priority(number=number):
            return TASKS.c.priority == number
        case NextDays(count=count):
            return _between(TASKS.c.due_date, view.today, view.today + timedelta(count))
        case On():
            return _on(expression, view)


def _word(term: Is, view: _View) -> ColumnElement[bool]:
    match term.word:
        case "all":
            return true()
        case "done":
            return TASKS.c.completed_at.is_not(None)
        case "no date":
            return TASKS.c.due_date.is_(None)
        case "no time":
            return TASKS.c.due_time.is_(None)
        case "overdue":
            return _is_overdue(view)


def _is_overdue(view: _View) -> ColumnElement[bool]:
    """A date from the next day on, a time from its instant on, in whatever zone it is."""
    due_date, has_time = TASKS.c.due_date, TASKS.c.due_time.is_not(None)
    surely = view.now.astimezone(UTC).date() - _ONE_DAY
    passed = [_has_passed(zone, view.now) for zone in view.due_zones]
    return and_(
        due_date.is_not(None),
        or_(
            and_(~has_time, due_date < view.today),
            and_(has_time, due_date < surely),
            and_(due_around(view.now), or_(false(), *passed)),
        ),
    )


def _has_passed(zone: str, now: datetime) -> ColumnElement[bool]:
    local = now.astimezone(ZoneInfo(zone))
    due = tuple_(TASKS.c.due_date, TASKS.c.due_time)
    return and_(TASKS.c.due_zone == zone, due <= (local.date(), f"{local:%H:%M}"))


def _on(term: On, view: _View) -> ColumnElement[bool]:
    day = resolve(term.day, view.today, in_the_past=term.moment != "due")
    day = min(max(day, _FIRST_DAY), _LAST_DAY)
    if term.moment == "due":
        return _related(term.relation, TASKS.c.due_date, day, day + _ONE_DAY)
    column = TASKS.c.created_at if term.moment == "created" else TASKS.c.completed_at
    start, end = view.midnight(day), view.midnight(day + _ONE_DAY)
    return _related(term.relation, column, start, end)


def _related(
    relation: Relation, column: ColumnElement[Any], start: date, end: date
) -> ColumnElement[bool]:
    match relation:
        case "on":
            return _between(column, start, end)
        case "before":
            return and_(column.is_not(None), column < start)
        case "after":
            return and_(column.is_not(None), column >= end)


def _between(column: ColumnElement[Any], start: date, end: date) -> ColumnElement[bool]:
    return and_(column.is_not(None), column >= start, column < end)
