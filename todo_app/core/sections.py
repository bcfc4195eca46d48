"""Sections: headings inside a project, in an order of their own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Row, bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import access, changes, renames
from todo_app.core.access import Actor
from todo_app.core.changes import Step
from todo_app.core.database import insert_if_absent
from todo_app.core.errors import InvalidInput, LimitReached, NotFound
from todo_app.core.models import PROJECTS, SECTIONS, TASKS, Section, new_id
from todo_app.core.neighbours import Beside, Spread, between_neighbours
from todo_app.core.reads import AnyRow
from todo_app.core.rows import set_row, take_row
from todo_app.core.text import Heading

SECTIONS_MAX = 100
"""How many sections a project may have."""


class SectionDraft(BaseModel):
    """What a new section needs. The id is the client's choice, or ours."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: UUID | None = None
    project_id: UUID
    name: Heading


class SectionPatch(BaseModel):
    """What is to change of a section."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Heading


class SectionView(BaseModel):
    """A section as the owner of its project sees it. Moments are UTC."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    project_id: UUID
    name: str
    position: str
    version: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: Row[*tuple[Any, ...]]) -> SectionView:
        """The view of a whole row."""
        return cls.model_validate(row, from_attributes=True)


_ID = SECTIONS.c.id == bindparam("section_id")
_IN_PROJECT = SECTIONS.c.project_id == bindparam("of_project")
_READABLE = select(SECTIONS).where(
    access.own_rows(SECTIONS),
    SECTIONS.c.project_id.in_(select(PROJECTS.c.id).where(*access.READABLE_PROJECTS)),
)
_GET = _READABLE.where(_ID)
_LIST = (
    _READABLE.where(_IN_PROJECT).order_by(SECTIONS.c.position, SECTIONS.c.id).limit(SECTIONS_MAX)
)
_COUNT = select(func.count()).where(access.own_rows(SECTIONS), _IN_PROJECT)
_PROJECT = select(PROJECTS.c.id).where(
    *access.READABLE_PROJECTS, PROJECTS.c.id == bindparam("of_project")
)
_DELETE = delete(SECTIONS).where(access.own_rows(SECTIONS), _ID)
_IN_SECTION = (access.own_rows(TASKS), TASKS.c.section_id == bindparam("of_section"))
# What follows the position of the section in the paths of its tasks stays.
_REST = func.substr(TASKS.c.path, func.length(bindparam("old_position")) + 1)
_FOLLOW = update(TASKS).where(*_IN_SECTION).values(path=bindparam("new_position").concat(_REST))
_STAY = (
    update(TASKS)
    .where(*_IN_SECTION)
    .values(section_id=None, path=_REST, version=TASKS.c.version + 1)
    .returning(TASKS.c.id)
)


async def create_section(
    db: AsyncSession, actor: Actor, draft: SectionDraft
) -> tuple[SectionView, bool]:
    """Add a section at the end of a project and return it, and whether it is new.

    The same id again returns the section as it is now. Raises NotFound if the id is another's,
    InvalidInput for a project that is none of theirs, LimitReached.
    """
    step = await changes.begin(db, actor)
    in_project = access.values(actor) | {"of_project": draft.project_id}
    if (await db.execute(_PROJECT, in_project)).one_or_none() is None:
        raise InvalidInput("project_id", "unknown")
    if (await db.execute(_COUNT, in_project)).scalar_one() >= SECTIONS_MAX:
        raise LimitReached(SECTIONS_MAX)
    section_id = draft.id or new_id()
    values = {
        "id": section_id,
        "user_id": actor.user_id,
        "project_id": draft.project_id,
        "name": draft.name,
        "created_at": step.now,
        "updated_at": step.now,
    }
    created = await db.execute(insert_if_absent(db, Section).values(values).returning(*SECTIONS.c))
    row = created.one_or_none()
    if row is None:
        return await get_section(db, actor, section_id), False
    step.record("section.created", "section", None, row)
    return SectionView.of(row), True


async def get_section(db: AsyncSession, actor: Actor, section_id: UUID) -> SectionView:
    """One section. Raises NotFound."""
    found = await db.execute(_GET, access.values(actor) | {"section_id": section_id})
    row = found.one_or_none()
    if row is None:
        raise NotFound
    return SectionView.of(row)


async def list_sections(db: AsyncSession, actor: Actor, project_id: UUID) -> list[SectionView]:
    """The sections of a project in their order. Raises NotFound."""
    values = access.values(actor) | {"of_project": project_id}
    found = (await db.execute(_LIST, values)).all()
    if not found and (await db.execute(_PROJECT, values)).one_or_none() is None:
        raise NotFound
    return [SectionView.of(row) for row in found]


async def update_section(
    db: AsyncSession,
    actor: Actor,
    section_id: UUID,
    patch: SectionPatch,
    *,
    expected_version: int | None = None,
) -> SectionView:
    """Rename a section. Raises NotFound, StaleVersion."""
    step, before = await _take(db, actor, section_id, expected_version)
    after = await set_row(db, actor, step, "section.changed", before, {"name": patch.name})
    await renames.follow(db, actor, step, "section", section_id, (before.name, after.name))
    return SectionView.of(after)


async def move_section(
    db: AsyncSession,
    actor: Actor,
    section_id: UUID,
    beside: Beside,
    *,
    expected_version: int | None = None,
) -> SectionView:
    """Put a section with its tasks beside another of the same project.

    Raises NotFound, StaleVersion, InvalidInput if the other is no section of the project.
    """
    step, before = await _take(db, actor, section_id, expected_version)
    among = [access.own_rows(SECTIONS), _IN_PROJECT]
    values = access.values(actor) | {"of_project": before.project_id}

    async def settle(spread: Sequence[Spread]) -> None:
        for one in spread:
            await _follow(db, actor, *one)

    position = await between_neighbours(
        db, step, "section", section_id, beside, among, values, settle=settle
    )
    await _follow(db, actor, section_id, before.position, position)
    return SectionView.of(
        await set_row(db, actor, step, "section.moved", before, {"position": position})
    )


async def delete_section(
    db: AsyncSession, actor: Actor, section_id: UUID, *, expected_version: int | None = None
) -> SectionView:
    """Take a heading away; its tasks stay in the project. Raises NotFound, StaleVersion."""
    step, before = await _take(db, actor, section_id, expected_version)
    values = {**access.values(actor), "of_section": section_id, "updated_at": step.now}
    for row in await db.execute(_STAY, values | {"old_position": before.position}):
        old, new = {"id": row.id, "section_id": section_id}, {"id": row.id, "section_id": None}
        step.record("task.moved", "task", old, new)
    await db.execute(_DELETE, access.values(actor) | {"section_id": section_id})
    step.record("section.deleted", "section", before, None)
    return SectionView.of(before)


async def _follow(
    db: AsyncSession, actor: Actor, section_id: UUID, old_position: str, new_position: str
) -> None:
    """Let the paths of the tasks of a section begin with where it is now."""
    values = {"of_section": section_id, "old_position": old_position, "new_position": new_position}
    await db.execute(_FOLLOW, access.values(actor) | values)


async def _take(
    db: AsyncSession, actor: Actor, section_id: UUID, expected_version: int | None
) -> tuple[Step, AnyRow]:
    """Begin to change a section of a project that is there. Raises NotFound, StaleVersion."""
    taken = await take_row(db, actor, "section", section_id, expected_version, get_section)
    await get_section(db, actor, section_id)
    return taken
