"""Lists of tasks: filters, orders and keyset cursors. What a single task may do is in `tasks`."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Literal, NamedTuple
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from sqlalchemy import (
    ColumnElement,
    FromClause,
    Row,
    Select,
    SQLColumnExpression,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import access
from todo_app.core.access import Actor
from todo_app.core.errors import InvalidCursor
from todo_app.core.filters.passing import Known, passes
from todo_app.core.labels import LabelName, name_key
from todo_app.core.models import DEPTH_MAX, LABELS, OWN_TIME_ORDER, TASK_LABELS, TASKS
from todo_app.core.task_columns import COLUMNS
from todo_app.core.task_views import Priority, TaskView
from todo_app.core.text import CalendarDate, Moment, Text, WallTime

PAGE_MAX = 200
PAGE_DEFAULT = 50
CURSOR_MAX_CHARACTERS = 1_000
_LAST_TIME = "24:00"

Sort = Literal["created", "newest", "due", "planned", "completed", "outline"]


class TaskFilter(BaseModel):
    """Which tasks a list holds; a filter that is None lets everything pass.

    `due_before` and `due_after` are exclusive, and let only tasks with a due date pass; `text` is a
    filter in the words of docs/filters.md. `unfolded` leaves out the parts of what is collapsed.
    Tasks of archived projects pass only where a project, a section or a task is named.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    completed: bool | None = None
    due_before: CalendarDate | None = None
    due_after: CalendarDate | None = None
    completed_since: Moment | None = None
    priority: Priority | None = None
    text: Text | None = None
    project_id: UUID | None = None
    section_id: UUID | None = None
    parent_id: UUID | None = None
    label: LabelName | None = None
    unfolded: bool | None = None


class TaskPage(BaseModel):
    """A part of a list; a cursor is None where the list ends."""

    model_config = ConfigDict(frozen=True)

    items: list[TaskView]
    progress: dict[UUID, tuple[int, int]] = Field(default={}, exclude=True)
    """Of the tasks with parts: how many parts are done, and how many there are."""
    done: list[TaskView] = Field(default=[], exclude=True)
    """What is done, latest first, where that is told beside what is to be done."""
    next_cursor: str | None
    previous_cursor: str | None


@dataclass(frozen=True, slots=True)
class _Order:
    """The columns a list is sorted by, the same values of a view, and their types in a cursor."""

    columns: tuple[SQLColumnExpression[Any], ...]
    key: Callable[[TaskView], tuple[Any, ...]]
    place: TypeAdapter[Any]
    descending: bool = False
    only_if: ColumnElement[bool] | None = None


class Asked(NamedTuple):
    """Which part of a list is wanted."""

    filters: TaskFilter
    sort: Sort
    limit: int
    cursor: str | None = None
    backwards: bool = False


_DUE_PLACE: TypeAdapter[Any] = TypeAdapter(
    tuple[CalendarDate, WallTime | Literal["24:00"], Priority, UUID]
)
_ORDERS: dict[Sort, _Order] = {
    "created": _Order(
        columns=(TASKS.c.created_at, TASKS.c.id),
        key=lambda task: (task.created_at, task.id),
        place=TypeAdapter(tuple[Moment, UUID]),
    ),
    "newest": _Order(
        columns=(TASKS.c.created_at, TASKS.c.id),
        key=lambda task: (task.created_at, task.id),
        place=TypeAdapter(tuple[Moment, UUID]),
        descending=True,
    ),
    "due": _Order(
        columns=(
            TASKS.c.own_date,
            literal_column(OWN_TIME_ORDER),
            TASKS.c.priority,
            TASKS.c.id,
        ),
        key=lambda task: (
            task.own_date,
            task.own_time or _LAST_TIME,
            task.priority,
            task.id,
        ),
        place=_DUE_PLACE,
        only_if=TASKS.c.own_date.is_not(None),
    ),
    "planned": _Order(
        columns=(
            func.coalesce(TASKS.c.own_date, date.max),
            literal_column(OWN_TIME_ORDER),
            TASKS.c.priority,
            TASKS.c.id,
        ),
        key=lambda task: (
            task.own_date or date.max,
            task.own_time or _LAST_TIME,
            task.priority,
            task.id,
        ),
        place=_DUE_PLACE,
    ),
    "completed": _Order(
        columns=(TASKS.c.completed_at, TASKS.c.id),
        key=lambda task: (task.completed_at, task.id),
        place=TypeAdapter(tuple[Moment, UUID]),
        descending=True,
        only_if=TASKS.c.completed_at.is_not(None),
    ),
    "outline": _Order(
        columns=(TASKS.c.path, TASKS.c.id),
        key=lambda task: (task.path, task.id),
        place=TypeAdapter(tuple[Text, UUID]),
    ),
}

