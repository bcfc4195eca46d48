from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from todo_app.core import reminders
from todo_app.core.reminders import MINUTES_MAX, REMINDERS_MAX, due_moment, next_moment

DAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("0m", 0),
        ("30m", 30),
        ("1h", 60),
        ("1H30M", 90),
        ("2d", 2_880),
        ("1d12h30m", 2_190),
        ("366d", MINUTES_MAX),
        ("367d", None),
        ("", None),
        ("m", None),
        ("30", None),
        ("30s", None),
        ("30m1h", None),
        ("-30m", None),
        ("٣m", None),
    ],
)
def test_so_long_before_is_said_in_days_hours_and_minutes(text: str, minutes: int | None) -> None:
    assert reminders.read_minutes(text) == minutes


@given(st.integers(min_value=0, max_value=MINUTES_MAX))
def test_what_is_spoken_is_read_as_the_same(minutes: int) -> None:
    assert reminders.read_minutes(reminders.spoken(minutes)) == minutes


def test_the_longest_reminders_fit_their_column() -> None:
    longest = reminders.stored([MINUTES_MAX - number for number in range(REMINDERS_MAX)])

    assert longest is not None
    assert len(longest) <= 80
    assert len(reminders.read_stored(longest)) == REMINDERS_MAX
    assert reminders.read_stored(reminders.stored([])) == []


@pytest.mark.parametrize(
    ("wall", "zone", "own_zone", "moment"),
    [
        ("15:00", "Europe/Berlin", "Asia/Tokyo", datetime(2026, 11, 23, 14, tzinfo=UTC)),
        (None, None, "Asia/Tokyo", datetime(2026, 11, 23, 0, tzinfo=UTC)),
        (None, None, "America/New_York", datetime(2026, 11, 23, 14, tzinfo=UTC)),
        ("15:00", "Mars/Olympus", "UTC", None),
    ],
)
def test_they_count_from_the_time_that_a_task_is_due_or_from_nine(
    wall: str | None, zone: str | None, own_zone: str, moment: datetime | None
) -> None:
    assert due_moment(DAY, wall, zone, own_zone) == moment


def test_a_time_that_a_clock_change_skips_moves_forward_by_the_gap() -> None:
    skipped = due_moment(date(2026, 3, 29), "02:30", "Europe/Berlin", "UTC")

    assert skipped == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("column", "after", "moment"),
    [
        ("30,1440", NOON - timedelta(hours=25), NOON - timedelta(hours=24)),
        ("30,1440", NOON - timedelta(hours=24), NOON - timedelta(minutes=30)),
        ("30,1440", NOON - timedelta(minutes=30), None),
        ("0", NOON - timedelta(hours=1), NOON),
        (None, NOON - timedelta(hours=1), None),
    ],
)
def test_the_next_one_is_the_first_after_a_moment(
    column: str | None, after: datetime, moment: datetime | None
) -> None:
    assert next_moment(column, NOON, after) == moment


def test_what_is_outside_of_the_calendar_reminds_of_nothing() -> None:
    start = datetime(1, 1, 1, tzinfo=UTC)

    assert next_moment("1440", start, start) is None
    assert due_moment(date.max, "23:00", "America/New_York", "UTC") is None
    assert due_moment(date.min, "00:30", "Europe/Berlin", "UTC") is None
    assert due_moment(None, None, None, "UTC") is None
