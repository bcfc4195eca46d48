"""Text as search sees it: words without case and accents, and where they were in the text.

The index of every database and every query are made of these words, so that both find the same.
Scripts that put no space between words are taken apart into single characters, which a query then
looks for one behind the other. So are signs: a symbol is a word wherever it stands, and `c++`,
`100%`, `a/b` and `.net` are words with signs that belong to them. All other signs only separate.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from zlib import crc32

QUERY_MAX_CHARACTERS = 200
QUERY_MAX_PHRASES = 10
WORD_MAX_CHARACTERS = 64
INDEXED_MAX_WORDS = 16_000
INDEXED_MAX_BYTES = 400_000
"""PostgreSQL numbers 16,383 words of a text and keeps at most a mebibyte of them."""
_BITS = 63  # Of an integer of PostgreSQL, the sign left out.

_JOINER = "\u200d"
# The marks of Latin, Greek, Cyrillic, Hebrew and Arabic, which people leave out, and what only says
# how a character looks: the variants, skin tones, joiners and tags of emoji.
_MARKS = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a"
    "\u064b-\u065f\u0670\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
    f"{_JOINER}\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f\U000e0100-\U000e01ef]"
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
        # What is between the figures of one half.
        "\u2044": "/",
    }
)
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\U00020000-\U0003ffff"
)
# The vowels and other marks of the scripts of India and many more, which make another word.
_VOWELS = "".join(
    chr(code)
    for first, end in (
        (0x900, 0xE00),
        (0xF00, 0x1000),
        (0x1700, 0x1780),
        (0x1800, 0x1D00),
        (0xA800, 0xAC00),
        (0x11000, 0x11800),
    )
    for code in range(first, end)
    if unicodedata.category(chr(code)) in {"Mn", "Mc"}
)
_LETTER = rf"[^\W_{_UNSPACED}]"
# Currencies, arrows, figures of mathematics and of games, emoji: by their blocks, as there are more
# of them every year.
_SYMBOLS = (
    "$\u00a2-\u00a7\u00a9\u00ac\u00ae\u00b0\u00b1\u00b6\u00d7\u00f7\u20a0-\u20cf\u2100-\u214f"
    "\u2190-\u2bff\u3004\u3012\u3013\u3020\u3030\u303d\U0001d000-\U0001d3ff\U0001f000-\U0001fbff"
)
_SIGNS = r"(?:(?<=\w)|(?<=\w[+#%]))[+#%]|(?<=\w)[/&](?=\w)|(?<!\.)\.(?=\w)"
# Two letters of a flag are one.
_WORD = re.compile(
    rf"[{_UNSPACED}]|{_LETTER}+(?:[{_VOWELS}]+{_LETTER}*)*"
    rf"|[\U0001f1e6-\U0001f1ff]{{2}}|[{_SYMBOLS}]|{_SIGNS}"
)
_QUOTED_OR_NOT = re.compile(r'"([^"]*)"|([^\s"]+)')


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words to be found one behind the other; the last may be the beginning of one."""

    words: tuple[str, ...]
    is_prefix: bool

    def length_at(self, words: Sequence[str]) -> int:
        """How many of these words it takes up from the first one on, or 0 if it is not there."""
        *whole, last = self.words
        if len(words) < len(self.words) or list(words[: len(whole)]) != whole:
            return 0
        word = words[len(whole)]
        is_here = word.startswith(last) if self.is_prefix else word == last
        return len(self.words) if is_here else 0


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


def word_bits(words: Sequence[str], *, is_prefix: bool = False) -> int:
    """A number with bits for the first two and three letters of words, and for whole words.

    A text that has the words of a query has all their bits, and may have others. With `is_prefix`
    the last word may be the beginning of one.
    """
    bits = 0
    for place, word in enumerate(words, 1):
        marks = [word[:size] for size in (2, 3) if len(word) >= size]
        if not is_prefix or place < len(words):
            marks += (f"{word} ", f" {word}")
        for mark in marks:
            bits |= 1 << crc32(mark.encode()) % _BITS
    return bits


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
    beginnings = tuple(phrase.words[0] for phrase in phrases)
    folded, origins = _folded(text)
    # Most of what is looked through has none of it.
    places = [folded.find(beginning) for beginning in beginnings if beginning in folded]
    if not places:
        return []
    longest = max(len(phrase.words) for phrase in phrases)
    found: list[Span] = []
    until = 0
    for first in _WORD.finditer(folded, folded.rfind(" ", 0, min(places)) + 1):
        if first.start() < until or not first[0].startswith(beginnings):
            continue
        from_here = list(islice(_WORD.finditer(folded, first.start()), longest))
        here = [word[0] for word in from_here]
        if length := max(phrase.length_at(here) for phrase in phrases):
            until = from_here[length - 1].end()
            span = _to_the_eye(text, origins[first.start()], origins[until - 1] + 1)
            if found and span.start < found[-1].end:
                span = Span(found.pop().start, span.end)
            found.append(span)
    return found


def _to_the_eye(text: str, start: int, end: int) -> Span:
    """This place with what is one character with its ends: marks, and emoji that are joined."""
    while end < len(text) and (text[end - 1] == _JOINER or not _fold_character(text[end])):
        end += 1
    while start and (text[start - 1] == _JOINER or not _fold_character(text[start])):
        start -= 1
    return Span(start, end)


def _folded(text: str) -> tuple[str, Sequence[int]]:
    """The text as words are compared, and which character of it each one there comes from."""
    if text.isascii():
        return text.lower(), range(len(text))
    folded: list[str] = []
    origins: list[int] = []
    for index, character in enumerate(text):
        part = _fold_character(character)
        folded.append(part)
        origins += [index] * len(part)
    return "".join(folded), origins


@lru_cache(maxsize=4_096)
def _fold_character(character: str) -> str:
    return fold(character)
