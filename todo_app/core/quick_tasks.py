"""Tasks out of lines: a line is read as the person means it, and becomes a task."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import accounts, changes, clock, labels, projects, sections, tasks
from todo_app.core.access import Actor
from todo_app.core.errors import InvalidInput
from todo_app.core.labels import LabelName, name_key
from todo_app.core.occurrences import RecurrenceView
from todo_app.core.pieces import Kind
from todo_app.core.projects import ProjectDraft
from todo_app.core.quick_add import Piece, Reading, Span, parse
from todo_app.core.said_series import JustRead
from todo_app.core.sections import SectionDraft
from todo_app.core.task_views import NO_PRIORITY, Due, TaskDraft, TaskView
from todo_app.core.text import TITLE_MAX_CHARACTERS, Heading, Text, clean

LINE_MAX_CHARACTERS = 2_000
_NAMES: dict[Kind, TypeAdapter[str]] = {
    "project": TypeAdapter(Heading),
    "section": TypeAdapter(Heading),
    "label": TypeAdapter(LabelName),
}


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
    refused: str | None = Field(description="Why words stay text that say how it repeats.")

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
            recurrence=None if series is None else RecurrenceView.of(series),
            reminders=sorted(reading.reminders),
            pieces=[
                PieceView(start=one.start, end=one.end, kind=one.kind, reading=one.reading)
                for one in reading.pieces
            ],
            next=[str(turn) for turn in reading.next],
            refused=reading.refused or None,
        )


@dataclass(frozen=True, slots=True)
class QuickPlace:
    """Where a line was typed, and so where its task goes if it does not say.

    The task of a line that was indented goes under `parent_id`, whatever it says.
    """

    project_id: UUID | None = None
    parent_id: UUID | None = None
    labels: tuple[str, ...] = ()
    is_first: bool = False


ANYWHERE = QuickPlace()


async def read_line(
    db: AsyncSession,
    actor: Actor,
    line: str,
    *,
    ignored: Iterable[Span] = (),
    place: QuickPlace = ANYWHERE,
) -> QuickReading:
    """What the actor's line would become; `ignored` are spans that are to stay text.

    The reading of a name that there is not yet says so.
    """
    reading, new = await read_new_names(db, actor, line, ignored=ignored, place=place)
    pieces = [
        one.model_copy(update={"reading": f"{one.reading} (new)"}) if one in new else one
        for one in reading.pieces
    ]
    return reading.model_copy(update={"pieces": pieces})


async def read_new_names(
    db: AsyncSession,
    actor: Actor,
    line: str,
    *,
    ignored: Iterable[Span] = (),
    place: QuickPlace = ANYWHERE,
) -> tuple[QuickReading, list[PieceView]]:
    """What the actor's line would become, and the pieces that name what there is not yet."""
    reading = await _read(db, actor, line, clock.now(), ignored, place)
    known = await _known_names(db, actor, reading)
    return reading, [
        one
        for one in reading.pieces
        if one.kind in known and name_key(one.reading) not in known[one.kind]
    ]


async def create_quick_task(
    db: AsyncSession,
    actor: Actor,
    line: str,
    *,
    task_id: UUID | None = None,
    ignored: Iterable[Span] = (),
    due: Due | None = None,
) -> tuple[TaskView, bool]:
    """Add the task that a line says now; `due` is when, if the line does not say.

    Returns and raises what `create_quick_task_once` does.
    """
    return await create_quick_task_once(
        db, actor, task_id, line, ignored=ignored, due=due, typed_at=clock.now()
    )


