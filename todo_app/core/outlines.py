"""A project with its sections, in one query."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import access
from todo_app.core.access import Actor
from todo_app.core.errors import NotFound
from todo_app.core.models import PROJECTS, SECTIONS
from todo_app.core.projects import ProjectView


class HeadingView(BaseModel):
    """A section, by its name."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    name: str


class Outline(BaseModel):
    """A project and its sections in their order."""

    model_config = ConfigDict(frozen=True)

    project: ProjectView
    sections: list[HeadingView]


_OUTLINE = (
    select(PROJECTS, SECTIONS.c.id.label("section_id"), SECTIONS.c.name.label("section_name"))
    .outerjoin(SECTIONS, SECTIONS.c.project_id == PROJECTS.c.id)
    .where(*access.READABLE_PROJECTS, PROJECTS.c.id == bindparam("project_id"))
    .order_by(SECTIONS.c.position, SECTIONS.c.id)
)


async def get_outline(db: AsyncSession, actor: Actor, project_id: UUID) -> Outline:
    """The outline of a project. Raises NotFound."""
    found = await db.execute(_OUTLINE, access.values(actor) | {"project_id": project_id})
    rows = found.all()
    if not rows:
        raise NotFound
    sections = [
        HeadingView(id=row.section_id, name=row.section_name) for row in rows if row.section_id
    ]
    return Outline(project=ProjectView.of(rows[0]), sections=sections)
