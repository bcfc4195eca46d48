"""One line becomes a task: its marks, its dates, its repetition, and the title that is left.

Pure: the moment, the zone and the date order are arguments, and no name is looked up. Nothing a
person types raises; what is not understood is title.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from todo_app.core.errors import UnusableRule
from todo_app.core.phrases import DateOrder, Today, split
from todo_app.core.pieces import Candidate, Kind, find_pieces, refuse_bounds, roll_forward
from todo_app.core.recurrence import Occurrence, Recurrence, first, recur, upcoming
from todo_app.core.repeats import refuse_unusable
from todo_app.core.rules import Rule
from todo_app.core.weeks import WeekStart

Span = tuple[int, int]

NEXT_DATES = 5
_QUOTED = re.compile(r'(?<!\S)["“][^"“”]*["”](?!\w)')
_PUNCTUATION = ",.;:!?"
_DIVIDERS = ",;"
_MIDNIGHT = "00:00"
_TURNS_TO_A_LONG_MONTH = 12
_OF_SERIES: set[Kind] = {"recurrence", "time", "start", "end"}


@dataclass(frozen=True, slots=True)
class Piece:
    """A recognised part of a line: its span in code points, its kind, and what it is read as."""

    start: int
    end: int
    kind: Kind
    reading: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A line as it was understood; `next` are the dates it falls on, at most five.

    Reminders are minutes before the due time; `refused` is why words that say how it repeats stay
    text.
    """

    title: str
    pieces: tuple[Piece, ...] = ()
    project: str | None = None
    section: str | None = None
    labels: tuple[str, ...] = ()
    priority: int | None = None
    reminders: tuple[int, ...] = ()
    due: Occurrence | None = None
    recurrence: Recurrence | None = None
    next: tuple[Occurrence, ...] = ()
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of several, and which line above it is its parent."""

    text: str
    parent: int | None


def parse(
    line: str,
    now: datetime,
    zone: str,
    date_order: DateOrder = "day_first",
    ignored: Iterable[Span] = (),
    *,
    week_start: WeekStart = "monday",
) -> Reading:
    """Read a line at an aware moment, as somebody in this zone means it.

    `ignored` are spans, in code points, that are to stay text.
    """
    local = now.astimezone(ZoneInfo(zone)).replace(second=0, microsecond=0, tzinfo=None)
    words = split(line, _closed(line, ignored))
    today = Today(local, date_order, week_start, zone)
    reading = _read(line, find_pieces(line, words, today), local, zone)
    try:
        refuse_unusable(words) if reading.recurrence is None else refuse_bounds(words, today)
    except UnusableRule as refusal:
        return replace(reading, refused=reading.refused or refusal.reason)
    return reading


def split_lines(text: str) -> list[Line]:
    """The lines of a pasted text; one that is indented belongs to the last that is less so."""
    lines: list[Line] = []
    above: list[tuple[int, int]] = []
    for raw in text.splitlines():
        bare = raw.expandtabs(4).rstrip()
        content = bare.lstrip()
        if not content:
            continue
        indent = len(bare) - len(content)
        while above and above[-1][0] >= indent:
            above.pop()
        parent = above[-1][1] if above else None
        above.append((indent, len(lines)))
        lines.append(Line(_without_bullet(content), parent))
    return lines


def read_recurrence(
    text: str,
    now: datetime,
    zone: str,
    date_order: DateOrder = "day_first",
    *,
    start: Occurrence | None,
    week_start: WeekStart = "monday",
) -> tuple[Recurrence, Occurrence]:
    """A repetition said in words alone, and its first date; `start` is where it begins at least.

    Raises UnusableRule for words that say anything else.
    """
    found = parse(text, now, zone, date_order, week_start=week_start)
    kinds = {piece.kind for piece in found.pieces}
    if found.title or not kinds <= {"recurrence", "start", "end", "date", "time"}:
        raise UnusableRule(found.refused or "rule_unreadable")
    said = found.recurrence
    if said is None or found.due is None:
        raise UnusableRule("rule_unreadable")
    if start is None:
        return said, found.due
    wall = said.time if "time" in kinds else start.time
    begin = said.anchor if kinds & {"start", "date"} else start.date
    first = _beginning(said.rule, begin, wall, zone)
    made = recur(said.rule, mode=said.mode, anchor=first.date, zone=zone, time=wall, text=said.text)
    return made, first


def _closed(line: str, ignored: Iterable[Span]) -> bytearray:
    """Which characters are not to be read."""
    closed = bytearray(len(line))
    quoted = (found.span() for found in _QUOTED.finditer(line))
    for span in (*quoted, *ignored):
        start, end = (min(max(0, place), len(line)) for place in span)
        if start < end:
            closed[start:end] = b"\1" * (end - start)
    return closed


def _read(line: str, found: Sequence[Candidate], local: datetime, zone: str) -> Reading:
    """The reading of a line with these pieces; what makes no date together becomes text again."""
    found = roll_forward(found, _minute(local))
    values: dict[Kind, Any] = {one.kind: one.value for one in found}
    series = None
    if "recurrence" in values:
        try:
            series = _series(line, found, values, local, zone)
        except UnusableRule as refusal:
            out = {"end"} if "end" in values else {"recurrence", "start"}
            rest = _read(line, [one for one in found if one.kind not in out], local, zone)
            return replace(rest, refused=refusal.reason)
    due = first(series) if series else _due(values, local)
    labels = {one.value.casefold(): one.value for one in found if one.kind == "label"}
    reminders = {one.value: None for one in found if one.kind == "reminder"}
    upcoming_dates = upcoming(series, None, NEXT_DATES) if series else [due] if due else []
    return Reading(
        title=_title(line, found),
        pieces=tuple(Piece(one.start, one.end, one.kind, one.reading) for one in found),
        project=values.get("project"),
        section=values.get("section"),
        labels=tuple(labels.values()),
        priority=values.get("priority"),
        reminders=tuple(reminders),
        due=due,
        recurrence=series,
        next=tuple(upcoming_dates),
    )


def _due(values: dict[Kind, Any], local: datetime) -> Occurrence | None:
    """The date and the time; a time alone is today, or tomorrow if it has passed."""
    moment, wall = values.get("date"), values.get("time")
    if moment is not None:
        return Occurrence(moment.date, wall or moment.time)
    if wall is None:
        return None
    today = Occurrence(local.date(), wall)
    return today if today > _minute(local) else Occurrence(_next_day(local.date()), wall)


def _series(
    line: str, found: Sequence[Candidate], values: dict[Kind, Any], local: datetime, zone: str
) -> Recurrence:
    """The recurrence that the pieces say together. Raises UnusableRule if it has no date."""
    repeat, end = values["recurrence"], values.get("end")
    moment = values.get("start") or values.get("date")
    wall = values.get("time") or (moment.time if moment else None)
    rule, start = repeat.rule, moment.date if moment else local.date()
    if isinstance(end, int):
        rule = replace(rule, count=end)
    elif end is not None:
        rule = replace(rule, until=end.date)
    if rule.frequency == "HOURLY" and wall is None:
        start, wall = _next_hour(local) if moment is None else (start, _MIDNIGHT)
    said = (one for one in found if one.kind in _OF_SERIES)
    text = " ".join(line[one.start : one.end] for one in said)
    beginning = _beginning(rule, start, wall, zone)
    if moment is None and wall and beginning <= _minute(local):
        beginning = _beginning(rule, _next_day(start), wall, zone)
    return recur(rule, mode=repeat.mode, anchor=beginning.date, zone=zone, time=wall, text=text)


def _beginning(rule: Rule, start: date, wall: str | None, zone: str) -> Occurrence:
    """The first date that fits the days of a rule; turns are counted from there.

    Raises UnusableRule if there is none.
    """
    each = recur(replace(rule, interval=1), mode="schedule", anchor=start, zone=zone, time=wall)
    turns = upcoming(each, None, 1 if rule.interval == 1 else _TURNS_TO_A_LONG_MONTH)
    exact = (turn for turn in turns if turn.date.day in rule.days)
    return next(exact, turns[0])


def _minute(local: datetime) -> Occurrence:
    return Occurrence(local.date(), f"{local:%H:%M}")


def _next_hour(local: datetime) -> Occurrence:
    """The next full hour on the clock, the last of the calendar where it ends before."""
    try:
        hour = local.replace(minute=0) + timedelta(hours=1)
    except OverflowError:
        return _minute(local)
    return _minute(hour)


def _next_day(day: date) -> date:
    return date.fromordinal(min(day.toordinal() + 1, date.max.toordinal()))


def _title(line: str, found: Sequence[Candidate]) -> str:
    """What is left of the line; punctuation behind a piece moves up to the word before it."""
    title, reached = "", 0
    for one in found:
        title = _joined(title, line[reached : one.start], is_first=reached == 0)
        reached = one.end
    rest = line[reached:]
    if found and not rest.strip():
        return title.rstrip(_DIVIDERS)
    return _joined(title, rest, is_first=reached == 0)


def _joined(title: str, text: str, *, is_first: bool) -> str:
    words = " ".join(text.split())
    if is_first or not words:
        return title + words
    rest = words.lstrip(_PUNCTUATION)
    mark = words[: len(words) - len(rest)] if text[0] in _PUNCTUATION else ""
    if mark:
        words = rest.lstrip()
        # A comma between two pieces, or behind the last, has nothing to divide any more.
        title += mark if title and (words or mark not in _DIVIDERS) else ""
    return f"{title} {words}".strip() if words else title


def _without_bullet(content: str) -> str:
    """A line without the sign of a list before it."""
    return re.sub(r"^(?:[-*+•]|\[[ xX]?\])\s+(?:\[[ xX]?\]\s+)?", "", content)
