"""What changed since a client last asked: rows as they are now, and the ids of those that are gone.

A client first reads everything, in parts, then only what is new. Its token says how far it has
come, for this account alone; it names a row of the log by its hash, so that a log that is another
by now, after a backup was put back, is noticed.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy import ColumnElement, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import access, clock
from todo_app.core.access import Actor
from todo_app.core.chain import plain
from todo_app.core.changes import ENTITIES
from todo_app.core.errors import InvalidCursor, SyncExpired
from todo_app.core.models import CHANGE_HEADS, CHANGES, TASK_LABELS, TASKS
from todo_app.core.task_columns import COLUMNS
from todo_app.core.task_views import TaskView

PAGE_MAX = 500
PAGE_DEFAULT = 200
TOKEN_MAX_CHARACTERS = 500
LIFETIME = timedelta(days=90)


class SyncItem(BaseModel):
    """A row as it is now. One that is gone, or in the trash, has no `value`."""

    model_config = ConfigDict(frozen=True)

    entity: str
    id: UUID
    value: dict[str, Any] | None


class SyncPage(BaseModel):
    """A part of what changed. `next` is where to go on, at once if there `has_more`."""

    model_config = ConfigDict(frozen=True)

    items: list[SyncItem]
    next: str
    has_more: bool


class _Token(BaseModel):
    """How far a client has come: in the log, and before that in reading everything.

    With `labels_after` it was told what became of labels after that number, and is to be told the
    tasks that have them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    account: str
    number: int
    hash: str
    asked_at: datetime
    entity: str | None = None
    row_id: UUID | None = None
    labels_after: int | None = None


_HEAD = select(CHANGE_HEADS.c.number, CHANGE_HEADS.c.hash).where(access.own_rows(CHANGE_HEADS))
_NEWER = (
    select(
        CHANGES.c.number, CHANGES.c.hash, CHANGES.c.entity, CHANGES.c.entity_id, CHANGES.c.about_id
    )
    .where(access.own_rows(CHANGES), CHANGES.c.number >= bindparam("number"))
    .order_by(CHANGES.c.number)
    .limit(bindparam("row_limit"))
)
_LABELS = select(CHANGES.c.entity_id).where(
    access.own_rows(CHANGES),
    CHANGES.c.entity == "label",
    CHANGES.c.number > bindparam("after"),
    CHANGES.c.number <= bindparam("number"),
)
_LABELLED = select(TASK_LABELS.c.task_id).where(
    access.own_rows(TASK_LABELS), TASK_LABELS.c.label_id.in_(_LABELS)
)


async def sync(
    db: AsyncSession, actor: Actor, *, since: str | None = None, limit: int = PAGE_DEFAULT
) -> SyncPage:
    """At most `limit` rows that changed since a token was given, or everything without one.

    Raises InvalidCursor for a token that is not of this account, SyncExpired for one that is too
    old, or from a log that is no longer.
    """
    if since is None:
        head = (await db.execute(_HEAD, access.values(actor))).one()
        token = _token(actor, head.number, head.hash, entity=next(iter(ENTITIES)))
    else:
        token = _read(actor, since)
    if token.entity is not None:
        return await _read_all(db, actor, token, limit)
    if token.labels_after is not None:
        return await _read_labelled(db, actor, token, token.labels_after, limit)
    return await _read_newer(db, actor, token, limit)


async def _read_all(db: AsyncSession, actor: Actor, token: _Token, limit: int) -> SyncPage:
    """Everything there is, kind by kind; what changed meanwhile comes after it."""
    name = str(token.entity)
    entity = ENTITIES[name]
    table = entity.table
    query = select(*_columns(name)).where(access.own_rows(table)).order_by(table.c.id)
    if token.row_id is not None:
        query = query.where(table.c.id > token.row_id)
    if "deleted_at" in table.c:
        query = query.where(table.c.deleted_at.is_(None))
    rows = (await db.execute(query.limit(limit + 1), access.values(actor))).all()
    kinds = list(ENTITIES)
    later = next(iter(kinds[kinds.index(name) + 1 :]), None)
    is_cut = len(rows) > limit
    following = {"entity": name, "row_id": rows[limit - 1].id} if is_cut else {"entity": later}
    return _part(actor, token, name, rows[:limit], following)


