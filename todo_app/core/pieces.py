"""The pieces of a line: everything that could be one, and which of them are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from todo_app.core.errors import UnusableRule
from todo_app.core.phrases import (
    TAIL,
    Moment,
    Place,
    Today,
    Word,
    Words,
    read_date,
    read_time,
    text_at,
)
from todo_app.core.recurrence import Occurrence
from todo_app.core.reminders import REMINDERS_MAX, read_minutes
from todo_app.core.repeats import behind_refused_dates, read_count, read_day, read_repeat
from todo_app.core.rules import spoken
from todo_app.core.text import NAME_MAX_CHARACTERS

Kind = Literal[
    "project",
    "section",
    "label",
    "priority",
    "reminder",
    "date",
    "time",
    "recurrence",
    "start",
    "end",
]

_MARKS: dict[str, Kind] = {"#": "project", "/": "section", "@": "label"}
_NAME = re.compile(r'[^\s"#@/]+')
_QUOTED_NAME = re.compile(r'"\s*([^"\s](?:[^"]*[^"\s])?)\s*"')
_PRIORITY = re.compile("p[1-4]")
_IN_FIGURES = re.compile(r"\d{1,4}([-/.])\d{1,2}(\1\d{1,4})?", re.ASCII)
_STARTS = {"starting", "from"}
_ENDS = {"until", "till", "ending"}
_MANY: set[Kind] = {"label", "reminder"}
_OF_SERIES: set[Kind] = {"recurrence", "time", "start", "end"}


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a part of a line could be: the words it takes, its span, its value and its reading.

    `plain` is what is left of it in a line that does not repeat.
    """

    first: int
    last: int
    start: int
    end: int
    kind: Kind
    value: Any
    reading: str
    place: Place = "anywhere"
    plain: Candidate | None = None


def find_pieces(line: str, words: Words, today: Today) -> list[Candidate]:
    """The pieces of a line in their order, at most one of a kind that a task has once."""
    found = list(_candidates(line, words, today))
    placed = _beginning(_placed(found, len(words)))
    if not any(one.kind == "recurrence" for one in placed):
        plain = [one.plain if one.kind in ("start", "end") else one for one in found]
        placed = _placed([one for one in plain if one is not None], len(words))
    return _one_of_each(placed)


def roll_forward(found: Sequence[Candidate], now: Occurrence) -> Sequence[Candidate]:
    """The same pieces, with the next date that fits for one whose time today has passed.

    A series begins on the date it says.
    """
    moment = next((one for one in found if one.kind == "date"), None)
    if moment is None or moment.value.again is None:
        return found
    kinds = {one.kind: one.value for one in found}
    wall = kinds.get("time") or moment.value.time
    if wall is None or "recurrence" in kinds or Occurrence(moment.value.date, wall) > now:
        return found
    later = _with_moment(moment, replace(moment.value, date=moment.value.again.date))
    return [later if one is moment else one for one in found]


def refuse_bounds(words: Words, today: Today) -> None:
    """Raises UnusableRule if words say a start or an end that a series cannot have."""
    ends = 0
    for index, word in enumerate(words):
        if not word.is_open:
            continue
        ends += read_count(words, index) is not None
        if word.text in _STARTS | _ENDS and text_at(words, index + 1):
            is_read = read_date(words, index + 1, today) is not None
            ends += is_read and word.text in _ENDS
            if not is_read:
                _refuse_bound(words, index + 1, today)
    if ends > 1:
        raise UnusableRule("rule_ends_twice")


def _refuse_bound(words: Words, index: int, today: Today) -> None:
    """Raises UnusableRule if words say a date that is past, or that no calendar has."""
    long_ago = replace(today, now=today.now.replace(year=1, month=1, day=1))
    word = words[index].text
    if word == "yesterday" or read_date(words, index, long_ago) is not None:
        raise UnusableRule("rule_past")
    if read_day(words, index) or _IN_FIGURES.fullmatch(word):
        raise UnusableRule("rule_no_date")


def written_name(kind: Kind, name: str) -> str:
    """How a line names a project, a section or a label; nothing where it cannot."""
    sign = next(sign for sign, one in _MARKS.items() if one == kind)
    if _is_plain(name):
        return sign + name
    quoted = f'{sign}"{name}"'
    return quoted if _QUOTED_NAME.fullmatch(quoted[1:]) else ""


def _candidates(line: str, words: Words, today: Today) -> Iterator[Candidate]:
    index = 0
    while index < len(words):
        word = words[index]
        found = _read(line, words, index, today) if word.is_open else None
        if found is not None:
            yield found
        index = found.last if found is not None else _next_to_read(words, index, today)


def _next_to_read(words: Words, index: int, today: Today) -> int:
    """The word behind one that begins no piece, and behind all of a repetition that is refused."""
    last = behind_refused_dates(words, index)
    if last is None:
        return index + 1
    while last < len(words) and words[last].is_open:
        part = _bound(words, last, today) or _time(words, last)
        if part is None:
            break
        last = part.last
    return last


def _read(line: str, words: Words, index: int, today: Today) -> Candidate | None:
    """The longest that begins at this word."""
    word = words[index]
    if word.text[0] in _MARKS:
        return _mark(line[word.start : word.end], word, index)
    if word.text[0] == "!":
        return _reminder(word, index)
    if _PRIORITY.fullmatch(word.text):
        return _candidate(words, index, index + 1, "priority", int(word.text[1]), word.text)
    return (
        _repeat(words, index)
        or _bound(words, index, today)
        or _date(words, index, read_date(words, index, today))
        or _time(words, index)
    )


def _candidate(
    words: Words,
    first: int,
    last: int,
    kind: Kind,
    value: object,
    reading: str,
    place: Place = "anywhere",
) -> Candidate:
    start, end = words[first].start, words[last - 1].end
    return Candidate(first, last, start, end, kind, value, reading, place)


