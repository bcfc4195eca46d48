"""Saved filters: views of a person's own making. What a filter means is in `filters`."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints
from sqlalchemy import Row, bindparam, delete, func, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import access, changes
from todo_app.core.access import Actor
from todo_app.core.database import insert_if_absent
from todo_app.core.errors import InvalidFilter, InvalidInput, NotFound
from todo_app.core.filters.conditions import conditions
from todo_app.core.filters.passing import asker_of, is_day_first
from todo_app.core.filters.reader import MAX_CHARACTERS, read
from todo_app.core.filters.syntax import Filter
from todo_app.core.models import SAVED_FILTERS, TASKS, SavedFilter, new_id
from todo_app.core.neighbours import Beside, between_neighbours
from todo_app.core.patches import UnclearablePatch
from todo_app.core.rows import set_row, take_row
from todo_app.core.text import NAME_MAX_CHARACTERS, Text, Title

FILTERS_MAX = 200

Colour = Literal[
    "grey", "red", "orange", "yellow", "green", "teal", "blue", "indigo", "violet", "pink"
]
FilterName = Annotated[Title, StringConstraints(max_length=NAME_MAX_CHARACTERS)]
# As it was typed: the place of a flaw is a place in this.
FilterText = Annotated[Text, StringConstraints(max_length=MAX_CHARACTERS)]


class FilterDraft(BaseModel):
    """What a new filter brings. The id is the client's choice, or ours."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: UUID | None = None
    name: FilterName
    query: FilterText
    colour: Colour = "grey"


class FilterPatch(UnclearablePatch):
    """What is to change of a filter; absent fields stay."""

    name: FilterName | None = None
    query: FilterText | None = None
    colour: Colour | None = None


class FilterView(BaseModel):
    """A filter as its owner sees it. Moments are UTC."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    name: str
    query: str
    colour: str
    version: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: Row[*tuple[Any, ...]]) -> FilterView:
        """The view of a whole row."""
        return cls.model_validate(row, from_attributes=True)


_ID = SAVED_FILTERS.c.id == bindparam("filter_id")
_GET = select(SAVED_FILTERS).where(access.own_rows(SAVED_FILTERS), _ID)
_LIST = (
    select(SAVED_FILTERS)
    .where(access.own_rows(SAVED_FILTERS))
    .order_by(SAVED_FILTERS.c.position, SAVED_FILTERS.c.id)
    .limit(FILTERS_MAX)
)
_COUNT = select(func.count()).select_from(SAVED_FILTERS).where(access.own_rows(SAVED_FILTERS))
_DELETE = delete(SAVED_FILTERS).where(access.own_rows(SAVED_FILTERS), _ID)


async def create_filter(
    db: AsyncSession, actor: Actor, draft: FilterDraft
) -> tuple[FilterView, bool]:
    """Save a filter behind the others and return it, and whether it is new.

    The same id again returns the filter as it is now. Raises NotFound if the id is another's,
    InvalidFilter, and InvalidInput for one too many.
    """
    await check_query(db, actor, draft.query)
    step = await changes.begin(db, actor)
    if (await db.scalar(_COUNT, access.values(actor)) or 0) >= FILTERS_MAX:
        raise InvalidInput("name", "too_many")
    filter_id = draft.id or new_id()
    values = {
        "id": filter_id,
        "user_id": actor.user_id,
        "name": draft.name,
        "query": draft.query,
        "colour": draft.colour,
        "version": 1,
        "created_at": step.now,
        "updated_at": step.now,
    }
    created = await db.execute(
        insert_if_absent(db, SavedFilter).values(values).returning(*SAVED_FILTERS.c)
    )
    row = created.one_or_none()
    if row is None:
        return await get_filter(db, actor, filter_id), False
    step.record("filter.created", "filter", None, row)
    return FilterView.of(row), True


async def get_filter(db: AsyncSession, actor: Actor, filter_id: UUID) -> FilterView:
    """One filter. Raises NotFound."""
    found = await db.execute(_GET, access.values(actor) | {"filter_id": filter_id})
    row = found.one_or_none()
    if row is None:
        raise NotFound
    return FilterView.of(row)


async def list_filters(db: AsyncSession, actor: Actor) -> list[FilterView]:
    """All filters in their order."""
    return [FilterView.of(row) for row in await db.execute(_LIST, access.values(actor))]


async def update_filter(
    db: AsyncSession,
    actor: Actor,
    filter_id: UUID,
    patch: FilterPatch,
    *,
    expected_version: int | None = None,
) -> FilterView:
    """Change fields of a filter. Raises NotFound, InvalidFilter, StaleVersion."""
    if patch.query is not None:
        await check_query(db, actor, patch.query)
    step, before = await take_row(db, actor, "filter", filter_id, expected_version, get_filter)
    values = patch.model_dump(exclude_unset=True)
    return FilterView.of(await set_row(db, actor, step, "filter.changed", before, values))


async def move_filter(
    db: AsyncSession,
    actor: Actor,
    filter_id: UUID,
    beside: Beside,
    *,
    expected_version: int | None = None,
) -> FilterView:
    """Put a filter beside another.

    Raises NotFound, StaleVersion, InvalidInput if the other is none of theirs.
    """
    step, before = await take_row(db, actor, "filter", filter_id, expected_version, get_filter)
    own = [access.own_rows(SAVED_FILTERS)]
    position = await between_neighbours(
        db, step, "filter", filter_id, beside, own, access.values(actor)
    )
    return FilterView.of(
        await set_row(db, actor, step, "filter.moved", before, {"position": position})
    )


async def delete_filter(
    db: AsyncSession, actor: Actor, filter_id: UUID, *, expected_version: int | None = None
) -> FilterView:
    """Delete a filter and return it as it was; its tasks stay. Raises NotFound, StaleVersion."""
    step, before = await take_row(db, actor, "filter", filter_id, expected_version, get_filter)
    await db.execute(_DELETE, {**access.values(actor), "filter_id": filter_id})
    step.record("filter.deleted", "filter", before, None)
    return FilterView.of(before)


async def check_query(db: AsyncSession, actor: Actor, query: str) -> None:
    """Raise InvalidFilter for what the actor cannot have meant."""
    read(query, day_first=await is_day_first(db, actor, query))


async def count_tasks(db: AsyncSession, actor: Actor) -> dict[UUID, int]:
    """How many tasks each filter shows; those are left out that can no longer be read."""
    saved = await list_filters(db, actor)
    day_first = await is_day_first(db, actor, *(one.query for one in saved))
    filters: dict[UUID, Filter] = {}
    for one in saved:
        with suppress(InvalidFilter):
            filters[one.id] = read(one.query, day_first=day_first)
    if not filters:
        return {}
    asker = await asker_of(db, actor, *filters.values())
    counts = [
        select(literal(number), func.count())
        .select_from(TASKS)
        .where(*access.READABLE_TASKS, access.IN_SIGHT, or_(*conditions(filter_, asker)))
        for number, filter_ in enumerate(filters.values())
    ]
    found = await db.execute(union_all(*counts), access.values(actor))
    ids = list(filters)
    return {ids[number]: count for number, count in found}
