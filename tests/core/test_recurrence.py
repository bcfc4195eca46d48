from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.table import rows
from todo_app.core.recurrence import (
    Occurrence,
    Recurrence,
    after_completion,
    after_skip,
    fits_short_months,
    missed,
    recur_by_text,
    upcoming,
)
from todo_app.core.rules import INTERVAL_MAX, Mode

BERLIN = "Europe/Berlin"
ZONES = [BERLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]
CODES = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]

# Rules that dateutil defines as we do: days that every month has.
by_day = st.one_of(
    st.lists(st.sampled_from(CODES), min_size=1, max_size=7, unique=True).map(
        lambda days: f"FREQ=WEEKLY;BYDAY={','.join(days)}"
    ),
    st.builds(
        "FREQ=MONTHLY;BYDAY={}{}".format,
        st.sampled_from([1, 2, 3, 4, 5, -1]),
        st.sampled_from(CODES),
    ),
    st.builds("FREQ=MONTHLY;BYMONTHDAY={}".format, st.integers(1, 28) | st.just(-1)),
    st.builds(
        "FREQ=YEARLY;BYMONTH={};BYMONTHDAY={}".format, st.integers(1, 12), st.integers(1, 28)
    ),
    st.sampled_from(["FREQ=DAILY", "FREQ=WEEKLY", "FREQ=MONTHLY", "FREQ=YEARLY"]),
)
shared_rules = st.builds("{};INTERVAL={}".format, by_day, st.integers(1, 12))
own_rules = st.one_of(
    shared_rules,
    st.builds("FREQ=MONTHLY;BYMONTHDAY={}".format, st.integers(29, 31)),
    st.builds("FREQ=HOURLY;INTERVAL={}".format, st.integers(1, 50)),
)
anchors = st.dates(date(1990, 1, 1), date(2090, 1, 1))
walls = st.times().map(lambda wall: f"{wall:%H:%M}")


def recurrence_of(
    rule: str, anchor: str, *, mode: Mode = "schedule", zone: str = BERLIN
) -> Recurrence:
    begin = Occurrence.read(anchor)
    return recur_by_text(rule, mode=mode, anchor=begin.date, zone=zone, time=begin.time)


def dates(rule: str, anchor: str, limit: int = 6) -> list[str]:
    return [str(turn) for turn in upcoming(recurrence_of(rule, anchor), None, limit)]


@dataclass(frozen=True)
class Example:
    """A row of the table: what is done to an open occurrence of a series, and what comes of it."""

    series: Recurrence
    scheduled: Occurrence
    verb: str
    moment: datetime
    expected: str

    @classmethod
    def of(cls, row: list[str]) -> Example:
        """The row, read."""
        rule, due, act, expected = row
        zone, _, rule = rule.rpartition(" ") if "/" in rule else (BERLIN, "", rule)
        zone, mode = zone.removesuffix(" done:"), "completion" if "done:" in row[0] else "schedule"
        anchor, _, scheduled = due.partition(" at ")
        verb, moment = act.split(" ")
        local = datetime.fromisoformat(moment if "T" in moment else f"{moment}T12:00")
        series = recurrence_of(
            rule.removeprefix("done: "),
            anchor,
            mode="completion" if mode == "completion" else "schedule",
            zone=zone,
        )
        turn = Occurrence.read(scheduled or anchor)
        return cls(series, turn, verb, local.replace(tzinfo=ZoneInfo(zone)), expected)


def table(*verbs: str) -> list[list[str]]:
    """The rows of the table in which this is done."""
    return [row for row in rows("recurrence.txt") if row[2].split(" ")[0] in verbs]


@pytest.mark.parametrize("row", table("done", "skip"), ids=" | ".join)
def test_what_comes_next_is_as_the_table_says(row: list[str]) -> None:
    one = Example.of(row)

    close = {"done": after_completion, "skip": after_skip}[one.verb]
    following = close(one.series, one.scheduled, one.moment)

    assert str(following or "end") == one.expected


def test_the_table_is_as_long_as_promised() -> None:
    assert len(rows("recurrence.txt")) >= 150


def test_the_dates_of_a_series_are_listed() -> None:
    assert dates("FREQ=MONTHLY", "2027-12-31", 4) == [
        "2027-12-31",
        "2028-01-31",
        "2028-02-29",
        "2028-03-31",
    ]
    assert dates("FREQ=WEEKLY;BYDAY=MO;COUNT=2", "2026-11-21") == ["2026-11-23", "2026-11-30"]
    assert dates("FREQ=DAILY;UNTIL=20261122", "2026-11-21") == ["2026-11-21", "2026-11-22"]
    assert dates("FREQ=DAILY", "9999-12-30") == ["9999-12-30", "9999-12-31"]


def test_a_series_counted_from_completion_goes_on_as_if_each_was_done_in_time() -> None:
    series = recurrence_of("FREQ=MONTHLY;COUNT=4", "2027-12-31", mode="completion")

    assert [str(turn) for turn in upcoming(series, None, 9)] == [
        "2027-12-31",
        "2028-01-31",
        "2028-02-29",
        "2028-03-29",
    ]
    assert upcoming(series, Occurrence(date(2028, 2, 3)), 9, closed=2) == [
        Occurrence(date(2028, 3, 3))
    ]