def _mark(raw: str, word: Word, index: int) -> Candidate | None:
    """`#project`, `/section`, `@label`; a number alone is none: `fix #12` is text."""
    quoted = _QUOTED_NAME.fullmatch(raw[1:])
    name = quoted[1] if quoted else raw[1:]
    if not quoted and not _is_plain(name):
        return None
    if len(name) > NAME_MAX_CHARACTERS:
        return None
    return Candidate(index, index + 1, word.start, word.end, _MARKS[raw[0]], name, name)


def _is_plain(name: str) -> bool:
    """Whether a name needs no quotes around it."""
    return bool(_NAME.fullmatch(name)) and not name.isdecimal() and name[-1] not in TAIL


def _reminder(word: Word, index: int) -> Candidate | None:
    """`!30m`, `!1h30m`, `!2d`: so long before the due time."""
    before = read_minutes(word.text[1:])
    if before is None:
        return None
    text = f"{word.text[1:]} before"
    return Candidate(index, index + 1, word.start, word.end, "reminder", before, text)


def _repeat(words: Words, index: int) -> Candidate | None:
    found = read_repeat(words, index)
    if found is None:
        return None
    reading = spoken(found.rule, found.mode)
    return _candidate(words, index, found.last, "recurrence", found, reading, place=found.place)


def _bound(words: Words, index: int, today: Today) -> Candidate | None:
    """Where a series starts or ends: `starting 1 dec`, `until 1 mar`, `for 10 times`."""
    word = words[index].text
    if word == "for":
        return _count(words, index)
    if (word not in _STARTS and word not in _ENDS) or not text_at(words, index + 1):
        return None
    plain = _date(words, index + 1, read_date(words, index + 1, today))
    if plain is None:
        return None
    kind: Kind = "start" if word in _STARTS else "end"
    return Candidate(
        index,
        plain.last,
        words[index].start,
        plain.end,
        kind,
        plain.value,
        plain.reading,
        plain=plain,
    )


def _count(words: Words, index: int) -> Candidate | None:
    try:
        times = read_count(words, index)
    except UnusableRule:
        return None
    if times is None:
        return None
    return _candidate(words, index, index + 3, "end", times, f"{times} times")


def _date(words: Words, index: int, moment: Moment | None) -> Candidate | None:
    if moment is None:
        return None
    end = moment.end or words[moment.last - 1].end
    start = words[index].start
    found = Candidate(index, moment.last, start, end, "date", moment, "", moment.place)
    return _with_moment(found, moment)


def _with_moment(found: Candidate, moment: Moment) -> Candidate:
    reading = f"{moment.date}T{moment.time}" if moment.time else str(moment.date)
    return replace(found, value=moment, reading=reading)


def _time(words: Words, index: int) -> Candidate | None:
    found = read_time(words, index)
    if found is None or found.time is None:
        return None
    return _candidate(words, index, found.last, "time", found.time, found.time, place=found.place)


def _placed(candidates: Sequence[Candidate], length: int) -> list[Candidate]:
    """Those that count where they are.

    The start is what only pieces stand before, the end what only pieces stand behind; beside a
    piece that says when, another one does too.
    """
    at_start = _leading(candidates)
    at_end = _trailing(candidates, length)
    return [
        one
        for number, one in enumerate(candidates)
        if one.place == "anywhere"
        or number >= at_end
        or (one.place == "edge" and number < at_start)
        or _is_beside_a_moment(candidates, number)
    ]


def _beginning(placed: Sequence[Candidate]) -> list[Candidate]:
    """The same, but a date that counts for its place only, in a line that repeats, stands beside.

    In `Sunday roast every sunday` the first is no beginning.
    """
    if not any(one.kind == "recurrence" for one in placed):
        return list(placed)
    ends = {one.last for one in placed if one.kind in _OF_SERIES}
    starts = {one.first for one in placed if one.kind in _OF_SERIES}
    return [
        one
        for one in placed
        if one.kind != "date"
        or one.place == "anywhere"
        or {one.first} & ends
        or {one.last} & starts
    ]


def _leading(candidates: Sequence[Candidate]) -> int:
    """How many of them begin the line."""
    reached = 0
    for number, one in enumerate(candidates):
        if one.first != reached or one.place == "end":
            return number
        reached = one.last
    return len(candidates)


def _trailing(candidates: Sequence[Candidate], length: int) -> int:
    """The first of those that end the line."""
    reached = length
    for number in range(len(candidates) - 1, -1, -1):
        if candidates[number].last != reached:
            return number + 1
        reached = candidates[number].first
    return 0


def _is_beside_a_moment(candidates: Sequence[Candidate], number: int) -> bool:
    one = candidates[number]
    before = candidates[number - 1] if number else None
    behind = candidates[number + 1] if number + 1 < len(candidates) else None
    return any(
        other is not None
        and other.place == "anywhere"
        and other.kind in ("date", "time", "recurrence")
        and other.kind != one.kind
        and (other.last == one.first or other.first == one.last)
        for other in (before, behind)
    )


def _one_of_each(placed: Sequence[Candidate]) -> list[Candidate]:
    """One for each field: the first that is sure, else the last."""
    chosen: dict[str, Candidate] = {}
    reminders: set[int] = set()
    for one in placed:
        field: str = "date" if one.kind == "start" else one.kind
        if one.kind in _MANY:
            field = f"{one.kind} {one.start}"
        if one.kind == "reminder":
            reminders.add(one.value)
            if len(reminders) > REMINDERS_MAX:
                continue
        if field not in chosen or chosen[field].place != "anywhere":
            chosen[field] = one
    return sorted(chosen.values(), key=lambda one: one.start)
