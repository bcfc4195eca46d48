"""Words of a line, and the dates and times among them. What repeats is in `repeats`.

A reading looks a bounded number of words ahead, so a line is read in time linear in its length.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from todo_app.core.counted import is_counted, is_measure
from todo_app.core.rules import MONTH_WORDS
from todo_app.core.weeks import WeekStart, next_week

DateOrder = Literal["day_first", "month_first", "year_first"]
Place = Literal["anywhere", "edge", "end"]

TONIGHT = "21:00"
TAIL = ",.;:!?"
# A mark with a name in quotes is one word.
_CHUNK = re.compile(r'(?<!\S)[#/@]"[^"]*"|\S+')
_MONTH_NAMES = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
WEEKDAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    {name: number for number, name in enumerate(MONTH_WORDS, 1)}
    | {name: number for number, name in enumerate(_MONTH_NAMES, 1)}
    | {"sept": 9}
)
WEEKDAYS = (
    {name: number for number, name in enumerate(WEEKDAY_NAMES)}
    | {name[:3]: number for number, name in enumerate(WEEKDAY_NAMES)}
    | {"tues": 1, "weds": 2, "thur": 3, "thurs": 3}
)
ORDINAL = re.compile(r"(\d{1,2})(?:st|nd|rd|th)", re.ASCII)
NUMBER = re.compile(r"\d{1,4}", re.ASCII)
_YEAR = re.compile(r"[2-9]\d{3}", re.ASCII)
_ISO = re.compile(r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})", re.ASCII)
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})(?:\.(\d{4}))?", re.ASCII)
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}|\d{2}))?", re.ASCII)
_ALL_DAY_LONG = "24/7"
_CLOCK = re.compile(r"(\d{1,2})(?::(\d{2}))?(am|pm)?", re.ASCII)
_HOURS_OF_HALF_DAY = 12
_UNITS = {"minute", "hour", "day", "week", "month", "year", "min"}
_YEARS_AHEAD = 9
"""From one 29 February to the next but one, over a century that has none."""
_SATURDAY = 5
# Names of people too: only in small letters.
_NICKNAMES = {"tom", "tod"}
_VERBS = {"may", "march"}


@dataclass(frozen=True, slots=True)
class Word:
    """A word in small letters, without the punctuation behind it, and its span in the line."""

    text: str
    start: int
    end: int
    tail: str = ""
    is_small: bool = True
    is_open: bool = True
    """Whether it may be read: not quoted and not turned back into text."""


Words = Sequence[Word]


@dataclass(frozen=True, slots=True)
class Moment:
    """A date, a time, or both; `place` is where in a line it counts, `last` the word behind it."""

    last: int
    date: date | None = None
    time: str | None = None
    place: Place = "anywhere"
    end: int | None = None
    """Where it ends in the line, if that is not the end of its last word."""
    is_exact: bool = False
    """Whether it says this very day: it does not come again."""
    again: Moment | None = None
    """The next that fits, if it is today."""


@dataclass(frozen=True, slots=True)
class Today:
    """What relative dates are relative to: the local moment, and a person's habits and zone."""

    now: datetime
    order: DateOrder
    week_start: WeekStart = "monday"
    zone: str = "UTC"

    @property
    def date(self) -> date:
        """The date it is."""
        return self.now.date()


def split(line: str, closed: bytearray) -> list[Word]:
    """The words of a line; `closed` marks the characters that are not to be read."""
    words = []
    for chunk in _CHUNK.finditer(line):
        raw, start = chunk[0], chunk.start()
        bare = raw.rstrip(TAIL) or raw
        is_open = not any(closed[start : chunk.end()])
        text = bare.lower()
        words.append(Word(text, start, start + len(bare), raw[len(bare) :], text == bare, is_open))
    return words


def text_at(words: Words, index: int, *, after_comma: bool = False) -> str:
    """The word there if it continues the phrase of the one before, else nothing."""
    if not 0 < index < len(words) or not words[index].is_open:
        return ""
    tail = words[index - 1].tail
    return words[index].text if not tail or (after_comma and tail == ",") else ""


def read_date(words: Words, index: int, today: Today) -> Moment | None:
    """The date that begins at this word, with the word before it that says it is one."""
    found = _read_date(words, index, today)
    if found is None or found.is_exact or found.date != today.date:
        return found
    tomorrow = datetime.combine(_ahead(today.date, 1), time())
    again = _read_date(words, index, replace(today, now=tomorrow))
    return replace(found, again=again)


def _read_date(words: Words, index: int, today: Today) -> Moment | None:
    word = words[index].text
    if word in ("on", "by", "at", "next", "this"):
        return _after_connector(words, index, today)
    if word == "in":
        return _in_some_time(words, index + 1, today)
    if word == "end":
        return _end_of_month(words, index, today)
    if word == "the" and text_at(words, index + 1) == "day":
        index, word = index + 1, "day"
    if word == "day":
        is_said = (text_at(words, index + 1), text_at(words, index + 2)) == ("after", "tomorrow")
        return Moment(index + 3, _ahead(today.date, 2), is_exact=True) if is_said else None
    return _plain_date(words, index, today)