_PART = TASKS.alias("part")
_PARTS = (
    select(func.count())
    .where(_PART.c.parent_id == TASKS.c.id, _PART.c.deleted_at.is_(None))
    .correlate(TASKS)
)
PROGRESS = (
    _PARTS.scalar_subquery().label("parts"),
    _PARTS.where(_PART.c.completed_at.is_not(None)).scalar_subquery().label("parts_done"),
)
_READABLE = select(*COLUMNS).where(*access.READABLE_TASKS)

_SOME = TASKS.c.id.in_(bindparam("task_ids", expanding=True))
_WHOLES = (
    select(TASKS.c.id, TASKS.c.parent_id)
    .where(access.own_rows(TASKS), _SOME)
    .cte("wholes", recursive=True)
)
_WHOLES = _WHOLES.union(
    select(TASKS.c.id, TASKS.c.parent_id).where(
        access.own_rows(TASKS), TASKS.c.id == _WHOLES.c.parent_id
    )
)
_BELOW = select(TASKS.c.id).where(access.own_rows(TASKS), _SOME).cte("below", recursive=True)
_BELOW = _BELOW.union(
    select(TASKS.c.id).where(access.own_rows(TASKS), TASKS.c.parent_id == _BELOW.c.id)
)
_KIN = (
    _READABLE.add_columns(*PROGRESS)
    .where(TASKS.c.id.in_(select(_WHOLES.c.id).union(select(_BELOW.c.id))))
    .order_by(TASKS.c.path, TASKS.c.id)
)


async def list_tasks(
    db: AsyncSession,
    actor: Actor,
    filters: TaskFilter,
    *,
    sort: Sort = "created",
    limit: int = PAGE_DEFAULT,
    cursor: str | None = None,
    backwards: bool = False,
) -> TaskPage:
    """At most `limit` tasks behind the cursor, or before it when `backwards`.

    `created` is oldest first, `newest` the reverse; `due` is by date, time and priority and holds
    only tasks that are due, `planned` the others too, behind them; `completed` is latest first and
    holds only tasks that are done; `outline` is the order of a project, parts behind their whole.
    Raises InvalidCursor for a cursor of another list, and InvalidFilter.
    """
    asked = Asked(filters, sort, limit, cursor, backwards)
    rows = await db.execute(await window(db, actor, asked), access.values(actor))
    return page_of(asked, [TaskView.of(row) for row in rows], {})


async def list_with_progress(
    db: AsyncSession, actor: Actor, asked: Asked, known: Known | None = None
) -> TaskPage:
    """The same, with how much of each task is done, without asking for what is known.

    Raises InvalidCursor for a cursor of another list, and InvalidFilter.
    """
    query = (await window(db, actor, asked, known)).add_columns(*PROGRESS)
    rows = (await db.execute(query, access.values(actor))).all()
    return page_of(asked, [TaskView.of(row) for row in rows], progress_of(rows))


async def list_kin(db: AsyncSession, actor: Actor, task_ids: Sequence[UUID]) -> TaskPage:
    """Tasks with all that they are a part of and all their parts, as far as they are there."""
    values = access.values(actor) | {"task_ids": list(task_ids)}
    rows = list(await db.execute(_KIN, values))
    items = [TaskView.of(row) for row in rows]
    return TaskPage(items=items, progress=progress_of(rows), next_cursor=None, previous_cursor=None)


async def window(
    db: AsyncSession, actor: Actor, asked: Asked, known: Known | None = None
) -> Select[*tuple[Any, ...]]:
    """The tasks of a page, and one more if there is one; from its end when backwards."""
    order = _ORDERS[asked.sort]
    query = _READABLE.where(*_conditions(asked.filters, order))
    if asked.filters.text is not None:
        query = query.where(await passes(db, actor, asked.filters.text, known))
    if asked.cursor is not None:
        place = _read_cursor(asked.cursor, order, asked.filters, asked.sort)
        query = _behind(query, order, place, backwards=asked.backwards)
    return query.order_by(*_columns(order, backwards=asked.backwards)).limit(asked.limit + 1)


def in_order(asked: Asked, views: Iterable[TaskView]) -> list[TaskView]:
    """These tasks in the order that `window` has them in."""
    order = _ORDERS[asked.sort]
    return sorted(views, key=order.key, reverse=order.descending != asked.backwards)


