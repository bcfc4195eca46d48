"""What was found in a text, as pieces of it: plain and found ones by turns, a plain one first."""

from __future__ import annotations

from collections.abc import Sequence

from todo_app.core.search import excerpt
from todo_app.core.words import Phrase, Span, find_spans
from todo_app.web import markdown

NOTES_MAX_CHARACTERS = 5_000


def title_pieces(title: str, phrases: Sequence[Phrase]) -> list[str]:
    """The pieces of a title; none where nothing is looked for."""
    return pieces(title, find_spans(title, phrases)) if phrases else []


def notes_pieces(notes: str, phrases: Sequence[Phrase]) -> list[str]:
    """The pieces of the line of notes where something was found; none where nothing was."""
    if not phrases:
        return []
    found = excerpt(markdown.line_of(notes, limit=NOTES_MAX_CHARACTERS), phrases)
    return pieces(found.text, found.marks) if found else []


def pieces(text: str, spans: Sequence[Span]) -> list[str]:
    """The pieces of a text in which these spans were found."""
    found: list[str] = []
    end = 0
    for span in spans:
        found += [text[end : span.start], text[span.start : span.end]]
        end = span.end
    return [*found, text[end:]]
