from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from todo_app.api.sentences import SENTENCE_BY_REASON
from todo_app.core.errors import UnusableRule
from todo_app.core.quick_add import read_recurrence
from todo_app.core.recurrence import Occurrence, recur_by_text
from todo_app.core.rules import Mode, Rule, read_rule
from todo_app.web.messages import FIELD_MESSAGES

ANCHOR = date(2026, 1, 27)
NAMES = ["FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTH", "BYMONTHDAY", "BYSETPOS", "WKST"]
VALUES = [
    *("DAILY", "WEEKLY", "MONTHLY", "YEARLY", "HOURLY", "1", "2", "31", "-1", "400"),
    *("MO", "5FR", "-1SU", "MO,TU,WE,TH,FR", "2,4", "29,30"),
    *("20270101", "99991231", "20270101T000000Z"),
]


def read(text: str) -> Rule:
    return read_rule(text, ANCHOR, None, "Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("FREQ=DAILY", "every day"),
        ("FREQ=DAILY;INTERVAL=3", "every 3 days"),
        ("FREQ=HOURLY;INTERVAL=12", "every 12 hours"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every weekday"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", "every other tue"),
        ("FREQ=WEEKLY;INTERVAL=3;BYDAY=MO,FR", "every 3 weeks on mon and fri"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,15,-1", "every 1st, 15th and last day"),
        ("FREQ=MONTHLY;INTERVAL=2;BYDAY=3FR", "every 2 months on 3rd fri"),
        ("FREQ=MONTHLY;BYDAY=1MO,-1MO", "every 1st mon and last mon"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "every last weekday"),
        ("FREQ=YEARLY;BYMONTH=1,7;BYMONTHDAY=27", "every jan 27 and jul 27"),
        ("FREQ=YEARLY;INTERVAL=2;BYMONTH=11;BYDAY=4TH", "every 2 years on 4th thu of nov"),
        ("FREQ=DAILY;COUNT=10", "every day for 10 times"),
        ("FREQ=DAILY;UNTIL=20270301", "every day until 1 mar 2027"),
    ],
)
def test_a_rule_is_text_and_words(text: str, words: str) -> None:
    rule = read(text)

    assert str(rule) == text
    assert rule.words == words


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("RRULE:FREQ=DAILY", "FREQ=DAILY"),
        ("freq=daily;interval=1;wkst=su;", "FREQ=DAILY"),
        ("INTERVAL=2;FREQ=WEEKLY;BYDAY=WE,MO", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE"),
        ("FREQ=MONTHLY;BYDAY=FR;BYSETPOS=3", "FREQ=MONTHLY;BYDAY=3FR"),
        ("FREQ=MONTHLY;BYDAY=+3FR", "FREQ=MONTHLY;BYDAY=3FR"),
        ("FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1", "FREQ=MONTHLY;BYMONTHDAY=31"),
        ("FREQ=DAILY;BYDAY=SA,SU", "FREQ=WEEKLY;BYDAY=SA,SU"),
        ("FREQ=MONTHLY;BYDAY=MO", "FREQ=WEEKLY;BYDAY=MO"),
        ("FREQ=YEARLY;BYMONTHDAY=15", "FREQ=MONTHLY;BYMONTHDAY=15"),
        ("FREQ=YEARLY;BYMONTH=3", "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=27"),
        ("FREQ=MONTHLY;BYMONTH=3;BYMONTHDAY=5", "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=5"),
    ],
)
def test_other_ways_to_write_a_rule_are_the_same_rule(text: str, same: str) -> None:
    assert read(text) == read(same)


@pytest.mark.parametrize("name", ["", "RRULE:", " rrule:"])
def test_the_text_of_a_rule_is_kept_as_it_came(name: str) -> None:
    text = "INTERVAL=2;FREQ=WEEKLY;WKST=MO;BYDAY=WE,MO"

    made = recur_by_text(name + text, mode="schedule", anchor=ANCHOR, zone="UTC")

    assert made.rule_text == text


