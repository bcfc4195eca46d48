"""Days as filters name them: read, resolved against a today, written again.

Relative ones stay relative, so that a filter that was saved means the same tomorrow.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from todo_app.core.phrases import MONTHS, WEEKDAY_NAMES, WEEKDAYS
from todo_app.core.rules import MONTH_WORDS
from todo_app.core.weeks import WeekStart, next_week

_MONTHS_PER_YEAR = 12
_LEAP_YEAR = 2000
_CENTURY = 2000
_NUMBER = r"\d{1,4}"
_UNIT = r"(day|week|month|year)s?"
_AHEAD = re.compile(rf"(\+|-|in )? ?({_NUMBER}) {_UNIT}( ago)?", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_NUMERIC = re.compile(r"(\d{1,2})([./])(\d{1,2})(?:\2(\d{4}|\d{2})?)?", re.ASCII)
_DAY_MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th)? ([a-z]{3,9})(?: (\d{4}))?", re.ASCII)
_MONTH_DAY = re.compile(r"([a-z]{3,9}) (\d{1,2})(?:st|nd|rd|th)?(?: (\d{4}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Ahead:
    """So many days and months from today, back where negative."""

    days: int = 0
    months: int = 0


@dataclass(frozen=True, slots=True)
class Weekday:
    """A day of the week: the next one, never today; 0 is Monday."""

    number: int


@dataclass(frozen=True, slots=True)
class NextWeek:
    """The first day of the next week."""


@dataclass(frozen=True, slots=True)
class NextMonth:
    """The first of the next month."""


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day of the calendar: of that year, or the next time it comes."""

    month: int
    day: int
    year: int | None = None


Day = Ahead | Weekday | NextWeek | NextMonth | CalendarDay

_NAMED: dict[str, Day] = {
    "today": Ahead(0),
    "tod": Ahead(0),
    "tomorrow": Ahead(1),
    "tom": Ahead(1),
    "yesterday": Ahead(-1),
    "next week": NextWeek(),
    "next month": NextMonth(),
}
_WORDS = {day: words for words, day in _NAMED.items() if words not in {"tod", "tom"}}
_NAMED |= {
    **{word: Weekday(number) for word, number in WEEKDAYS.items()},
    **{f"next {word}": Weekday(number) for word, number in WEEKDAYS.items()},
}


def read_day(words: str, *, day_first: bool) -> Day | None:
    """The day that lower-case words with single spaces name, or None.

    `day_first` tells whether 4/7 is in July.
    """
    if words in _NAMED:
        return _NAMED[words]
    if found := _AHEAD.fullmatch(words):
        return _ahead(*found.groups())
    if found := _ISO.fullmatch(words):
        year, month, day = found.groups()
        return _calendar_day(day, int(month), year)
    if found := _NUMERIC.fullmatch(words):
        first, sign, second, year = found.groups()
        # With points it is always the day that comes first.
        day, month = (first, second) if day_first or sign == "." else (second, first)
        return _calendar_day(day, int(month), year)
    if found := _DAY_MONTH.fullmatch(words):
        day, name, year = found.groups()
        return _calendar_day(day, MONTHS.get(name, 0), year)
    if found := _MONTH_DAY.fullmatch(words):
        name, day, year = found.groups()
        return _calendar_day(day, MONTHS.get(name, 0), year)
    return None


def write_day(day: Day) -> str:
    """Words that `read_day` reads as this day, whatever the order of dates."""
    if day in _WORDS:
        return _WORDS[day]
    match day:
        case Ahead(days=days, months=0):
            return f"{days:+} days"
        case Ahead(months=months):
            return f"{months:+} months"
        case Weekday(number=number):
            return WEEKDAY_NAMES[number]
        case CalendarDay(month=month, day=number, year=None):
            return f"{number} {MONTH_WORDS[month - 1]}"
        case CalendarDay(month=month, day=number, year=year):
            return f"{year:04}-{month:02}-{number:02}"
        case NextWeek() | NextMonth():
            return _WORDS[day]


def resolve(
    day: Day, today: date, *, in_the_past: bool = False, week_start: WeekStart = "monday"
) -> date:
    """The date that a day is, seen from today.

    What comes again and again is the next one, or the latest so far if `in_the_past`.
    """
    match day:
        case Ahead(days=days, months=0):
            return _clamped(today.toordinal() + days)
        case Ahead(months=months):
            return _month_away(today, months, today.day)
        case Weekday(number=number):
            ahead = (number - today.weekday() - 1) % 7 + 1
            return _clamped(today.toordinal() + ahead - (7 if in_the_past else 0))
        case NextWeek():
            return next_week(today, week_start)
        case NextMonth():
            return _month_away(today, 1, 1)
        case CalendarDay(month=month, day=number, year=year):
            if year is not None:
                return date(year, month, number)
            found = _month_away(date(today.year, month, 1), 0, number)
            if in_the_past:
                return found if found <= today else _month_away(found, -_MONTHS_PER_YEAR, number)
            return found if found >= today else _month_away(found, _MONTHS_PER_YEAR, number)


def _ahead(sign: str | None, number: str, unit: str, ago: str | None) -> Day | None:
    if sign is None and ago is None:
        return None  # "7 days" is a span of days and no day.
    if sign is not None and ago is not None:
        return None
    count = -int(number) if sign == "-" or ago else int(number)
    if unit in {"day", "week"}:
        return Ahead(days=count * (7 if unit == "week" else 1))
    if count == 0:
        return Ahead(0)
    return Ahead(months=count * (_MONTHS_PER_YEAR if unit == "year" else 1))


def _calendar_day(day: str, month: int, year: str | None) -> CalendarDay | None:
    number = None
    if year is not None:
        number = int(year) if len(year) == 4 else _CENTURY + int(year)  # noqa: PLR2004 - digits
    try:
        date(_LEAP_YEAR if number is None else number, month, int(day))
    except ValueError:
        return None
    return CalendarDay(month=month, day=int(day), year=number)


def _month_away(day: date, months: int, number: int) -> date:
    """The day of this number in a month further on, or that month's last."""
    index = day.year * _MONTHS_PER_YEAR + day.month - 1 + months
    year, month = divmod(index, _MONTHS_PER_YEAR)
    if not date.min.year <= year <= date.max.year:
        return date.max if months > 0 else date.min
    return date(year, month + 1, min(number, calendar.monthrange(year, month + 1)[1]))


def _clamped(ordinal: int) -> date:
    return date.min + timedelta(
        max(0, min(ordinal - date.min.toordinal(), (date.max - date.min).days))
    )
