"""Ids, and the types of columns that every table shares."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Dialect, String, TypeDecorator
from sqlalchemy.types import TypeEngine
from sqlmodel import Field
from uuid_utils.compat import uuid7

UNRECORDED: Mapping[str, Any] = {"unrecorded": True}
"""Marks a column that is no change to remember: it follows from others, or is a way to look."""


def new_id() -> UUID:
    """A fresh UUIDv7: ids that sort by the time they were made."""
    return uuid7()


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC on every database; SQLite keeps no zone, so it is put back here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002 - TypeDecorator passes it
    ) -> datetime | None:
        """Store in UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002 - TypeDecorator passes it
    ) -> datetime | None:
        """Return aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def preference(default: str) -> Any:  # noqa: ANN401 - a field of any model
    """A column that accounts from before it was there have a value in too."""
    return Field(default=default, sa_type=String(16), sa_column_kwargs={"server_default": default})


def byte_text(length: int) -> TypeEngine[str]:
    """Text that every database sorts byte by byte, whatever its language; SQLite does anyway."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")
