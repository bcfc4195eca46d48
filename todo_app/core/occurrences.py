"""Occurrences of recurring tasks: planned, closed one by one into a ledger, and opened again.

What is planned is columns of the task, which `tasks` sets; the ledger is written here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from itertools import takewhile
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import BindParameter, Row, bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import access, accounts, clock, recurrence
from todo_app.core.access import Actor
from todo_app.core.changes import Act, Step
from todo_app.core.errors import NotFound
from todo_app.core.models import OCCURRENCES, TASKS, new_id
from todo_app.core.moved_series import moved_series, with_its_day
from todo_app.core.quick_add import NEXT_DATES
from todo_app.core.recurrence import Occurrence as Turn
from todo_app.core.recurrence import Recurrence
from todo_app.core.rules import Mode
from todo_app.core.said_series import Reader, RecurrenceDraft, said_series

Outcome = Literal["done", "skipped"]

LEDGER_MAX = 50
STREAK_MAX = 1_000
_UNPLANNED: Mapping[str, Any] = {"recurrence": None, "scheduled_for": None}


class RecurrenceView(BaseModel):
    """How a task repeats: its RRULE, what it counts from, and the words it came from.

    With `fits_short_months`, a month that is too short for its day has it on its last one, where
    iCalendar leaves that month out.
    """

    model_config = ConfigDict(frozen=True)

    rule: str
    mode: Mode
    text: str
    fits_short_months: bool = False

    @classmethod
    def of(cls, series: Recurrence) -> Self:
        """The view of a series."""
        return cls(
            rule=series.rule_text,
            mode=series.mode,
            text=series.text,
            fits_short_months=recurrence.fits_short_months(series),
        )


class OccurrenceView(BaseModel):
    """A closed occurrence. `missed` is how many turns went by before it was closed."""

    model_config = ConfigDict(frozen=True)

    scheduled_for: str
    outcome: Outcome
    missed: int
    closed_at: datetime


class Ledger(BaseModel):
    """What became of a recurring task: the last occurrences, latest first, and what comes.

    `scheduled_for` is when the open one is in the series, wherever it was moved; `missed` turns
    went by since; `streak` is how many were done in a row before it, none missed; `next` are dates,
    or local times where there is one, that come if the open one is done today or on its date,
    whichever is later; none of a task that is done.
    """

    model_config = ConfigDict(frozen=True)

    scheduled_for: str | None
    items: list[OccurrenceView]
    streak: int
    missed: int
    next: list[str]


_ID: BindParameter[UUID] = bindparam("task_id")
_OF_TASK = (access.own_rows(OCCURRENCES), OCCURRENCES.c.task_id == _ID)
_LATEST_FIRST = (OCCURRENCES.c.closed_at.desc(), OCCURRENCES.c.id.desc())
_OF_SERIES = (*_OF_TASK, OCCURRENCES.c.closed_at >= bindparam("since"))
_LAST = select(OCCURRENCES).where(*_OF_SERIES).order_by(*_LATEST_FIRST).limit(1)
_COUNT = select(func.count()).select_from(OCCURRENCES).where(*_OF_SERIES)
_RECENT = select(OCCURRENCES).where(*_OF_TASK).order_by(*_LATEST_FIRST).limit(STREAK_MAX)
_PLANNED = select(
    TASKS.c.id,
    TASKS.c.completed_at,
    TASKS.c.recurrence,
    TASKS.c.scheduled_for,
    TASKS.c.due_date,
    TASKS.c.due_time,
    TASKS.c.due_zone,
).where(*access.READABLE_TASKS, TASKS.c.id == _ID)
_parts = select(TASKS.c.id).where(access.own_rows(TASKS), TASKS.c.id == _ID).cte(recursive=True)
_parts = _parts.union(select(TASKS.c.id).where(TASKS.c.parent_id == _parts.c.id))
_DONE_PARTS = select(TASKS).where(
    *access.READABLE_TASKS,
    TASKS.c.id.in_(select(_parts.c.id)),
    TASKS.c.id != _ID,
    TASKS.c.completed_at.is_not(None),
)
_REOPEN = (
    update(TASKS)
    .where(access.own_rows(TASKS), TASKS.c.id == _ID)
    .values(version=TASKS.c.version + 1, completed_at=None, updated_at=bindparam("moment"))
    .returning(TASKS)
)


def view(stored: str | None) -> RecurrenceView | None:
    """How a task repeats, from its column."""
    return None if stored is None else _view(stored)


async def plan(
    db: AsyncSession,
    actor: Actor,
    draft: RecurrenceDraft | None,
    task: Mapping[str, Any],
    now: datetime,
) -> dict[str, Any]:
    """The columns of a task that begins to repeat like this, or no longer does.

    It begins where the task is due, or at the first date that fits; `task` are its columns. One
    that repeats like this already goes on as it does. Raises UnusableRule.
    """
    if draft is None:
        return dict(_UNPLANNED)
    due = Turn(task["due_date"], task["due_time"]) if task["due_date"] else None
    if due is not None and _says_the_same(draft, view(task.get("recurrence"))):
        return {}
    return await _begin(db, actor, draft, task, now)


async def _begin(
    db: AsyncSession,
    actor: Actor,
    draft: RecurrenceDraft,
    task: Mapping[str, Any],
    now: datetime,
) -> dict[str, Any]:
    """The columns of a task that repeats like this from its due date on."""
    account = await accounts.get_account(db, actor)
    due = Turn(task["due_date"], task["due_time"]) if task["due_date"] else None
    reader = Reader(
        now, task["due_zone"] or actor.time_zone, account.date_order, account.week_start
    )
    series, first = said_series(draft, due, reader)
    if task.get("recurrence") and Turn.read(task["scheduled_for"]).date == task["due_date"]:
        series = with_its_day(series, series_of(task["recurrence"]), task["due_date"])
    return _planned(series, first, now)


async def move_series(
    db: AsyncSession,
    actor: Actor,
    task: Row[*tuple[Any, ...]],
    due: Mapping[str, Any],
    now: datetime,
) -> dict[str, Any]:
    """The columns of a recurring task whose series moves with its open occurrence.

    `due` are those that say when that is due now. Raises UnusableRule for a day that no rule of
    this kind falls on.
    """
    series = series_of(task.recurrence)
    to = Turn(due["due_date"], due["due_time"])
    moved = moved_series(
        series,
        Turn.read(task.scheduled_for),
        to,
        due["due_zone"] or series.zone,
        closed=await closed_of(db, actor, task),
    )
    return _planned(moved, to, now)


def _planned(series: Recurrence, first: Turn, now: datetime) -> dict[str, Any]:
    """The columns of a task with this series from now on, whose open occurrence is this one."""
    stored = {
        "rule": series.rule_text,
        "mode": series.mode,
        "text": series.text,
        "anchor": str(series.anchor),
        "time": series.time,
        "zone": series.zone,
        "since": now.isoformat(),
    }
    text = json.dumps(stored, ensure_ascii=False, separators=(",", ":"))
    return {"recurrence": text, **_due_at(first, series.zone)}


async def close(
    db: AsyncSession, actor: Actor, step: Step, task: Row[*tuple[Any, ...]], outcome: Outcome
) -> dict[str, Any]:
    """Close the open occurrence of a task, and return what the task changes to.

    It moves on to its next date, and its parts that are done are to be done again; behind the last
    occurrence the task itself is done.
    """
    series, scheduled = series_of(task.recurrence), Turn.read(task.scheduled_for)
    closed = await closed_of(db, actor, task)
    await _write(db, actor, step, task, outcome, recurrence.missed(series, scheduled, step.now))
    after = recurrence.after_completion if outcome == "done" else recurrence.after_skip
    following = after(series, _open_turn(task), step.now, closed=closed)
    if following is None:
        return {"completed_at": step.now}
    await _reopen_parts(db, actor, step, task.id)
    return _due_at(following, series.zone)


def _open_turn(task: Row[*tuple[Any, ...]]) -> Turn:
    """The open occurrence in the series, or the later day that it was moved to."""
    scheduled = Turn.read(task.scheduled_for)
    if task.due_date is not None and task.due_date > scheduled.date:
        return Turn(task.due_date, scheduled.time)
    return scheduled


async def reopen(
    db: AsyncSession, actor: Actor, step: Step, task: Row[*tuple[Any, ...]]
) -> dict[str, Any]:
    """Take the last closed occurrence of a series back, and return what its task changes to."""
    values = {**access.values(actor), "task_id": task.id, "since": _since(task.recurrence)}
    last = (await db.execute(_LAST, values)).one_or_none()
    if last is None:
        return {"completed_at": None}
    await db.execute(delete(OCCURRENCES).where(OCCURRENCES.c.id == last.id))
    step.record("occurrence.reopened", "occurrence", last, None)
    return {
        "completed_at": None,
        "scheduled_for": last.scheduled_for,
        "due_date": last.due_date,
        "due_time": last.due_time,
        "due_zone": last.due_zone,
    }


async def closed_of(db: AsyncSession, actor: Actor, task: Row[*tuple[Any, ...]]) -> int:
    """How many occurrences of the series of a task are closed, where that ends it."""
    series = series_of(task.recurrence)
    if series.rule.count is None or series.mode == "schedule":
        return 0
    values = {**access.values(actor), "task_id": task.id, "since": _since(task.recurrence)}
    return int((await db.execute(_COUNT, values)).scalar_one())


async def get_ledger(db: AsyncSession, actor: Actor, task_id: UUID) -> Ledger:
    """What became of a recurring task, and what comes; nothing of another. Raises NotFound."""
    values = {**access.values(actor), "task_id": task_id}
    task = (await db.execute(_PLANNED, values)).one_or_none()
    if task is None:
        raise NotFound
    rows = (await db.execute(_RECENT, values)).all()
    in_a_row = takewhile(lambda row: row.outcome == "done" and not row.missed, rows)
    items = [OccurrenceView.model_validate(row, from_attributes=True) for row in rows[:LEDGER_MAX]]
    if task.recurrence is None:
        return Ledger(scheduled_for=None, items=items, streak=0, missed=0, next=[])
    series, now = series_of(task.recurrence), clock.now()
    closed = await closed_of(db, actor, task)
    coming: list[Turn] = []
    if task.completed_at is None:
        turn = _open_turn(task)
        coming = recurrence.following(series, turn, now, NEXT_DATES, closed=closed)
    return Ledger(
        scheduled_for=task.scheduled_for,
        items=items,
        streak=sum(1 for _ in in_a_row),
        missed=recurrence.missed(series, Turn.read(task.scheduled_for), now),
        next=[str(turn) for turn in coming],
    )


async def preview(
    db: AsyncSession, actor: Actor, task_id: UUID, draft: RecurrenceDraft
) -> list[str]:
    """The next dates that a task would have if it repeated like this.

    Raises NotFound, UnusableRule.
    """
    task = (await db.execute(_PLANNED, {**access.values(actor), "task_id": task_id})).one_or_none()
    if task is None:
        raise NotFound
    now = clock.now()
    planned_columns = await _begin(db, actor, draft, task._asdict(), now)
    series = series_of(planned_columns["recurrence"])
    turn = Turn.read(planned_columns["scheduled_for"])
    coming = recurrence.following(series, turn, now, NEXT_DATES - 1)
    return [str(turn) for turn in (turn, *coming)]


@lru_cache(maxsize=4_096)
def _view(stored: str) -> RecurrenceView:
    return RecurrenceView.of(series_of(stored))


@lru_cache(maxsize=1_024)
def series_of(stored: str) -> Recurrence:
    """How a task repeats and from when on, from its column."""
    parts = json.loads(stored)
    return recurrence.recur_by_text(
        parts["rule"],
        mode=parts["mode"],
        anchor=date.fromisoformat(parts["anchor"]),
        zone=parts["zone"],
        time=parts["time"],
        text=parts["text"],
    )


def _since(stored: str) -> datetime:
    """When a task began to repeat like this: what was closed before is of another series."""
    return datetime.fromisoformat(json.loads(stored).get("since", "1970-01-01T00:00:00+00:00"))


def _says_the_same(draft: RecurrenceDraft, current: RecurrenceView | None) -> bool:
    if current is None:
        return False
    said = draft.model_dump(exclude_none=True)
    return said.items() <= current.model_dump().items()


def _due_at(turn: Turn, zone: str) -> dict[str, Any]:
    return {
        "scheduled_for": str(turn),
        "due_date": turn.date,
        "due_time": turn.time,
        "due_zone": zone if turn.time else None,
    }


async def _write(
    db: AsyncSession,
    actor: Actor,
    step: Step,
    task: Row[*tuple[Any, ...]],
    outcome: Outcome,
    missed: int,
) -> None:
    """Add the open occurrence to the ledger."""
    values = {
        "id": new_id(),
        "user_id": actor.user_id,
        "task_id": task.id,
        "scheduled_for": task.scheduled_for,
        "due_date": task.due_date,
        "due_time": task.due_time,
        "due_zone": task.due_zone,
        "outcome": outcome,
        "missed": missed,
        "closed_at": step.now,
        "closed_by": actor.user_id,
    }
    row = (await db.execute(insert(OCCURRENCES).values(values).returning(OCCURRENCES))).one()
    act: Act = "occurrence.done" if outcome == "done" else "occurrence.skipped"
    step.record(act, "occurrence", None, row)


async def _reopen_parts(db: AsyncSession, actor: Actor, step: Step, task_id: UUID) -> None:
    """What the task is made of is to be done again too."""
    values = access.values(actor)
    for part in (await db.execute(_DONE_PARTS, {**values, "task_id": task_id})).all():
        changed = {**values, "task_id": part.id, "moment": step.now}
        step.record("task.reopened", "task", part, (await db.execute(_REOPEN, changed)).one())
