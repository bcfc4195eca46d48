from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from todo_app.core import text

TITLE: TypeAdapter[str] = TypeAdapter(text.Title)
NOTES: TypeAdapter[str] = TypeAdapter(text.Notes)


def reads(kind: object, value: object) -> Any:  # noqa: ANN401 - as the kind says
    return TypeAdapter(kind).validate_python(value)


def refuses(kind: object, value: object) -> None:
    with pytest.raises(ValidationError):
        reads(kind, value)


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x0b", "\x1b", "\x7f", "\x85", "\ud800"])
def test_a_title_with_a_character_that_cannot_be_stored_is_refused(character: str) -> None:
    refuses(text.Title, f"Buy{character}milk")


@pytest.mark.parametrize("character", ["\x00", "\x08", "\x1f", "\x7f", "\x9f", "\udc80"])
def test_notes_with_a_character_that_cannot_be_stored_are_refused(character: str) -> None:
    refuses(text.Notes, f"a{character}b")


def test_notes_keep_newlines_and_tabs() -> None:
    assert reads(text.Notes, "- a\n\t- b") == "- a\n\t- b"


def test_line_ends_of_other_systems_become_line_feeds() -> None:
    assert reads(text.Notes, "a\r\nb\rc") == "a\nb\nc"


def test_a_title_is_one_line() -> None:
    assert reads(text.Title, "Buy\nmilk\r\nand\tbread\u2028now") == "Buy milk and bread now"


def test_a_decomposed_title_is_stored_composed() -> None:
    assert reads(text.Title, "Cafe\u0301") == "Caf\u00e9"


@pytest.mark.parametrize(
    "title",
    [
        "\U0001f469\u200d\U0001f469\u200d\U0001f467 family",
        "\u0634\u0631\u0627\u0621 \u062d\u0644\u064a\u0628",
        "\u05dc\u05e7\u05e0\u05d5\u05ea \u200fabc",
        "\u4e70\u725b\u5976",
        "<b>bold</b> & 'quoted' \"twice\"; DROP TABLE tasks",
        "=1+1",
    ],
)
def test_a_title_in_any_script_stays_as_it_was_typed(title: str) -> None:
    assert reads(text.Title, title) == title


def test_a_title_has_at_most_500_characters() -> None:
    assert reads(text.Title, "x" * 500) == "x" * 500
    refuses(text.Title, "x" * 501)


def test_500_emoji_are_a_title() -> None:
    assert len(reads(text.Title, "\U0001f600" * 500)) == 500


def test_space_around_a_title_does_not_count() -> None:
    assert reads(text.Title, " " * 400 + "x" * 500 + "\n" * 400) == "x" * 500


@pytest.mark.parametrize("title", ["", " ", "\t\n", "\u2003\u3000", "\u2028"])
def test_a_title_of_nothing_but_space_is_refused(title: str) -> None:
    refuses(text.Title, title)


def test_a_title_that_is_no_text_is_refused() -> None:
    for value in (1, None, b"bytes", ["x"], {"x": 1}, True):
        refuses(text.Title, value)


def test_notes_have_at_most_50000_characters() -> None:
    assert len(reads(text.Notes, "x" * 50_000)) == 50_000
    refuses(text.Notes, "x" * 50_001)


def test_a_name_has_at_most_100_characters() -> None:
    assert len(reads(text.Name, "x" * 100)) == 100
    refuses(text.Name, "x" * 101)


@pytest.mark.parametrize(
    "value", [0, 1_700_000_000, 1.5, True, "1700000000", "2026-1-2", "2026-02-30", "0000-01-01"]
)
def test_what_is_not_a_calendar_date_is_refused(value: object) -> None:
    refuses(text.CalendarDate, value)


@pytest.mark.parametrize(
    "value", ["2026-11-21T00:00:00", "2026-11-21 ", "\u0662026-11-21", "20261121", "2026-W47-6"]
)
def test_a_date_in_another_form_is_refused(value: str) -> None:
    refuses(text.CalendarDate, value)


def test_a_calendar_date_is_read() -> None:
    assert reads(text.CalendarDate, "2026-11-21").isoformat() == "2026-11-21"


@pytest.mark.parametrize(
    "value",
    [0, 1_700_000_000, "1700000000", "2026-11-21", "2026-11-21T09:00", "9999-12-31T23:59-10:00"],
)
def test_what_is_not_a_moment_of_some_zone_is_refused(value: object) -> None:
    refuses(text.Moment, value)


def test_a_moment_is_kept_in_utc() -> None:
    assert reads(text.Moment, "2026-11-21T09:00+09:00").isoformat() == "2026-11-21T00:00:00+00:00"


@pytest.mark.parametrize("value", ["24:00", "9:00", "09:60", "09:00:00", "09:00\n", "", "0900"])
def test_what_is_not_a_wall_time_is_refused(value: str) -> None:
    refuses(text.WallTime, value)


@pytest.mark.parametrize("value", ["00:00", "09:30", "23:59"])
def test_a_wall_time_is_read(value: str) -> None:
    assert reads(text.WallTime, value) == value


@pytest.mark.parametrize("value", ["Europe/Berlin", "UTC", "America/Argentina/Buenos_Aires"])
def test_a_known_zone_is_read(value: str) -> None:
    assert reads(text.Zone, value) == value


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Mars/Olympus",
        "../../etc/passwd",
        "/etc/localtime",
        "Europe/Berlin\x00",
        "CEST",
        "localtime",
        "posixrules",
        "Factory",
    ],
)
def test_an_unknown_zone_is_refused(value: str) -> None:
    refuses(text.Zone, value)


@given(st.text())
@settings(deadline=None)
def test_any_text_is_refused_or_cleaned_for_good(value: str) -> None:
    try:
        cleaned = TITLE.validate_python(value)
    except ValidationError:
        return
    assert TITLE.validate_python(cleaned) == cleaned
    assert cleaned.encode().decode() == cleaned


@given(st.text(st.characters(blacklist_categories=["Cc", "Cs"])))
@settings(deadline=None)
def test_text_without_control_characters_is_never_refused(value: str) -> None:
    assert NOTES.validate_python(value) is not None
