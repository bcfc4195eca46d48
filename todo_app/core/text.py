"""The types that every text, date and number from outside passes: strict, bounded, normalised.

They are pydantic types, used alike by API bodies, form fields and event arguments.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime
from functools import cache
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Field,
    Strict,
    StringConstraints,
    WithJsonSchema,
)

TITLE_MAX_CHARACTERS = 500
NOTES_MAX_CHARACTERS = 50_000
NAME_MAX_CHARACTERS = 100
EMAIL_MAX_CHARACTERS = 254

_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_INVISIBLE = frozenset({"Zs", "Zl", "Zp", "Cf"})
_LINE_BREAKS = re.compile("[\n\t\u2028\u2029]+")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:.*", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def clean(text: str) -> str:
    """Text in NFC with line feeds for line ends.

    Raises ValueError for NUL, lone surrogates and control characters other than newline and tab.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _FORBIDDEN.search(text):
        msg = "contains characters that cannot be stored"
        raise ValueError(msg)
    return unicodedata.normalize("NFC", text)


def clean_line(text: str) -> str:
    """Cleaned text on one line, without space around it."""
    return _LINE_BREAKS.sub(" ", clean(text)).strip()


def _visible(text: str) -> str:
    """Refuse a title of nothing but spaces and signs without a shape."""
    if text and all(unicodedata.category(character) in _INVISIBLE for character in text):
        msg = "has nothing to see in it"
        raise ValueError(msg)
    return text


_NO_PLACES = frozenset({"Factory", "localtime", "posixrules"})
"""What lies beside the zones on many machines: it means another one on each, or none."""


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones() - _NO_PLACES)


def zone_names() -> list[str]:
    """Every IANA time zone that we know, in order."""
    return sorted(_zones())


def is_zone(name: str) -> bool:
    """Whether this is the name of an IANA time zone."""
    return name in _zones()


def _known_zone(name: str) -> str:
    if not is_zone(name):
        msg = "is not an IANA time zone"
        raise ValueError(msg)
    return name


def _date_text(value: object) -> object:
    """Refuse what pydantic would otherwise read as a date: numbers and timestamps."""
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        msg = "must be a date like 2026-11-21"
        raise ValueError(msg)
    return value


def _moment_text(value: object) -> object:
    """Refuse what pydantic would otherwise read as a moment: numbers and dates."""
    if not isinstance(value, datetime) and not (
        isinstance(value, str) and _MOMENT.fullmatch(value)
    ):
        msg = "must be a moment like 2026-11-21T09:00:00Z"
        raise ValueError(msg)
    return value


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        msg = "is outside the calendar"
        raise ValueError(msg) from None


# Strict, because pydantic would read bytes as text, and a websocket can carry bytes.
Text = Annotated[str, Strict()]
Line = Annotated[Text, AfterValidator(clean_line)]
Title = Annotated[
    Text,
    Field(max_length=4 * TITLE_MAX_CHARACTERS),
    AfterValidator(clean_line),
    AfterValidator(_visible),
    StringConstraints(min_length=1, max_length=TITLE_MAX_CHARACTERS),
]
Heading = Annotated[
    Text,
    Field(max_length=4 * NAME_MAX_CHARACTERS),
    AfterValidator(clean_line),
    AfterValidator(_visible),
    StringConstraints(min_length=1, max_length=NAME_MAX_CHARACTERS),
]
Notes = Annotated[Text, AfterValidator(clean), StringConstraints(max_length=NOTES_MAX_CHARACTERS)]
Name = Annotated[
    Text, AfterValidator(clean_line), StringConstraints(max_length=NAME_MAX_CHARACTERS)
]
CalendarDate = Annotated[
    date, BeforeValidator(_date_text), WithJsonSchema({"type": "string", "format": "date"})
]
Moment = Annotated[AwareDatetime, BeforeValidator(_moment_text), AfterValidator(_in_utc)]
WallTime = Annotated[
    Text, StringConstraints(pattern=r"^(?:[01][0-9]|2[0-3]):[0-5][0-9]$", max_length=5)
]
Zone = Annotated[Text, StringConstraints(max_length=64), AfterValidator(_known_zone)]
