"""What was changed, as a person sees it: the latest first, of everything or of one thing."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import (
    JSON,
    ColumnElement,
    Table,
    Text,
    Uuid,
    bindparam,
    case,
    cast,
    exists,
    func,
    null,
    select,
    type_coerce,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from todo_app.core import access
from todo_app.core.access import Actor
from todo_app.core.chain import content_of
from todo_app.core.changes import ENTITIES, PURGED, Act, Mode
from todo_app.core.errors import InvalidCursor
from todo_app.core.models import (
    CHANGES,
    LABELS,
    PROJECTS,
    SECTIONS,
    TASKS,
    ApiToken,
    User,
)

PAGE_MAX = 200
PAGE_DEFAULT = 50
CURSOR_MAX_CHARACTERS = 200


class ChangeView(BaseModel):
    """One change. `before` and `after` hold the columns that changed; moments are UTC.

    A row that was added has no `before`, one that is gone no `after`, and of what was deleted for
    good neither is left.
    """

    model_config = ConfigDict(frozen=True)

    id: UUID
    number: int
    step: UUID
    """What is undone together."""
    mode: Mode
    undoes: UUID | None
    """The step that this one took back."""
    actor: str | None
    """The name of who did it; None is the program itself, or somebody whose account is closed."""
    way: str
    token: str | None
    """The name of the API token that it was done with, as long as that is known."""
    act: Act
    entity: str
    entity_id: UUID
    about_id: UUID
    """What it is shown in the history of: mostly the thing itself."""
    title: str | None
    """What that is called now, or was last."""
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    names: dict[str, str] = {}
    """What the projects, sections, tasks and labels that it names by their ids are called now, or
    were last; of what was deleted for good there is none."""
    can_undo: bool
    created_at: datetime

    @classmethod
    def of(
        cls,
        row: Mapping[str, Any],
        *,
        actor: str | None,
        title: str | None,
        can_undo: bool,
        token: str | None = None,
    ) -> ChangeView:
        """The view of a row of the log."""
        before, after = content_of(row["before"]), content_of(row["after"])
        names = {
            content[column]: row[f"{image}_{column}"]
            for image, content in zip(_IMAGES, (before, after), strict=True)
            for column in _NAMED_BY
            if content and row.get(f"{image}_{column}") is not None
        }
        named = {**(before or {}), **(after or {})}
        return cls.model_validate(
            {
                **{name: row[name] for name in _PLAIN},
                "step": row["batch_id"],
                "actor": actor,
                "token": token,
                "title": title or named.get("title") or named.get("name"),
                "before": before,
                "after": after,
                "names": names,
                "can_undo": can_undo and is_kept(row),
            }
        )


class ChangePage(BaseModel):
    """A part of the history; the cursor is None where it ends."""

    model_config = ConfigDict(frozen=True)

    items: list[ChangeView]
    next_cursor: str | None


_PLAIN = (
    "id",
    "number",
    "mode",
    "undoes",
    "way",
    "act",
    "entity",
    "entity_id",
    "about_id",
    "created_at",
)
_UNDONE = CHANGES.alias("undone")
_REDONE = CHANGES.alias("redone")


def is_kept(row: Mapping[str, Any]) -> bool:
    """Whether the log still holds what a change was, so that it can be taken back."""
    is_erased = row["before"] is None and row["after"] is None
    return not (is_erased or row["act"].endswith(PURGED))


def is_taken_back(step: ColumnElement[UUID]) -> ColumnElement[bool]:
    """Whether a step was taken back, and that not taken back in turn."""
    is_redone = exists().where(_REDONE.c.undoes == _UNDONE.c.batch_id)
    return exists().where(_UNDONE.c.undoes == step, ~is_redone)


def _title() -> ColumnElement[str | None]:
    """What was changed is called now, or the task that it belongs to where it has no name."""
    names = [_name_in(entity.table, CHANGES.c.entity_id) for entity in ENTITIES.values()]
    found = [name for name in names if name is not None]
    return func.coalesce(*found, _name_in(TASKS, CHANGES.c.about_id), null())


def _name_in(table: Table, row_id: ColumnElement[UUID]) -> ColumnElement[str] | None:
    name = next((table.c[name] for name in ("title", "name") if name in table.c), None)
    if name is None:
        return None
    own = table.c.user_id == CHANGES.c.user_id
    return select(name).where(own, table.c.id == row_id).scalar_subquery()


_NAMED_BY = {"project_id": PROJECTS, "section_id": SECTIONS, "parent_id": TASKS, "label_id": LABELS}
"""The columns that name another row, and its table."""
_IMAGES = ("before", "after")
_GONE = CHANGES.alias("gone")


def _held(content: ColumnElement[str | None], name: str) -> ColumnElement[str]:
    """What a column held, by the JSON of the log, which SQLite has as text."""
    as_json = cast(content, JSON().with_variant(Text(), "sqlite"))
    held: ColumnElement[str] = type_coerce(as_json, JSON)[name].as_string()
    return held


def _name_held(image: str, column: str) -> ColumnElement[str | None]:
    """What the row that a column names is called now, or was called when it went."""
    table = _NAMED_BY[column]
    row_id = cast(func.replace(_held(CHANGES.c[image], column), "-", ""), Uuid())
    about = {
        LABELS: _GONE.c.about_id == row_id,
        SECTIONS: _GONE.c.about_id.in_(select(PROJECTS.c.id).where(access.own_rows(PROJECTS))),
    }.get(table)
    now = _name_in(table, row_id)
    if about is None:
        return func.coalesce(now, null())
    last = (
        select(_held(_GONE.c.before, "name"))
        .where(
            about,
            _GONE.c.user_id == CHANGES.c.user_id,
            _GONE.c.entity_id == row_id,
            _GONE.c.after.is_(None),
        )
        .order_by(_GONE.c.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    return func.coalesce(now, case((row_id.is_not(None), last)))


_HISTORY = (
    select(
        CHANGES,
        col(User.name).label("actor_name"),
        col(ApiToken.name).label("token_name"),
        _title().label("title"),
        is_taken_back(CHANGES.c.batch_id).label("is_taken_back"),
        *(
            _name_held(image, column).label(f"{image}_{column}")
            for image in _IMAGES
            for column in _NAMED_BY
        ),
    )
    .outerjoin(User, col(User.id) == CHANGES.c.actor_id)
    .outerjoin(ApiToken, col(ApiToken.id) == CHANGES.c.token_id)
    .where(access.own_rows(CHANGES))
    .order_by(CHANGES.c.number.desc())
    .limit(bindparam("row_limit"))
)
_ABOUT = CHANGES.c.about_id == bindparam("about_id")
_BEFORE = CHANGES.c.number < bindparam("number")


async def list_changes(
    db: AsyncSession,
    actor: Actor,
    *,
    about_id: UUID | None = None,
    limit: int = PAGE_DEFAULT,
    cursor: str | None = None,
) -> ChangePage:
    """At most `limit` changes behind the cursor, the latest first, of one thing or of everything.

    Raises InvalidCursor for a cursor of another history.
    """
    query, values = _HISTORY, access.values(actor) | {"row_limit": limit + 1}
    if about_id is not None:
        query, values = query.where(_ABOUT), values | {"about_id": about_id}
    if cursor is not None:
        query, values = query.where(_BEFORE), values | {"number": _read_cursor(cursor, about_id)}
    rows = [dict(row) for row in (await db.execute(query, values)).mappings()]
    items = [
        ChangeView.of(
            row,
            actor=row["actor_name"],
            token=row["token_name"],
            title=row["title"],
            can_undo=not row["is_taken_back"],
        )
        for row in rows[:limit]
    ]
    has_more = len(rows) > limit
    return ChangePage(
        items=items, next_cursor=_write_cursor(items[-1], about_id) if has_more else None
    )


def _write_cursor(last: ChangeView, about_id: UUID | None) -> str:
    text = json.dumps([str(about_id), last.number])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_cursor(cursor: str, about_id: UUID | None) -> int:
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        place, number = json.loads(text)
    except (ValueError, TypeError, RecursionError):
        raise InvalidCursor from None
    if place != str(about_id) or type(number) is not int or not 0 < number < 2**63:
        raise InvalidCursor
    return number
