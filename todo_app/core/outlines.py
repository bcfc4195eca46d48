"""What a page is of besides its tasks: a project with its sections, a label, or a saved filter.

It is asked for by itself, or in one query with the overview.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    String,
    Table,
    Uuid,
    bindparam,
    case,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import TypeEngine

from todo_app.core import access
from todo_app.core.access import Actor
from todo_app.core.filters.naming import Name
from todo_app.core.filters.passing import NAMED
from todo_app.core.models import LABELS, PROJECTS, SECTIONS
from todo_app.core.unions import part_of

KindOfPage = Literal["project", "label", "filter"]


class PageOf(NamedTuple):
    """What the address of a page names."""

    kind: KindOfPage
    id: UUID | None
    """None for a filter: it is one of the overview, or not saved."""


class PlaceView(BaseModel):
    """A project or a label, and how many open tasks it has."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    name: str
    colour: str
    task_count: int


class HeadingView(BaseModel):
    """A section, by its name."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Outline:
    """A project with its sections in their order, or a label; of a filter what it may name."""

    page: PageOf
    place: PlaceView | None
    is_archived: bool
    sections: list[HeadingView]
    names: tuple[Name, ...]


_TYPES: dict[str, TypeEngine[Any]] = {
    "id": Uuid(),
    "name": String(),
    "colour": String(),
    "task_count": Integer(),
    "place": String(),
    "query": String(),
}


def part(kind: str | ColumnElement[str], **columns: object) -> Select[*tuple[Any, ...]]:
    """A query for rows of one kind, a part of an overview; `place` is what they are sorted by."""
    return part_of(_TYPES, kind, columns)


def place_columns(table: Table) -> dict[str, object]:
    """What is told of a project or a label."""
    return {name: table.c[name] for name in PlaceView.model_fields}


_IS_ARCHIVED = PROJECTS.c.archived_at.is_not(None)
_THIS_PROJECT = PROJECTS.c.id == bindparam("place_id")
PARTS: Mapping[str, Sequence[Select[*tuple[Any, ...]]]] = {
    "project": (
        part(case((_IS_ARCHIVED, "archived"), else_="here"), **place_columns(PROJECTS)).where(
            *access.READABLE_PROJECTS, _THIS_PROJECT
        ),
        part("heading", id=SECTIONS.c.id, name=SECTIONS.c.name, place=SECTIONS.c.position)
        .join(PROJECTS, PROJECTS.c.id == SECTIONS.c.project_id)
        .where(*access.READABLE_PROJECTS, _THIS_PROJECT),
    ),
    "label": (
        part("here", **place_columns(LABELS)).where(
            access.own_rows(LABELS), LABELS.c.id == bindparam("place_id")
        ),
    ),
    "filter": tuple(
        part(f"named {kind}", id=table.c.id, name=table.c.name).where(access.own_rows(table))
        for kind, table in NAMED.items()
    ),
}
"""The queries that tell of each kind of page, with the columns of an overview."""
_OUTLINES = {kind: union_all(*parts) for kind, parts in PARTS.items()}


def values(page: PageOf) -> dict[str, Any]:
    """What a statement with `PARTS` is executed with besides."""
    return {} if page.id is None else {"place_id": page.id}


async def get_outline(db: AsyncSession, actor: Actor, page: PageOf) -> Outline:
    """What a page is of; without a place where there is no such project or label."""
    rows = await db.execute(_OUTLINES[page.kind], access.values(actor) | values(page))
    return outline_of(page, rows.all())


def outline_of(page: PageOf, rows: Sequence[Row[*tuple[Any, ...]]]) -> Outline:
    """What rows tell of a page, among others."""
    here = next((row for row in rows if row.part in {"here", "archived"}), None)
    headings = [row for row in rows if row.part == "heading"]
    headings.sort(key=lambda row: (row.place, str(row.id)))
    named = ((row.part.partition("named ")[2], row.id, row.name) for row in rows)
    return Outline(
        page=page,
        place=None if here is None else PlaceView.model_validate(here, from_attributes=True),
        is_archived=here is not None and here.part == "archived",
        sections=[HeadingView(id=row.id, name=row.name) for row in headings],
        names=tuple(name for name in named if name[0]),
    )
