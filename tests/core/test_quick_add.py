from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.core.table import lines, rows
from todo_app.core.errors import UnusableRule
from todo_app.core.phrases import DateOrder
from todo_app.core.quick_add import Line, Reading, parse, read_recurrence, split_lines
from todo_app.core.recurrence import Occurrence
from todo_app.core.rules import read_rule, spoken

NOW = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
ORDERS: dict[str, DateOrder] = {"dmy": "day_first", "mdy": "month_first", "ymd": "year_first"}
MOMENTS = [
    NOW,
    datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC),
    datetime(9999, 12, 30, 12, tzinfo=UTC),
    datetime(1, 1, 3, tzinfo=UTC),
]
# Words that mean something, to put together what no person would.
VOCABULARY = [*" ".join(lines("vocabulary.txt")).split(), "\0", "\ud800"]

words = st.lists(st.sampled_from(VOCABULARY), max_size=16).map(" ".join)
anything = st.one_of(words, st.text(max_size=60), st.text("0123456789./:- apm#@!", max_size=30))


def marks(reading: Reading) -> str:
    """The marks as the table writes them."""
    found = [f"#{reading.project}"] if reading.project else []
    found += [f"/{reading.section}"] if reading.section else []
    found += [f"@{label}" for label in reading.labels]
    found += [f"p{reading.priority}"] if reading.priority else []
    found += [f"!{minutes}" for minutes in reading.reminders]
    return ", ".join(found)


def due(reading: Reading) -> str:
    """When it is due, and how it repeats, as the table writes it."""
    text = str(reading.due or "")
    if reading.recurrence is None:
        return text
    counted = " done:" if reading.recurrence.mode == "completion" else ""
    return f"{text}{counted} {reading.recurrence.rule}"


@pytest.mark.parametrize("row", rows("quick_add.txt"), ids=lambda row: row[0])
def test_a_line_is_read_as_the_table_says(row: list[str]) -> None:
    order, _, line = (
        row[0].rpartition(": ") if row[0][:4] in {"dmy:", "mdy:", "ymd:"} else ("", "", row[0])
    )
    title, marked, berlin = (*row[1:], "", "", "")[:3]
    new_york = row[4] if len(row) > 4 else berlin
    for date_order in [one for name, one in ORDERS.items() if order in ("", name)]:
        here = parse(line, NOW, BERLIN, date_order)
        there = parse(line, NOW, NEW_YORK, date_order)

        assert (here.title, marks(here), due(here)) == (title, marked, berlin)
        assert due(there) == new_york


@pytest.mark.parametrize("line", lines("titles.txt"))
def test_what_only_looks_like_a_piece_stays_title(line: str) -> None:
    for order in ORDERS.values():
        for zone in (BERLIN, NEW_YORK):
            reading = parse(line, NOW, zone, order)
            assert replace(reading, refused="") == Reading(title=line)


