"""What the sidebar shows, and of what the page is, in one query: counts, projects, labels."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import access, outlines
from todo_app.core.access import Actor
from todo_app.core.models import LABELS, PROJECTS, SAVED_FILTERS
from todo_app.core.outlines import Outline, PageOf, PlaceView, part, place_columns
from todo_app.core.saved_filters import FILTERS_MAX
from todo_app.core.task_counts import COUNTS, TaskCounts, count_values

PLACES_MAX = 100
"""How many projects, and how many labels, an overview names at most."""


class FilterPlaceView(BaseModel):
    """A saved filter. What it shows is counted apart: that can take its time."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    name: str
    colour: str
    query: str


class Overview(BaseModel):
    """The counts, the first projects in their order, the first labels by name, the filters."""

    model_config = ConfigDict(frozen=True)

    counts: TaskCounts
    projects: list[PlaceView]
    labels: list[PlaceView]
    filters: list[FilterPlaceView]
    outline: Outline | None
    """What the page is of, if it was asked for too."""


_NUMBERS = [part(name, task_count=count) for name, count in COUNTS.items()]
_PROJECTS = (
    part("project", **place_columns(PROJECTS), place=PROJECTS.c.position)
    .where(
        *access.READABLE_PROJECTS,
        PROJECTS.c.archived_at.is_(None),
        PROJECTS.c.id != PROJECTS.c.user_id,
    )
    .order_by(PROJECTS.c.position, PROJECTS.c.id)
    .limit(PLACES_MAX)
    .subquery()
)
_LABELS = (
    part("label", **place_columns(LABELS), place=LABELS.c.name_key)
    .where(access.own_rows(LABELS))
    .order_by(LABELS.c.name_key)
    .limit(PLACES_MAX)
    .subquery()
)
_FILTERS = (
    part(
        "filter",
        **{name: SAVED_FILTERS.c[name] for name in FilterPlaceView.model_fields},
        place=SAVED_FILTERS.c.position,
    )
    .where(access.own_rows(SAVED_FILTERS))
    .order_by(SAVED_FILTERS.c.position, SAVED_FILTERS.c.id)
    .limit(FILTERS_MAX)
    .subquery()
)
_PARTS = (*_NUMBERS, select(_PROJECTS), select(_LABELS), select(_FILTERS))
_OVERVIEW = union_all(*_PARTS)
_WITH_OUTLINE = {kind: union_all(*_PARTS, *parts) for kind, parts in outlines.PARTS.items()}


async def get_overview(db: AsyncSession, actor: Actor, page: PageOf | None = None) -> Overview:
    """The overview, seen from the actor's today, and what a page is of."""
    counts: dict[str, int] = {}
    places: dict[str, list[PlaceView]] = {"project": [], "label": []}
    filters: list[FilterPlaceView] = []
    values = count_values(actor)
    query = _OVERVIEW
    if page is not None:
        query, values = _WITH_OUTLINE[page.kind], values | outlines.values(page)
    rows = (await db.execute(query, values)).all()
    for kind, id_, name, colour, count, _, query in sorted(rows, key=lambda row: row.place or ""):
        if kind == "filter":
            filters.append(FilterPlaceView(id=id_, name=name, colour=colour, query=query))
        elif kind in places:
            place = PlaceView.model_construct(id=id_, name=name, colour=colour, task_count=count)
            places[kind].append(place)
        elif kind in COUNTS:
            counts[kind] = count
    return Overview(
        counts=TaskCounts(**counts),
        projects=places["project"],
        labels=places["label"],
        filters=filters,
        outline=None if page is None else outlines.outline_of(page, rows),
    )
