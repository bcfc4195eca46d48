"""The quick entry: one line, Enter, and it is a task."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, TypedDict

import reflex as rx
from pydantic import Field, StringConstraints, TypeAdapter, ValidationError
from reflex.experimental.client_state import ClientStateVar

from todo_app.core import clock, quick_tasks
from todo_app.core.errors import InvalidInput, TodoError
from todo_app.core.pieces import Kind
from todo_app.core.quick_add import Span
from todo_app.core.quick_tasks import LINE_MAX_CHARACTERS, PieceView, QuickLine
from todo_app.core.tasks import Due
from todo_app.core.text import TITLE_MAX_CHARACTERS
from todo_app.web import messages, page_script, reflex_private, wording
from todo_app.web.components.icons import icon
from todo_app.web.list_state import TaskListState

INPUT_ID = "quick-add"
READ_AFTER_MILLISECONDS = 80

Line = Annotated[str, Field(max_length=LINE_MAX_CHARACTERS)]
Spans = Annotated[str, StringConstraints(pattern=r"^(\d{1,4}-\d{1,4}( \d{1,4}-\d{1,4}){0,49})?$")]
"""Places in code points, like `5-13 20-22`."""
_LINE: TypeAdapter[str] = TypeAdapter(QuickLine)


class PieceRow(TypedDict):
    """A recognised part of the line, as it is coloured and named."""

    start: int
    end: int
    kind: Kind
    text: str
    reading: str


class LineReading(TypedDict):
    """How a line was read. It is shown as far as the line is still the same."""

    text: str
    pieces: list[PieceRow]
    next: str


NOT_READ = LineReading(text="", pieces=[], next="")


class QuickAddState(TaskListState):
    """How the line is read, and what was entered and could not be saved."""

    reading: LineReading = NOT_READ
    unsaved: str = ""
    reason: str = ""

    @rx.event
    async def read_line(self, line: Line, off: Spans) -> None:
        """Say how a line would be read, with what was turned off left as text."""
        try:
            found = await self._read(
                quick_tasks.read_line, _LINE.validate_python(line), ignored=_spans(off)
            )
        except ValidationError:
            self.reading = NOT_READ
            return
        today = clock.today(self._actor().time_zone)
        turns = [wording.turn_text(turn, today) for turn in found.next]
        self.reading = LineReading(
            text=line,
            pieces=[_piece_row(line, piece, today) for piece in found.pieces],
            next=" · ".join(turns) if found.recurrence else "",
        )

    @rx.event
    async def add_task(self, title: str, off: Spans = "") -> None:
        """Add what was typed; without a date it is due today on Today, tomorrow on Upcoming."""
        if not title.strip():
            return
        try:
            view = await self._write(
                quick_tasks.create_quick_task,
                _LINE.validate_python(title),
                ignored=_spans(off),
                due=self._default_due(),
            )
        except (ValidationError, InvalidInput) as refusal:
            self.unsaved, self.reason = title, _why_not(title, refusal)
            return
        except TodoError as refusal:
            self._tell(messages.message(refusal), is_error=True)
            self.unsaved, self.reason = title, "This could not be saved."
            return
        self.unsaved = self.reason = ""
        self.reading = NOT_READ
        await self._reload()
        self._offer_undo(f"Added {wording.quoted(view.title)}")

    @rx.event
    async def discard_unsaved(self) -> None:
        """Throw away what was not saved."""
        self.unsaved = self.reason = ""

    def _default_due(self) -> Due | None:
        days = {"today": 0, "upcoming": 1}.get(self._name)
        if days is None:
            return None
        return Due(date=clock.today(self._actor().time_zone) + timedelta(days=days))


def quick_add(placeholder: str = "Add a task") -> rx.Component:
    """The box, below it how it is read, and what it could not save."""
    # What is typed is the page's, not the server's: no answer that comes late can change it.
    entry = reflex_private.page_state("entry", "")
    off = reflex_private.page_state("turned_off", [])
    return rx.el.section(
        rx.el.form(
            icon("plus"),
            rx.el.div(_shade(entry, off), _input(entry, off, placeholder), class_name="entry"),
            rx.el.button("Add", type="submit", class_name="quiet"),
            on_submit=[
                QuickAddState.add_task(entry.value, _written(off.value)),
                entry.set_value(""),
                off.set_value([]),
            ],
            class_name="quick-add",
        ),
        _pieces(entry, off),
        rx.cond(
            QuickAddState.unsaved != "", _unsaved(put_back=entry.set_value(QuickAddState.unsaved))
        ),
        aria_label="Quick add",
        class_name="quick-add-place",
    )


def _input(entry: ClientStateVar, off: ClientStateVar, placeholder: str) -> rx.Component:
    def change(text: rx.Var[str]) -> list[rx.event.EventType]:
        moved = page_script.exported("quick_add", "moved").call(off.value, entry.value, text)
        return [
            reflex_private.set_from_event(off, moved),
            reflex_private.set_from_event(entry, text),
            QuickAddState.read_line(text, _written(moved)).debounce(READ_AFTER_MILLISECONDS),
        ]

    return rx.el.input(
        id=INPUT_ID,
        value=entry.value,
        on_change=change,
        placeholder=placeholder,
        auto_complete="off",
        enter_key_hint="done",
        aria_label="Add a task",
        aria_describedby="quick-add-reading",
        dir="auto",
    )


def _shade(entry: ClientStateVar, off: ClientStateVar) -> rx.Component:
    """The colours behind the line."""
    parts = (
        page_script.exported("quick_add", "segments")
        .call(entry.value, QuickAddState.reading, off.value)
        .to(list[dict[str, str]])
    )
    return rx.el.div(
        rx.foreach(
            parts,
            lambda part: rx.cond(
                part["kind"] != "",
                rx.el.mark(part["text"], class_name=part["kind"]),
                rx.el.span(part["text"]),
            ),
        ),
        aria_hidden="true",
        dir="auto",
        class_name="shade",
    )


def _pieces(entry: ClientStateVar, off: ClientStateVar) -> rx.Component:
    """What was recognised, piece by piece; a click turns one back into text."""
    standing = (
        page_script.exported("quick_add", "standing")
        .call(entry.value, QuickAddState.reading, off.value)
        .to(list[PieceRow])
    )

    def piece(row: rx.Var[PieceRow]) -> rx.Component:
        fewer = page_script.exported("quick_add", "without").call(
            off.value, row["start"], row["end"]
        )
        return rx.el.button(
            row["reading"],
            icon("x", size=12),
            type="button",
            class_name=f"piece {row['kind']}",
            title="Turn back into text",
            aria_label=f"{row['text']}: {row['reading']}. Turn back into text",
            data_start=row["start"],
            data_end=row["end"],
            on_click=[
                off.set_value(fewer),
                QuickAddState.read_line(entry.value, _written(fewer)),
                rx.set_focus(INPUT_ID),
            ],
        )

    return rx.el.div(
        rx.foreach(standing, piece),
        rx.cond(
            (QuickAddState.reading["next"] != "") & (entry.value == QuickAddState.reading["text"]),
            rx.el.p("Next: ", QuickAddState.reading["next"], class_name="next"),
        ),
        id="quick-add-reading",
        class_name="pieces",
    )


def _unsaved(*, put_back: rx.Var) -> rx.Component:
    return rx.el.div(
        rx.el.p(rx.el.strong("Not saved. "), QuickAddState.reason),
        rx.el.p(QuickAddState.unsaved, class_name="unsaved-text", dir="auto"),
        rx.el.button(
            "Edit",
            type="button",
            on_click=[put_back, QuickAddState.discard_unsaved, rx.set_focus(INPUT_ID)],
        ),
        rx.el.button("Discard", type="button", on_click=QuickAddState.discard_unsaved),
        role="alert",
        class_name="unsaved",
    )


def _written(off: rx.Var) -> rx.Var:
    """The spans that are turned off, as the server takes them."""
    return page_script.exported("quick_add", "written").call(off)


def _spans(off: Spans) -> list[Span]:
    pairs = (span.split("-") for span in off.split())
    return [(int(start), int(end)) for start, end in pairs]


def _why_not(line: str, refusal: ValidationError | InvalidInput) -> str:
    """What is wrong with a line that is no task."""
    if isinstance(refusal, InvalidInput) and refusal.reason == "required":
        return "This says when, but not what. Add a few words."
    extra = len(line.strip()) - TITLE_MAX_CHARACTERS
    if extra > 0:
        return f"A title has up to {TITLE_MAX_CHARACTERS} characters; this has {extra} too many."
    return "This contains characters that cannot be saved."


def _piece_row(line: str, piece: PieceView, today: date) -> PieceRow:
    reading = piece.reading
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
