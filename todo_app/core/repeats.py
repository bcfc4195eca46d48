"""Phrases that say how a task repeats: `every 3 days`, `every last friday`, `daily`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from todo_app.core.errors import UnusableRule
from todo_app.core.phrases import MONTHS, NUMBER, ORDINAL, WEEKDAYS, Place, Words, text_at
from todo_app.core.rules import COUNT_MAX, LAST, WORKDAYS, Frequency, Mode, Rule, check_rule

_UNITS: dict[str, Frequency] = {
    "hour": "HOURLY",
    "day": "DAILY",
    "week": "WEEKLY",
    "month": "MONTHLY",
    "year": "YEARLY",
}
_SHORTER_UNITS = {"minute", "min", "second", "sec"}
_WORKDAY_WORDS = {"weekday", "weekdays", "workday", "workdays"}
_NUMBER_WORDS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5}
_FIGURES = re.compile(r"\d{1,9}", re.ASCII)
"""A number, and also one that is too large to be anything."""
_BETWEEN = re.compile("[,/]")
_EACH_MONTH = ({"the", "each", "every"}, "month")
_ANDS = ("and", "&")
_FIFTH = 5
_SEVERAL_DATES = "rule_several_dates"
_DAYS_MAX = 31


@dataclass(frozen=True, slots=True)
class Repeat:
    """A rule, what it counts from, and the word behind the phrase."""

    last: int
    rule: Rule
    mode: Mode = "schedule"
    place: Place = "anywhere"


def read_repeat(words: Words, index: int) -> Repeat | None:
    """The repetition that begins at this word."""
    try:
        return _repeat(words, index)
    except UnusableRule:
        return None


def behind_refused_dates(words: Words, index: int) -> int | None:
    """The word behind dates that no rule says, if such a repetition begins at this word."""
    try:
        _repeat(words, index)
    except UnusableRule as refusal:
        if refusal.reason == _SEVERAL_DATES:
            listed = (_listed_dates(words, first) for first in range(index + 1, len(words)))
            return next(last for found, last in listed if found)
    return None


def read_count(words: Words, index: int) -> int | None:
    """How many times `for 10 times` says, if that begins at this word. Raises UnusableRule."""
    number = text_at(words, index + 1)
    is_count = words[index].text == "for" and text_at(words, index + 2) in ("time", "times")
    if not is_count or not _FIGURES.fullmatch(number):
        return None
    if not 1 <= int(number) <= COUNT_MAX:
        raise UnusableRule("rule_count")
    return int(number)


def refuse_unusable(words: Words) -> None:
    """Raises UnusableRule if words say a repetition that is none that can be kept."""
    for index, word in enumerate(words):
        if word.is_open:
            _repeat(words, index)


def _repeat(words: Words, index: int) -> Repeat | None:
    """The repetition that begins at this word. Raises UnusableRule."""
    word = words[index]
    if word.text == "daily":
        return Repeat(index + 1, Rule("DAILY"), place="edge")
    if word.text != "every" or word.tail not in ("", "!"):
        return None
    if index + 1 >= len(words) or not words[index + 1].is_open:
        return None
    found = _turn(words, index + 1)
    if found is None:
        return None
    goes_on = text_at(words, found.last) in _ANDS and text_at(words, found.last + 1)
    if goes_on and read_day(words, found.last + 1):
        raise UnusableRule(_SEVERAL_DATES)
    mode: Mode = "completion" if word.tail else "schedule"
    return replace(found, rule=check_rule(found.rule), mode=mode)


def _turn(words: Words, index: int) -> Repeat | None:
    """What stands behind `every`. Raises UnusableRule."""
    word = words[index].text
    if word in _UNITS:
        return _unit_on_days(words, index + 1, _UNITS[word], 1)
    unit = text_at(words, index + 1)
    interval = _interval(word)
    frequency = _UNITS.get(unit) or _UNITS.get(unit.removesuffix("s"))
    if interval is not None and unit.removesuffix("s") in _SHORTER_UNITS:
        raise UnusableRule("rule_too_often")
    if interval is not None and frequency:
        return _unit_on_days(words, index + 2, frequency, interval)
    if word != "other":
        return _days(words, index)
    found = _days(words, index + 1) if unit else None
    if found is None or found.rule.frequency != "WEEKLY":
        return None
    return replace(found, rule=replace(found.rule, interval=2))


def _interval(word: str) -> int | None:
    """`other`, `3`, `3rd` and `third` of every so many days."""
    if word == "other":
        return 2
    if _NUMBER_WORDS.get(word, 1) > 1:
        return _NUMBER_WORDS[word]
    ordinal = ORDINAL.fullmatch(word)
    number = ordinal[1] if ordinal else word
    return int(number) if _FIGURES.fullmatch(number) else None


def _unit_on_days(words: Words, index: int, frequency: Frequency, interval: int) -> Repeat:
    """`every 2 weeks`, and the days it falls on if they are said and fit."""
    plain = Repeat(index, Rule(frequency, interval))
    if text_at(words, index) != "on":
        return plain
    first = index + 1 + (text_at(words, index + 1) == "the")
    found = _days(words, first) if text_at(words, first) else None
    if found is None or found.rule.frequency != frequency:
        return plain
    return Repeat(found.last, replace(found.rule, interval=interval))


def _days(words: Words, index: int) -> Repeat | None:
    """Days that begin at this word: of the week, of the month, of the year."""
    word = words[index].text
    if word in _WORKDAY_WORDS:
        return Repeat(index + 1, Rule("WEEKLY", weekdays=WORKDAYS))
    if _weekdays_in(word):
        return _weekdays(words, index)
    if word in MONTHS or text_at(words, index + 1) in MONTHS:
        return _dates(words, index)
    return _ordinals(words, index)


def _weekdays(words: Words, index: int) -> Repeat:
    found = _weekdays_in(words[index].text)
    last = index + 1
    while (following := _after_separator(words, last)) is not None:
        days = _weekdays_in(words[following].text)
        if not days:
            break
        found |= days
        last = following + 1
    return Repeat(last, Rule("WEEKLY", weekdays=tuple((0, day) for day in sorted(found))))


def _weekdays_in(word: str) -> set[int]:
    """`mon`, `mon,wed`, `tue/thu`, `mon-fri`; nothing for a word that has anything else in it."""
    found: set[int] = set()
    for part in _BETWEEN.split(word):
        first, *ends = [_weekday(name) for name in part.split("-", 1)]
        if first is None or None in ends:
            return set()
        days = sum((end - first) % 7 for end in ends if end is not None)
        found |= {(first + day) % 7 for day in range(days + 1)}
    return found


def _dates(words: Words, index: int) -> Repeat | None:
    """`jan 27`, `27 jan`, `27th january`: one rule says several if each day is in each month.

    Raises UnusableRule for several that no rule says.
    """
    found, last = _listed_dates(words, index)
    if not found:
        return None
    months, days = {month for month, _ in found}, {day for _, day in found}
    if len(found) != len(months) * len(days):
        raise UnusableRule(_SEVERAL_DATES)
    return Repeat(last, Rule("YEARLY", months=tuple(sorted(months)), days=tuple(sorted(days))))


def _listed_dates(words: Words, index: int) -> tuple[set[tuple[int, int]], int]:
    """The dates of a list that begins at this word, and the word behind it."""
    found: set[tuple[int, int]] = set()
    last = index
    following: int | None = index
    while following is not None and (pair := read_day(words, following)) is not None:
        found.add(pair)
        last = following + 2
        following = _after_separator(words, last)
    return found, last


def read_day(words: Words, index: int) -> tuple[int, int] | None:
    """The month and the day of it, which it may be too short for, that these two words say."""
    one, other = words[index].text, text_at(words, index + 1)
    month, number = (one, other) if one in MONTHS else (other, one)
    ordinal = ORDINAL.fullmatch(number)
    day = ordinal[1] if ordinal else number
    if month not in MONTHS or not NUMBER.fullmatch(day) or not 1 <= int(day) <= _DAYS_MAX:
        return None
    return MONTHS[month], int(day)


def _ordinals(words: Words, index: int) -> Repeat | None:
    """`15th`, `1st and 15th`, `last day`, `third friday`, `last weekday`, `last friday of nov`."""
    days: set[int] = set()
    weekdays: set[tuple[int, int]] = set()
    position, waiting, last = 0, [], index
    is_in_words = False
    following: int | None = index
    while following is not None and not position:
        nth = _nth(words[following].text)
        if nth is None:
            break
        is_in_words = is_in_words or words[following].text in _NUMBER_WORDS
        noun = text_at(words, following + 1)
        weekday = _weekday(noun)
        waiting.append(nth)
        if weekday is not None:
            weekdays |= {(each, weekday) for each in waiting}
            waiting, last = [], following + 2
        elif noun in _WORKDAY_WORDS and len(waiting) == 1 and not weekdays:
            position, waiting, last = nth, [], following + 2
        elif nth == LAST and noun != "day":
            waiting.pop()
            break
        else:
            last = following + 1 + (nth == LAST)
        following = _after_separator(words, last)
    if is_in_words and waiting:
        return None  # Every second counts.
    days |= set(waiting)
    return _of_months(words, last, _monthly(days, weekdays, position))


def _monthly(days: set[int], weekdays: set[tuple[int, int]], position: int) -> Rule | None:
    if position:
        return None if days else Rule("MONTHLY", weekdays=WORKDAYS, position=position)
    if bool(days) == bool(weekdays) or any(nth > _FIFTH for nth, _ in weekdays):
        return None
    ordered = tuple(sorted(days, key=lambda day: (day < 0, day)))
    return Rule("MONTHLY", days=ordered, weekdays=_sorted(weekdays))


def _of_months(words: Words, last: int, rule: Rule | None) -> Repeat | None:
    """The months behind `of`, if any; days of the month alone count at an edge of the line only."""
    if rule is None:
        return None
    place: Place = "edge" if rule.days and LAST not in rule.days else "anywhere"
    if text_at(words, last) != "of":
        return Repeat(last, rule, place=place)
    if text_at(words, last + 1) in _EACH_MONTH[0] and text_at(words, last + 2) == _EACH_MONTH[1]:
        return Repeat(last + 3, rule)
    months, end = set(), last
    following: int | None = last + 1
    while following is not None and following < len(words):
        month = MONTHS.get(text_at(words, following, after_comma=True))
        if month is None:
            break
        months.add(month)
        end = following + 1
        following = _after_separator(words, end)
    if not months or LAST in rule.days:
        return Repeat(last, rule, place=place)
    return Repeat(end, replace(rule, frequency="YEARLY", months=tuple(sorted(months))))


def _after_separator(words: Words, index: int) -> int | None:
    """Where a list goes on: behind a comma, behind `and`, or at the next word."""
    word = text_at(words, index, after_comma=True)
    if word in _ANDS:
        index += 1
        word = text_at(words, index)
    return index if word else None


def _nth(word: str) -> int | None:
    if word == "last":
        return LAST
    if word in _NUMBER_WORDS:
        return _NUMBER_WORDS[word]
    ordinal = ORDINAL.fullmatch(word)
    return int(ordinal[1]) if ordinal and 1 <= int(ordinal[1]) <= _DAYS_MAX else None


def _weekday(word: str) -> int | None:
    day = WEEKDAYS.get(word)
    return day if day is not None else WEEKDAYS.get(word.removesuffix("s"))


def _sorted(weekdays: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    return tuple(sorted(weekdays, key=lambda pair: (pair[0] < 0, pair)))
