"""The only clock. Everything else takes `now` or `today` as an argument or asks here, once."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def today(zone: str) -> date:
    """The calendar date it is now in an IANA time zone."""
    return day_of(now(), zone)


def day_of(moment: datetime, zone: str) -> date:
    """The calendar date of a moment in an IANA time zone."""
    return moment.astimezone(ZoneInfo(zone)).date()