@pytest.mark.parametrize(
    ("line", "title", "reason"),
    [
        ("Water every day until 1 jan 2020", "Water until 1 jan 2020", "rule_past"),
        ("Water every day from 1.1.2020", "Water from 1.1.2020", "rule_past"),
        (
            "Water every feb 29 from 1 mar 2027 until 1 apr 2027",
            "Water until 1 apr 2027",
            "rule_never",
        ),
        ("Pay rent until 1 jan 2020", "Pay rent until 1 jan 2020", ""),
        ("Water every day for 5000 times", "Water for 5000 times", "rule_count"),
        ("Water every day for 0 times", "Water for 0 times", "rule_count"),
        ("Water every day for 123456 times", "Water for 123456 times", "rule_count"),
        ("Water every 5000 days", "Water every 5000 days", "rule_interval"),
        ("Water every 123456 days", "Water every 123456 days", "rule_interval"),
        ("Water every feb 30", "Water every feb 30", "rule_never"),
        ("Water every day until yesterday", "Water until yesterday", "rule_past"),
        ("Water every day until 31 feb", "Water until 31 feb", "rule_no_date"),
        ("Water every day from feb 30", "Water from feb 30", "rule_no_date"),
        ("Water every day until 31.2.", "Water until 31.2.", "rule_no_date"),
        ("Water every day until 2027-02-31", "Water until 2027-02-31", "rule_no_date"),
        ("Water every day until dark", "Water until dark", ""),
        ("Water every day for 3 times until 1 dec", "Water until 1 dec", "rule_ends_twice"),
        ("Water every day until 1 dec for 3 times", "Water for 3 times", "rule_ends_twice"),
        ("Water every day until 1 dec until 1 mar", "Water until 1 mar", "rule_ends_twice"),
        ("Water every 5 minutes", "Water every 5 minutes", "rule_too_often"),
        ("Water every 30 min", "Water every 30 min", "rule_too_often"),
        ("Water every 10 secs", "Water every 10 secs", "rule_too_often"),
        ("Make every minute count", "Make every minute count", ""),
        *(
            (line, line, "rule_several_dates")
            for line in [
                "Pay every jan 27 and jul 15",
                "Pay every feb 28 and mar 15 at 9am",
                "Pay every 27 jan and 3 feb until 1 mar in cash",
                "Pay every! jan 27, jul 27 and jul 28 taxes",
                "Pay every 2 years on jan 27 and jul 15",
                "Pay every other jan 27 and jul 15",
                "Pay every mon and jul 3",
                "Pay every 15th & 3 jul",
            ]
        ),
        ('Water "every 5000 days"', 'Water "every 5000 days"', ""),
        ("Call it for 5000 times", "Call it for 5000 times", ""),
        ("Change oil every 5000 miles", "Change oil every 5000 miles", ""),
    ],
)
def test_why_a_repetition_stays_text_is_known(line: str, title: str, reason: str) -> None:
    reading = parse(line, NOW, BERLIN)

    assert (reading.title, reading.refused) == (title, reason)
    assert parse(line, NOW, BERLIN, ignored=[(0, len(line))]).refused == ""


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Meet 21st at 9am", "2026-12-21T09:00"),
        ("Meet on the 21st at 9am with Bob", "2026-12-21T09:00"),
        ("Meet 21st at 23:58", "2026-11-21T23:58"),
        ("Meet 21st", "2026-11-21"),
        ("Meet nov 21 at 9am", "2027-11-21T09:00"),
        ("Meet 21.11. at 9am", "2027-11-21T09:00"),
        ("Meet 21/11 9:00", "2027-11-21T09:00"),
        ("Meet this weekend at 10am", "2026-11-28T10:00"),
        ("Meet tonight", "2026-11-22T21:00"),
        ("Meet tonight at 23:58", "2026-11-21T23:58"),
        ("Meet today at 9am", "2026-11-21T09:00"),
        ("Meet by today 9:00", "2026-11-21T09:00"),
        ("Meet 2026-11-21 at 9am", "2026-11-21T09:00"),
        ("Meet in 0 minutes", "2026-11-21T23:57"),
        ("Meet +0 days at 9am", "2026-11-21T09:00"),
        ("Meet every day starting nov 21 at 9am", "2026-11-21T09:00"),
        ("Meet every feb 30 21st at 9am", "2026-12-21T09:00"),
    ],
)
def test_a_date_whose_time_has_passed_is_the_next_that_fits(line: str, expected: str) -> None:
    reading = parse(line, datetime(2026, 11, 21, 23, 57, tzinfo=UTC), "UTC")

    assert str(reading.due) == expected
    if reading.recurrence is None:
        assert [one.reading[:10] for one in reading.pieces if one.kind == "date"] == [expected[:10]]


@pytest.mark.parametrize(
    ("now", "line", "expected"),
    [
        (datetime(2026, 10, 24, 23, 30, tzinfo=UTC), "Call in 2 hours", "2026-10-25T02:30"),
        (datetime(2026, 10, 24, 23, 30, tzinfo=UTC), "Call in 3 hours", "2026-10-25T03:30"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "Call +90 minutes", "2026-10-25T03:00"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "Call +90 minutes", "2026-10-25T04:00"),
        (datetime(2027, 3, 28, 0, 45, tzinfo=UTC), "Call in 30 minutes", "2027-03-28T03:15"),
        (datetime(2027, 3, 28, 0, 45, tzinfo=UTC), "Call in 1 hour", "2027-03-28T03:45"),
    ],
)
def test_hours_and_minutes_pass_where_the_clock_is_changed(
    now: datetime, line: str, expected: str
) -> None:
    assert str(parse(line, now, BERLIN).due) == expected


def test_on_the_last_day_a_time_that_has_passed_is_at_the_end_of_the_next_month() -> None:
    last_evening = datetime(2026, 11, 30, 23, 57, tzinfo=UTC)

    assert str(parse("Pay end of month at 9am", last_evening, "UTC").due) == "2026-12-31T09:00"


def test_the_tables_are_as_long_as_promised() -> None:
    assert len(rows("quick_add.txt")) >= 250
    assert len(set(lines("titles.txt"))) >= 80


def test_a_piece_has_its_span_its_kind_and_its_reading() -> None:
    line = "😀 Gym #fit every mon at 7pm until 21.12. !30m p2"

    reading = parse(line, NOW, BERLIN)

    assert [(line[one.start : one.end], one.kind, one.reading) for one in reading.pieces] == [
        ("#fit", "project", "fit"),
        ("every mon", "recurrence", "every mon"),
        ("at 7pm", "time", "19:00"),
        ("until 21.12.", "end", "2026-12-21"),
        ("!30m", "reminder", "30m before"),
        ("p2", "priority", "p2"),
    ]
    assert reading.title == "😀 Gym"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Gym every mon at 7pm", ["2026-11-23T19:00", "2026-11-30T19:00", "2026-12-07T19:00"]),
        ("Pay every 31st", ["2026-11-30", "2026-12-31", "2027-01-31", "2027-02-28"]),
        ("Water every! 3 days for 3 times", ["2026-11-22", "2026-11-25", "2026-11-28"]),
        ("Call tomorrow", ["2026-11-23"]),
        ("Call", []),
    ],
)
def test_the_next_dates_are_shown(line: str, expected: list[str]) -> None:
    found = [str(turn) for turn in parse(line, NOW, BERLIN).next]

    assert found[: len(expected)] == expected
    assert len(found) <= 5
    assert bool(found) == bool(expected)


