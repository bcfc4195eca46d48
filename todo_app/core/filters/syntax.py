"""What a filter is made of, and how it is written. What it means is in `conditions`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from todo_app.core.filters.days import Day, write_day

Moment = Literal["due", "created", "done"]
Relation = Literal["on", "before", "after"]
Word = Literal["all", "done", "overdue", "no date", "no time", "no label", "subtask", "recurring"]
Kind = Literal["project", "section", "label"]

MARKS: Mapping[Kind, str] = {"project": "#", "section": "/", "label": "@"}
_SIGNS = re.compile(r"([\\|&!(),])")
_ESCAPED = r"\\\1"


@dataclass(frozen=True, slots=True)
class Is:
    """A word that stands for itself: overdue, no date."""

    word: Word


@dataclass(frozen=True, slots=True)
class Priority:
    """A priority, from 1 to 4."""

    number: int


@dataclass(frozen=True, slots=True)
class On:
    """Due, created or done on, before or after a day."""

    moment: Moment
    relation: Relation
    day: Day


@dataclass(frozen=True, slots=True)
class NextDays:
    """Due within so many days, of which today is the first."""

    count: int


@dataclass(frozen=True, slots=True)
class Named:
    """In a project or section, or with a label, of a name: its parts with anything between."""

    kind: Kind
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Search:
    """What search finds by a text."""

    text: str


@dataclass(frozen=True, slots=True)
class Not:
    """What does not pass."""

    part: Expression


@dataclass(frozen=True, slots=True)
class And:
    """What passes all parts."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """What passes one of the parts."""

    parts: tuple[Expression, ...]


Term = Is | Priority | On | NextDays | Named | Search
Expression = Term | Not | And | Or


@dataclass(frozen=True, slots=True)
class Filter:
    """Lists, one behind the other; a task stands in the first that takes it."""

    lists: tuple[Expression, ...]


def write(filter_: Filter) -> str:
    """The text of a filter; read again, it is the same filter."""
    return ", ".join(write_expression(one) for one in filter_.lists)


def write_expression(expression: Expression) -> str:
    """The text of one list."""
    match expression:
        case Or(parts=parts):
            return " | ".join(_within(part, Or) for part in parts)
        case And(parts=parts):
            return " & ".join(_within(part, Or, And) for part in parts)
        case Not(part=part):
            return f"!{_within(part, Or, And)}"
        case term:
            return _write_term(term)


def terms(expression: Expression) -> Iterator[Term]:
    """Every term of a list."""
    match expression:
        case Or(parts=parts) | And(parts=parts):
            for part in parts:
                yield from terms(part)
        case Not(part=part):
            yield from terms(part)
        case term:
            yield term


def _within(part: Expression, *weaker: type[Expression]) -> str:
    text = write_expression(part)
    return f"({text})" if isinstance(part, weaker) else text


def _write_term(term: Term) -> str:
    match term:
        case Is(word=word):
            return word
        case Priority(number=number):
            return f"p{number}"
        case NextDays(count=count):
            return f"{count} days"
        case On(moment=moment, relation="on", day=day):
            return f"{moment}: {write_day(day)}"
        case On(moment=moment, relation=relation, day=day):
            return f"{moment} {relation}: {write_day(day)}"
        case Named(kind=kind, parts=parts):
            return MARKS[kind] + "*".join(map(write_name, parts))
        case Search(text=text):
            return f"search: {_SIGNS.sub(_ESCAPED, text)}"


def write_name(text: str) -> str:
    """A name, or a part of one, with its signs as ordinary characters."""
    return re.sub(r'(["*])', _ESCAPED, _SIGNS.sub(_ESCAPED, text))
