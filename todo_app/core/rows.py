"""Changing one row of a person's, whatever it is: taken as it is now, set, and recorded."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import and_, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import access, changes
from todo_app.core.access import Actor
from todo_app.core.changes import ENTITIES, Act, Step
from todo_app.core.errors import NotFound, StaleVersion
from todo_app.core.reads import AnyRow

_TABLES = {name: one.table for name, one in ENTITIES.items() if "version" in one.table.c}
_OWN = {
    name: and_(access.own_rows(table), table.c.id == bindparam("row_id"))
    for name, table in _TABLES.items()
}
_READ = {name: select(table).where(_OWN[name]) for name, table in _TABLES.items()}
_CHANGE = {
    name: update(table).where(_OWN[name]).values(version=table.c.version + 1).returning(*table.c)
    for name, table in _TABLES.items()
}


async def take_row(
    db: AsyncSession,
    actor: Actor,
    entity: str,
    row_id: UUID,
    expected_version: int | None,
    get: Callable[[AsyncSession, Actor, UUID], Awaitable[BaseModel]],
) -> tuple[Step, AnyRow]:
    """Begin to change a row that is not in the trash; `get` is how it is shown to who is too late.

    Raises NotFound, StaleVersion.
    """
    step, before = await changes.take(db, actor, entity, row_id)
    if getattr(before, "deleted_at", None) is not None:
        raise NotFound
    if expected_version not in {None, before.version}:
        raise StaleVersion(await get(db, actor, row_id))
    return step, before


async def set_row(
    db: AsyncSession, actor: Actor, step: Step, act: Act, before: AnyRow, values: dict[str, Any]
) -> AnyRow:
    """Set columns of a row that was taken and return all of it.

    If all are so already, it stays as it is, and nothing is recorded.
    """
    entity = act.partition(".")[0]
    own = {**access.values(actor), "row_id": before.id}
    if all(getattr(before, name) == value for name, value in values.items()):
        return (await db.execute(_READ[entity], own)).one()
    after = (await db.execute(_CHANGE[entity], {**own, "updated_at": step.now, **values})).one()
    step.record(act, entity, before, after)
    return after
