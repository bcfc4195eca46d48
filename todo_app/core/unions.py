"""Rows of several kinds in one query: one round trip costs more than columns that stay empty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, cast, literal, null, select, type_coerce
from sqlalchemy.types import TypeEngine


def part_of(
    types: Mapping[str, TypeEngine[Any]],
    part: str | ColumnElement[str],
    columns: Mapping[str, object],
) -> Select[*tuple[Any, ...]]:
    """A query for those of the columns of a union that one of its parts has; `part` names it."""
    return select(
        (literal(part) if isinstance(part, str) else part).label("part"),
        *(
            type_coerce(columns[name], type_).label(name)
            if name in columns
            else cast(null(), type_).label(name)
            for name, type_ in types.items()
        ),
    )
