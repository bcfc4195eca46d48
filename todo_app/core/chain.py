"""What the change log holds of a row, and how its own rows are chained to each other."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Date, Uuid

from todo_app.core.models import UtcDateTime

_CHAINED = (
    "id",
    "user_id",
    "number",
    "batch_id",
    "mode",
    "undoes",
    "actor_id",
    "way",
    "act",
    "entity",
    "entity_id",
    "about_id",
    "content_hash",
    "created_at",
)
"""What the hash of a row covers, in this order; what it holds is covered by its own hash."""


def to_json(row: Mapping[str, Any] | None, names: list[str]) -> str | None:
    """These columns of a row as the log keeps them."""
    if row is None:
        return None
    return _compact({name: row[name] for name in names})


def content_of(text: str | None) -> dict[str, Any] | None:
    """The columns that the log holds of a row, as they are in JSON."""
    return None if text is None else json.loads(text)


def plain(value: object) -> object:
    """A value as JSON has it."""
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def from_json(column: Column[Any], value: object) -> object:
    """A value as the database takes it, from what the log holds."""
    if not isinstance(value, str):
        return value
    if isinstance(column.type, UtcDateTime):
        return datetime.fromisoformat(value)
    if isinstance(column.type, Date):
        return date.fromisoformat(value)
    return UUID(value) if isinstance(column.type, Uuid) else value


def content_hash(before: str | None, after: str | None) -> str:
    """The hash of what a change holds of a person's content."""
    return hashlib.sha256(_compact([before, after]).encode()).hexdigest()


def chain_hash(previous: str, row: Mapping[str, Any]) -> str:
    """The hash of a row of the log and of all rows before it."""
    parts = [row[name] for name in _CHAINED]
    # Later than the first chains, so that it is in those rows only that have one.
    parts += [row["token_id"]] if row["token_id"] is not None else []
    return hashlib.sha256(_compact([previous, *parts]).encode()).hexdigest()


# Made once: to make one takes as long as to encode a change.
_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=plain).encode