def test_completions_are_counted_where_the_number_ends_the_series() -> None:
    series = recurrence_of("FREQ=DAILY;COUNT=3", "2026-01-01", mode="completion")
    moment = datetime(2026, 2, 1, 12, tzinfo=UTC)

    answers = [
        after_completion(series, Occurrence(date(2026, 1, 1)), moment, closed=closed)
        for closed in range(3)
    ]

    assert answers == [Occurrence(date(2026, 2, 2))] * 2 + [None]


@pytest.mark.parametrize(
    ("rule", "anchor", "now", "expected"),
    [
        ("FREQ=DAILY", "2026-01-01", "2026-01-01T12:00", 0),
        ("FREQ=DAILY", "2026-01-01", "2025-12-01T12:00", 0),
        ("FREQ=DAILY", "2026-01-01", "2026-01-05T12:00", 4),
        ("FREQ=DAILY;INTERVAL=3", "2026-01-01", "2026-01-05T12:00", 1),
        ("FREQ=DAILY;COUNT=2", "2026-01-01", "2026-01-05T12:00", 1),
        ("FREQ=HOURLY;INTERVAL=12", "2026-01-01T08:00", "2026-01-02T07:59", 1),
        ("FREQ=HOURLY;INTERVAL=12", "2026-01-01T08:00", "2026-01-02T08:00", 2),
        ("FREQ=HOURLY", "1990-01-01T08:00", "2026-01-02T08:00", 1_000),
    ],
)
def test_missed_occurrences_are_counted(rule: str, anchor: str, now: str, expected: int) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=ZoneInfo(BERLIN))

    assert missed(recurrence_of(rule, anchor), Occurrence.read(anchor), moment) == expected


def test_nothing_is_missed_that_counts_from_the_day_it_is_done() -> None:
    series = recurrence_of("FREQ=DAILY", "2026-01-01", mode="completion")

    assert missed(series, Occurrence(date(2026, 1, 1)), datetime(2026, 2, 1, tzinfo=UTC)) == 0


@pytest.mark.parametrize(
    ("rule", "anchor", "expected"),
    [
        ("FREQ=MONTHLY;BYMONTHDAY=31", "2026-01-31", True),
        ("FREQ=MONTHLY;BYMONTHDAY=29", "2026-01-29", True),
        ("FREQ=MONTHLY;BYMONTHDAY=15,28", "2026-01-15", False),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "2026-01-31", False),
        ("FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1", "2026-01-31", False),
        ("FREQ=MONTHLY;BYDAY=5FR", "2026-01-30", False),
        ("FREQ=MONTHLY", "2026-01-31", True),
        ("FREQ=MONTHLY", "2026-01-28", False),
        ("FREQ=MONTHLY;INTERVAL=12", "2026-01-31", False),
        ("FREQ=YEARLY", "2028-02-29", True),
        ("FREQ=YEARLY", "2028-01-31", False),
        ("FREQ=YEARLY;BYMONTH=1,4;BYMONTHDAY=31", "2028-01-31", True),
        ("FREQ=WEEKLY", "2026-01-31", False),
    ],
)
def test_it_is_known_where_short_months_are_not_as_in_icalendar(
    rule: str, anchor: str, *, expected: bool
) -> None:
    assert fits_short_months(recurrence_of(rule, anchor)) is expected


@settings(deadline=None)
@given(shared_rules, anchors)
def test_a_series_agrees_with_dateutil_where_both_define_it(rule: str, anchor: date) -> None:
    if "BY" not in rule and anchor.day > 28:
        anchor = anchor.replace(day=28)
    first = datetime.combine(anchor, time())
    expected = []
    for moment in rrulestr(rule, dtstart=first):
        expected.append(str(moment.date()))
        if len(expected) == 8:
            break

    assert dates(rule, str(anchor), 8) == expected


@settings(deadline=None)
@given(own_rules, anchors, walls, st.sampled_from(ZONES), st.integers(0, 40_000))
def test_a_series_rises_and_can_be_entered_anywhere(
    rule: str, anchor: date, wall: str, zone: str, days: int
) -> None:
    series = recur_by_text(rule, mode="schedule", anchor=anchor, zone=zone, time=wall)
    turns = upcoming(series, None, 30)

    assert all(one < other for one, other in pairwise(turns))
    assert upcoming(series, turns[3], 26) == turns[4:]
    far = Occurrence(date.fromordinal(anchor.toordinal() + days), wall)
    assert all(turn > far for turn in upcoming(series, far, 3))


@settings(deadline=None)
@given(own_rules, anchors, st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)))  # noqa: DTZ001
def test_closing_always_moves_on(rule: str, anchor: date, closed_at: datetime) -> None:
    moment = closed_at.replace(tzinfo=UTC)
    series = recur_by_text(rule, mode="schedule", anchor=anchor, zone=BERLIN, time="09:00")
    (scheduled,) = upcoming(series, None, 1)

    following = after_completion(series, scheduled, moment)

    assert following is not None
    assert following > scheduled
    local = moment.astimezone(ZoneInfo(BERLIN))
    assert following > Occurrence(local.date(), f"{local:%H:%M}") or local.fold
    assert after_skip(series, scheduled, moment) == following
    counted = after_completion(replace(series, mode="completion"), scheduled, moment)
    assert counted is not None
    assert counted.date >= local.date()


@pytest.mark.parametrize("frequency", INTERVAL_MAX)
def test_the_longest_interval_is_still_a_series(frequency: str) -> None:
    longest = {str(name): number for name, number in INTERVAL_MAX.items()}[frequency]

    assert len(dates(f"FREQ={frequency};INTERVAL={longest}", "2026-01-01T08:00", 3)) == 3
