"""Labels: names and colours that tasks of any project can have, one list per account."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
)
from sqlalchemy import Select, bindparam, delete, exists, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import access, changes, renames
from todo_app.core.access import Actor
from todo_app.core.changes import Act, Step
from todo_app.core.database import insert_if_absent
from todo_app.core.errors import InvalidInput, LimitReached, NameTaken, NotFound
from todo_app.core.models import LABELS, TASK_LABELS, TASKS, Label, new_id
from todo_app.core.patches import UnclearablePatch
from todo_app.core.projects import Colour
from todo_app.core.reads import AnyRow
from todo_app.core.rows import set_row, take_row
from todo_app.core.text import Heading

LABELS_MAX = 1_000
LABELS_OF_TASK_MAX = 50
NAME_MAX_CHARACTERS = 60
_KEY_MAX_CHARACTERS = 200


def name_key(name: str) -> str:
    """The form in which a label is unique in its account."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _has_key(name: str) -> str:
    if len(name_key(name)) > _KEY_MAX_CHARACTERS:
        msg = "is too long"
        raise ValueError(msg)
    return name


LabelName = Annotated[
    Heading, StringConstraints(max_length=NAME_MAX_CHARACTERS), AfterValidator(_has_key)
]
LabelNames = Annotated[list[LabelName], Field(max_length=LABELS_OF_TASK_MAX)]