@pytest.mark.parametrize(
    ("line", "text", "title"),
    [
        ("Buy milk tomorrow at 5pm", "tomorrow", "Buy milk tomorrow"),
        ("Buy milk tomorrow at 5pm", "at 5pm", "Buy milk at 5pm"),
        ("Read every day", "every day", "Read every day"),
        ("Read every day until 1 mar", "every day", "Read every day until"),
        ("Read #work p1", "#work", "Read #work"),
        ('Read #"two words" p1', '#"two words"', 'Read #"two words"'),
    ],
)
def test_a_piece_that_is_turned_off_is_text(line: str, text: str, title: str) -> None:
    start = line.index(text)

    assert parse(line, NOW, BERLIN, ignored=[(start, start + len(text))]).title == title


def test_spans_that_are_nowhere_turn_nothing_off() -> None:
    line = "Buy milk tomorrow"

    for span in [(99, 120), (-9, 0), (5, 5), (17, 3)]:
        assert parse(line, NOW, BERLIN, ignored=[span]) == parse(line, NOW, BERLIN)


@settings(deadline=None)
@given(
    line=anything,
    now=st.sampled_from(MOMENTS),
    zone=st.sampled_from([BERLIN, NEW_YORK, "Australia/Lord_Howe"]),
    order=st.sampled_from(list(ORDERS.values())),
    ignored=st.lists(st.tuples(st.integers(-5, 60), st.integers(-5, 60)), max_size=3),
)
@example('#"', NOW, BERLIN, "day_first", [])
@example("every every! every 3 every 3rd and", NOW, BERLIN, "day_first", [])
def test_nothing_makes_it_fail_and_no_word_is_lost(
    line: str, now: datetime, zone: str, order: DateOrder, ignored: list[tuple[int, int]]
) -> None:
    reading = parse(line, now, zone, order, ignored)

    taken = {place for one in reading.pieces for place in range(one.start, one.end)}
    assert len(taken) == sum(one.end - one.start for one in reading.pieces)
    left = "".join(" " if place in taken else sign for place, sign in enumerate(line))
    assert re.findall(r"\w+", reading.title) == re.findall(r"\w+", left)
    assert list(reading.next) == sorted(set(reading.next))
    if reading.next:
        assert reading.next[0] == reading.due


@settings(deadline=None)
@given(line=words, order=st.sampled_from(list(ORDERS.values())))
def test_a_repetition_said_in_our_words_is_the_same(line: str, order: DateOrder) -> None:
    found = parse(f"every {line}", NOW, BERLIN, order).recurrence
    if found is None:
        return

    again = parse(spoken(found.rule, found.mode, found.time), NOW, BERLIN, order).recurrence

    assert again is not None
    assert (again.rule, again.mode, again.time) == (found.rule, found.mode, found.time)
    assert read_rule(str(found.rule), found.anchor, None, BERLIN) == found.rule


def test_a_repetition_can_be_said_alone() -> None:
    found, first = read_recurrence("every mon at 7pm", NOW, BERLIN, start=None)

    assert (str(found.rule), first) == (
        "FREQ=WEEKLY;BYDAY=MO",
        Occurrence(date(2026, 11, 23), "19:00"),
    )


def test_a_repetition_begins_where_the_task_is_due_if_it_does_not_say() -> None:
    due_date = Occurrence(date(2026, 12, 3), "08:00")

    _, first = read_recurrence("every 3 days", NOW, BERLIN, start=due_date)
    _, on_a_day = read_recurrence("every other mon at 9am", NOW, BERLIN, start=due_date)
    _, stated = read_recurrence("every day starting 24.12.", NOW, BERLIN, start=due_date)

    assert first == due_date
    assert on_a_day == Occurrence(date(2026, 12, 7), "09:00")
    assert stated == Occurrence(date(2026, 12, 24), "08:00")


@pytest.mark.parametrize(
    "text", ["", "soon", "tomorrow", "every day water", "every day #home", "every feb 30", "every"]
)
def test_words_that_say_no_repetition_are_refused(text: str) -> None:
    with pytest.raises(UnusableRule):
        read_recurrence(text, NOW, BERLIN, start=None)


def test_indented_lines_belong_to_the_line_above() -> None:
    text = (
        "Trip\n  Pack\n\tBook\n    - [ ] Flight\n    Hotel\n\n\n* Call Ann\n  1. tickets\nDone\r\n"
    )

    assert split_lines(text) == [
        Line("Trip", None),
        Line("Pack", 0),
        Line("Book", 1),
        Line("Flight", 1),
        Line("Hotel", 1),
        Line("Call Ann", None),
        Line("1. tickets", 5),
        Line("Done", None),
    ]


@given(st.text(" \t\n-ab", max_size=60))
def test_a_parent_is_always_a_line_above(text: str) -> None:
    for number, line in enumerate(split_lines(text)):
        assert line.text.strip()
        assert line.parent is None or 0 <= line.parent < number
