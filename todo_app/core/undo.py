"""Undo and redo: a step of the change log is taken back by a step that does the reverse.

What is taken back is compared value by value with what is there now. Where somebody changed the
same column after it, nothing is taken back at all.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import (
    ColumnElement,
    Delete,
    FromClause,
    Insert,
    Select,
    Table,
    Update,
    and_,
    bindparam,
    delete,
    exists,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from todo_app.core import access, changes
from todo_app.core.access import Actor
from todo_app.core.chain import content_of, plain
from todo_app.core.changes import BOOKKEEPING, ENTITIES, FIELDS, Act, Mode, Step
from todo_app.core.errors import ChangedSince, NotFound, NothingToUndo
from todo_app.core.history import ChangeView, is_kept, is_taken_back
from todo_app.core.models import CHANGES, ApiToken, User
from todo_app.core.settling import settle

READ_AT_ONCE = 500

Row = dict[str, Any]
Key = tuple[str, UUID]
"""The kind of a row and its id."""

_DONE = CHANGES.alias("done")
_REDONE = CHANGES.alias("redone")
_NEWER = CHANGES.alias("newer")
_ERASED = CHANGES.alias("erased")


def _by_actor(log: FromClause, mode: Mode) -> ColumnElement[bool]:
    own = log.c.user_id == bindparam("actor_id")
    return and_(own, log.c.actor_id == bindparam("actor_id"), log.c.mode == mode)


_IS_ERASED = exists().where(
    _ERASED.c.batch_id == _DONE.c.batch_id, _ERASED.c.before.is_(None), _ERASED.c.after.is_(None)
)
_LAST_DONE = (
    select(_DONE.c.batch_id)
    .where(_by_actor(_DONE, "do"), ~is_taken_back(_DONE.c.batch_id), ~_IS_ERASED)
    .order_by(_DONE.c.number.desc())
    .limit(1)
)
# What was done after an undo is a new way: there is nothing to do again on the old one.
_LAST_UNDONE = (
    select(_DONE.c.batch_id)
    .where(
        _by_actor(_DONE, "undo"),
        ~exists().where(_REDONE.c.undoes == _DONE.c.batch_id),
        ~exists().where(_by_actor(_NEWER, "do"), _NEWER.c.number > _DONE.c.number),
    )
    .order_by(_DONE.c.number.desc())
    .limit(1)
)
_STEP_OF = select(CHANGES.c.batch_id).where(
    access.own_rows(CHANGES), CHANGES.c.id == bindparam("change_id")
)
_CHANGES_OF = (
    select(CHANGES, is_taken_back(CHANGES.c.batch_id).label("is_taken_back"))
    .where(access.own_rows(CHANGES), CHANGES.c.batch_id == bindparam("batch_id"))
    .order_by(CHANGES.c.number.desc())
)
_LATER = (
    select(
        *(CHANGES.c[name] for name in ("before", "after", "actor_id", "way")),
        col(User.name),
        col(ApiToken.name).label("token"),
    )
    .outerjoin(User, col(User.id) == CHANGES.c.actor_id)
    .outerjoin(ApiToken, col(ApiToken.id) == CHANGES.c.token_id)
    .where(
        access.own_rows(CHANGES),
        CHANGES.c.about_id == bindparam("about_id"),
        CHANGES.c.entity_id == bindparam("entity_id"),
        CHANGES.c.number > bindparam("number"),
    )
    .order_by(CHANGES.c.number.desc())
)


class UndoneStep(BaseModel):
    """What was taken back, or done again: the step that did it, and what it changed."""

    model_config = ConfigDict(frozen=True)

    step: UUID
    mode: Mode
    undoes: UUID
    changes: list[ChangeView]


async def undo_last(db: AsyncSession, actor: Actor) -> UndoneStep:
    """Take back the actor's last step, wherever it was done.

    Raises NothingToUndo, and ChangedSince if somebody changed the same field after it.
    """
    return await _take_back_one_of(db, actor, _LAST_DONE)


async def redo_last(db: AsyncSession, actor: Actor) -> UndoneStep:
    """Do again what the actor took back last, unless they did something else since.

    Raises NothingToUndo, ChangedSince.
    """
    return await _take_back_one_of(db, actor, _LAST_UNDONE)


async def undo_step(db: AsyncSession, actor: Actor, step_id: UUID) -> UndoneStep:
    """Take back a step; of one that took back another, that is redo.

    Raises NotFound, NothingToUndo if it is taken back already, ChangedSince.
    """
    return await _take_back(db, actor, await changes.begin(db, actor), step_id)


async def undo_change(db: AsyncSession, actor: Actor, change_id: UUID) -> UndoneStep:
    """Take back the step that a change is part of; of one that took back another, that is redo.

    Raises NotFound, NothingToUndo if it is taken back already, ChangedSince.
    """
    return await _take_back_one_of(db, actor, _STEP_OF, change_id=change_id)


async def _take_back_one_of(
    db: AsyncSession, actor: Actor, query: Select[UUID], **values: UUID
) -> UndoneStep:
    step = await changes.begin(db, actor)
    batch_id = await db.scalar(query, {**access.values(actor), **values})
    if batch_id is None:
        raise NotFound if values else NothingToUndo
    return await _take_back(db, actor, step, batch_id)


async def _take_back(db: AsyncSession, actor: Actor, step: Step, batch_id: UUID) -> UndoneStep:
    done = await _changes_of(db, actor, batch_id)
    if done[0]["mode"] == "redo":
        # Taking back what was done again is taking back what was done first.
        undone = await _changes_of(db, actor, done[0]["undoes"])
        done = await _changes_of(db, actor, undone[0]["undoes"])
    if done[0]["is_taken_back"]:
        raise NothingToUndo
    step.mode = "redo" if done[0]["mode"] == "undo" else "undo"
    step.undoes = done[0]["batch_id"]
    was = await _read(db, actor, {(change["entity"], change["entity_id"]) for change in done})
    will_be = dict(was)
    acts: dict[Key, Act] = {}
    for change in done:
        key = change["entity"], change["entity_id"]
        acts.setdefault(key, change["act"])
        if (field := _reverse(will_be, key, change)) is not None:
            raise await _changed_since(db, actor, change, field)
    # What a step both did and took back leaves nothing to do.
    acts = {key: act for key, act in acts.items() if was[key] != will_be[key]}
    for key, act in acts.items():
        after = await _write(db, actor, step, key, was[key], will_be[key])
        step.record(act, key[0], was[key], after)
    if not step.rows:
        step.record_nothing(done[0]["act"], done[0]["entity"], done[0])
    name = await db.scalar(select(col(User.name)).where(access.own_account(actor)))
    rows = {key[1]: will_be[key] or was[key] or {} for key in was}
    views = [
        ChangeView.of(
            change,
            actor=name,
            title=_name_of(rows[change["entity_id"]]),
            can_undo=True,
        )
        for change in step.rows
    ]
    await settle(db, actor, step, [(key[0], was[key], will_be[key]) for key in acts])
    return UndoneStep(step=step.id, mode=step.mode, undoes=step.undoes, changes=views)


def _name_of(row: Row) -> str | None:
    return row.get("title") or row.get("name")


async def _changes_of(db: AsyncSession, actor: Actor, batch_id: UUID) -> list[Row]:
    """The changes of a step, the last one first. Raises NotFound."""
    values = {**access.values(actor), "batch_id": batch_id}
    found = [dict(row) for row in (await db.execute(_CHANGES_OF, values)).mappings()]
    if not found or not all(is_kept(row) for row in found):
        raise NotFound
    return found


async def _read(db: AsyncSession, actor: Actor, keys: set[Key]) -> dict[Key, Row | None]:
    """These rows as they are now; one that is not there is None."""
    rows: dict[Key, Row | None] = dict.fromkeys(keys)
    for name, entity in ENTITIES.items():
        ids = [row_id for kind, row_id in keys if kind == name]
        for start in range(0, len(ids), READ_AT_ONCE):
            some = entity.table.c.id.in_(ids[start : start + READ_AT_ONCE])
            query = select(*entity.columns).where(access.own_rows(entity.table), some)
            found = await db.execute(query, access.values(actor))
            rows |= {(name, row["id"]): dict(row) for row in found.mappings()}
    return rows


def _reverse(rows: dict[Key, Row | None], key: Key, change: Row) -> str | None:
    """Make of a row what it was before a change, or name the column that is another by now."""
    before, after = content_of(change["before"]), content_of(change["after"])
    current = rows[key]
    if (current is None) is not (after is None):
        return "id"
    for name, value in (after or {}).items():
        if name not in BOOKKEEPING and current is not None and plain(current[name]) != value:
            return name
    if before is None:
        rows[key] = None
    else:
        rows[key] = (current or {}) | ENTITIES[key[0]].values(before)
    return None


async def _write(
    db: AsyncSession, actor: Actor, step: Step, key: Key, was: Row | None, will_be: Row | None
) -> Row | None:
    """Make a row what it will be and return it. Raises ChangedSince if others depend on it."""
    entity = ENTITIES[key[0]]
    table = entity.table
    this = and_(access.own_rows(table), table.c.id == key[1])
    statement: Insert | Update | Delete
    if will_be is None:
        if await _has_dependents(db, table, key[1]):
            raise ChangedSince("id", None)
        statement = delete(table).where(this)
    else:
        # An ETag never names two different contents, so a version never comes again.
        known = {"version": (was or will_be).get("version", 0) + 1, "updated_at": step.now}
        values = will_be | {name: value for name, value in known.items() if name in table.c}
        if was is None:
            statement = insert(table).values(values | {"user_id": actor.user_id})
        else:
            statement = update(table).where(this).values(values)
        statement = statement.returning(*entity.columns)
    try:
        found = await db.execute(statement, access.values(actor) if was else {})
    except IntegrityError:
        raise ChangedSince("id", None) from None
    return dict(found.mappings().one()) if will_be else None


async def _has_dependents(db: AsyncSession, table: Table, row_id: UUID) -> bool:
    """Whether rows that people made are inside of, or below, a row."""
    for entity in ENTITIES.values():
        for key in entity.table.foreign_keys:
            if key.column is table.c.id:
                found = select(1).where(key.parent == row_id).limit(1)
                if await db.scalar(found) is not None:
                    return True
    return False


async def _changed_since(db: AsyncSession, actor: Actor, change: Row, field: str) -> ChangedSince:
    """The refusal that names the field, and who changed it after this change, and with what."""
    outside = FIELDS.get(field, field)
    values = {name: change[name] for name in ("about_id", "entity_id", "number")}
    for later in await db.execute(_LATER, access.values(actor) | values):
        images = content_of(later.before), content_of(later.after)
        if None in images or field in (images[1] or {}):
            person = None if later.actor_id == actor.user_id else later.name
            return ChangedSince(outside, person, later.token, later.way)
    return ChangedSince(outside, None)
