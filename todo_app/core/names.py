"""The names that a line can mention: of projects, of their sections, and of labels."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict
from sqlalchemy import func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import access
from todo_app.core.access import Actor
from todo_app.core.models import LABELS, PROJECTS, SECTIONS

NAMES_MAX = 500
"""How many of each kind are named at most."""


class NameView(BaseModel):
    """A name, of what, and of a section in which project."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["project", "section", "label"]
    name: str
    colour: str
    project: str


_NO_PROJECT = literal("").label("project")
_IS_USED = (*access.READABLE_PROJECTS, PROJECTS.c.archived_at.is_(None))
_PROJECTS = (
    select(literal("project").label("kind"), PROJECTS.c.name, PROJECTS.c.colour, _NO_PROJECT)
    .where(*_IS_USED)
    .order_by(PROJECTS.c.position, PROJECTS.c.id)
    .limit(NAMES_MAX)
)
_SECTIONS = (
    select(
        literal("section").label("kind"),
        SECTIONS.c.name,
        PROJECTS.c.colour,
        PROJECTS.c.name.label("project"),
    )
    .join(PROJECTS, PROJECTS.c.id == SECTIONS.c.project_id)
    .where(*_IS_USED)
    .order_by(PROJECTS.c.position, PROJECTS.c.id, SECTIONS.c.position, SECTIONS.c.id)
    .limit(NAMES_MAX)
)
_LABELS = (
    select(literal("label").label("kind"), LABELS.c.name, LABELS.c.colour, _NO_PROJECT)
    .where(access.own_rows(LABELS))
    .order_by(LABELS.c.name_key)
    .limit(NAMES_MAX)
)


_MARK = union_all(
    *(
        select(literal(table.name), func.count(), func.max(table.c.updated_at)).where(
            access.own_rows(table)
        )
        for table in (PROJECTS, SECTIONS, LABELS)
    )
)


async def get_mark(db: AsyncSession, actor: Actor) -> str:
    """Another text after each change of a project, a section or a label."""
    rows = await db.execute(_MARK, access.values(actor))
    return " ".join(sorted(f"{name} {count} {changed}" for name, count, changed in rows))


async def list_names(db: AsyncSession, actor: Actor) -> list[NameView]:
    """The names there are: projects and sections in their order, labels by name."""
    values = access.values(actor)
    return [
        NameView.model_validate(row, from_attributes=True)
        for statement in (_PROJECTS, _SECTIONS, _LABELS)
        for row in (await db.execute(statement, values)).all()
    ]
