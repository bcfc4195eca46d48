from __future__ import annotations

from datetime import date

import pytest

from todo_app.core.weeks import WeekStart
from todo_app.web.wording import named, week_name

SATURDAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("day", "week_start", "expected"),
    [
        (date(2026, 11, 22), "monday", "This week"),
        (date(2026, 11, 22), "sunday", "Next week"),
        (date(2026, 11, 27), "saturday", "This week"),
        (date(2026, 11, 29), "monday", "Next week"),
        (date(2026, 12, 4), "monday", "Week of 30 Nov"),
        (date(2027, 1, 7), "monday", "Week of 4 Jan 2027"),
    ],
)
def test_a_week_is_named_as_the_person_counts_weeks(
    day: date, week_start: WeekStart, expected: str
) -> None:
    assert week_name(day, SATURDAY, week_start) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a,b, keep, more", ["a,b", "keep", "more"]),
        (" keep ,a,b", ["keep", "a,b"]),
        ("a, b,c", ["a", "b", "c"]),
        ("a,b,c d", ["a,b,c d"]),
        (" , ", []),
    ],
)
def test_a_comma_in_a_name_that_there_is_does_not_part_it(text: str, expected: list[str]) -> None:
    assert named(text, ["keep", "a,b", "a,b,c d"]) == expected
