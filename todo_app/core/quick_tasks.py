"""Tasks out of lines: a line is read as the person means it, and becomes a task."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import accounts, clock, tasks
from todo_app.core.access import Actor
from todo_app.core.accounts import AccountView
from todo_app.core.errors import InvalidInput
from todo_app.core.models import new_id
from todo_app.core.occurrences import RecurrenceDraft, RecurrenceView
from todo_app.core.pieces import Kind
from todo_app.core.quick_add import Reading, Span, parse
from todo_app.core.task_views import NO_PRIORITY, Due, TaskDraft, TaskView
from todo_app.core.text import TITLE_MAX_CHARACTERS, Text, clean

LINE_MAX_CHARACTERS = 2_000
KEPT: frozenset[Kind] = frozenset({"priority", "date", "time", "recurrence", "start", "end"})
"""The kinds of pieces that a task has a place for; the others stay in the title."""


def _can_be_stored(line: str) -> str:
    """The line as it came: spans count its own characters, not those of a cleaned one."""
    clean(line)
    return line


QuickLine = Annotated[Text, Field(max_length=LINE_MAX_CHARACTERS), AfterValidator(_can_be_stored)]


class PieceView(BaseModel):
    """A recognised part of a line; its span counts Unicode code points."""

    model_config = ConfigDict(frozen=True)

    start: int
    end: int
    kind: Kind
    reading: str


class QuickReading(BaseModel):
    """What a line becomes. `next` are dates, or local times where there is one.

    Reminders are minutes before the due time.
    """

    model_config = ConfigDict(frozen=True)

    title: str
    notes: str = ""
    project: str | None
    section: str | None
    labels: list[str]
    priority: int
    due: Due | None
    recurrence: RecurrenceView | None
    reminders: list[int]
    pieces: list[PieceView]
    next: list[str]

    @classmethod
    def of(cls, reading: Reading, zone: str) -> Self:
        """The view of a reading, in the zone of the person."""
        series = reading.recurrence
        return cls(
            title=reading.title,
            project=reading.project,
            section=reading.section,
            labels=list(reading.labels),
            priority=reading.priority or NO_PRIORITY,
            due=_due(reading, zone),
            recurrence=None
            if series is None
            else RecurrenceView(rule=series.rule_text, mode=series.mode, text=series.text),
            reminders=list(reading.reminders),
            pieces=[
                PieceView(start=one.start, end=one.end, kind=one.kind, reading=one.reading)
                for one in reading.pieces
            ],
            next=[str(turn) for turn in reading.next],
        )


async def read_line(
    db: AsyncSession, actor: Actor, line: str, *, ignored: Iterable[Span] = ()
) -> QuickReading:
    """What the actor's line would become; `ignored` are spans that are to stay text."""
    account = await accounts.get_account(db, actor)
    return QuickReading.of(_read(line, account, clock.now(), ignored), account.time_zone)


@dataclass(frozen=True, slots=True)
class QuickPlace:
    """Where a line was typed, and so where its task goes if it does not say."""

    project_id: UUID | None = None
    labels: tuple[str, ...] = ()
    is_first: bool = False


ANYWHERE = QuickPlace()


async def create_quick_task(
    db: AsyncSession,
    actor: Actor,
    line: str,
    *,
    ignored: Iterable[Span] = (),
    due: Due | None = None,
) -> TaskView:
    """Add the task that a line says; `due` is when, if the line does not say.

    Raises InvalidInput for a line that leaves no title, or a longer one than a task has.
    """
    task, _ = await create_quick_task_once(
        db, actor, new_id(), line, ignored=ignored, due=due, typed_at=clock.now()
    )
    return task


async def create_quick_task_once(
    db: AsyncSession,
    actor: Actor,
    task_id: UUID,
    line: str,
    *,
    ignored: Iterable[Span],
    due: Due | None,
    typed_at: datetime,
    place: QuickPlace = ANYWHERE,
) -> tuple[TaskView, bool]:
    """Add the task that a line said when it was typed, and return it, and whether it is new.

    The same id again returns the task as it is now. Raises InvalidInput for a line that leaves no
    title, or a longer one than a task has, and NotFound if the id is another's or in the trash.
    """
    account = await accounts.get_account(db, actor)
    reading = QuickReading.of(_read(line, account, typed_at, ignored), account.time_zone)
    said = reading.recurrence
    try:
        draft = TaskDraft(
            id=task_id,
            title=reading.title,
            priority=reading.priority,
            due=reading.due or due,
            recurrence=said and RecurrenceDraft(rule=said.rule, mode=said.mode, text=said.text),
            project_id=place.project_id,
            labels=list(place.labels),
            first=place.is_first,
        )
    except ValidationError:
        if len(reading.title) > TITLE_MAX_CHARACTERS:
            raise InvalidInput("text", "title_too_long") from None
        raise InvalidInput("text", "required") from None
    return await tasks.create_task(db, actor, draft)


def _read(line: str, account: AccountView, now: datetime, ignored: Iterable[Span]) -> Reading:
    spans = list(ignored)
    reading = parse(line, now, account.time_zone, account.date_order, spans)
    homeless = [(one.start, one.end) for one in reading.pieces if one.kind not in KEPT]
    if not homeless:
        return reading
    return parse(line, now, account.time_zone, account.date_order, [*spans, *homeless])


def _due(reading: Reading, zone: str) -> Due | None:
    if reading.due is None:
        return None
    day, wall = reading.due
    return Due(date=day, time=wall, zone=zone if wall else None)
