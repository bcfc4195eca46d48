"""Text as search sees it: words without case, accents and signs, and where they were in the text.

The index of every database and every query are made of these words, so that both find the same.
Scripts that put no space between words are taken apart into single characters, which a query then
looks for one behind the other.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

QUERY_MAX_CHARACTERS = 200
QUERY_MAX_PHRASES = 10
WORD_MAX_CHARACTERS = 64
INDEXED_MAX_WORDS = 16_000
INDEXED_MAX_BYTES = 400_000
"""PostgreSQL numbers 16,383 words of a text and keeps at most a mebibyte of them."""

# The marks of Latin, Greek, Cyrillic, Hebrew and Arabic, which people leave out.
_MARKS = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a"
    "\u064b-\u065f\u0670\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)
# Letters that Unicode does not take apart.
_LETTERS = str.maketrans(
    {
        "\u00e6": "ae",
        "\u0153": "oe",
        "\u00f8": "o",
        "\u00f0": "d",
        "\u0111": "d",
        "\u00fe": "th",
        "\u0142": "l",
        "\u0127": "h",
        "\u0167": "t",
        "\u0131": "i",
    }
)
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\U00020000-\U0003ffff"
)
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
_QUOTED_OR_NOT = re.compile(r'"([^"]*)"|([^\s"]+)')


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words to be found one behind the other; the last may be the beginning of one."""

    words: tuple[str, ...]
    is_prefix: bool

    def matches(self, words: Sequence[str]) -> bool:
        """Whether these words, as many, are found by it."""
        *whole, last = self.words
        return list(words[:-1]) == whole and (
            words[-1].startswith(last) if self.is_prefix else words[-1] == last
        )


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a text, in code points."""

    start: int
    end: int


def fold(text: str) -> str:
    """Text without case and accents. What it has no word for stays as it is."""
    if text.isascii():
        return text.lower()
    text = _MARKS.sub("", unicodedata.normalize("NFKD", text))
    return text.casefold().translate(_LETTERS)


def words(text: str) -> list[str]:
    """The words of a text in their order."""
    return [word[:WORD_MAX_CHARACTERS] for word in _WORD.findall(fold(text))]


def indexed_words(text: str) -> str:
    """The words that are kept of a text, with a space between."""
    found: list[str] = []
    size_bytes = 0
    for word in words(text)[:INDEXED_MAX_WORDS]:
        size_bytes += len(word.encode()) + 1
        if size_bytes > INDEXED_MAX_BYTES:
            break
        found.append(word)
    return " ".join(found)


def read_query(text: str) -> list[Phrase]:
    """What a person looks for: each word as the beginning of one, what is in quotes as it is."""
    found: list[Phrase] = []
    for quoted, plain in _QUOTED_OR_NOT.findall(text[:QUERY_MAX_CHARACTERS]):
        phrase = Phrase(tuple(words(quoted or plain)), is_prefix=not quoted)
        if phrase.words and phrase not in found:
            found.append(phrase)
    return found[:QUERY_MAX_PHRASES]


def find_spans(text: str, phrases: Sequence[Phrase]) -> list[Span]:
    """Where a text has what was looked for, in order and without overlap."""
    placed = list(_placed_words(text))
    found: list[Span] = []
    index = 0
    while index < len(placed):
        length = max((_length_at(placed, index, phrase) for phrase in phrases), default=0)
        if length:
            found.append(Span(placed[index][1].start, placed[index + length - 1][1].end))
        index += length or 1
    return found


def _length_at(placed: list[tuple[str, Span]], index: int, phrase: Phrase) -> int:
    """How many words a phrase takes up here, or 0 if it is not here."""
    window = [word for word, _ in placed[index : index + len(phrase.words)]]
    is_here = len(window) == len(phrase.words) and phrase.matches(window)
    return len(window) if is_here else 0


def _placed_words(text: str) -> Iterator[tuple[str, Span]]:
    if text.isascii():
        for found in _WORD.finditer(text.lower()):
            yield found.group(), Span(*found.span())
        return
    folded: list[str] = []
    origins: list[int] = []
    for index, character in enumerate(text):
        part = _fold_character(character)
        folded.append(part)
        origins += [index] * len(part)
    for found in _WORD.finditer("".join(folded)):
        start, last = origins[found.start()], origins[found.end() - 1]
        yield found.group(), Span(start, last + 1)


@lru_cache(maxsize=4_096)
def _fold_character(character: str) -> str:
    return fold(character)
