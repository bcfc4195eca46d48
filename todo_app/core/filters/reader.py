"""Reads the text of a filter. Whatever the text, it is read in linear time or refused with a place.

    filter = list { "," list }      list = all { "|" all }      all = one { "&" one }
    one    = "!" one | "(" list ")" | term

A term is everything up to the next sign. A backslash makes a sign an ordinary character, and so do
double quotes around a text, where a word may begin.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn, get_args
from unicodedata import normalize

from todo_app.core.errors import Flaw, InvalidFilter
from todo_app.core.filters.days import read_day
from todo_app.core.filters.syntax import (
    MARKS,
    And,
    Expression,
    Filter,
    Is,
    Kind,
    Moment,
    Named,
    NextDays,
    Not,
    On,
    Or,
    Priority,
    Relation,
    Search,
    Term,
    Word,
)
from todo_app.core.text import clean

MAX_CHARACTERS = 1_000
MAX_TERMS = 50
MAX_DEPTH = 20

_SIGNS = "|&!(),"
_END = ""
_WORDS: dict[str, Term] = {
    **{word: Is(word) for word in get_args(Word)},
    **{f"p{number}": Priority(number) for number in (1, 2, 3, 4)},
    "view all": Is("all"),
    "completed": Is("done"),
    "od": Is("overdue"),
    "over due": Is("overdue"),
    "no due date": Is("no date"),
    "no priority": Priority(4),
    "no labels": Is("no label"),
    "repeating": Is("recurring"),
}
_MOMENTS: dict[str, Moment] = {
    "due": "due",
    "date": "due",
    "created": "created",
    "added": "created",
    "done": "done",
    "completed": "done",
}
_RELATIONS: tuple[Relation, ...] = ("on", "before", "after")
_KINDS: dict[str, Kind] = {mark: kind for kind, mark in MARKS.items()}
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_NAME_PIECE = re.compile(r"\\(.)|(\*)|([^\\*]+|\\)", re.DOTALL)
_NEXT_DAYS = re.compile(r"(?:next )?(\d{1,4}) days?", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Token:
    """A sign, or the raw text of a term with its place; the sign of the end is empty."""

    sign: str | None
    start: int
    end: int


def read(text: str, *, day_first: bool = True) -> Filter:
    """The filter that a text is; `day_first` tells whether 4/7 is in July.

    Raises InvalidFilter with the place of what cannot be read, in Unicode code points.
    """
    if len(text) > MAX_CHARACTERS:
        raise InvalidFilter("too_long", MAX_CHARACTERS, len(text))
    try:
        clean(text)
    except ValueError:
        raise InvalidFilter("unusable", 0, len(text)) from None
    return _Reader(text, day_first=day_first).read()


def find_names(text: str) -> Iterator[tuple[Named, int, int]]:
    """What a text names, and from where to where the name stands behind its mark.

    What else is in the text, and whether it can be read, does not matter.
    """
    for token in _tokens(text):
        raw = text[token.start : token.end]
        if kind := _KINDS.get(raw[:1]):
            yield Named(kind, _name_parts(raw[1:])), token.start + 1, token.end


class _Reader:
    """The text, its tokens, and how far they have been read."""

    def __init__(self, text: str, *, day_first: bool) -> None:
        self._text = text
        self._day_first = day_first
        self._tokens = _tokens(text)
        self._index = 0
        self._depth = 0
        self._terms = 0

    def read(self) -> Filter:
        """The filter that the text is. Raises InvalidFilter."""
        if self._here.sign == _END:
            self._refuse("empty", self._here)
        lists = [self._any_of()]
        while self._here.sign == ",":
            self._index += 1
            lists.append(self._any_of())
        if self._here.sign == ")":
            self._refuse("group_unopened", self._here)
        if self._here.sign != _END:
            self._refuse("sign_missing", self._here)
        return Filter(tuple(lists))

    @property
    def _here(self) -> _Token:
        return self._tokens[self._index]

    def _any_of(self) -> Expression:
        parts = [self._all_of()]
        while self._here.sign == "|":
            self._index += 1
            parts.append(self._all_of())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _all_of(self) -> Expression:
        parts = [self._one()]
        while self._here.sign == "&":
            self._index += 1
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _one(self) -> Expression:
        token = self._here
        if token.sign is None:
            self._index += 1
            return self._term(token)
        if token.sign not in {"!", "("}:
            self._refuse("term_missing", token)
        if self._depth == MAX_DEPTH:
            self._refuse("too_deep", token)
        self._index += 1
        self._depth += 1
        found = Not(self._one()) if token.sign == "!" else self._group(token)
        self._depth -= 1
        return found

    def _group(self, opening: _Token) -> Expression:
        found = self._any_of()
        here = self._here
        if here.sign == _END:
            self._refuse("group_open", opening)
        if here.sign != ")":
            self._refuse("group_list" if here.sign == "," else "sign_missing", here)
        self._index += 1
        return found

    def _term(self, token: _Token) -> Term:
        self._terms += 1
        if self._terms > MAX_TERMS:
            self._refuse("too_many", token)
        raw = self._text[token.start : token.end]
        words = _plain(raw)
        if kind := _KINDS.get(raw[0]):
            return self._name(kind, token)
        name, colon, value = raw.partition(":")
        if colon:
            place = token.start + len(name) + 1
            found = self._named(_plain(name), _Token(None, place, token.end), value)
            return found or self._refuse("word_unknown", token)
        if words in _WORDS:
            return _WORDS[words]
        if span := _NEXT_DAYS.fullmatch(words):
            return NextDays(int(span.group(1)))
        day = read_day(words, day_first=self._day_first)
        return self._refuse("word_unknown", token) if day is None else On("due", "on", day)

    def _named(self, name: str, place: _Token, value: str) -> Term | None:
        """The term `name: value`, or None for a name that there is not."""
        if name == "search":
            self._require(value, place)
            return Search(_spaced(_ESCAPED.sub(r"\1", value)))
        first, _, relation = name.partition(" ")
        moment = _MOMENTS.get(first)
        known = next((one for one in _RELATIONS if one == (relation or "on")), None)
        if moment is None or known is None:
            return None
        self._require(value, place)
        day = read_day(_plain(value), day_first=self._day_first)
        if day is None:
            indent = len(value) - len(value.lstrip())
            self._refuse("date_unknown", _Token(None, place.start + indent, place.end))
        return On(moment, known, day)

    def _name(self, kind: Kind, token: _Token) -> Term:
        parts = _name_parts(self._text[token.start + 1 : token.end])
        if parts == ("",):
            self._refuse("value_missing", token)
        return Named(kind, parts)

    def _require(self, value: str, place: _Token) -> None:
        if not value.strip():
            self._refuse("value_missing", _Token(None, place.start - 1, place.end))

    def _refuse(self, reason: Flaw, place: _Token) -> NoReturn:
        raise InvalidFilter(reason, place.start, place.end)


def _plain(raw: str) -> str:
    return _spaced(raw.lower())


def _spaced(text: str) -> str:
    return " ".join(normalize("NFC", text).split())


def _name_parts(raw: str) -> tuple[str, ...]:
    """A name without quotes around it and backslashes, split where a star stands for anything."""
    raw = raw.strip()
    if quoted := _QUOTED.fullmatch(raw):
        return _trimmed([_ESCAPED.sub(r"\1", quoted.group(1))])
    parts = [""]
    for escaped, star, plain in _NAME_PIECE.findall(raw):
        if star:
            parts.append("")
        else:
            parts[-1] += escaped or plain
    return _trimmed(parts)


def _trimmed(parts: list[str]) -> tuple[str, ...]:
    spaced = [re.sub(r"\s+", " ", normalize("NFC", part)) for part in parts]
    spaced[0], spaced[-1] = spaced[0].lstrip(), spaced[-1].rstrip()
    return tuple(spaced)


def _tokens(text: str) -> list[_Token]:
    """The signs and terms of a text, and its end."""
    found: list[_Token] = []
    index, start = 0, 0
    last_quote = text.rfind('"')
    while index < len(text):
        character = text[index]
        if character == "\\":
            index += 2
        elif character == '"' and index < last_quote and _begins_word(text, start, index):
            index = _behind_quote(text, index)
        elif character in _SIGNS:
            _add_term(found, text, start, index)
            found.append(_Token(character, index, index + 1))
            index += 1
            start = index
        else:
            index += 1
    _add_term(found, text, start, len(text))
    found.append(_Token(_END, len(text), len(text)))
    return found


def _begins_word(text: str, start: int, index: int) -> bool:
    return index == start or text[index - 1].isspace() or text[index - 1] in "#@/:"


def _behind_quote(text: str, index: int) -> int:
    """The place behind the quote that closes the one here, or behind this one if none does."""
    closing = index + 1
    while closing < len(text):
        if text[closing] == '"':
            return closing + 1
        closing += 2 if text[closing] == "\\" else 1
    return index + 1


def _add_term(found: list[_Token], text: str, start: int, end: int) -> None:
    raw = text[start:end]
    indent = len(raw) - len(raw.lstrip())
    if indent < len(raw):
        found.append(_Token(None, start + indent, start + len(raw.rstrip())))