async def create_quick_task_once(
    db: AsyncSession,
    actor: Actor,
    task_id: UUID | None,
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
    reading = await _read(db, actor, line, typed_at, ignored, place)
    said = reading.recurrence
    try:
        draft = TaskDraft(
            id=task_id,
            title=reading.title,
            priority=reading.priority,
            due=reading.due or due,
            recurrence=said and JustRead(rule=said.rule, mode=said.mode, text=said.text),
            reminders=reading.reminders,
            labels=list(dict.fromkeys([*reading.labels, *place.labels])),
            parent_id=place.parent_id,
            first=place.is_first,
        )
    except ValidationError:
        if len(reading.title) > TITLE_MAX_CHARACTERS:
            raise InvalidInput("text", "title_too_long") from None
        raise InvalidInput("text", "required") from None
    project_id = await _project_named(db, actor, reading.project) or place.project_id
    section_id = await _section_named(db, actor, project_id, reading.section)
    home = {"project_id": project_id, "section_id": section_id}
    return await tasks.create_task(db, actor, draft.model_copy(update=home))


async def _project_named(db: AsyncSession, actor: Actor, name: str | None) -> UUID | None:
    """The project of this name, made if there is none."""
    if name is None:
        return None
    await changes.begin(db, actor)
    for project in await projects.list_projects(db, actor):
        if project.archived_at is None and name_key(project.name) == name_key(name):
            return project.id
    project, _ = await projects.create_project(db, actor, ProjectDraft(name=name))
    return project.id


async def _section_named(
    db: AsyncSession, actor: Actor, project_id: UUID | None, name: str | None
) -> UUID | None:
    """The section of this name in a project, made if there is none."""
    if name is None or project_id is None:
        return None
    for section in await sections.list_sections(db, actor, project_id):
        if name_key(section.name) == name_key(name):
            return section.id
    draft = SectionDraft(project_id=project_id, name=name)
    section, _ = await sections.create_section(db, actor, draft)
    return section.id


async def _known_names(
    db: AsyncSession, actor: Actor, reading: QuickReading
) -> dict[Kind, set[str]]:
    """The names there are, of the kinds that a line has names of."""
    known: dict[Kind, set[str]] = {}
    if reading.project is not None:
        found = await projects.list_projects(db, actor)
        ids = {name_key(one.name): one.id for one in found if one.archived_at is None}
        known["project"] = set(ids)
        known["section"] = await _sections_of(db, actor, ids.get(name_key(reading.project)))
    if reading.labels:
        known["label"] = {name_key(one.name) for one in await labels.list_labels(db, actor)}
    return known


async def _sections_of(db: AsyncSession, actor: Actor, project_id: UUID | None) -> set[str]:
    """The names of the sections of a project, as they are compared."""
    if project_id is None:
        return set()
    return {name_key(one.name) for one in await sections.list_sections(db, actor, project_id)}


async def _read(
    db: AsyncSession,
    actor: Actor,
    line: str,
    now: datetime,
    ignored: Iterable[Span],
    place: QuickPlace,
) -> QuickReading:
    """What a line says, in a place. What a task there has no place for stays in the title."""
    account = await accounts.get_account(db, actor)
    spans, habits = list(ignored), (account.time_zone, account.date_order)
    reading = parse(line, now, *habits, spans, week_start=account.week_start)
    here = set()
    if reading.section is not None and reading.project is None and place.parent_id is None:
        here = await _sections_of(db, actor, place.project_id)
    homeless = [
        (one.start, one.end) for one in reading.pieces if _is_homeless(one, reading, place, here)
    ]
    if homeless:
        spans += homeless
        reading = parse(line, now, *habits, spans, week_start=account.week_start)
    return QuickReading.of(reading, account.time_zone)


def _is_homeless(one: Piece, reading: Reading, place: QuickPlace, here: set[str]) -> bool:
    """Whether a task has no place for a piece. `here` are the sections where it was typed."""
    if one.kind in _NAMES and not _is_name(one.kind, one.reading):
        return True
    if one.kind not in ("project", "section"):
        return False
    if place.parent_id is not None:
        return True
    # A section that the line names no project of is never made: `/etc` may be text.
    return one.kind == "section" and reading.project is None and name_key(one.reading) not in here


def _is_name(kind: Kind, value: str) -> bool:
    try:
        return _NAMES[kind].validate_python(value) == value
    except ValidationError:
        return False


def _due(reading: Reading, zone: str) -> Due | None:
    if reading.due is None:
        return None
    day, wall = reading.due
    return Due(date=day, time=wall, zone=zone if wall else None)