def page_of(
    asked: Asked,
    found: list[TaskView],
    progress: dict[UUID, tuple[int, int]],
    done: Sequence[TaskView] = (),
) -> TaskPage:
    """The page of what `window` has found."""
    filters, sort, limit, cursor, backwards = asked
    items, has_more, has_less = found[:limit], len(found) > limit, cursor is not None
    if backwards:
        items.reverse()
        has_more, has_less = has_less, has_more
    return TaskPage(
        items=items,
        progress=progress,
        done=list(done),
        next_cursor=cursor_at(items[-1], filters, sort) if items and has_more else None,
        previous_cursor=cursor_at(items[0], filters, sort) if items and has_less else None,
    )


def _columns(order: _Order, *, backwards: bool = False) -> list[ColumnElement[Any]]:
    falling = order.descending != backwards
    return [column.desc() if falling else column.asc() for column in order.columns]


def progress_of(rows: Sequence[Row[*tuple[Any, ...]]]) -> dict[UUID, tuple[int, int]]:
    """Of the tasks with parts: how many are done, and how many there are."""
    return {row.id: (row.parts_done, row.parts) for row in rows if row.parts}


def cursor_at(task: TaskView, filters: TaskFilter, sort: Sort) -> str:
    """The cursor whose place in the list is the task's."""
    return _write_cursor(task, _ORDERS[sort], filters, sort)


def _conditions(filters: TaskFilter, order: _Order) -> list[ColumnElement[bool]]:
    conditions = [] if order.only_if is None else [order.only_if]
    if filters.completed is not None:
        done = TASKS.c.completed_at
        conditions.append(done.is_not(None) if filters.completed else done.is_(None))
    if filters.due_before is not None:
        conditions.append(TASKS.c.own_date < filters.due_before)
    if filters.due_after is not None:
        conditions.append(TASKS.c.own_date > filters.due_after)
    if filters.completed_since is not None:
        conditions.append(TASKS.c.completed_at >= filters.completed_since)
    if filters.priority is not None:
        conditions.append(TASKS.c.priority == filters.priority)
    return conditions + _places(filters)


def _places(filters: TaskFilter) -> list[ColumnElement[bool]]:
    named = (
        (TASKS.c.project_id, filters.project_id),
        (TASKS.c.section_id, filters.section_id),
        (TASKS.c.parent_id, filters.parent_id),
    )
    conditions = [column == value for column, value in named if value is not None]
    if not conditions:
        conditions.append(access.IN_SIGHT)
    if filters.label is not None:
        conditions.append(_has_label(filters.label))
    if filters.unfolded:
        conditions.append(~_is_folded(TASKS, DEPTH_MAX))
    return conditions


def _has_label(name: str) -> ColumnElement[bool]:
    conditions = (
        TASK_LABELS.c.task_id == TASKS.c.id,
        LABELS.c.id == TASK_LABELS.c.label_id,
        access.own_rows(LABELS),
        LABELS.c.name_key == name_key(name),
    )
    return exists().where(*conditions).correlate(TASKS)


def _is_folded(task: FromClause, depth: int) -> ColumnElement[bool]:
    """Whether something that a task is a part of is collapsed."""
    whole = TASKS.alias(f"whole_{depth}")
    folded: ColumnElement[bool] = whole.c.is_collapsed
    if depth > 1:
        folded = or_(folded, _is_folded(whole, depth - 1))
    return exists().where(whole.c.id == task.c.parent_id, folded).correlate(task)


def _behind(
    query: Select[*tuple[Any, ...]], order: _Order, place: tuple[Any, ...], *, backwards: bool
) -> Select[*tuple[Any, ...]]:
    columns = tuple_(*order.columns)
    falling = order.descending != backwards
    return query.where(columns < place if falling else columns > place)


@lru_cache(maxsize=256)
def _fingerprint(filters: TaskFilter, sort: Sort) -> str:
    text = f"{sort} {filters.model_dump_json(exclude_none=True)}"
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _write_cursor(task: TaskView, order: _Order, filters: TaskFilter, sort: Sort) -> str:
    place = [value if isinstance(value, int) else str(value) for value in order.key(task)]
    text = json.dumps([_fingerprint(filters, sort), *place])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_cursor(cursor: str, order: _Order, filters: TaskFilter, sort: Sort) -> tuple[Any, ...]:
    if len(cursor) > CURSOR_MAX_CHARACTERS:
        raise InvalidCursor
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        fingerprint, *place = json.loads(text)
        if fingerprint != _fingerprint(filters, sort):
            raise InvalidCursor
        found: tuple[Any, ...] = order.place.validate_python(place)
    except (ValueError, TypeError, RecursionError):
        raise InvalidCursor from None
    return found
