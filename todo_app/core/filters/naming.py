"""What is called as a filter names it."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from todo_app.core.filters.reader import find_names
from todo_app.core.filters.syntax import Named
from todo_app.core.words import fold

Name = tuple[str, UUID, str]
"""A kind of thing, its id, and what it is called."""


def folded(name: str) -> str:
    """A name as names are compared."""
    return " ".join(fold(name).split())


def find_nameless(text: str, names: Collection[Name]) -> list[tuple[Named, int, int]]:
    """The names in the text of a filter that nothing has, as `find_names` finds them."""
    called = [(kind, folded(name)) for kind, _, name in names]
    return [
        (term, start, end)
        for term, start, end in find_names(text)
        if not any(kind == term.kind and is_called(term, name) for kind, name in called)
    ]


def is_called(term: Named, name: str) -> bool:
    """Whether a folded name is the parts of a term with anything between, in linear time."""
    first, *rest = map(fold, term.parts)
    if not rest:
        return name == first
    *middle, last = rest
    if not name.startswith(first):
        return False
    place = len(first)
    for part in middle:
        found = name.find(part, place)
        if found < 0:
            return False
        place = found + len(part)
    return len(name) - len(last) >= place and name.endswith(last)
