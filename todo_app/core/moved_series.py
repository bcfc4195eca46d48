"""A series that is moved with its open occurrence: it goes on from there as it did before.

Pure. To move one occurrence only is to change the due date of its task.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import replace
from datetime import date

from todo_app.core.errors import UnusableRule
from todo_app.core.recurrence import Occurrence, Recurrence, first, recur, upcoming
from todo_app.core.rules import DAYS_OF_MONTH, LAST, WORKDAYS, Rule

_WEEK = 7


def moved_series(
    series: Recurrence, scheduled: Occurrence, to: Occurrence, zone: str, *, closed: int = 0
) -> Recurrence:
    """The series whose open occurrence was `scheduled`, as it goes on from `to`.

    A rule that names its days and does not fall on that one names it in place of the old. `closed`
    is how many occurrences were closed before, where their number ends the series. Raises
    UnusableRule for a rule that cannot fall on that day.
    """
    rule = replace(series.rule, count=_left(series, scheduled, closed))
    if to.date == scheduled.date:
        rule = _on_its_day(rule, series, to.date)
    for found in (rule, _renamed(rule, scheduled.date, to.date)):
        made = _begun(found, series, to, zone)
        if made is not None:
            return made
    raise UnusableRule("rule_elsewhere")


def with_its_day(made: Recurrence, series: Recurrence, day: date) -> Recurrence:
    """A series that takes over from another on this day, where that is cut by a short month."""
    rule = _on_its_day(made.rule, series, day)
    if made.anchor != day or made.mode == "completion" or rule == made.rule:
        return made
    return recur(rule, mode=made.mode, anchor=day, zone=made.zone, time=made.time)


def _on_its_day(rule: Rule, series: Recurrence, day: date) -> Rule:
    """A rule that takes over from a series on this day, naming the day that the series was given.

    Where a month was too short for that, the day it is on now would be taken for it.
    """
    if rule.days or rule.weekdays or series.rule.weekdays or series.mode == "completion":
        return rule
    if not {rule.frequency, series.rule.frequency} <= {"MONTHLY", "YEARLY"}:
        return rule
    given = series.rule.days or (series.anchor.day,)
    cut = tuple(number for number in given if number > _last_day(day) == day.day)
    if rule.frequency == "MONTHLY":
        return replace(rule, days=cut)
    fitting = tuple(number for number in cut if number <= DAYS_OF_MONTH[day.month - 1])
    return replace(rule, days=fitting, months=(day.month,)) if fitting else rule


def _begun(rule: Rule, series: Recurrence, to: Occurrence, zone: str) -> Recurrence | None:
    """The series of a rule from a day on, if it falls on that day."""
    made = recur(rule, mode=series.mode, anchor=to.date, zone=zone, time=to.time)
    beginning = first(made)
    return made if beginning is not None and beginning.date == to.date else None


def _left(series: Recurrence, scheduled: Occurrence, closed: int) -> int | None:
    """How many occurrences there are still, the open one among them."""
    count = series.rule.count
    if count is None:
        return None
    if series.mode == "schedule":
        closed = sum(turn < scheduled for turn in upcoming(series, None, count))
    return max(1, count - closed)


def _renamed(rule: Rule, old: date, new: date) -> Rule:
    """The rule with the new day in place of the old one, where it names such days."""
    if rule.position or rule.weekdays == WORKDAYS:
        return rule
    months = tuple(sorted({new.month if month == old.month else month for month in rule.months}))
    days = {_day(old, new) if _is_day(day, old) else day for day in rule.days}
    weekdays = {
        _weekday(pair[0], new) if _is_weekday(pair, old) else pair for pair in rule.weekdays
    }
    return replace(
        rule,
        months=months,
        days=tuple(sorted(days, key=lambda day: (day < 0, day))),
        weekdays=tuple(sorted(weekdays, key=lambda pair: (pair[0] < 0, pair))),
    )


def _last_day(day: date) -> int:
    return monthrange(day.year, day.month)[1]


def _is_day(named: int, day: date) -> bool:
    """Whether a day of the month that a rule names is this one; a short month has its last."""
    return day.day == (_last_day(day) if named == LAST else min(named, _last_day(day)))


def _day(old: date, new: date) -> int:
    is_last = old.day == _last_day(old) and new.day == _last_day(new)
    return LAST if is_last else new.day


def _is_weekday(pair: tuple[int, int], day: date) -> bool:
    nth, weekday = pair
    if weekday != day.weekday():
        return False
    return nth in (0, _nth(day)) or (nth == LAST and day.day > _last_day(day) - _WEEK)


def _weekday(nth: int, new: date) -> tuple[int, int]:
    """The weekday of a day, counted in its month as the old one was."""
    if nth == 0:
        return 0, new.weekday()
    is_last = nth == LAST and new.day > _last_day(new) - _WEEK
    return (LAST if is_last else _nth(new)), new.weekday()


def _nth(day: date) -> int:
    return (day.day - 1) // _WEEK + 1