@pytest.mark.parametrize(
    ("until", "wall", "last"),
    [
        ("20270301", "09:00", date(2027, 3, 1)),
        ("20270301T080000Z", "09:00", date(2027, 3, 1)),
        ("20270301T075959Z", "09:00", date(2027, 2, 28)),
        ("20270228T233000Z", "00:30", date(2027, 3, 1)),
        ("20270301T085959", "09:00", date(2027, 2, 28)),
    ],
)
def test_a_series_that_ends_at_a_moment_ends_on_a_date(until: str, wall: str, last: date) -> None:
    text = f"FREQ=DAILY;UNTIL={until}"

    assert read_rule(text, ANCHOR, time.fromisoformat(wall), "Europe/Berlin").until == last


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "rule_unreadable"),
        ("every day", "rule_unreadable"),
        ("FREQ=", "rule_unreadable"),
        ("FREQ=FORTNIGHTLY", "rule_unreadable"),
        ("FREQ=DAILY;FREQ=DAILY", "rule_unreadable"),
        ("FREQ=DAILY;INTERVAL=x", "rule_unreadable"),
        ("FREQ=DAILY;INTERVAL=-1", "rule_unreadable"),
        ("FREQ=DAILY;INTERVAL=\u0663", "rule_unreadable"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20270101", "rule_unreadable"),
        ("FREQ=DAILY;UNTIL=20270230", "rule_unreadable"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "rule_unreadable"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "rule_unreadable"),
        ("FREQ=WEEKLY;BYDAY=XX", "rule_unreadable"),
        ("FREQ=DAILY;" + "X=1;" * 100, "rule_unreadable"),
        ("FREQ=SECONDLY", "rule_too_often"),
        ("FREQ=MINUTELY;INTERVAL=600", "rule_too_often"),
        ("FREQ=DAILY;INTERVAL=0", "rule_interval"),
        ("FREQ=DAILY;INTERVAL=99999999999999999999", "rule_interval"),
        ("FREQ=YEARLY;INTERVAL=101", "rule_interval"),
        ("FREQ=DAILY;COUNT=0", "rule_count"),
        ("FREQ=DAILY;COUNT=1001", "rule_count"),
        ("FREQ=DAILY;COUNT=99999999999999999999", "rule_count"),
        ("FREQ=DAILY;UNTIL=100000101", "rule_too_late"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "rule_never"),
        ("FREQ=YEARLY;BYMONTH=2,4,6;BYMONTHDAY=31", "rule_never"),
        ("FREQ=DAILY;UNTIL=20260126", "rule_never"),
        ("FREQ=MONTHLY;BYDAY=3FR;UNTIL=20260201", "rule_never"),
        ("FREQ=YEARLY;INTERVAL=100;BYMONTH=2;BYDAY=5FR", "rule_never"),
        ("FREQ=YEARLY;BYYEARDAY=100", "rule_unsupported"),
        ("FREQ=YEARLY;BYWEEKNO=20", "rule_unsupported"),
        ("FREQ=DAILY;BYHOUR=9,17", "rule_unsupported"),
        ("FREQ=YEARLY;BYDAY=20MO", "rule_unsupported"),
        ("FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR", "rule_unsupported"),
        ("FREQ=MONTHLY;BYMONTHDAY=-2", "rule_unsupported"),
        ("FREQ=MONTHLY;BYDAY=-2FR", "rule_unsupported"),
        ("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1", "rule_unsupported"),
        ("FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=SU,TU", "rule_unsupported"),
        ("FREQ=WEEKLY;BYMONTH=3", "rule_unsupported"),
        ("FREQ=HOURLY;UNTIL=20270101T120000Z", "rule_unsupported"),
    ],
)
def test_a_rule_that_cannot_be_kept_is_refused(text: str, reason: str) -> None:
    with pytest.raises(UnusableRule) as refusal:
        recur_by_text(text, mode="schedule", anchor=ANCHOR, zone="Europe/Berlin")

    assert refusal.value.reason == reason
    assert reason in SENTENCE_BY_REASON
    assert reason in FIELD_MESSAGES


@settings(deadline=None)
@given(
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from(VALUES)),
    st.dates(max_value=date(9990, 1, 1)),
    st.sampled_from(get_args(Mode)),
)
@example({"FREQ": "YEARLY", "BYMONTH": "2,4", "BYMONTHDAY": "2,4"}, ANCHOR, "schedule")
def test_any_parts_are_a_rule_that_words_say_again_or_are_refused(
    parts: dict[str, str], anchor: date, mode: Mode
) -> None:
    parts.setdefault("FREQ", "YEARLY")
    text = ";".join(f"{name}={value}" for name, value in parts.items())
    try:
        made = recur_by_text(text, mode=mode, anchor=anchor, zone="Europe/Berlin")
    except UnusableRule:
        return

    assert read_rule(str(made.rule), anchor, None, "Europe/Berlin") == made.rule
    noon, start = datetime.combine(anchor, time(12), UTC), Occurrence(anchor)
    said, _ = read_recurrence(made.text, noon, "Europe/Berlin", start=start)
    assert (said.rule, said.mode) == (made.rule, made.mode)
