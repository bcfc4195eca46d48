"""Reminders: how long before a task is due somebody wants to hear of it, said and counted back.

Pure. A task that is due on a day without a time counts from 09:00 of that day, where its owner is.
Who is told, and when, is in `reminding`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

MINUTES_MAX = 366 * 24 * 60
REMINDERS_MAX = 10
MORNING = time(9)
"""When a day without a time begins, for who wants to hear of it before."""

_HOUR, _DAY = 60, 24 * 60
_SAID = re.compile(r"(?=\d)(?:(\d{1,3})d)?(?:(\d{1,4})h)?(?:(\d{1,6})m)?", re.ASCII | re.IGNORECASE)


def _ordered(minutes: Iterable[int]) -> list[int]:
    """The last reminder first, each once."""
    return sorted(set(minutes))


Minutes = Annotated[int, Field(strict=True, ge=0, le=MINUTES_MAX)]
Reminders = Annotated[list[Minutes], Field(max_length=REMINDERS_MAX), AfterValidator(_ordered)]
"""Minutes before a task is due."""


def read_minutes(text: str) -> int | None:
    """The minutes that `30m`, `1h30m` or `2d` says; nothing for what says none, or too many."""
    found = _SAID.fullmatch(text)
    if found is None:
        return None
    days, hours, minutes = (int(part or 0) for part in found.groups())
    before = days * _DAY + hours * _HOUR + minutes
    return before if before <= MINUTES_MAX else None


def spoken(minutes: int) -> str:
    """Minutes as `read_minutes` reads them: 30m, 1h30m, 2d."""
    days, rest = divmod(minutes, _DAY)
    hours, rest = divmod(rest, _HOUR)
    parts = ((days, "d"), (hours, "h"), (rest, "m"))
    return "".join(f"{number}{unit}" for number, unit in parts if number) or "0m"


def stored(minutes: Iterable[int]) -> str | None:
    """The column of a task with these reminders."""
    return ",".join(map(str, minutes)) or None


def read_stored(column: str | None) -> list[int]:
    """The reminders that a column of a task holds."""
    return [*_minutes_in(column)] if column else []


def due_moment(
    day: date | None, wall: str | None, zone: str | None, own_zone: str
) -> datetime | None:
    """The moment that reminders of a task count back from, in UTC.

    `own_zone` is that of its owner, for a day without a time. None for a task that is not due, and
    for one that is outside of the calendar.
    """
    if day is None:
        return None
    local = datetime.combine(day, time.fromisoformat(wall) if wall else MORNING)
    try:
        return local.replace(tzinfo=ZoneInfo(zone if wall and zone else own_zone)).astimezone(UTC)
    except (OverflowError, ZoneInfoNotFoundError):
        return None


def next_moment(column: str | None, due: datetime | None, after: datetime) -> datetime | None:
    """When the next of the reminders in a column is, after a moment; UTC."""
    if not column or due is None:
        return None
    try:
        moments = [due - timedelta(minutes=before) for before in _minutes_in(column)]
    except OverflowError:
        return None
    return min((moment for moment in moments if moment > after), default=None)


@lru_cache(maxsize=1_024)
def _minutes_in(column: str) -> tuple[int, ...]:
    return tuple(map(int, column.split(",")))
