from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from todo_app.core.filters.days import Day, read_day, resolve, write_day

SATURDAY = date(2026, 11, 21)


def day(words: str, *, day_first: bool = True) -> Day:
    found = read_day(words, day_first=day_first)
    assert found is not None, words
    return found


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("today", "2026-11-21"),
        ("tom", "2026-11-22"),
        ("yesterday", "2026-11-20"),
        ("+7 days", "2026-11-28"),
        ("in 2 weeks", "2026-12-05"),
        ("-1 day", "2026-11-20"),
        ("3 days ago", "2026-11-18"),
        ("+3 months", "2027-02-21"),
        ("+1 year", "2027-11-21"),
        ("mon", "2026-11-23"),
        ("saturday", "2026-11-28"),
        ("next friday", "2026-11-27"),
        ("next week", "2026-11-23"),
        ("next month", "2026-12-01"),
        ("2026-11-01", "2026-11-01"),
        ("21.11.", "2026-11-21"),
        ("20.11.", "2027-11-20"),
        ("4/7", "2027-07-04"),
        ("4/7/26", "2026-07-04"),
        ("27 jan", "2027-01-27"),
        ("january 27th", "2027-01-27"),
        ("sept 1 2030", "2030-09-01"),
        ("29 feb", "2027-02-28"),
    ],
)
def test_a_day_is_what_its_words_say(words: str, expected: str) -> None:
    assert resolve(day(words), SATURDAY).isoformat() == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("monday", "2026-11-16"),
        ("saturday", "2026-11-21"),
        ("1 dec", "2025-12-01"),
        ("21 nov", "2026-11-21"),
    ],
)
def test_of_what_is_past_a_day_is_the_latest(words: str, expected: str) -> None:
    assert resolve(day(words), SATURDAY, in_the_past=True).isoformat() == expected


def test_whether_the_day_comes_first_is_the_persons_choice_unless_points_say_it() -> None:
    assert resolve(day("4/7", day_first=False), SATURDAY) == date(2027, 4, 7)
    assert resolve(day("4.7.", day_first=False), SATURDAY) == date(2027, 7, 4)
    assert read_day("13/2", day_first=False) is None


def test_a_month_that_is_too_short_ends_on_its_last_day() -> None:
    assert resolve(day("+1 month"), date(2027, 1, 31)) == date(2027, 2, 28)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "no",
        "mo",
        "7 days",
        "30 feb",
        "0.1.",
        "2026-13-01",
        "0000-01-01",
        "+ days",
        "-1 day ago",
    ],
)
def test_other_words_are_no_day(words: str) -> None:
    assert read_day(words, day_first=True) is None


@settings(deadline=None)
@given(
    st.sampled_from(["+9999 years", "9999 years ago", "+9999 weeks", "-9999 days", "1 jan", "mon"]),
    st.dates(),
)
def test_every_day_is_in_the_calendar_whatever_day_it_is(words: str, today: date) -> None:
    for in_the_past in (True, False):
        assert date.min <= resolve(day(words), today, in_the_past=in_the_past) <= date.max


@settings(deadline=None)
@given(st.from_regex(r"[a-z0-9+\-./ ]{1,14}", fullmatch=True))
def test_a_day_that_is_written_is_read_as_the_same_day(words: str) -> None:
    for day_first in (True, False):
        found = read_day(words, day_first=day_first)
        if found is not None:
            assert read_day(write_day(found), day_first=not day_first) == found
