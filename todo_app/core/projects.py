"""Projects: the lists that tasks live in. Each account has one, the Inbox, that always stays."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Row, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import access, changes, positions, renames
from todo_app.core.access import Actor
from todo_app.core.database import insert_if_absent
from todo_app.core.errors import InboxStays, LimitReached, NotFound
from todo_app.core.models import PROJECTS, TASKS, Project, User, new_id
from todo_app.core.neighbours import Beside, between_neighbours
from todo_app.core.patches import UnclearablePatch
from todo_app.core.rows import set_row, take_row
from todo_app.core.text import Heading

INBOX = "Inbox"
PROJECTS_MAX = 500

Colour = Literal[
    "grey", "red", "orange", "yellow", "green", "teal", "blue", "indigo", "violet", "pink"
]


class ProjectDraft(BaseModel):
    """What a new project may bring. The id is the client's choice, or ours."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: UUID | None = None
    name: Heading
    colour: Colour = "grey"


class ProjectPatch(UnclearablePatch):
    """What is to change of a project; absent fields stay."""

    name: Heading | None = None
    colour: Colour | None = None


class ProjectView(BaseModel):
    """A project as its owner sees it. Moments are UTC; `task_count` is of open tasks."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    name: str
    colour: str
    position: str
    is_inbox: bool
    task_count: int
    archived_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: Row[*tuple[Any, ...]]) -> ProjectView:
        """The view of a whole row."""
        return cls.model_validate({**row._asdict(), "is_inbox": row.id == row.user_id})


_ID = PROJECTS.c.id == bindparam("project_id")
_GET = select(PROJECTS).where(*access.READABLE_PROJECTS, _ID)
_LIST = (
    select(PROJECTS)
    .where(*access.READABLE_PROJECTS)
    .order_by(PROJECTS.c.position, PROJECTS.c.id)
    .limit(PROJECTS_MAX)
)
_COUNT = select(func.count()).select_from(PROJECTS).where(*access.READABLE_PROJECTS)
_MOVE_TASKS_TO_TRASH = (
    update(TASKS)
    .where(*access.READABLE_TASKS, TASKS.c.project_id == bindparam("of_project"))
    .values(version=TASKS.c.version + 1)
    .returning(TASKS.c.id)
)
_TAKE_TASKS_OUT_OF_TRASH = (
    update(TASKS)
    .where(
        access.own_rows(TASKS),
        TASKS.c.project_id == bindparam("of_project"),
        TASKS.c.deleted_at == bindparam("gone_at"),
    )
    .values(version=TASKS.c.version + 1)
    .returning(TASKS.c.id)
)


def inbox_of(user: User) -> Project:
    """The Inbox of a new account; it is known by having the id of the account."""
    return Project(
        id=user.id,
        user_id=user.id,
        name=INBOX,
        colour="grey",
        position=positions.first(),
        created_at=user.created_at,
        updated_at=user.created_at,
    )


async def create_project(
    db: AsyncSession, actor: Actor, draft: ProjectDraft
) -> tuple[ProjectView, bool]:
    """Add a project behind the others and return it, and whether it is new.

    The same id again returns the project as it is now. Raises NotFound if the id is another's,
    LimitReached.
    """
    step = await changes.begin(db, actor)
    await _refuse_too_many(db, actor)
    project_id = draft.id or new_id()
    values = {
        "id": project_id,
        "user_id": actor.user_id,
        "name": draft.name,
        "colour": draft.colour,
        "created_at": step.now,
        "updated_at": step.now,
    }
    created = await db.execute(insert_if_absent(db, Project).values(values).returning(*PROJECTS.c))
    row = created.one_or_none()
    if row is None:
        return await get_project(db, actor, project_id), False
    step.record("project.created", "project", None, row)
    return ProjectView.of(row), True


async def get_project(db: AsyncSession, actor: Actor, project_id: UUID) -> ProjectView:
    """One project. Raises NotFound."""
    found = await db.execute(_GET, access.values(actor) | {"project_id": project_id})
    row = found.one_or_none()
    if row is None:
        raise NotFound
    return ProjectView.of(row)


async def list_projects(db: AsyncSession, actor: Actor) -> list[ProjectView]:
    """All projects in their order, the archived ones among them."""
    found = await db.execute(_LIST, access.values(actor))
    return [ProjectView.of(row) for row in found]


async def update_project(
    db: AsyncSession,
    actor: Actor,
    project_id: UUID,
    patch: ProjectPatch,
    *,
    expected_version: int | None = None,
) -> ProjectView:
    """Change name or colour. Raises NotFound, StaleVersion, InboxStays."""
    step, before = await take_row(db, actor, "project", project_id, expected_version, get_project)
    values = patch.model_dump(exclude_unset=True)
    if project_id == actor.user_id and values.get("name", INBOX) != INBOX:
        raise InboxStays
    after = await set_row(db, actor, step, "project.changed", before, values)
    await renames.follow(db, actor, step, "project", project_id, (before.name, after.name))
    return ProjectView.of(after)


async def move_project(
    db: AsyncSession,
    actor: Actor,
    project_id: UUID,
    beside: Beside,
    *,
    expected_version: int | None = None,
) -> ProjectView:
    """Put a project beside another.

    Raises NotFound, StaleVersion, InvalidInput if the other is none of theirs.
    """
    step, before = await take_row(db, actor, "project", project_id, expected_version, get_project)
    among = [access.own_rows(PROJECTS)]
    position = await between_neighbours(
        db, step, "project", project_id, beside, among, access.values(actor)
    )
    return ProjectView.of(
        await set_row(db, actor, step, "project.moved", before, {"position": position})
    )


async def archive_project(
    db: AsyncSession, actor: Actor, project_id: UUID, *, expected_version: int | None = None
) -> ProjectView:
    """Put a project out of sight, with its tasks. Raises NotFound, StaleVersion, InboxStays."""
    step, before = await take_row(db, actor, "project", project_id, expected_version, get_project)
    if project_id == actor.user_id:
        raise InboxStays
    values = {"archived_at": before.archived_at or step.now}
    return ProjectView.of(await set_row(db, actor, step, "project.archived", before, values))


async def unarchive_project(
    db: AsyncSession, actor: Actor, project_id: UUID, *, expected_version: int | None = None
) -> ProjectView:
    """Bring an archived project back into sight. Raises NotFound, StaleVersion."""
    step, before = await take_row(db, actor, "project", project_id, expected_version, get_project)
    return ProjectView.of(
        await set_row(db, actor, step, "project.unarchived", before, {"archived_at": None})
    )


async def delete_project(
    db: AsyncSession, actor: Actor, project_id: UUID, *, expected_version: int | None = None
) -> ProjectView:
    """Move a project to the trash with all it holds. Raises NotFound, StaleVersion, InboxStays."""
    step, before = await take_row(db, actor, "project", project_id, expected_version, get_project)
    if project_id == actor.user_id:
        raise InboxStays
    moment = {"deleted_at": step.now, "updated_at": step.now}
    values = {**access.values(actor), **moment, "of_project": project_id}
    for row in await db.execute(_MOVE_TASKS_TO_TRASH, values):
        old, new = {"id": row.id, "deleted_at": None}, {"id": row.id, "deleted_at": step.now}
        step.record("task.deleted", "task", old, new)
    return ProjectView.of(
        await set_row(db, actor, step, "project.deleted", before, {"deleted_at": step.now})
    )


async def restore_project(db: AsyncSession, actor: Actor, project_id: UUID) -> ProjectView:
    """Take a project out of the trash with all that went there with it.

    What was deleted before stays there. Raises NotFound, LimitReached.
    """
    step, before = await changes.take(db, actor, "project", project_id)
    if before.deleted_at is None:
        return await get_project(db, actor, project_id)
    await _refuse_too_many(db, actor)
    gone_at = before.deleted_at
    values = {**access.values(actor), "of_project": project_id, "gone_at": gone_at}
    values |= {"deleted_at": None, "updated_at": step.now}
    for row in await db.execute(_TAKE_TASKS_OUT_OF_TRASH, values):
        old, new = {"id": row.id, "deleted_at": gone_at}, {"id": row.id, "deleted_at": None}
        step.record("task.restored", "task", old, new)
    return ProjectView.of(
        await set_row(db, actor, step, "project.restored", before, {"deleted_at": None})
    )


async def _refuse_too_many(db: AsyncSession, actor: Actor) -> None:
    count = (await db.execute(_COUNT, access.values(actor))).scalar_one()
    if count >= PROJECTS_MAX:
        raise LimitReached(PROJECTS_MAX)
