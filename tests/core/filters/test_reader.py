from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from todo_app.core.errors import Flaw, InvalidFilter
from todo_app.core.filters.days import Ahead, CalendarDay
from todo_app.core.filters.reader import MAX_CHARACTERS, MAX_DEPTH, MAX_TERMS, read
from todo_app.core.filters.syntax import (
    And,
    Filter,
    Is,
    Named,
    NextDays,
    Not,
    On,
    Or,
    Priority,
    Search,
    write,
)

TODAY = On("due", "on", Ahead(0))
OVERDUE = Is("overdue")
P1, P2 = Priority(1), Priority(2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("today", TODAY),
        ("  ToDay ", TODAY),
        ("today|overdue", Or((TODAY, OVERDUE))),
        ("today | overdue & p1", Or((TODAY, And((OVERDUE, P1))))),
        ("(today | overdue) & p1", And((Or((TODAY, OVERDUE)), P1))),
        ("!p1 & p2", And((Not(P1), P2))),
        ("!(p1 | p2)", Not(Or((P1, P2)))),
        ("!!p1", Not(Not(P1))),
        ("p1 & p2 & od", And((P1, P2, OVERDUE))),
        ("((p1))", P1),
        ("no  date", Is("no date")),
        ("no priority", Priority(4)),
        ("view all", Is("all")),
        ("completed", Is("done")),
        ("7 days", NextDays(7)),
        ("next 3 days", NextDays(3)),
        ("due before: +7 days", On("due", "before", Ahead(7))),
        ("Date After:tomorrow", On("due", "after", Ahead(1))),
        ("due: 1 jan", On("due", "on", CalendarDay(1, 1))),
        ("due on: 2026-11-21", On("due", "on", CalendarDay(11, 21, 2026))),
        ("added: yesterday", On("created", "on", Ahead(-1))),
        ("done after: -1 week", On("done", "after", Ahead(-7))),
        ("#Home Office", Named("project", ("Home Office",))),
        ('@"two  words"', Named("label", ("two words",))),
        ("/Next*", Named("section", ("Next", ""))),
        ("@*", Named("label", ("", ""))),
        (r"#R\&D \*", Named("project", ("R&D *",))),
        ('#"R&D, (all)"', Named("project", ("R&D, (all)",))),
        (r'@"5* \"hotel\""', Named("label", ('5* "hotel"',))),
        ("#Home & @a b", And((Named("project", ("Home",)), Named("label", ("a b",))))),
        ("no labels", Is("no label")),
        ("search: Tax return ", Search("Tax return")),
        ('search: "a & b" c', Search('"a & b" c')),
        (r"search: a \& b", Search("a & b")),
        ('search: 12" & p1', And((Search('12"'), P1))),
        ("search: due: x", Search("due: x")),
    ],
)
def test_one_list_is_read_by_the_usual_precedence(text: str, expected: object) -> None:
    assert read(text) == Filter((expected,))


def test_a_comma_separates_lists() -> None:
    assert read("p1, today | p2,no date").lists == (P1, Or((TODAY, P2)), Is("no date"))


def test_a_day_is_read_by_the_persons_order() -> None:
    assert read("4/7", day_first=False) == Filter((On("due", "on", CalendarDay(4, 7)),))


@pytest.mark.parametrize(
    ("text", "reason", "place"),
    [
        ("", "empty", ""),
        ("  ", "empty", ""),
        ("todya", "word_unknown", "todya"),
        ("p1 & todya | p2", "word_unknown", "todya"),
        ("p5", "word_unknown", "p5"),
        ("colour: red", "word_unknown", "colour: red"),
        ("due during: today", "word_unknown", "due during: today"),
        ("due before:  soon & p1", "date_unknown", "soon"),
        ("due: 30.2.", "date_unknown", "30.2."),
        ("p1 & due before: | p2", "value_missing", ":"),
        ("p1 & search: ", "value_missing", ":"),
        ("# & p1", "value_missing", "#"),
        ('@""', "value_missing", '@""'),
        ("p1 &", "term_missing", ""),
        ("p1 & | p2", "term_missing", "|"),
        ("| p1", "term_missing", "|"),
        ("p1,, p2", "term_missing", ","),
        ("p1 & ()", "term_missing", ")"),
        ("!", "term_missing", ""),
        ("p1 & (p2 | today", "group_open", "("),
        ("p1) & p2", "group_unopened", ")"),
        ("(p1, p2)", "group_list", ","),
        ("p1 (p2)", "sign_missing", "("),
        ("(p1) p2", "sign_missing", "p2"),
        ("p1 !p2", "sign_missing", "!"),
        ("((p1) p2)", "sign_missing", "p2"),
        ("p1 & \x00", "unusable", "p1 & \x00"),
        ("\ud800", "unusable", "\ud800"),
        ("\U0001f600 & p1", "word_unknown", "\U0001f600"),
        ("\\", "word_unknown", "\\"),
        ('"', "word_unknown", '"'),
        ('"p1 & p2"', "word_unknown", '"p1 & p2"'),
    ],
)
def test_a_flaw_is_named_with_its_place(text: str, reason: Flaw, place: str) -> None:
    with pytest.raises(InvalidFilter) as refusal:
        read(text)

    assert refusal.value.reason == reason
    assert text[refusal.value.start : refusal.value.end] == place


def test_length_depth_and_number_of_terms_are_bounded() -> None:
    for text, reason in (
        ("x" * (MAX_CHARACTERS + 1), "too_long"),
        ("!" * (MAX_DEPTH + 1) + "p1", "too_deep"),
        ("(" * (MAX_DEPTH + 1) + "p1" + ")" * (MAX_DEPTH + 1), "too_deep"),
        ("|".join(["p1"] * (MAX_TERMS + 1)), "too_many"),
    ):
        with pytest.raises(InvalidFilter) as refusal:
            read(text)
        assert refusal.value.reason == reason
    assert read("!(" * (MAX_DEPTH // 2) + "p1" + ")" * (MAX_DEPTH // 2))
    assert read(",".join(["p1"] * MAX_TERMS))


PIECES = st.sampled_from(
    [
        *'|&!(),\\":@#/* ',
        "p1",
        "today",
        "no date",
        "overdue",
        "due before:",
        "+7 days",
        "a",
        "\u0130",
    ]
)


@settings(deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=30).map("".join)))
def test_any_text_is_read_or_refused_and_what_is_read_is_written_the_same(text: str) -> None:
    found = place = None
    try:
        found = read(text)
    except InvalidFilter as refusal:
        place = (refusal.start, refusal.end)

    if found is not None:
        assert read(write(found), day_first=False) == found
    if place is not None:
        assert 0 <= place[0] <= place[1] <= len(text)
