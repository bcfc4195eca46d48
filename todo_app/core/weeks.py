"""Weeks as a person counts them. Recurrence counts its own from Monday, as RFC 5545 does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

WeekStart = Literal["monday", "saturday", "sunday"]

_WEEKDAYS: Mapping[WeekStart, int] = {"monday": 0, "saturday": 5, "sunday": 6}
_DAYS = 7


def next_week(today: date, week_start: WeekStart) -> date:
    """The first day of the next week, or the last day of the calendar where it ends before."""
    ahead = (_WEEKDAYS[week_start] - today.weekday() - 1) % _DAYS + 1
    return date.fromordinal(min(today.toordinal() + ahead, date.max.toordinal()))


def week_of(day: date, week_start: WeekStart) -> date:
    """The first day of the week of a day, or the first of the calendar where it begins before."""
    back = (day.weekday() - _WEEKDAYS[week_start]) % _DAYS
    return date.fromordinal(max(day.toordinal() - back, date.min.toordinal()))
