"""Where tasks stand: in which project and section, as a part of which task, and in what order.

The path of a task is the position of its section, and behind a `!` those of all that it is a part
of and its own, with dots between. So paths, byte by byte, have the order of the whole project.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, bindparam, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import access
from todo_app.core.access import Actor
from todo_app.core.changes import Step
from todo_app.core.errors import ChangedSince, InvalidInput
from todo_app.core.models import DEPTH_MAX, PROJECTS, SECTIONS, TASKS
from todo_app.core.neighbours import Beside, Spread, between_neighbours

StoredTask = Row[*tuple[Any, ...]]
"""A task as it was read."""
TaskRow = StoredTask | SimpleNamespace
"""A task as it was read, or as it was made of one."""


@dataclass(frozen=True, slots=True)
class Place:
    """A list of siblings: the top of a project or a section, or the parts of a task."""

    project_id: UUID
    section_id: UUID | None = None
    parent_id: UUID | None = None
    prefix: str = "!"
    """What the paths of those who stand here begin with."""

    @property
    def depth(self) -> int:
        """How deep one stands here: 1 at the top."""
        return self.prefix.count(".") + 1

    def columns(self, position: str) -> dict[str, Any]:
        """The columns of a task that stands here."""
        return {
            "project_id": self.project_id,
            "section_id": self.section_id,
            "parent_id": self.parent_id,
            "position": position,
            "path": self.prefix + position,
        }

    def among(self) -> tuple[ColumnElement[bool], ...]:
        """The conditions that a task stands here, the trash and what is done included."""
        if self.parent_id is not None:
            return (access.own_rows(TASKS), TASKS.c.parent_id == self.parent_id)
        return (
            access.own_rows(TASKS),
            TASKS.c.project_id == self.project_id,
            TASKS.c.parent_id.is_(None),
            TASKS.c.section_id.is_(None)
            if self.section_id is None
            else TASKS.c.section_id == self.section_id,
        )


_PROJECT = select(PROJECTS.c.id).where(
    *access.READABLE_PROJECTS, PROJECTS.c.id == bindparam("place_id")
)
_SECTION = (
    select(SECTIONS.c.project_id, SECTIONS.c.position)
    .join(PROJECTS, PROJECTS.c.id == SECTIONS.c.project_id)
    .where(*access.READABLE_PROJECTS, SECTIONS.c.id == bindparam("place_id"))
)
_TASK = select(
    TASKS.c.project_id, TASKS.c.section_id, TASKS.c.parent_id, TASKS.c.position, TASKS.c.path
).where(*access.READABLE_TASKS, TASKS.c.id == bindparam("place_id"))

_TREE = (
    select(TASKS.c.id, literal(1).label("depth"))
    .where(access.own_rows(TASKS), TASKS.c.parent_id == bindparam("task_id"))
    .cte("tree", recursive=True)
)
_TREE = _TREE.union_all(
    select(TASKS.c.id, _TREE.c.depth + 1).where(
        access.own_rows(TASKS), TASKS.c.parent_id == _TREE.c.id
    )
)
_PARTS = select(TASKS).join(_TREE, TASKS.c.id == _TREE.c.id).order_by(_TREE.c.depth, TASKS.c.path)
_ROOTS = (
    select(TASKS.c.id, TASKS.c.parent_id)
    .where(access.own_rows(TASKS), TASKS.c.id == bindparam("task_id"))
    .cte("roots", recursive=True)
)
# Not all of the union: were there ever a circle, this ends.
_ROOTS = _ROOTS.union(
    select(TASKS.c.id, TASKS.c.parent_id).where(
        access.own_rows(TASKS), TASKS.c.id == _ROOTS.c.parent_id
    )
)
_WHOLES = select(TASKS).where(
    TASKS.c.id.in_(select(_ROOTS.c.id)), TASKS.c.id != bindparam("task_id")
)
_SELF = select(TASKS).where(access.own_rows(TASKS), TASKS.c.id == bindparam("task_id"))
_SECTION_POSITION = select(SECTIONS.c.position).where(SECTIONS.c.id == bindparam("section_id"))
_LEAD = update(TASKS).where(access.own_rows(TASKS), TASKS.c.id == bindparam("task_id"))


_SOME = (
    select(TASKS.c.id, TASKS.c.project_id, TASKS.c.path)
    .where(*access.READABLE_TASKS, TASKS.c.id.in_(bindparam("task_ids", expanding=True)))
    .order_by(TASKS.c.project_id, TASKS.c.path, TASKS.c.id)
)


async def in_order(db: AsyncSession, actor: Actor, task_ids: Sequence[UUID]) -> Sequence[TaskRow]:
    """The id, project and path of the tasks that are there: in their order, wholes before parts."""
    return (await db.execute(_SOME, access.values(actor) | {"task_ids": list(task_ids)})).all()


async def top_of_project(db: AsyncSession, actor: Actor, project_id: UUID) -> Place:
    """The top of a project, in no section. Raises InvalidInput."""
    values = access.values(actor) | {"place_id": project_id}
    if (await db.execute(_PROJECT, values)).one_or_none() is None:
        raise InvalidInput("project_id", "unknown")
    return Place(project_id)


async def top_of_section(db: AsyncSession, actor: Actor, section_id: UUID) -> Place:
    """The top of a section. Raises InvalidInput."""
    values = access.values(actor) | {"place_id": section_id}
    section = (await db.execute(_SECTION, values)).one_or_none()
    if section is None:
        raise InvalidInput("section_id", "unknown")
    return Place(section.project_id, section_id, None, f"{section.position}!")


async def parts_of(db: AsyncSession, actor: Actor, task_id: UUID) -> Place:
    """The parts of a task. Raises InvalidInput."""
    task = await _task(db, actor, task_id, "parent_id")
    return Place(task.project_id, task.section_id, task_id, f"{task.path}.")


async def place_of_new(
    db: AsyncSession,
    actor: Actor,
    *,
    project_id: UUID | None,
    section_id: UUID | None,
    parent_id: UUID | None,
) -> Place:
    """The place that a new task names: the innermost counts, and the others have to agree.

    Raises InvalidInput.
    """
    if parent_id is not None:
        place = await parts_of(db, actor, parent_id)
    elif section_id is not None:
        place = await top_of_section(db, actor, section_id)
    elif project_id not in {None, actor.user_id}:
        place = await top_of_project(db, actor, project_id)
    else:
        place = Place(actor.user_id)
    if section_id not in {None, place.section_id}:
        raise InvalidInput("section_id", "elsewhere")
    if project_id not in {None, place.project_id}:
        raise InvalidInput("project_id", "elsewhere")
    if place.depth > DEPTH_MAX:
        raise InvalidInput("parent_id", "too_deep")
    return place


async def place_to_return_to(db: AsyncSession, actor: Actor, task: TaskRow) -> Place:
    """Where a task from the trash belongs: where it was, or as near to that as can be."""
    for find, where in (
        (parts_of, task.parent_id),
        (top_of_section, task.section_id),
        (top_of_project, task.project_id),
    ):
        if where is not None:
            with suppress(InvalidInput):
                return await find(db, actor, where)
    return Place(actor.user_id)


async def beside(
    db: AsyncSession, actor: Actor, step: Step, task_id: UUID, neighbour: Beside
) -> tuple[Place, str]:
    """The place of a neighbour, and the position beside it for a task. Raises InvalidInput."""
    task = await _task(db, actor, neighbour.neighbour, neighbour.field)
    prefix = task.path.removesuffix(task.position)
    place = Place(task.project_id, task.section_id, task.parent_id, prefix)

    async def settle(spread: Sequence[Spread]) -> None:
        for one in spread:
            await settle_parts(db, actor, one.id, prefix + one.new_position)

    position = await between_neighbours(
        db, step, "task", task_id, neighbour, place.among(), access.values(actor), settle=settle
    )
    return place, position


async def open_neighbour(
    db: AsyncSession, actor: Actor, task: TaskRow, *, is_next: bool
) -> UUID | None:
    """The open task right before or after another in its place."""
    position = TASKS.c.position
    place = Place(task.project_id, task.section_id, task.parent_id)
    found = await db.execute(
        select(TASKS.c.id)
        .where(*place.among(), TASKS.c.completed_at.is_(None), TASKS.c.deleted_at.is_(None))
        .where(position > task.position if is_next else position < task.position)
        .order_by(position if is_next else position.desc())
        .limit(1),
        access.values(actor),
    )
    return found.scalar_one_or_none()


async def all_parts(db: AsyncSession, actor: Actor, task_id: UUID) -> Sequence[StoredTask]:
    """All that a task is made of, parents before their parts, the trash included."""
    return (await db.execute(_PARTS, access.values(actor) | {"task_id": task_id})).all()


async def all_wholes(db: AsyncSession, actor: Actor, task_id: UUID) -> Sequence[StoredTask]:
    """All that a task is a part of."""
    return (await db.execute(_WHOLES, access.values(actor) | {"task_id": task_id})).all()


async def settle_parts(db: AsyncSession, actor: Actor, task_id: UUID, path: str) -> None:
    """Give a task this path, and let those of all its parts follow."""
    paths = {task_id: path}
    for row in await all_parts(db, actor, task_id):
        paths[row.id] = f"{paths[row.parent_id]}.{row.position}"
    for one, its_path in paths.items():
        await db.execute(_LEAD, access.values(actor) | {"task_id": one, "path": its_path})


async def lead_parts(
    db: AsyncSession,
    actor: Actor,
    step: Step,
    task_id: UUID,
    columns: Mapping[str, Any],
    field: str,
) -> None:
    """Let all parts of a task follow it to where it now stands, as its columns say.

    Raises InvalidInput about the field if they were then too deep in each other.
    """
    paths = {task_id: columns["path"]}
    new = {name: columns[name] for name in ("project_id", "section_id")}
    for part in await all_parts(db, actor, task_id):
        path = paths[part.id] = f"{paths[part.parent_id]}.{part.position}"
        if path.count(".") >= DEPTH_MAX:
            raise InvalidInput(field, "too_deep")
        old = {"project_id": part.project_id, "section_id": part.section_id}
        if new == old and path == part.path:
            continue
        values: dict[str, Any] = {"task_id": part.id, "path": path, **new}
        if new != old:
            values |= {"version": part.version + 1, "updated_at": step.now}
        await db.execute(_LEAD, access.values(actor) | values)
        step.record("task.moved", "task", {"id": part.id, **old}, {"id": part.id, **new})


async def settle(db: AsyncSession, actor: Actor, step: Step, task_id: UUID) -> None:
    """Let a task and all that belongs to it stand where the top of them is, whatever was changed.

    Raises ChangedSince if a task were a part of itself, or too deep.
    """
    found = await db.execute(_SELF, access.values(actor) | {"task_id": task_id})
    task = found.one_or_none()
    if task is None:
        return
    wholes = await all_wholes(db, actor, task_id)
    top = next((one for one in (task, *wholes) if one.parent_id is None), None)
    if top is None:
        raise ChangedSince("parent_id", None)
    position = await db.scalar(_SECTION_POSITION, {"section_id": top.section_id})
    path = f"{position or ''}!{top.position}"
    await db.execute(_LEAD, access.values(actor) | {"task_id": top.id, "path": path})
    try:
        await lead_parts(db, actor, step, top.id, {**top._asdict(), "path": path}, "parent_id")
    except InvalidInput:
        raise ChangedSince("parent_id", None) from None


async def _task(db: AsyncSession, actor: Actor, task_id: UUID, field: str) -> StoredTask:
    values = access.values(actor) | {"place_id": task_id}
    task = (await db.execute(_TASK, values)).one_or_none()
    if task is None:
        raise InvalidInput(field, "unknown")
    return task
