from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from todo_app.core.words import (
    INDEXED_MAX_BYTES,
    INDEXED_MAX_WORDS,
    Phrase,
    find_spans,
    fold,
    indexed_words,
    read_query,
    word_bits,
    words,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Buy MILK, bread & eggs!", "buy milk bread eggs"),
        ("Cafe\u0301 caf\u00e9 na\u00efve", "cafe cafe naive"),
        (
            "Stra\u00dfe \u00c6r\u00f8 \u0141\u00f3d\u017a \u0130stanbul",
            "strasse aero lodz istanbul",
        ),
        (
            "\u0399\u03c9\u03ac\u03bd\u03bd\u03b7\u03c2",
            "\u03b9\u03c9\u03b1\u03bd\u03bd\u03b7\u03c3",
        ),
        ("v1.1 a@b.org C++ snake_case", "v1 . 1 a b . org c + + snake case"),
        ("C# F#, .NET; **100%** A+", "c # f # . net 100 % a +"),
        ("a/b R&D 1+1 \u00bd", "a / b r & d 1 + 1 1 / 2"),
        ("# Title ## ... -- + % / & $5 \u20ac9", "title $ 5 \u20ac 9"),
        ("\ufb01nd 5\u00b2", "find 52"),
        ("\u725b\u4e73 milk", "\u725b \u4e73 milk"),
        ("\x00\ud800 \U0001f600 --", "\U0001f600"),
        # A heart, a thumb and a person at a computer, each with what only says how it looks.
        ("\u2764\ufe0f\U0001f44d\U0001f3fd", "\u2764 \U0001f44d"),
        ("\U0001f469\U0001f3fd\u200d\U0001f4bbhome", "\U0001f469 \U0001f4bb home"),
        # Two flags; of four letters, the second and third make none.
        (
            "\U0001f1e9\U0001f1ea\U0001f1ea\U0001f1f8",
            "\U0001f1e9\U0001f1ea \U0001f1ea\U0001f1f8",
        ),
        ("\u2192 \u00a7 5 x\u00b2\u22651", "\u2192 \u00a7 5 x2 \u2265 1"),
        # Vowels are no accents, and the bar is no vowel; a dot below comes apart from its letter.
        (
            "\u0915\u093e\u0932\u093e \u0918\u094b\u095c\u093e\u0964",
            "\u0915\u093e\u0932\u093e \u0918\u094b\u0921\u093c\u093e",
        ),
    ],
)
def test_words_are_without_case_and_accents_and_symbols_are_words(text: str, expected: str) -> None:
    assert " ".join(words(text)) == expected


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("cafe str", "The Caf\u00e9 in Stra\u00dfe 5", ["Caf\u00e9", "Stra\u00dfe"]),
        (
            "\u0928\u092e\u0938\u094d\u0924\u0947",
            "\u0928\u092e\u0938\u094d\u0924\u0947!",
            ["\u0928\u092e\u0938\u094d\u0924\u0947"],
        ),
        ('"\u0915\u093e\u0932\u0940"', "\u0915\u093e\u0932\u093e", []),
        ("\u8cb7\u3046", "\u725b\u4e73\u3092\u8cb7\u3046", ["\u8cb7\u3046"]),
        ('"buy milk"', "Buy milk; buy milkshake", ["Buy milk"]),
        ("v1.1", "Release v1.1.1", ["v1.1"]),
        ("milk", "Buttermilk", []),
        ("ho", "Ho, ho! Home", ["Ho", "ho", "Home"]),
        ("<b>", "<b>bold</b>", ["b", "bold", "b"]),
        ("", "Milk", []),
        ("...", "Milk...", []),
        ("c++", "C, C++ and C+", ["C++"]),
        ("c", "C, C++", ["C", "C"]),
        (".net", "ASP.NET net", [".NET"]),
        ("100%", "1000, 100 and 100%", ["100%"]),
        ("caf\u00e9", "Cafe\u0301s", ["Cafe\u0301s"]),
        ("\u2764", "I \u2764\ufe0f you", ["\u2764\ufe0f"]),
        (
            "\U0001f44d\U0001f3ff",
            "\U0001f44d\U0001f3fd \U0001f44d",
            ["\U0001f44d\U0001f3fd", "\U0001f44d"],
        ),
        # Whoever looks for one of joined emoji, or for each, is shown all of what they see as one.
        (
            "\U0001f4bb \U0001f469",
            "a \U0001f469\U0001f3fd\u200d\U0001f4bb b",
            ["\U0001f469\U0001f3fd\u200d\U0001f4bb"],
        ),
    ],
)
def test_what_was_found_is_marked_where_it_is(query: str, text: str, expected: list[str]) -> None:
    spans = find_spans(text, read_query(query))
    assert [text[span.start : span.end] for span in spans] == expected


def test_a_query_is_words_to_begin_with_and_quoted_phrases() -> None:
    assert read_query('wat "the plants" wat o\'clock') == [
        Phrase(("wat",), is_prefix=True),
        Phrase(("the", "plants"), is_prefix=False),
        Phrase(("o", "clock"), is_prefix=True),
    ]


def test_queries_and_what_is_indexed_are_bounded() -> None:
    assert len(read_query(" ".join(map(str, range(100))))) == 10
    assert sum(len(phrase.words) for phrase in read_query("a." * 10_000)) <= 200
    assert len(indexed_words("\u725b" * 50_000).split()) == INDEXED_MAX_WORDS
    assert max(map(len, indexed_words("x" * 50_000).split())) == 64
    assert len(indexed_words(" ".join(["\ufdfa" * 64] * 700)).encode()) <= INDEXED_MAX_BYTES


@settings(deadline=None)
@given(st.text(), st.text())
def test_any_text_is_folded_for_good_and_marked_within(text: str, query: str) -> None:
    assert fold(fold(text)) == fold(text)
    spans = find_spans(text, read_query(query))
    ends = [0, *(place for span in spans for place in (span.start, span.end)), len(text)]
    assert ends == sorted(ends)


@given(st.lists(st.text("abc", min_size=1), min_size=1), st.data())
def test_words_have_the_bits_of_those_among_them_and_of_their_beginnings(
    those: list[str], data: st.DataObject
) -> None:
    first = data.draw(st.integers(0, len(those) - 1))
    end = data.draw(st.integers(first + 1, len(those)))
    *whole, last = those[first:end]
    beginning = last[: data.draw(st.integers(1, len(last)))]

    bits = word_bits(those)
    assert bits & word_bits([*whole, last]) == word_bits([*whole, last])
    begun = word_bits([*whole, beginning], is_prefix=True)
    assert bits & begun == begun


def test_other_words_have_other_bits() -> None:
    bits = word_bits(["water", "the", "plants"])
    for word in ("wat", "plant", "cactus"):
        assert bits & word_bits([word]) != word_bits([word])
    assert 0 < bits < 2**63
