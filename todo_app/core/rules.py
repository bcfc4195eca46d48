"""Rules of repetition: RRULE text (RFC 5545) in and out, and the same rule in words.

Only what words can say is a rule here; the rest is refused. The dates of a rule are in
`recurrence`, the reading of words in `repeats`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

from todo_app.core.errors import UnusableRule

Frequency = Literal["HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"]
Mode = Literal["schedule", "completion"]

RULE_MAX_CHARACTERS = 300
COUNT_MAX = 1_000
INTERVAL_MAX: dict[Frequency, int] = {
    "HOURLY": 1_000,
    "DAILY": 3_660,
    "WEEKLY": 520,
    "MONTHLY": 240,
    "YEARLY": 100,
}
DAYS_OF_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
WORKDAYS = tuple((0, day) for day in range(5))
LAST = -1
_FIFTH = 5
_EVERY = 0

_UNITS: dict[Frequency, str] = {
    "HOURLY": "hour",
    "DAILY": "day",
    "WEEKLY": "week",
    "MONTHLY": "month",
    "YEARLY": "year",
}
_DAY_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY_WORDS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTH_WORDS = (
    *("jan", "feb", "mar", "apr", "may", "jun"),
    *("jul", "aug", "sep", "oct", "nov", "dec"),
)
_PARTS = frozenset(
    {"FREQ", "INTERVAL", "BYMONTH", "BYMONTHDAY", "BYDAY", "BYSETPOS", "COUNT", "UNTIL", "WKST"}
)
_NAME = "RRULE:"
_FREQUENCY = re.compile("FREQ=(SECONDLY|MINUTELY)")
_PART = re.compile(r"([A-Z]+)=([A-Z0-9,:+-]+)", re.ASCII)
_BY_DAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_UNTIL = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?", re.ASCII)
_LATE_YEAR = re.compile(r"\d{9,}(T\d{6}Z?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Rule:
    """When something comes again, apart from where the series begins.

    `days` are days of the month, -1 the last; one that a month is too short for falls on its
    last. `weekdays` are pairs of which one in the month (0: each, -1: the last) and the day from
    Monday, 0. `position` picks one of all workdays of a month. `until` is the last date.
    """

    frequency: Frequency
    interval: int = 1
    months: tuple[int, ...] = ()
    days: tuple[int, ...] = ()
    weekdays: tuple[tuple[int, int], ...] = ()
    position: int = 0
    count: int | None = None
    until: date | None = None

    def __str__(self) -> str:
        """The rule as an RRULE."""
        parts = {
            "FREQ": self.frequency,
            "INTERVAL": "" if self.interval == 1 else str(self.interval),
            "BYMONTH": _joined(self.months),
            "BYMONTHDAY": _joined(self.days),
            "BYDAY": _joined(f"{nth or ''}{_DAY_CODES[day]}" for nth, day in self.weekdays),
            "BYSETPOS": str(self.position or ""),
            "COUNT": str(self.count or ""),
            "UNTIL": f"{self.until:%Y%m%d}".rjust(8, "0") if self.until else "",
        }
        return ";".join(f"{name}={value}" for name, value in parts.items() if value)

    @property
    def words(self) -> str:
        """The rule as a person would write it."""
        text = f"every {self._turn()}"
        if self.until:
            text += f" until {self.until.day} {MONTH_WORDS[self.until.month - 1]} {self.until:%Y}"
        if self.count:
            text += f" for {self.count} times"
        return text

    def _turn(self) -> str:
        unit, on = _UNITS[self.frequency], self._on()
        if self.interval == 1:
            return on or unit
        if self.interval == 2 and self.frequency == "WEEKLY" and on:  # noqa: PLR2004 - every other
            return f"other {on}"
        text = f"{self.interval} {unit}s"
        return f"{text} on {on}" if on else text

    def _on(self) -> str:
        """The days it falls on, if it says."""
        if self.frequency == "YEARLY" and self.days:
            return _listed(
                f"{MONTH_WORDS[month - 1]} {day}" for month in self.months for day in self.days
            )
        if self.position:
            found = f"{ordinal(self.position)} weekday"
        elif self.weekdays == WORKDAYS:
            found = "weekday"
        elif self.weekdays:
            found = _listed(
                f"{ordinal(nth)} {_DAY_WORDS[day]}" if nth else _DAY_WORDS[day]
                for nth, day in self.weekdays
            )
        else:
            found = _listed(ordinal(day) + (" day" if day == LAST else "") for day in self.days)
        if self.months:
            found += f" of {_listed(MONTH_WORDS[month - 1] for month in self.months)}"
        return found


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd; -1 is last."""
    if number == LAST:
        return "last"
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number in (11, 12, 13) else ending}"