async def _read_labelled(
    db: AsyncSession, actor: Actor, token: _Token, after: int, limit: int
) -> SyncPage:
    """The tasks with labels that the client was just told of: they say the names of those."""
    query = select(*_columns("task")).where(access.own_rows(TASKS), TASKS.c.id.in_(_LABELLED))
    if token.row_id is not None:
        query = query.where(TASKS.c.id > token.row_id)
    values = access.values(actor) | {"after": after, "number": token.number}
    rows = (await db.execute(query.order_by(TASKS.c.id).limit(limit + 1), values)).all()
    is_cut = len(rows) > limit
    following = {"labels_after": after, "row_id": rows[limit - 1].id} if is_cut else {}
    return _part(actor, token, "task", rows[:limit], following)


def _part(
    actor: Actor, token: _Token, name: str, rows: Sequence[Any], following: Mapping[str, Any]
) -> SyncPage:
    """Rows of one kind, with where the client goes on at the same place of the log."""
    return SyncPage(
        items=[_item(name, row.id, row) for row in rows],
        next=_write(_token(actor, token.number, token.hash, **following)),
        has_more=True,
    )


async def _read_newer(db: AsyncSession, actor: Actor, token: _Token, limit: int) -> SyncPage:
    values = access.values(actor) | {"number": token.number, "row_limit": limit + 2}
    found = (await db.execute(_NEWER, values)).all()
    if token.number > 0:
        if not found or (found[0].number, found[0].hash) != (token.number, token.hash):
            raise SyncExpired
        found = found[1:]
    changes = found[:limit]
    items: list[SyncItem] = []
    for name, entity in ENTITIES.items():
        ids = {change.entity_id for change in changes if change.entity == name}
        if name == "task":
            # A task says its labels, and so is another with them.
            ids |= {change.about_id for change in changes if change.entity == "task_label"}
        if not ids:
            continue
        own = select(*_columns(name)).where(access.own_rows(entity.table))
        rows = await db.execute(own.where(entity.table.c.id.in_(ids)), access.values(actor))
        present = {row.id: row for row in rows}
        items += [_item(name, row_id, present.get(row_id)) for row_id in sorted(ids)]
    last = changes[-1] if changes else token
    has_labels = any(change.entity == "label" for change in changes)
    labels_after = token.number if has_labels else None
    return SyncPage(
        items=items,
        next=_write(_token(actor, last.number, last.hash, labels_after=labels_after)),
        has_more=has_labels or len(found) > limit,
    )


def _columns(entity: str) -> Sequence[ColumnElement[Any]]:
    return [*COLUMNS, TASKS.c.deleted_at] if entity == "task" else ENTITIES[entity].columns


def _item(entity: str, row_id: UUID, row: Any) -> SyncItem:  # noqa: ANN401 - a row of any table
    if row is None or getattr(row, "deleted_at", None) is not None:
        return SyncItem(entity=entity, id=row_id, value=None)
    if entity == "task":
        value = TaskView.of(row).model_dump(mode="json")
    else:
        value = {name: plain(value) for name, value in row._asdict().items()}
    return SyncItem(entity=entity, id=row_id, value=value)


def _token(actor: Actor, number: int, chain: str, **more: Any) -> _Token:  # noqa: ANN401 - as there
    return _Token(account=_account(actor), number=number, hash=chain, asked_at=clock.now(), **more)


def _account(actor: Actor) -> str:
    return hashlib.sha256(b"sync " + actor.user_id.bytes).hexdigest()[:16]


def _write(token: _Token) -> str:
    text = token.model_dump_json(exclude_none=True)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(actor: Actor, text: str) -> _Token:
    try:
        content = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        token = _Token.model_validate(json.loads(content))
        is_known = token.entity is None or token.entity in ENTITIES
        if token.account != _account(actor) or not (0 <= token.number < 2**63 and is_known):
            raise InvalidCursor
        if clock.now() - token.asked_at > LIFETIME:
            raise SyncExpired
    except (ValueError, TypeError, RecursionError, ValidationError):
        raise InvalidCursor from None
    return token
