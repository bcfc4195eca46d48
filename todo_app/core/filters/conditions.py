"""What a filter means: the conditions on tasks that it stands for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, not_, or_, select, true

from todo_app.core import own_days
from todo_app.core.access import own_rows
from todo_app.core.filters.days import resolve
from todo_app.core.filters.syntax import (
    And,
    Expression,
    Filter,
    Is,
    Named,
    NextDays,
    Not,
    On,
    Or,
    Priority,
    Relation,
    Search,
    Term,
    terms,
)
from todo_app.core.models import TASK_LABELS, TASKS
from todo_app.core.weeks import WeekStart

_ONE_DAY = timedelta(days=1)
_FIRST_DAY, _LAST_DAY = date.min + _ONE_DAY, date.max - _ONE_DAY
"""The days whose midnights are moments in every zone."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: when and where, and what only the database knows about their tasks.

    `ids` are those of the things that have a name, and `search` is the condition that search finds
    a task by a text.
    """

    now: datetime
    zone: ZoneInfo
    search: Callable[[str], ColumnElement[bool]]
    ids: Mapping[Named, Sequence[UUID]] = field(default_factory=dict)
    week_start: WeekStart = "monday"

    @property
    def today(self) -> date:
        """The day it is for them."""
        return self.now.astimezone(self.zone).date()

    def midnight(self, day: date) -> datetime:
        """The moment a day begins for them."""
        return datetime.combine(day, time(), self.zone)


def conditions(filter_: Filter, asker: Asker) -> list[ColumnElement[bool]]:
    """The condition of each list of a filter. Whose tasks they are is for `access` to say."""
    return [_list(one, asker) for one in filter_.lists]


def all_terms(filter_: Filter) -> Iterator[Term]:
    """Every term of every list."""
    return (term for one in filter_.lists for term in terms(one))


def _list(expression: Expression, asker: Asker) -> ColumnElement[bool]:
    """A list is of open tasks, unless it says something about done ones."""
    if any(
        term == Is("done") or getattr(term, "moment", "") == "done" for term in terms(expression)
    ):
        return _meaning(expression, asker)
    return and_(TASKS.c.completed_at.is_(None), _meaning(expression, asker))


# No condition may be NULL where a task has no date: `!` would make nothing of it.
def _meaning(expression: Expression, asker: Asker) -> ColumnElement[bool]:
    match expression:
        case Or(parts=parts):
            return or_(*(_meaning(part, asker) for part in parts))
        case And(parts=parts):
            return and_(*(_meaning(part, asker) for part in parts))
        case Not(part=part):
            return not_(_meaning(part, asker))
        case Is():
            return _word(expression, asker)
        case Priority(number=number):
            return TASKS.c.priority == number
        case NextDays(count=count):
            return _between(TASKS.c.own_date, asker.today, asker.today + timedelta(count))
        case On():
            return _on(expression, asker)
        case Named():
            return _is_named(expression, asker)
        case Search(text=text):
            return asker.search(text)


def _word(term: Is, asker: Asker) -> ColumnElement[bool]:
    match term.word:
        case "all":
            return true()
        case "done":
            return TASKS.c.completed_at.is_not(None)
        case "no date":
            return TASKS.c.own_date.is_(None)
        case "no time":
            return TASKS.c.due_time.is_(None)
        case "no label":
            return ~TASKS.c.id.in_(select(TASK_LABELS.c.task_id).where(own_rows(TASK_LABELS)))
        case "subtask":
            return TASKS.c.parent_id.is_not(None)
        case "recurring":
            return TASKS.c.recurrence.is_not(None)
        case "overdue":
            return own_days.is_overdue(asker.today, f"{asker.now.astimezone(asker.zone):%H:%M}")


def _is_named(term: Named, asker: Asker) -> ColumnElement[bool]:
    ids = asker.ids.get(term, ())
    match term.kind:
        case "project":
            return TASKS.c.project_id.in_(ids)
        case "section":
            return and_(TASKS.c.section_id.is_not(None), TASKS.c.section_id.in_(ids))
        case "label":
            tagged = select(TASK_LABELS.c.task_id).where(TASK_LABELS.c.label_id.in_(ids))
            return TASKS.c.id.in_(tagged.where(own_rows(TASK_LABELS)))


def _on(term: On, asker: Asker) -> ColumnElement[bool]:
    is_past = term.moment != "due"
    day = resolve(term.day, asker.today, in_the_past=is_past, week_start=asker.week_start)
    day = min(max(day, _FIRST_DAY), _LAST_DAY)
    if term.moment == "due":
        return _related(term.relation, TASKS.c.own_date, day, day + _ONE_DAY)
    column = TASKS.c.created_at if term.moment == "created" else TASKS.c.completed_at
    start, end = asker.midnight(day), asker.midnight(day + _ONE_DAY)
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
