"""Where something is put beside another of its kind."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import ColumnElement, Table, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import positions
from todo_app.core.changes import ENTITIES, Act, Step
from todo_app.core.errors import InvalidInput
from todo_app.core.positions import NoRoomError

_SPREAD: dict[str, Act] = {
    "task": "task.spread",
    "section": "section.spread",
    "project": "project.spread",
    "filter": "filter.spread",
}


class Beside(BaseModel):
    """The neighbour that something is put right before or right after."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    before: UUID | None = Field(None, description="Put it right before this one.")
    after: UUID | None = Field(None, description="Put it right after this one.")

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.before is None) == (self.after is None):
            msg = "say either before or after which one"
            raise ValueError(msg)
        return self

    @property
    def neighbour(self) -> UUID:
        """The id of the neighbour."""
        return self.before or self.after  # type: ignore[return-value]

    @property
    def field(self) -> str:
        """How the neighbour was named."""
        return "after" if self.before is None else "before"


class Spread(NamedTuple):
    """What was given another position to make room."""

    id: UUID
    old_position: str
    new_position: str


async def between_neighbours(
    db: AsyncSession,
    step: Step,
    entity: str,
    row_id: UUID,
    beside: Beside,
    among: Sequence[ColumnElement[bool]],
    values: Mapping[str, Any],
    *,
    settle: Callable[[Sequence[Spread]], Awaitable[None]] | None = None,
) -> str:
    """The position of a row beside a neighbour, `among` which both are to be.

    Where there is no room left, all others are spread out first, and `settle` is told which. Raises
    InvalidInput if there is no such neighbour, or it is the row itself.
    """
    table = ENTITIES[entity].table
    for _ in range(2):
        place = await _gap(db, table, row_id, beside, among, values)
        try:
            return positions.between(*place)
        except NoRoomError:
            others = (*among, table.c.id != bindparam("moved"))
            spread = await _spread(db, step, entity, others, {**values, "moved": row_id})
            if settle is not None:
                await settle(spread)
    raise AssertionError


async def _gap(
    db: AsyncSession,
    table: Table,
    row_id: UUID,
    beside: Beside,
    among: Sequence[ColumnElement[bool]],
    values: Mapping[str, Any],
) -> tuple[str | None, str | None]:
    position = table.c.position
    found = await db.execute(
        select(position).where(*among, table.c.id == bindparam("neighbour")),
        {**values, "neighbour": beside.neighbour},
    )
    beside_position = found.scalar_one_or_none()
    if beside_position is None or beside.neighbour == row_id:
        raise InvalidInput(beside.field, "unknown")
    others = (*among, table.c.id != bindparam("moved"))
    next_one = (
        select(func.max(position)).where(*others, position < bindparam("limit"))
        if beside.before
        else select(func.min(position)).where(*others, position > bindparam("limit"))
    )
    other = await db.scalar(next_one, {**values, "moved": row_id, "limit": beside_position})
    return (other, beside_position) if beside.before else (beside_position, other)


async def _spread(
    db: AsyncSession,
    step: Step,
    entity: str,
    among: Sequence[ColumnElement[bool]],
    values: Mapping[str, Any],
) -> list[Spread]:
    """Give all of an order new positions, in the same order, with room between them.

    Everything stands where it stood. It is recorded all the same: taken back with the move that
    wanted the room, since that one's old position means nothing among new ones.
    """
    table, about = ENTITIES[entity].table, ENTITIES[entity].about
    rows = await db.execute(
        select(*{table.c.id, table.c[about]}, table.c.position)
        .where(*among)
        .order_by(table.c.position, table.c.id),
        values,
    )
    change = update(table).where(table.c.id == bindparam("spread_id"))
    change = change.values(version=table.c.version + 1)
    spread = []
    for row in rows.all():
        old = row._asdict()
        new = {**old, "position": positions.last()}
        moment = {"position": new["position"], "updated_at": step.now}
        await db.execute(change, {"spread_id": row.id, **moment})
        step.record(_SPREAD[entity], entity, old, new)
        spread.append(Spread(row.id, row.position, new["position"]))
    return spread