def spoken(rule: Rule, mode: Mode, time: str | None = None) -> str:
    """A rule in the words that quick add reads."""
    words = rule.words
    if mode == "completion":
        words = words.replace("every", "every!", 1)
    return f"{words} at {time}" if time else words


def read_rule(text: str, anchor: date, wall: time | None, zone: str) -> Rule:
    """The rule that an RRULE text says for a series from `anchor` on, at the wall-clock time.

    Raises UnusableRule for what is no RRULE, what words cannot say, and what is out of bounds.
    """
    parts = _split(text)
    frequency = next((name for name in INTERVAL_MAX if name == parts["FREQ"]), None)
    if frequency is None:
        raise UnusableRule("rule_unreadable")
    rule = Rule(
        frequency=frequency,
        interval=_number(parts.get("INTERVAL", "1")),
        months=_numbers(parts.get("BYMONTH", ""), range(1, 13)),
        days=_numbers(parts.get("BYMONTHDAY", ""), (*range(-31, 0), *range(1, 32))),
        weekdays=_weekdays(parts.get("BYDAY", "")),
        position=_position(parts.get("BYSETPOS", "0")),
        count=_number(parts["COUNT"]) if "COUNT" in parts else None,
        until=_until(parts["UNTIL"], frequency, wall, zone) if "UNTIL" in parts else None,
    )
    if rule.count and rule.until:
        raise UnusableRule("rule_unreadable")
    if parts.get("WKST", "MO") != "MO" and rule.frequency == "WEEKLY" and rule.interval > 1:
        raise UnusableRule("rule_unsupported")
    return check_rule(_settled(rule, anchor))


def without_name(text: str) -> str:
    """An RRULE without the name of its property before it."""
    text = text.strip()
    return text[len(_NAME) :] if text.upper().startswith(_NAME) else text


def check_rule(rule: Rule) -> Rule:
    """The same rule. Raises UnusableRule if it is out of bounds or never fires."""
    if not 1 <= rule.interval <= INTERVAL_MAX[rule.frequency]:
        raise UnusableRule("rule_interval")
    if rule.count is not None and not 1 <= rule.count <= COUNT_MAX:
        raise UnusableRule("rule_count")
    if rule.months and rule.days:
        longest = max(DAYS_OF_MONTH[month - 1] for month in rule.months)
        if min(rule.days) > longest:
            raise UnusableRule("rule_never")
    return rule


def _split(text: str) -> dict[str, str]:
    """The parts of an RRULE by their names."""
    text = without_name(text).upper()
    if len(text) > RULE_MAX_CHARACTERS:
        raise UnusableRule("rule_unreadable")
    if _FREQUENCY.search(text):
        raise UnusableRule("rule_too_often")
    parts: dict[str, str] = {}
    for part in text.removesuffix(";").split(";"):
        found = _PART.fullmatch(part)
        if found is None or found[1] in parts:
            raise UnusableRule("rule_unreadable")
        parts[found[1]] = found[2]
    if "FREQ" not in parts:
        raise UnusableRule("rule_unreadable")
    if not parts.keys() <= _PARTS:
        raise UnusableRule("rule_unsupported")
    return parts


def _settled(rule: Rule, anchor: date) -> Rule:
    """The one way in which we say this rule. Raises UnusableRule for what words cannot say."""
    rule = _with_plain_position(rule)
    if rule.interval == 1:
        rule = _with_fitting_frequency(rule)
    if rule.frequency == "YEARLY" and rule.months and not (rule.days or rule.weekdays):
        rule = replace(rule, days=(anchor.day,))
    if not _is_expressible(rule):
        raise UnusableRule("rule_unsupported")
    return rule


def _with_plain_position(rule: Rule) -> Rule:
    """Undo two idioms: `FR;BYSETPOS=3` is `3FR`, `28,29,30;BYSETPOS=-1` is the 30th or the last."""
    if not rule.position:
        return rule
    if len(rule.weekdays) == 1 and rule.weekdays[0][0] == _EVERY and not rule.days:
        return replace(rule, weekdays=((rule.position, rule.weekdays[0][1]),), position=0)
    if rule.position == LAST and not rule.weekdays and rule.days:
        first, last = rule.days[0], rule.days[-1]
        if rule.days == tuple(range(28, last + 1)) and first < last:
            return replace(rule, days=(last,), position=0)
    return rule


