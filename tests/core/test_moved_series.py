from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.test_recurrence import anchors, own_rules, recurrence_of
from todo_app.core.errors import UnusableRule
from todo_app.core.moved_series import moved_series
from todo_app.core.recurrence import Occurrence, upcoming
from todo_app.core.rules import Mode

BERLIN = "Europe/Berlin"


def moved(rule: str, anchor: str, scheduled: str, to: str, mode: Mode = "schedule") -> list[str]:
    """The rule as it goes on, and its next two dates."""
    series = recurrence_of(rule, anchor, mode=mode)
    made = moved_series(series, Occurrence.read(scheduled), Occurrence.read(to), BERLIN, closed=1)
    return [made.rule_text, *(str(turn) for turn in upcoming(made, None, 2))]


@pytest.mark.parametrize(
    ("rule", "scheduled", "to", "expected"),
    [
        ("FREQ=DAILY;INTERVAL=3", "2026-01-07", "2026-01-08", ["=", "2026-01-08", "2026-01-11"]),
        ("FREQ=DAILY", "2026-01-02", "2026-01-02T19:00", ["=", "2026-01-02T19:00"]),
        ("FREQ=WEEKLY", "2026-01-08", "2026-01-09", ["=", "2026-01-09", "2026-01-16"]),
        (
            "FREQ=WEEKLY;BYDAY=MO",
            *("2026-01-05", "2026-01-07"),
            ["FREQ=WEEKLY;BYDAY=WE", "2026-01-07", "2026-01-14"],
        ),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO",
            *("2026-01-05", "2026-01-12"),
            ["=", "2026-01-12", "2026-01-26"],
        ),
        (
            "FREQ=WEEKLY;BYDAY=MO,WE,FR",
            *("2026-01-05", "2026-01-06"),
            ["FREQ=WEEKLY;BYDAY=TU,WE,FR", "2026-01-06", "2026-01-07"],
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=15",
            *("2026-01-15", "2026-01-17"),
            ["FREQ=MONTHLY;BYMONTHDAY=17", "2026-01-17", "2026-02-17"],
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=-1",
            *("2026-01-31", "2026-02-03"),
            ["FREQ=MONTHLY;BYMONTHDAY=3", "2026-02-03", "2026-03-03"],
        ),
        (
            "FREQ=MONTHLY;BYDAY=3FR",
            *("2026-01-16", "2026-01-22"),
            ["FREQ=MONTHLY;BYDAY=4TH", "2026-01-22", "2026-02-26"],
        ),
        (
            "FREQ=MONTHLY;BYDAY=-1FR",
            *("2026-01-30", "2026-01-29"),
            ["FREQ=MONTHLY;BYDAY=-1TH", "2026-01-29", "2026-02-26"],
        ),
        (
            "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=27",
            *("2026-01-27", "2026-02-03"),
            ["FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=3", "2026-02-03", "2027-02-03"],
        ),
        ("FREQ=DAILY;COUNT=10", "2026-01-04", "2026-01-06", ["FREQ=DAILY;COUNT=7", "2026-01-06"]),
    ],
)
def test_a_series_goes_on_from_where_its_open_turn_was_moved_to(
    rule: str, scheduled: str, to: str, expected: list[str]
) -> None:
    found = moved(rule, "2026-01-01", scheduled, to)

    assert found[: len(expected)] == [rule if one == "=" else one for one in expected]


@pytest.mark.parametrize(
    ("rule", "anchor", "to", "expected"),
    [
        (
            "FREQ=MONTHLY",
            *("2027-01-31T09:00", "2027-02-28T10:00"),
            ["FREQ=MONTHLY;BYMONTHDAY=31", "2027-02-28T10:00", "2027-03-31T10:00"],
        ),
        (
            "FREQ=MONTHLY;INTERVAL=2",
            *("2026-12-30", "2027-02-28"),
            ["FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=30", "2027-02-28", "2027-04-30"],
        ),
        (
            "FREQ=YEARLY;INTERVAL=3",
            *("2028-02-29", "2031-02-28"),
            ["FREQ=YEARLY;INTERVAL=3;BYMONTH=2;BYMONTHDAY=29", "2031-02-28", "2034-02-28"],
        ),
        (
            "FREQ=YEARLY",
            *("2028-02-29", "2031-02-28"),
            ["FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2031-02-28", "2032-02-29"],
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=31",
            *("2027-01-31", "2027-02-28"),
            ["FREQ=MONTHLY;BYMONTHDAY=31", "2027-02-28", "2027-03-31"],
        ),
    ],
)
def test_a_series_keeps_its_day_where_only_its_time_moves_in_a_short_month(
    rule: str, anchor: str, to: str, expected: list[str]
) -> None:
    assert moved(rule, anchor, to.partition("T")[0], to) == expected


def test_what_was_done_already_is_counted_where_the_number_ends_the_series() -> None:
    found = moved("FREQ=DAILY;COUNT=3", "2026-01-01", "2026-01-04", "2026-01-06", "completion")

    assert found == ["FREQ=DAILY;COUNT=2", "2026-01-06", "2026-01-07"]


@pytest.mark.parametrize(
    ("rule", "to"),
    [
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "2026-01-10"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1", "2026-01-07"),
        ("FREQ=DAILY;UNTIL=20260105", "2026-01-10"),
    ],
)
def test_a_series_that_cannot_be_there_is_refused(rule: str, to: str) -> None:
    with pytest.raises(UnusableRule):
        moved(rule, "2026-01-01", "2026-01-01", to)


@settings(deadline=None)
@given(own_rules, anchors, st.integers(-400, 400))
def test_a_series_that_is_moved_begins_there_or_is_refused(
    rule: str, anchor: object, days: int
) -> None:
    series = recurrence_of(rule, f"{anchor}T09:00")
    (scheduled,) = upcoming(series, None, 1)
    to = Occurrence(scheduled.date.fromordinal(scheduled.date.toordinal() + days), "10:00")
    try:
        made = moved_series(series, scheduled, to, BERLIN)
    except UnusableRule:
        return

    assert upcoming(made, None, 1) == [to]
    assert made.rule.frequency == series.rule.frequency