def read_time(words: Words, index: int) -> Moment | None:
    """The time of day that begins at this word."""
    word = words[index].text
    if word in ("at", "by"):
        if not text_at(words, index + 1):
            return None
        found = read_time(words, index + 1) if words[index + 1].text not in ("at", "by") else None
        return None if found is None else replace(found, place="anywhere")
    if word in ("noon", "midnight"):
        return Moment(index + 1, time="12:00" if word == "noon" else "00:00", place="end")
    clock = _CLOCK.fullmatch(word)
    if clock is None:
        return None
    half, last = clock[3], index + 1
    if half is None and text_at(words, last) in ("am", "pm"):
        half, last = words[last].text, last + 1
    if half is None and clock[2] is None:
        return None
    wall = _wall(int(clock[1]), int(clock[2] or 0), half)
    return None if wall is None else Moment(last, time=wall)


def _wall(hour: int, minute: int, half: str | None) -> str | None:
    if half is not None:
        if not 1 <= hour <= _HOURS_OF_HALF_DAY:
            return None
        hour = hour % _HOURS_OF_HALF_DAY + (_HOURS_OF_HALF_DAY if half == "pm" else 0)
    try:
        return f"{time(hour, minute):%H:%M}"
    except ValueError:
        return None


def _after_connector(words: Words, index: int, today: Today) -> Moment | None:
    """A date behind on, by, at, next or this."""
    connector, word = words[index].text, text_at(words, index + 1)
    if word in WEEKDAYS:
        return Moment(index + 2, _next_weekday(today.date, WEEKDAYS[word]))
    if connector not in ("on", "by"):
        return _next_or_this(connector, word, index + 2, today)
    if word == "the" and ORDINAL.fullmatch(text_at(words, index + 2)):
        index += 1
        word = words[index + 1].text
    if word in ("", "on", "by", "at"):
        return None
    if _SLASHED.fullmatch(word) and _is_a_number_of(words, index + 2):
        return None
    found = _read_date(words, index + 1, today)
    return None if found is None else replace(found, place="anywhere")


def _is_a_number_of(words: Words, index: int) -> bool:
    """Whether the number before this word says which, or how much, of it."""
    return index < len(words) and not words[index - 1].tail and is_counted(words[index].text)


def _next_or_this(connector: str, word: str, last: int, today: Today) -> Moment | None:
    day = today.date
    match connector, word:
        case ("next", "week"):
            return Moment(last, next_week(day, today.week_start))
        case ("next", "month"):
            return Moment(last, _ahead(day, monthrange(day.year, day.month)[1] - day.day + 1))
        case ("this", "weekend"):
            return Moment(last, _ahead(day, (_SATURDAY - day.weekday()) % 7))
    return None


def _in_some_time(words: Words, index: int, today: Today) -> Moment | None:
    """`3 days` behind `in`; hours and minutes are a time too."""
    number, unit = text_at(words, index), text_at(words, index + 1).removesuffix("s")
    return _from_now("1" if number in ("a", "an") else number, unit, index + 2, today)


def _from_now(figures: str, unit: str, last: int, today: Today) -> Moment | None:
    if unit not in _UNITS or not NUMBER.fullmatch(figures):
        return None
    number = int(figures)
    try:
        match unit:
            case "minute" | "min":
                moment = _elapsed(today, timedelta(minutes=number))
            case "hour":
                moment = _elapsed(today, timedelta(hours=number))
            case "day":
                return Moment(last, today.date + timedelta(days=number), is_exact=True)
            case "week":
                return Moment(last, today.date + timedelta(weeks=number))
            case _:
                months = today.date.month - 1 + number * (12 if unit == "year" else 1)
                year, month = today.date.year + months // 12, months % 12 + 1
                day = min(today.date.day, monthrange(year, month)[1])
                return Moment(last, date(year, month, day))
    except (ValueError, OverflowError):
        return None
    return Moment(last, moment.date(), f"{moment:%H:%M}", is_exact=True)


def _elapsed(today: Today, passing: timedelta) -> datetime:
    """What the clock on the wall shows so much later, whatever it is put to meanwhile."""
    zone = ZoneInfo(today.zone)
    return (today.now.replace(tzinfo=zone).astimezone(UTC) + passing).astimezone(zone)


def _end_of_month(words: Words, index: int, today: Today) -> Moment | None:
    if text_at(words, index + 1) != "of":
        return None
    last = index + 2 + (text_at(words, index + 2) == "the")
    if text_at(words, last) != "month":
        return None
    days = monthrange(today.date.year, today.date.month)[1]
    return Moment(last + 1, today.date.replace(day=days))


def _plain_date(words: Words, index: int, today: Today) -> Moment | None:
    """A date that says itself what it is."""
    word, last = words[index], index + 1
    if word.text in MONTHS:
        return _month_first(words, index, today)
    if word.text[0] == "+":
        number, unit = word.text[1:], text_at(words, last).removesuffix("s")
        return _from_now(number, unit, last + 1, today)
    if "0" <= word.text[0] <= "9":
        return _day_first(words, index, today) or _in_figures(words, index, today)
    return _named_day(word, last, today.date)


