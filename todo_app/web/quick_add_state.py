"""The quick entry as the server knows it: how a line is read, and what becomes of it.

What is typed is kept in the browser until it is known to be saved (`assets/scripts/outbox.js`), and
sent again after a lost connection, a restart of the server or an ended session. Its id is made in
the browser, so that it is one task however often it arrives.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Literal, TypedDict
from uuid import UUID

import reflex as rx
import typing_extensions
from pydantic import Field, StringConstraints, TypeAdapter, ValidationError

from todo_app.core import clock, names, quick_lines, quick_tasks
from todo_app.core.errors import InvalidInput, NotFound, TodoError
from todo_app.core.pieces import Kind, written_name
from todo_app.core.quick_add import Span
from todo_app.core.quick_lines import LINES_MAX_CHARACTERS, QuickLines
from todo_app.core.quick_tasks import LINE_MAX_CHARACTERS, PieceView, QuickLine, QuickPlace
from todo_app.core.task_views import Due, TaskView
from todo_app.core.text import TITLE_MAX_CHARACTERS
from todo_app.web import messages, routes, wording
from todo_app.web.list_state import RowId, TaskListState

ENTRIES_MAX = 200
NEW_NAMES_MAX = 10
SETTLED_MAX = 2 * ENTRIES_MAX
_AGE_MAX_MILLISECONDS = 10 * 366 * 86_400_000
Age = Annotated[int, Field(ge=0, lt=_AGE_MAX_MILLISECONDS)]
_DUE_IN_DAYS = {routes.TODAY: 0, routes.UPCOMING: 1}

Line = Annotated[str, Field(max_length=LINE_MAX_CHARACTERS)]
Lines = Annotated[str, Field(max_length=LINES_MAX_CHARACTERS)]
Spans = Annotated[str, StringConstraints(pattern=r"^(\d{1,4}-\d{1,4}( \d{1,4}-\d{1,4}){0,49})?$")]
"""Places in code points, like `5-13 20-22`."""
_LINE: TypeAdapter[str] = TypeAdapter(QuickLine)
_LINES: TypeAdapter[str] = TypeAdapter(QuickLines)


# Of `typing`, pydantic takes it from Python 3.12 on.
class Entry(typing_extensions.TypedDict):
    """A line, what of it stays text, the path of its page, and its age in milliseconds.

    Several lines that were pasted are one entry.
    """

    id: RowId
    title: Lines
    off: Spans
    place: Annotated[str, Field(max_length=200)]
    age: Age


Entries = Annotated[list[Entry], Field(min_length=1, max_length=ENTRIES_MAX)]


class PieceRow(TypedDict):
    """A recognised part of the line, as it is coloured and named."""

    start: int
    end: int
    kind: Kind
    text: str
    reading: str


class NameRow(TypedDict):
    """A name that a line can mention; `written` is how."""

    kind: Literal["project", "section", "label"]
    name: str
    written: str
    colour: str
    project: str


class LineReading(TypedDict):
    """How a line was read. It is shown as far as the line is still the same."""

    text: str
    pieces: list[PieceRow]
    next: str
    refused: str


class LinesReading(TypedDict):
    """What adding several lines would make besides tasks. It is shown for the same lines."""

    text: str
    makes: str


NOT_READ = LineReading(text="", pieces=[], next="", refused="")
NO_LINES = LinesReading(text="", makes="")


class QuickAddState(TaskListState):
    """How the line is read, and what was entered and could not be saved.

    `settled` are the ids that the browser need not keep any longer; `names` is what the line can
    be completed with.
    """

    reading: LineReading = NOT_READ
    lines: LinesReading = NO_LINES
    names: list[NameRow] = []
    settled: list[str] = []
    unsaved: str = ""
    reason: str = ""
    _names_mark: str = ""
    _unsaved_id: str = ""

    @rx.event
    async def read_line(self, line: Line, off: Spans) -> None:
        """Say how a line would be read, with what was turned off left as text."""
        try:
            found = await self._read(
                quick_tasks.read_line,
                _LINE.validate_python(line),
                ignored=_spans(off),
                place=self._place_of(f"/{self._name}"),
            )
        except ValidationError:
            self.reading = NOT_READ
            return
        today = clock.today(self._actor().time_zone)
        has_date = found.due is not None or f"/{self._name}" in _DUE_IN_DAYS
        turns = [wording.turn_text(turn, today) for turn in found.next]
        self.reading = LineReading(
            text=line,
            pieces=[_piece_row(line, piece, today, has_date=has_date) for piece in found.pieces],
            next=" · ".join(turns) if found.recurrence else "",
            refused=f"{messages.FIELD_MESSAGES[found.refused]} It stays text."
            if found.refused
            else "",
        )

    @rx.event
    async def read_lines(self, text: Lines) -> None:
        """Say which names there are not yet that pasted lines mention."""
        self.lines = NO_LINES
        try:
            found = await self._read(
                quick_lines.list_new_names,
                _LINES.validate_python(text),
                place=self._place_of(f"/{self._name}"),
            )
        except (ValidationError, InvalidInput):
            return
        self.lines = LinesReading(text=text, makes=_new_names(found))

    @rx.event
    async def show_names(self) -> None:
        """Say which names there are, once for all that will be typed."""
        self._completes_names = True
        self._names_mark = await self._share(names.get_mark)
        found = [
            NameRow(written=written, **one.model_dump())
            for one in await self._share(names.list_names)
            if (written := written_name(one.kind, one.name))
        ]
        if found != self.get_value("names"):
            self.names = found

    async def _renew_names(self) -> None:
        """Say which names there are now, if they are others and are being completed with."""
        if self._completes_names and await self._share(names.get_mark) != self._names_mark:
            await self.show_names()

    @rx.event
    async def add_tasks(self, entries: Entries) -> None:
        """Add what was typed; on Today it is due on that day, on Upcoming the day after."""
        self.unsaved = self.reason = ""
        self.reading = NOT_READ
        added = [view for entry in entries for view in await self._add(entry)]
        if added:
            await self._reload()
            await self._renew_names()
            self._offer_undo(f"Added {_what(added)}")

    @rx.event
    async def discard_unsaved(self) -> None:
        """Throw away what was not saved."""
        self.unsaved = self.reason = ""
        self._settle(self._unsaved_id)

    def _place_of(self, typed_on: str) -> QuickPlace:
        """Where a task goes: to the top of the project, or under the label, that is shown."""
        if routes.page_path(typed_on) != f"/{self._name}" or self.is_missing:
            return QuickPlace(is_first=True)
        if self._name == "label":
            return QuickPlace(labels=(self.place["name"],))
        project_id = UUID(self._place_id) if self._place_id else None
        return QuickPlace(project_id=project_id, is_first=True)

    async def _add(self, entry: Entry) -> list[TaskView]:
        """Add what one entry says, and return the tasks that are new."""
        if entry["id"] in self.settled:
            # It was on its way already when it was thrown away, or saved.
            self._settle(entry["id"])
            return []
        if not entry["title"].strip():
            return []
        try:
            added = await self._create(entry)
        except (ValidationError, InvalidInput) as refusal:
            self._keep(entry, _why_not(entry["title"], refusal))
            return []
        except NotFound:
            added = []  # It was saved before, and deleted since.
        except TodoError as refusal:
            self._keep(entry, messages.message(refusal))
            return []
        self._settle(entry["id"])
        return added

    async def _create(self, entry: Entry) -> list[TaskView]:
        """Add the tasks of an entry. Raises as core does, and ValidationError."""
        entry_id, line = UUID(entry["id"]), entry["title"]
        typed_at = clock.now() - timedelta(milliseconds=entry["age"])
        due, place = self._due(entry["place"], typed_at), self._place_of(entry["place"])
        if "\n" in line.strip():
            return await self._write(
                quick_lines.create_quick_tasks,
                entry_id,
                _LINES.validate_python(line),
                due=due,
                typed_at=typed_at,
                place=place,
            )
        view, is_new = await self._write(
            quick_tasks.create_quick_task_once,
            entry_id,
            _LINE.validate_python(line),
            ignored=_spans(entry["off"]),
            due=due,
            typed_at=typed_at,
            place=place,
        )
        return [view] if is_new else []

    def _due(self, place: str, typed_at: datetime) -> Due | None:
        """When a line that says no date is due, on the page where it was typed."""
        days = _DUE_IN_DAYS.get(routes.page_path(place))
        if days is None:
            return None
        day = clock.day_of(typed_at, self._actor().time_zone)
        return Due(date=day + timedelta(days=days))

    def _keep(self, entry: Entry, reason: str) -> None:
        self.unsaved, self.reason, self._unsaved_id = entry["title"], reason, entry["id"]

    def _settle(self, entry_id: str) -> None:
        self.settled = [*self.settled, entry_id][-SETTLED_MAX:]


def _what(added: Sequence[TaskView]) -> str:
    return wording.quoted(added[0].title) if len(added) == 1 else f"{len(added)} tasks"


def _new_names(found: Sequence[PieceView]) -> str:
    """`New project Travel, new label bag`, and how many more there are."""
    said = [f"new {one.kind} {one.reading}" for one in found[:NEW_NAMES_MAX]]
    said += [f"{len(found) - NEW_NAMES_MAX} more"] if len(found) > NEW_NAMES_MAX else []
    text = ", ".join(said)
    return text[:1].upper() + text[1:]


def _spans(off: Spans) -> list[Span]:
    pairs = (span.split("-") for span in off.split())
    return [(int(start), int(end)) for start, end in pairs]


def _why_not(text: str, refusal: ValidationError | InvalidInput) -> str:
    """What is wrong with a line that is no task."""
    if isinstance(refusal, InvalidInput):
        if refusal.place is not None:
            return f"Line {refusal.place + 1}: {messages.message(refusal)}"
        if refusal.reason == "too_many_lines":
            return messages.message(refusal)
        if refusal.reason == "required":
            return "This says when, but not what. Add a few words."
    extra = len(text.strip()) - TITLE_MAX_CHARACTERS
    if extra > 0:
        return f"A title has up to {TITLE_MAX_CHARACTERS} characters; this has {extra} too many."
    return "This contains characters that cannot be saved."


def _piece_row(line: str, piece: PieceView, today: date, *, has_date: bool) -> PieceRow:
    reading = piece.reading
    if piece.kind == "reminder" and not has_date:
        reading += ", once it has a date"
    if piece.kind == "priority":
        reading = wording.PRIORITY_NAMES[int(reading[1:])]
    elif piece.kind in ("date", "start") or (piece.kind == "end" and reading[0:4].isdigit()):
        reading = wording.turn_text(reading, today)
    if piece.kind in ("start", "end"):
        reading = f"{'from' if piece.kind == 'start' else 'until'} {reading}"
    return PieceRow(
        start=piece.start,
        end=piece.end,
        kind=piece.kind,
        text=line[piece.start : piece.end],
        reading=reading,
    )