def _with_fitting_frequency(rule: Rule) -> Rule:
    """Name the frequency that the days make of the rule, where every turn counts."""
    each = bool(rule.weekdays) and all(nth == _EVERY for nth, _ in rule.weekdays)
    if rule.days or rule.position or not each:
        if rule.frequency == "MONTHLY" and rule.months:
            return replace(rule, frequency="YEARLY")
        if rule.frequency == "YEARLY" and rule.days and not rule.months:
            return replace(rule, frequency="MONTHLY")
    elif not rule.months and rule.frequency in ("DAILY", "MONTHLY", "YEARLY"):
        return replace(rule, frequency="WEEKLY")
    return rule


def _is_expressible(rule: Rule) -> bool:
    """Whether words can say it."""
    if any(day < LAST for day in rule.days) or (rule.days and rule.weekdays):
        return False
    if rule.months and LAST in rule.days:
        return False
    nths = {nth for nth, _ in rule.weekdays}
    if rule.position:
        fits = rule.weekdays == WORKDAYS and _is_nth(rule.position)
        return fits and _takes_nth_weekdays(rule)
    match rule.frequency:
        case "HOURLY" | "DAILY":
            return not (rule.months or rule.days or rule.weekdays)
        case "WEEKLY":
            return not (rule.months or rule.days) and nths <= {_EVERY}
        case _:
            return all(map(_is_nth, nths)) and _takes_nth_weekdays(rule)


def _takes_nth_weekdays(rule: Rule) -> bool:
    """Whether it counts the days of a month: a year has to say of which."""
    if rule.frequency == "YEARLY":
        return bool(rule.months) == bool(rule.days or rule.weekdays)
    return rule.frequency == "MONTHLY" and not rule.months


def _is_nth(number: int) -> bool:
    return number == LAST or 1 <= number <= _FIFTH


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise UnusableRule("rule_unreadable")
    return int(text)


def _position(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise UnusableRule("rule_unsupported") from None


def _numbers(text: str, allowed: Iterable[int]) -> tuple[int, ...]:
    """Numbers of a list in their order; the negative ones, counted from the end, come last."""
    if not text:
        return ()
    try:
        numbers = {int(part) for part in text.split(",")}
    except ValueError:
        raise UnusableRule("rule_unreadable") from None
    if not numbers <= set(allowed):
        raise UnusableRule("rule_unreadable")
    return tuple(sorted(numbers, key=lambda number: (number < 0, number)))


def _weekdays(text: str) -> tuple[tuple[int, int], ...]:
    if not text:
        return ()
    days: set[tuple[int, int]] = set()
    for part in text.split(","):
        found = _BY_DAY.fullmatch(part)
        if found is None:
            raise UnusableRule("rule_unreadable")
        days.add((int(found[1] or _EVERY), _DAY_CODES.index(found[2])))
    return tuple(sorted(days, key=lambda pair: (pair[0] < 0, pair)))


def _until(text: str, frequency: Frequency, wall: time | None, zone: str) -> date:
    """The last date. A moment is one too, where at most one occurrence falls on a date."""
    found = _UNTIL.fullmatch(text)
    if found is None:
        raise UnusableRule("rule_too_late" if _LATE_YEAR.fullmatch(text) else "rule_unreadable")
    try:
        day = datetime.strptime(found[1], "%Y%m%d").date()  # noqa: DTZ007 - a date
        if found[2] is None:
            return day
        moment = datetime.combine(day, datetime.strptime(found[2], "%H%M%S").time())  # noqa: DTZ007
        if found[3]:
            moment = moment.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(zone))
        if frequency == "HOURLY":
            raise UnusableRule("rule_unsupported")
        last = moment.replace(tzinfo=None)
        if wall is not None and last.time() < wall:
            return date.fromordinal(last.toordinal() - 1)
        return last.date()
    except (ValueError, OverflowError):
        raise UnusableRule("rule_unreadable") from None


def _joined(values: Iterable[object]) -> str:
    return ",".join(map(str, values))


def _listed(words: Iterable[str]) -> str:
    """Words in a row: mon, wed and fri."""
    *most, last = list(words) or [""]
    return f"{', '.join(most)} and {last}" if most else last