def _named_day(word: Word, last: int, today: date) -> Moment | None:
    """A weekday, today, tonight, tomorrow."""
    if word.text in WEEKDAYS:
        return Moment(last, _next_weekday(today, WEEKDAYS[word.text]), place="edge")
    if word.text in _NICKNAMES and not word.is_small:
        return None
    place: Place = "edge" if word.text in _NICKNAMES else "anywhere"
    match word.text:
        case "today" | "tod":
            return Moment(last, today, place=place, is_exact=True)
        case "tonight":
            return Moment(last, today, TONIGHT)
        case "tomorrow" | "tom":
            return Moment(last, _ahead(today, 1), place=place)
    return None


def _month_first(words: Words, index: int, today: Today) -> Moment | None:
    """`jan 27`, `january 27th, 2027`."""
    number = text_at(words, index + 1)
    ordinal = ORDINAL.fullmatch(number)
    day = ordinal[1] if ordinal else number
    if not NUMBER.fullmatch(day):
        return None
    return _day_of(words, index, index + 2, int(day), MONTHS[words[index].text], today)


def _day_first(words: Words, index: int, today: Today) -> Moment | None:
    """`27 jan`, `27th of january 2027`, and `17th` alone."""
    word, last = words[index].text, index + 1
    ordinal = ORDINAL.fullmatch(word)
    day = ordinal[1] if ordinal else word
    if not NUMBER.fullmatch(day):
        return None
    if ordinal and text_at(words, last) == "of":
        last += 1
    month = MONTHS.get(text_at(words, last))
    if month is not None:
        return _day_of(words, index, last + 1, int(day), month, today)
    if not ordinal or _is_a_number_of(words, index + 1):
        return None
    return _next_day_of_month(int(day), index + 1, today)


def _day_of(
    words: Words, index: int, last: int, day: int, month: int, today: Today
) -> Moment | None:
    """A day and a month, and the year behind it if there is one."""
    year = text_at(words, last, after_comma=True)
    if _YEAR.fullmatch(year):
        return _exactly(int(year), month, day, last + 1, today)
    verb = words[index].text in _VERBS or words[last - 1].text in _VERBS
    return _next_date(day, month, last, today, "edge" if verb else "anywhere")


def _in_figures(words: Words, index: int, today: Today) -> Moment | None:
    """2026-11-21, 21.11., 21.11.2026, 21/11 or 11/21."""
    word, last = words[index], index + 1
    if found := _ISO.fullmatch(word.text):
        return _exactly(int(found[1]), int(found[3]), int(found[4]), last, today)
    if found := _DOTTED.fullmatch(word.text):
        day, month = int(found[1]), int(found[2])
        if found[3]:
            return _exactly(int(found[3]), month, day, last, today)
        dated = _next_date(day, month, last, today, "anywhere")
        # Without its last dot it is a number.
        return replace(dated, end=word.end + 1) if dated and word.tail.startswith(".") else None
    found = _SLASHED.fullmatch(word.text)
    if found is None or word.text == _ALL_DAY_LONG:
        return None
    is_fraction = is_measure(text_at(words, last))
    return None if is_fraction else _slashed(found, last, today)


def _slashed(found: re.Match[str], last: int, today: Today) -> Moment | None:
    day, month = int(found[1]), int(found[2])
    if today.order != "day_first":
        day, month = month, day
    if not found[3]:
        return _next_date(day, month, last, today, "edge")
    year = int(found[3]) + (2000 if len(found[3]) == 2 else 0)  # noqa: PLR2004 - two figures
    return _exactly(year, month, day, last, today)


def _exactly(year: int, month: int, day: int, last: int, today: Today) -> Moment | None:
    """A date with its year; one that is past does not come again and is left as text."""
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return Moment(last, found) if found >= today.date else None


def _next_date(day: int, month: int, last: int, today: Today, place: Place) -> Moment | None:
    """The next date with this day and month."""
    for year in range(today.date.year, today.date.year + _YEARS_AHEAD):
        found = _exactly(year, month, day, last, today)
        if found is not None:
            return replace(found, place=place)
    return None


def _next_day_of_month(day: int, last: int, today: Today) -> Moment | None:
    """The next date with this day."""
    for months in range(3):
        month = today.date.month - 1 + months
        found = _exactly(today.date.year + month // 12, month % 12 + 1, day, last, today)
        if found is not None:
            return replace(found, place="end")
    return None


def _next_weekday(today: date, weekday: int) -> date:
    """The next one, never today."""
    return _ahead(today, (weekday - today.weekday() - 1) % 7 + 1)


def _ahead(today: date, days: int) -> date:
    """So many days on, and the last day of the calendar where it ends before."""
    return date.fromordinal(min(today.toordinal() + days, date.max.toordinal()))
