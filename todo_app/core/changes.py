"""The change log: who changed what, by which way in, and what it was before.

Whoever changes something of a person's begins a step, changes rows, and records each. A step is
all that one transaction changes in one account, and one step of undo. It is written when the
transaction commits; each row is chained to the one before it, so that none is altered or removed
unseen. What is made of the log lives elsewhere: undo, history, sync, verification.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Table,
    bindparam,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from todo_app.core import access, bus, clock
from todo_app.core.access import Actor
from todo_app.core.bus import ChangesMade
from todo_app.core.chain import chain_hash, content_hash, from_json, to_json
from todo_app.core.commits import before_commit
from todo_app.core.errors import NotFound
from todo_app.core.models import (
    CHANGE_HEADS,
    CHANGES,
    LABELS,
    OCCURRENCES,
    PROJECTS,
    SAVED_FILTERS,
    SECTIONS,
    TASK_LABELS,
    TASKS,
    UNRECORDED,
    new_id,
)
from todo_app.core.reads import AnyRow, Read
from todo_app.core.search_index import has_text, text_row, write_texts
from todo_app.core.task_columns import HAS_PARTS, LABEL_NAMES
from todo_app.core.writes import Write

Act = Literal[
    "task.created",
    "task.changed",
    "task.completed",
    "task.reopened",
    "task.deleted",
    "task.restored",
    "task.skipped",
    "occurrence.done",
    "occurrence.skipped",
    "occurrence.reopened",
    "task.purged",
    "filter.created",
    "filter.changed",
    "filter.moved",
    "filter.spread",
    "filter.deleted",
    "task.moved",
    "task.spread",
    "task.labelled",
    "task.unlabelled",
    "project.created",
    "project.changed",
    "project.moved",
    "project.spread",
    "project.archived",
    "project.unarchived",
    "project.deleted",
    "project.restored",
    "project.purged",
    "section.created",
    "section.changed",
    "section.moved",
    "section.spread",
    "section.deleted",
    "section.purged",
    "label.created",
    "label.changed",
    "label.merged",
    "label.deleted",
]
Mode = Literal["do", "undo", "redo"]
Image = AnyRow | Mapping[str, Any]
"""A row as it was or as it is."""

BOOKKEEPING = frozenset({"version", "updated_at"})
"""Columns that move with every change, and are none themselves."""
FIELDS = dict.fromkeys(("due_date", "due_time", "due_zone", "scheduled_for"), "due")
"""What a column is called outside, where that is another name."""
PURGED = ".purged"
"""How the name of an act ends that deletes for good."""
_ERASED_AT_ONCE = 500
_STEP = "todo_app.step"


class Entity:
    """A kind of row that people change: a table with the columns `id` and `user_id`.

    `about` is the column with the id of the row whose history shows the change; `also` is what is
    seen of a row besides its columns.
    """

    def __init__(
        self, table: Table, *, about: str = "id", also: Sequence[ColumnElement[Any]] = ()
    ) -> None:
        self.table = table
        self.about = about
        self.columns = [
            c
            for c in table.c
            if c.name != "user_id" and c.computed is None and c.info != UNRECORDED
        ]
        """The columns of a whole row; whose it is, the log says itself."""
        self.changing = {column.name for column in self.columns} - BOOKKEEPING
        """The names of the columns that can be changed."""
        unrecorded = [c for c in table.c if c.info == UNRECORDED]
        self.read = select(*self.columns, *unrecorded, *also).where(
            access.own_rows(table), table.c.id == bindparam("row_id")
        )

    def values(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """Columns as the database takes them, from what the log holds."""
        return {name: from_json(self.table.c[name], value) for name, value in content.items()}


ENTITIES: Mapping[str, Entity] = {
    "task": Entity(TASKS, also=(LABEL_NAMES, HAS_PARTS)),
    "occurrence": Entity(OCCURRENCES, about="task_id"),
    "filter": Entity(SAVED_FILTERS),
    "task_label": Entity(TASK_LABELS, about="task_id"),
    "project": Entity(PROJECTS),
    "section": Entity(SECTIONS, about="project_id"),
    "label": Entity(LABELS),
}
"""Everything that is recorded, by the name it has in the log."""


class Step:
    """What one transaction changes in an account; until it ends, nobody else changes that one."""

    def __init__(self, user_id: UUID, actor: Actor | None, number: int, chain: str) -> None:
        self.id = new_id()
        self.now = clock.now()
        """The moment of all that is changed in this step."""
        self.mode: Mode = "do"
        self.undoes: UUID | None = None
        self.rows: list[dict[str, Any]] = []
        """What is written to the log."""
        self.texts: dict[str, dict[UUID, dict[str, Any]]] = defaultdict(dict)
        """What is written to the index of search, by entity and id."""
        self._user_id = user_id
        self._actor_id = actor.user_id if actor else None
        self._way = actor.way if actor else "system"
        self._token_id = actor.session_id if actor and actor.way == "token" else None
        self._number = number
        self._chain = chain

    def record(self, act: Act, entity: str, before: Image | None, after: Image | None) -> None:
        """Write down what became of a row.

        A new row has no `before` and one that is gone no `after`; these are whole. Else both hold
        the row's id, and at least those other columns that changed; where none did, there is no
        change. An `after` with a new text has all of the row that search looks through.
        """
        known = ENTITIES[entity]
        old, new = _mapping(before), _mapping(after)
        if old is None or new is None:
            names = [column.name for column in known.columns]
        else:
            names = [name for name in new if name in known.changing and old[name] != new[name]]
            if not names:
                return
        if new is not None and has_text(entity, names):
            self.texts[entity][new["id"]] = text_row(entity, new, self._user_id)
        self._append(act, entity, new or old or {}, to_json(old, names), to_json(new, names))

    def record_purge(self, act: Act, entity: str, row: Mapping[str, Any]) -> None:
        """Write down that a row is gone for good, and nothing of what was in it."""
        self._append(act, entity, row, to_json(row, ["id"]), None)

    def record_nothing(self, act: Act, entity: str, change: Mapping[str, Any]) -> None:
        """Write down, beside a change, that this step left its row as it was.

        What takes back a step that came to nothing comes to nothing too, and is a step all the
        same.
        """
        row = {"id": change["entity_id"], ENTITIES[entity].about: change["about_id"]}
        self._append(act, entity, row, to_json(row, []), to_json(row, []))

    def _append(
        self, act: Act, entity: str, image: Mapping[str, Any], before: str | None, after: str | None
    ) -> None:
        self._number += 1
        row: dict[str, Any] = {
            "id": new_id(),
            "user_id": self._user_id,
            "number": self._number,
            "batch_id": self.id,
            "mode": self.mode,
            "undoes": self.undoes,
            "actor_id": self._actor_id,
            "token_id": self._token_id,
            "way": self._way,
            "act": act,
            "entity": entity,
            "entity_id": image["id"],
            "about_id": image[ENTITIES[entity].about],
            "before": before,
            "after": after,
            "content_hash": content_hash(before, after),
            "created_at": self.now,
        }
        self._chain = row["hash"] = chain_hash(self._chain, row)
        self.rows.append(row)


LOCK_HEAD = (
    select(CHANGE_HEADS.c.number, CHANGE_HEADS.c.hash)
    .where(access.own_rows(CHANGE_HEADS))
    .with_for_update(key_share=True)
)
"""Locks an account, named by `actor_id`, and reads where its chain ends."""
_LOCK_HEAD = Read(LOCK_HEAD)
_APPEND = insert(CHANGES)
_APPEND_ONE = Write(_APPEND)


def _taking(entity: Entity) -> Select[*tuple[Any, ...]]:
    """The statement that locks the account and reads one of its rows.

    The row is locked too: who had to wait for the account would else be shown the row as it was
    before the wait.
    """
    return (
        entity.read.add_columns(
            CHANGE_HEADS.c.number.label("head_number"), CHANGE_HEADS.c.hash.label("head_hash")
        )
        .where(CHANGE_HEADS.c.user_id == entity.table.c.user_id)
        .with_for_update(key_share=True, of=[CHANGE_HEADS, entity.table])
    )


_TAKE = {name: Read(_taking(entity)) for name, entity in ENTITIES.items()}
_READ = {name: Read(entity.read) for name, entity in ENTITIES.items()}


async def begin(db: AsyncSession, actor: Actor) -> Step:
    """Begin to change something of the actor's, or go on with what this transaction changes.

    From here on nobody else changes anything in the account until the transaction ends: what is
    read after this stays true.
    """
    step: Step | None = db.info.get(_STEP)
    if step is not None:
        return step
    return await _begin(db, actor, actor.user_id)


async def purge(
    db: AsyncSession, user_id: UUID, act: Act, entity: str, condition: ColumnElement[bool]
) -> int:
    """Delete rows of one account for good, from the log too, and return how many.

    What the log held of them is erased and its hashes stay, so that the chain does; that they were
    purged is the last that it says of them.
    """
    known = ENTITIES[entity]
    own = known.table.c.user_id == user_id
    if await db.scalar(select(known.table.c.id).where(own, condition).limit(1)) is None:
        return 0
    step = await _begin(db, None, user_id)
    gone = await db.execute(delete(known.table).where(own, condition).returning(*known.columns))
    rows = [dict(row) for row in gone.mappings()]
    for row in rows:
        step.record_purge(act, entity, row)
    for start in range(0, len(rows), _ERASED_AT_ONCE):
        ids = [row["id"] for row in rows[start : start + _ERASED_AT_ONCE]]
        theirs = CHANGES.c.entity_id.in_(ids)
        await db.execute(
            update(CHANGES)
            .where(CHANGES.c.user_id == user_id, CHANGES.c.entity == entity, theirs)
            .values(before=None, after=None)
        )
    return len(rows)


def step_of(db: AsyncSession) -> UUID | None:
    """The id of the step that a transaction is so far, if anything is changed in it."""
    step: Step | None = db.info.get(_STEP)
    return step.id if step is not None and step.rows else None


async def take(db: AsyncSession, actor: Actor, entity: str, row_id: UUID) -> tuple[Step, AnyRow]:
    """Begin to change one row and read it as it is now, trash included, in one statement.

    Raises NotFound.
    """
    step: Step | None = db.info.get(_STEP)
    read = _TAKE[entity] if step is None else _READ[entity]
    row = await read.one_or_none(db, {"actor_id": actor.user_id, "row_id": row_id})
    if row is None:
        raise NotFound
    return step or _open(db, Step(actor.user_id, actor, row.head_number, row.head_hash)), row


def _mapping(row: Image | None) -> Mapping[str, Any] | None:
    return row._asdict() if isinstance(row, Row) else row


async def _begin(db: AsyncSession, actor: Actor | None, user_id: UUID) -> Step:
    head = await _LOCK_HEAD.one_or_none(db, {"actor_id": user_id})
    if head is None:
        raise NotFound
    return _open(db, Step(user_id, actor, head.number, head.hash))


def _open(db: AsyncSession, step: Step) -> Step:
    db.info[_STEP] = step
    before_commit(db.sync_session, _write)
    return step


def _write(session: Session) -> None:
    """Append what was recorded, once the transaction has nothing more to do."""
    step: Step = session.info.pop(_STEP)
    for entity, texts in step.texts.items():
        write_texts(session, entity, list(texts.values()))
    if step.rows:
        # A trigger moves the head of the account to the last of them.
        if len(step.rows) == 1:
            _APPEND_ONE.defer(session, step.rows[0])
        else:
            session.execute(_APPEND, step.rows)
        bus.publish_after_commit(session, ChangesMade(step.rows[-1]["user_id"]))