class LabelDraft(BaseModel):
    """What a new label may bring. The id is the client's choice, or ours."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: UUID | None = None
    name: LabelName
    colour: Colour = "grey"


class LabelPatch(UnclearablePatch):
    """What is to change of a label; absent fields stay."""

    name: LabelName | None = None
    colour: Colour | None = None


class LabelView(BaseModel):
    """A label as its owner sees it. Moments are UTC.

    `task_count` is of open tasks, without those of archived projects.
    """

    model_config = ConfigDict(frozen=True)

    id: UUID
    name: str
    colour: str
    task_count: int
    version: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: AnyRow) -> LabelView:
        """The view of a whole row."""
        return cls.model_validate(row, from_attributes=True)


_ID = LABELS.c.id == bindparam("label_id")
_OWN = select(LABELS).where(access.own_rows(LABELS))
_GET = _OWN.where(_ID)
_LIST = _OWN.order_by(LABELS.c.name_key).limit(LABELS_MAX)
_NAMED = _OWN.where(LABELS.c.name_key.in_(bindparam("keys", expanding=True)))
_COUNT = select(func.count()).select_from(LABELS).where(access.own_rows(LABELS))
_DELETE = delete(LABELS).where(access.own_rows(LABELS), _ID)

_LINKS = select(TASK_LABELS).where(access.own_rows(TASK_LABELS))
_LINKS_OF_LABEL = _LINKS.where(TASK_LABELS.c.label_id == bindparam("label_id"))
_LINKS_OF_TASK = _LINKS.where(TASK_LABELS.c.task_id == bindparam("task_id"))
_LACKING = (
    select(TASKS.c.id)
    .where(
        *access.READABLE_TASKS,
        TASKS.c.id.in_(bindparam("task_ids", expanding=True)),
        ~exists().where(
            TASK_LABELS.c.task_id == TASKS.c.id,
            LABELS.c.id == TASK_LABELS.c.label_id,
            LABELS.c.name_key == bindparam("key"),
        ),
    )
    .limit(1)
)
_LINK = insert(TASK_LABELS).returning(*TASK_LABELS.c)
_UNLINK = delete(TASK_LABELS).where(
    access.own_rows(TASK_LABELS), TASK_LABELS.c.id == bindparam("link_id")
)
# A task shows the names of its labels, so it is another version when one is called otherwise.
_TOUCH_TASKS_WITH = (
    update(TASKS)
    .where(
        access.own_rows(TASKS),
        TASKS.c.id.in_(
            select(TASK_LABELS.c.task_id).where(TASK_LABELS.c.label_id == bindparam("label_id"))
        ),
    )
    .values(version=TASKS.c.version + 1)
)

_TOUCH_TASKS = (
    update(TASKS)
    .where(access.own_rows(TASKS), TASKS.c.id.in_(bindparam("task_ids", expanding=True)))
    .values(version=TASKS.c.version + 1)
)


async def create_label(db: AsyncSession, actor: Actor, draft: LabelDraft) -> tuple[LabelView, bool]:
    """Add a label and return it, and whether it is new.

    The same id again returns the label as it is now. Raises NotFound if the id is another's,
    NameTaken, LimitReached.
    """
    step = await changes.begin(db, actor)
    if draft.id is not None:
        found = await db.execute(_GET, access.values(actor) | {"label_id": draft.id})
        if (row := found.one_or_none()) is not None:
            return LabelView.of(row), False
    return LabelView.of(await _create(db, actor, step, draft)), True


async def get_label(db: AsyncSession, actor: Actor, label_id: UUID) -> LabelView:
    """One label. Raises NotFound."""
    found = await db.execute(_GET, access.values(actor) | {"label_id": label_id})
    row = found.one_or_none()
    if row is None:
        raise NotFound
    return LabelView.of(row)


async def list_labels(db: AsyncSession, actor: Actor) -> list[LabelView]:
    """All labels by name."""
    return [LabelView.of(row) for row in await db.execute(_LIST, access.values(actor))]


async def update_label(
    db: AsyncSession,
    actor: Actor,
    label_id: UUID,
    patch: LabelPatch,
    *,
    expected_version: int | None = None,
) -> LabelView:
    """Change name or colour, on all tasks at once. Raises NotFound, StaleVersion, NameTaken."""
    step, before = await take_row(db, actor, "label", label_id, expected_version, get_label)
    values = patch.model_dump(exclude_unset=True)
    if "name" in values:
        values["name_key"] = name_key(values["name"])
        same = await db.execute(_NAMED, access.values(actor) | {"keys": [values["name_key"]]})
        if any(row.id != label_id for row in same):
            raise NameTaken
    after = await set_row(db, actor, step, "label.changed", before, values)
    if after.name != before.name:
        await renames.follow(db, actor, step, "label", label_id, (before.name, after.name))
        await db.execute(_TOUCH_TASKS_WITH, access.values(actor) | {"label_id": label_id})
    return LabelView.of(after)


async def merge_label(
    db: AsyncSession,
    actor: Actor,
    label_id: UUID,
    into_id: UUID,
    *,
    expected_version: int | None = None,
) -> LabelView:
    """Give all tasks of a label another one instead, and take the label away.

    Raises NotFound, StaleVersion, InvalidInput if the other is none of theirs or the same.
    """
    step, before = await take_row(db, actor, "label", label_id, expected_version, get_label)
    others = await db.execute(_GET, access.values(actor) | {"label_id": into_id})
    other = others.one_or_none()
    if other is None or into_id == label_id:
        raise InvalidInput("into", "unknown")
    kept = {row.task_id for row in await _links(db, actor, _LINKS_OF_LABEL, label_id=into_id)}
    links = await _take_away(db, actor, step, "label.merged", before)
    for link in links:
        if link.task_id not in kept:
            await _link(db, actor, step, link.task_id, into_id)
    await renames.follow(db, actor, step, "label", label_id, (before.name, other.name))
    return await get_label(db, actor, into_id)


async def delete_label(
    db: AsyncSession, actor: Actor, label_id: UUID, *, expected_version: int | None = None
) -> LabelView:
    """Take a label away, and off all tasks. Raises NotFound, StaleVersion."""
    step, before = await take_row(db, actor, "label", label_id, expected_version, get_label)
    view = await get_label(db, actor, label_id)
    await _take_away(db, actor, step, "label.deleted", before)
    return view


async def set_labels(
    db: AsyncSession, actor: Actor, step: Step, task_id: UUID, names: Sequence[str]
) -> bool:
    """Give a task exactly these labels, and say whether it had others.

    Names that are not known become labels. Raises LimitReached.
    """
    wanted = {name_key(name): name for name in reversed(names)}
    known = {}
    if wanted:
        found = await db.execute(_NAMED, access.values(actor) | {"keys": list(wanted)})
        known = {row.name_key: row for row in found}
    for key in reversed(wanted):
        if key not in known:
            known[key] = await _create(db, actor, step, LabelDraft(name=wanted[key]))
    label_ids = {row.id for row in known.values()}
    links = await _links(db, actor, _LINKS_OF_TASK, task_id=task_id)
    surplus = [link for link in links if link.label_id not in label_ids]
    missing = label_ids - {link.label_id for link in links}
    for link in surplus:
        await _unlink(db, actor, step, link)
    for label_id in sorted(missing):
        await _link(db, actor, step, task_id, label_id)
    return bool(surplus or missing)


async def is_missing(db: AsyncSession, actor: Actor, task_ids: Sequence[UUID], name: str) -> bool:
    """Whether any of these tasks, as far as they are there, lacks the label of this name."""
    values = {"task_ids": list(task_ids), "key": name_key(name)}
    return await db.scalar(_LACKING, access.values(actor) | values) is not None


async def settle(
    db: AsyncSession, actor: Actor, *, label_ids: list[UUID], task_ids: list[UUID]
) -> None:
    """Make other versions of tasks whose labels were changed, or are called otherwise."""
    for label_id in label_ids:
        await db.execute(_TOUCH_TASKS_WITH, access.values(actor) | {"label_id": label_id})
    if task_ids:
        await db.execute(_TOUCH_TASKS, access.values(actor) | {"task_ids": task_ids})


async def _create(db: AsyncSession, actor: Actor, step: Step, draft: LabelDraft) -> AnyRow:
    count = (await db.execute(_COUNT, access.values(actor))).scalar_one()
    if count >= LABELS_MAX:
        raise LimitReached(LABELS_MAX)
    values = {
        "id": draft.id or new_id(),
        "user_id": actor.user_id,
        "name": draft.name,
        "name_key": name_key(draft.name),
        "colour": draft.colour,
        "created_at": step.now,
        "updated_at": step.now,
    }
    try:
        created = await db.execute(insert_if_absent(db, Label).values(values).returning(*LABELS.c))
    except IntegrityError:
        raise NameTaken from None
    row = created.one_or_none()
    if row is None:
        raise NotFound
    step.record("label.created", "label", None, row)
    return row


async def _take_away(
    db: AsyncSession, actor: Actor, step: Step, act: Act, before: AnyRow
) -> Sequence[AnyRow]:
    """Delete a label and return what tied it to tasks."""
    await db.execute(_TOUCH_TASKS_WITH, access.values(actor) | {"label_id": before.id})
    links = await _links(db, actor, _LINKS_OF_LABEL, label_id=before.id)
    for link in links:
        await _unlink(db, actor, step, link)
    await db.execute(_DELETE, access.values(actor) | {"label_id": before.id})
    step.record(act, "label", before, None)
    return links


async def _links(
    db: AsyncSession, actor: Actor, statement: Select[*tuple[Any, ...]], **ids: UUID
) -> Sequence[AnyRow]:
    return (await db.execute(statement, access.values(actor) | ids)).all()


async def _link(db: AsyncSession, actor: Actor, step: Step, task_id: UUID, label_id: UUID) -> None:
    values = {"user_id": actor.user_id, "task_id": task_id, "label_id": label_id}
    step.record("task.labelled", "task_label", None, (await db.execute(_LINK, values)).one())


async def _unlink(db: AsyncSession, actor: Actor, step: Step, link: AnyRow) -> None:
    await db.execute(_UNLINK, access.values(actor) | {"link_id": link.id})
    step.record("task.unlabelled", "task_label", link, None)
