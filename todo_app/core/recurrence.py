"""The dates of a recurring task: its series, and what comes after an occurrence is closed.

Pure: moments come in as arguments. What a rule is and says is in `rules`.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta
from itertools import groupby, islice, takewhile
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from dateutil import rrule

from todo_app.core.errors import UnusableRule
from todo_app.core.rules import (
    DAYS_OF_MONTH,
    Mode,
    Rule,
    check_rule,
    read_rule,
    spoken,
    without_name,
)

HORIZON_YEARS = 100
"""A series that is silent for so long has ended: no search goes further."""
MISSED_MAX = 1_000
_SHORTEST_MONTH = 28
_FEBRUARY = 2
_ENGINE = {
    "HOURLY": rrule.HOURLY,
    "DAILY": rrule.DAILY,
    "WEEKLY": rrule.WEEKLY,
    "MONTHLY": rrule.MONTHLY,
    "YEARLY": rrule.YEARLY,
}
_DAYS = (rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA, rrule.SU)


class Occurrence(NamedTuple):
    """A date, or a date with a wall-clock time, HH:MM."""

    date: date
    time: str | None = None

    def __str__(self) -> str:
        """2026-11-24 or 2026-11-24T19:00."""
        return f"{self.date}T{self.time}" if self.time else str(self.date)

    @classmethod
    def read(cls, text: str) -> Occurrence:
        """The occurrence that `str` wrote. Raises ValueError."""
        day, _, wall = text.partition("T")
        return cls(date.fromisoformat(day), wall or None)


@dataclass(frozen=True, slots=True)
class Recurrence:
    """How a task repeats: a rule, where its series begins, what it counts from, and its words.

    `rule_text` is the RRULE as it came in. `time` is HH:MM on the wall in the zone.
    """

    rule: Rule
    mode: Mode
    anchor: date
    zone: str
    time: str | None = None
    text: str = ""
    rule_text: str = ""


def recur(
    rule: Rule, *, mode: Mode, anchor: date, zone: str, time: str | None = None, text: str = ""
) -> Recurrence:
    """A recurrence whose series begins on the anchor, or on the first date after it that fits.

    Raises UnusableRule if it is out of bounds or falls on no date.
    """
    if rule.frequency == "HOURLY" and time is None:
        time = "00:00"
    words = text or spoken(rule, mode, time)
    made = Recurrence(check_rule(rule), mode, anchor, zone, time, words, str(rule))
    beginning = first(made)
    if beginning is None:
        raise UnusableRule("rule_never")
    return made


def recur_by_text(
    rule_text: str, *, mode: Mode, anchor: date, zone: str, time: str | None = None, text: str = ""
) -> Recurrence:
    """The recurrence that an RRULE says; its text is kept as it is. Raises UnusableRule."""
    wall = None if time is None else _wall(time)
    rule = read_rule(rule_text, anchor, wall, zone)
    made = recur(rule, mode=mode, anchor=anchor, zone=zone, time=time, text=text)
    return replace(made, rule_text=without_name(rule_text))


def first(recurrence: Recurrence) -> Occurrence | None:
    """The first occurrence of the series; None if it never falls on a date."""
    return next(_series(recurrence, None), None)


def fits_short_months(recurrence: Recurrence) -> bool:
    """Whether months too short for its day have it on their last, where RFC 5545 has none."""
    rule, anchor = recurrence.rule, recurrence.anchor
    by_position = "BYSETPOS" in recurrence.rule_text.upper()
    if rule.frequency not in ("MONTHLY", "YEARLY") or rule.weekdays or by_position:
        return False
    if recurrence.mode == "completion" and not rule.days:
        return False
    days, months = rule.days or (anchor.day,), set(rule.months or (anchor.month,))
    if rule.frequency == "MONTHLY":
        months = {(anchor.month - 1 + turn * rule.interval) % 12 + 1 for turn in range(12)}
    lengths = (
        _SHORTEST_MONTH if month == _FEBRUARY else DAYS_OF_MONTH[month - 1] for month in months
    )
    return max(days) > min(lengths)


def upcoming(
    recurrence: Recurrence, after: Occurrence | None, limit: int, *, closed: int = 0
) -> list[Occurrence]:
    """At most `limit` occurrences after this one, or from the first on.

    In completion mode as if each was done on its date.
    """
    if recurrence.mode == "schedule":
        return list(islice(_series(recurrence, after), limit))
    return list(islice(_each_done(recurrence, after, closed), limit))


def following(
    recurrence: Recurrence, scheduled: Occurrence, now: datetime, limit: int, *, closed: int = 0
) -> list[Occurrence]:
    """At most `limit` occurrences that can come after the open one, which is done now or later."""
    turn = after_skip(recurrence, scheduled, now, closed=closed)
    if turn is None:
        return []
    return [turn, *upcoming(recurrence, turn, limit - 1, closed=closed + 1)]


def coming(
    recurrence: Recurrence, after: Occurrence, last: date, *, closed: int = 0
) -> Iterator[Occurrence]:
    """The occurrences after this one to the end of a day, computed as they are asked for.

    In completion mode as if each was done on its date.
    """
    counts = recurrence.mode == "completion"
    turns = _each_done(recurrence, after, closed) if counts else _series(recurrence, after)
    return takewhile(lambda turn: turn.date <= last, turns)


def after_completion(
    recurrence: Recurrence, scheduled: Occurrence, done_at: datetime, *, closed: int = 0
) -> Occurrence | None:
    """What comes after an occurrence that was done at this moment; None ends the series.

    `closed` is how many occurrences were closed before it: in completion mode `for n times`
    counts them.
    """
    if recurrence.mode == "schedule":
        return _after_both(recurrence, scheduled, done_at)
    return _counted_from(recurrence, _local(recurrence, done_at), closed)


def after_skip(
    recurrence: Recurrence, scheduled: Occurrence, skipped_at: datetime, *, closed: int = 0
) -> Occurrence | None:
    """What comes after an occurrence that is left out; None ends the series.

    In completion mode nothing was done to count from: it is counted from the later of the
    scheduled date and the day of the skip.
    """
    if recurrence.mode == "schedule":
        return _after_both(recurrence, scheduled, skipped_at)
    start = max(_moment(scheduled), _local(recurrence, skipped_at))
    return _counted_from(recurrence, start, closed)


def missed(recurrence: Recurrence, scheduled: Occurrence, now: datetime) -> int:
    """How many occurrences came after the open one without a turn of their own, to now.

    At most `MISSED_MAX`.
    """
    if recurrence.mode == "completion":
        return 0
    local = _local(recurrence, now)
    following = islice(_series(recurrence, scheduled), MISSED_MAX)
    if recurrence.rule.frequency == "HOURLY":
        return sum(1 for turn in following if _instant(recurrence, turn) <= now)
    return sum(1 for turn in following if turn.date <= local.date())


def _after_both(recurrence: Recurrence, scheduled: Occurrence, now: datetime) -> Occurrence | None:
    """The first in the series after the scheduled date and after today."""
    if recurrence.rule.frequency == "HOURLY":
        local = _local(recurrence, now) - timedelta(hours=2)
        start = max(scheduled, Occurrence(local.date(), f"{local:%H:%M}"))
        turns = _series(recurrence, start)
        return next(
            (turn for turn in turns if turn > scheduled and _instant(recurrence, turn) > now),
            None,
        )
    last = max(scheduled.date, _local(recurrence, now).date())
    turns = _series(recurrence, Occurrence(last, recurrence.time))
    return next((turn for turn in turns if turn.date > last), None)


def _each_done(
    recurrence: Recurrence, turn: Occurrence | None, closed: int
) -> Iterator[Occurrence]:
    """What follows an occurrence if each is done on its date."""
    if turn is None:
        turn = first(recurrence)
        if turn is not None:
            yield turn
    while turn is not None:
        turn = _counted_from(recurrence, _moment(turn), closed)
        if turn is not None:
            closed += 1
            yield turn


def _counted_from(recurrence: Recurrence, start: datetime, closed: int) -> Occurrence | None:
    """The first in a series that begins at a local moment, which is not one of it itself."""
    rule = recurrence.rule
    if rule.count is not None and closed + 1 >= rule.count:
        return None
    hourly = rule.frequency == "HOURLY"
    wall = f"{start:%H:%M}" if hourly else recurrence.time
    rule = replace(rule, count=None)
    begun = replace(recurrence, rule=rule, anchor=start.date(), time=wall)
    beginning = Occurrence(start.date(), wall)
    turns = _series(begun, beginning)
    return next((turn for turn in turns if hourly or turn.date > beginning.date), None)


def _local(recurrence: Recurrence, moment: datetime) -> datetime:
    """The minute that the clock on the wall shows."""
    local = moment.astimezone(ZoneInfo(recurrence.zone))
    return local.replace(second=0, microsecond=0, tzinfo=None)


def _wall(text: str | None) -> time:
    """The wall-clock time of an occurrence, midnight where it has none."""
    return time.fromisoformat(text) if text else time()


def _moment(turn: Occurrence) -> datetime:
    return datetime.combine(turn.date, _wall(turn.time))


def _instant(recurrence: Recurrence, turn: Occurrence) -> datetime:
    return _moment(turn).replace(tzinfo=ZoneInfo(recurrence.zone))


def _series(recurrence: Recurrence, after: Occurrence | None) -> Iterator[Occurrence]:
    """The occurrences behind this one, strictly increasing, to the end of the series."""
    rule, last = recurrence.rule, after
    start = datetime.combine(recurrence.anchor, _wall(recurrence.time))
    if after is not None and rule.count is None:
        # A clock change may have moved the last one behind its place in the series.
        start = max(start, datetime.combine(after.date, time()))
    for moment in islice(_moments(recurrence, start), rule.count):
        if rule.until is not None and moment.date() > rule.until:
            return
        turn = _on_the_wall(recurrence, moment)
        if turn is not None and (last is None or turn > last):
            last = turn
            yield turn


def _on_the_wall(recurrence: Recurrence, moment: datetime) -> Occurrence | None:
    """The occurrence as clocks show it; a time that a change skips moves forward by the gap."""
    if recurrence.time is None:
        return Occurrence(moment.date())
    try:
        utc = moment.replace(tzinfo=ZoneInfo(recurrence.zone)).astimezone(UTC)
        local = utc.astimezone(ZoneInfo(recurrence.zone))
    except OverflowError:
        local = moment
    return Occurrence(local.date(), f"{local:%H:%M}")


def _moments(recurrence: Recurrence, start: datetime) -> Iterator[datetime]:
    """The naive moments of a series without end, from `start` on, one stretch after another."""
    silent = False
    while not silent:
        silent = True
        last_year = min(start.year + HORIZON_YEARS, MAXYEAR)
        for moment in _stretch(recurrence, start, last_year):
            silent = False
            yield moment
        if last_year == MAXYEAR:
            return
        start = datetime.combine(date(last_year + 1, 1, 1), time())


def _stretch(recurrence: Recurrence, start: datetime, last_year: int) -> Iterator[datetime]:
    end = datetime.combine(date(last_year, 12, 31), time.max)
    engines = [
        iter(rrule.rrule(until=end, wkst=rrule.MO, **arguments))
        for arguments in _engines(recurrence, start)
    ]
    merged = engines[0] if len(engines) == 1 else (key for key, _ in groupby(heapq.merge(*engines)))
    return (moment for moment in merged if moment >= start)


def _engines(recurrence: Recurrence, start: datetime) -> Iterator[dict[str, Any]]:
    """What dateutil is asked for: series that together are this one, from the turn of `start` on.

    It begins at the turn that `start` is in, however long the series runs by then.
    """
    rule, anchor = recurrence.rule, recurrence.anchor
    beginning = _beginning(recurrence, start)
    shared = {"freq": _ENGINE[rule.frequency], "interval": rule.interval, "dtstart": beginning}
    if rule.frequency == "WEEKLY":
        days = [day for _, day in rule.weekdays] or [anchor.weekday()]
        yield shared | {"byweekday": days}
    elif rule.frequency in ("HOURLY", "DAILY"):
        yield shared
    elif rule.weekdays:
        nth_days = [_DAYS[day](nth) if nth else _DAYS[day] for nth, day in rule.weekdays]
        months = {"bymonth": rule.months} if rule.months else {}
        position = {"bysetpos": rule.position} if rule.position else {}
        yield shared | months | {"byweekday": nth_days} | position
    else:
        yield from _month_days(rule, anchor, shared)


def _month_days(rule: Rule, anchor: date, shared: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Days of months; one that is not in every month is the last of those up to it."""
    days = rule.days or (anchor.day,)
    months = rule.months or (anchor.month,)
    common = [day for day in days if day <= _SHORTEST_MONTH]
    yearly = rule.frequency == "YEARLY"
    if common:
        yield shared | {"bymonthday": common} | ({"bymonth": months} if yearly else {})
    for day in (day for day in days if day > _SHORTEST_MONTH):
        clamped = shared | {"bymonthday": range(_SHORTEST_MONTH, day + 1), "bysetpos": -1}
        if yearly:
            yield from (clamped | {"bymonth": month} for month in months)
        else:
            yield clamped


def _beginning(recurrence: Recurrence, start: datetime) -> datetime:
    """The beginning of the last turn of the series that is not after `start`."""
    rule = recurrence.rule
    wall, anchor = _wall(recurrence.time), recurrence.anchor
    step = rule.interval
    match rule.frequency:
        case "HOURLY":
            base = datetime.combine(anchor, wall)
            passed = (start - base) // timedelta(hours=1)
            return base + timedelta(hours=passed // step * step)
        case "DAILY":
            passed = (start.date() - anchor).days
            return datetime.combine(anchor + timedelta(days=passed // step * step), wall)
        case "WEEKLY":
            monday = anchor - timedelta(days=anchor.weekday())
            weeks = (start.date() - monday).days // 7
            return datetime.combine(monday + timedelta(weeks=weeks // step * step), wall)
        case "MONTHLY":
            months = (start.year - anchor.year) * 12 + start.month - anchor.month
            month = anchor.month - 1 + months // step * step
            return datetime.combine(date(anchor.year + month // 12, month % 12 + 1, 1), wall)
        case "YEARLY":
            years = (start.year - anchor.year) // step * step
            return datetime.combine(date(anchor.year + years, 1, 1), wall)
