"""Projects over HTTP."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, status
from pydantic import BaseModel
from starlette.responses import Response

from todo_app.api.deps import (
    CHANGED,
    ETAG,
    CurrentActor,
    Db,
    JsonRoute,
    Once,
    Precondition,
    ReadDb,
    created,
    expected_version,
    json_answer,
    no_content,
    operation_id,
    view_answer,
)
from todo_app.api.problems import documented
from todo_app.core import projects
from todo_app.core.neighbours import Beside
from todo_app.core.projects import ProjectDraft, ProjectPatch, ProjectView

router = APIRouter(
    prefix="/v1/projects",
    tags=["projects"],
    route_class=JsonRoute,
    generate_unique_id_function=operation_id,
)


class ProjectList(BaseModel):
    """All projects of a person."""

    items: list[ProjectView]


@router.post(
    "",
    response_model=ProjectView,
    status_code=status.HTTP_201_CREATED,
    responses=created(ProjectView, "project"),
)
async def create_project(
    draft: ProjectDraft, db: Db, actor: CurrentActor, idempotency: Once
) -> Response:
    """Add a project behind the others. The client may choose the `id`."""

    async def act() -> Response:
        project, is_new = await projects.create_project(db, actor, draft)
        return view_answer(project, is_new=is_new, path=router.prefix)

    return await idempotency.once(act)


@router.get("", response_model=ProjectList, responses=documented(401))
async def list_projects(actor: CurrentActor, db: ReadDb) -> Response:
    """All projects in their order, archived ones too."""
    found = await projects.list_projects(db, actor)
    return json_answer(ProjectList(items=found).model_dump_json())


@router.get(
    "/{project_id}",
    response_model=ProjectView,
    responses={200: {"headers": ETAG}, **documented(401, 404)},
)
async def get_project(project_id: UUID, actor: CurrentActor, db: ReadDb) -> Response:
    """One project. Its `ETag` is its version, which does not count its tasks."""
    return view_answer(await projects.get_project(db, actor, project_id))


@router.patch("/{project_id}", response_model=ProjectView, responses=CHANGED)
async def update_project(
    project_id: UUID, patch: ProjectPatch, db: Db, actor: CurrentActor, if_match: Precondition
) -> Response:
    """Change the name or the colour. Saved filters follow the name."""
    expected = await expected_version(if_match, projects.get_project, db, actor, project_id)
    return view_answer(
        await projects.update_project(db, actor, project_id, patch, expected_version=expected)
    )


@router.delete(
    "/{project_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    responses=documented(400, 401, 404, 409, 412),
)
async def delete_project(
    project_id: UUID, db: Db, actor: CurrentActor, if_match: Precondition
) -> Response:
    """Move a project to the trash with all it holds."""
    expected = await expected_version(if_match, projects.get_project, db, actor, project_id)
    await projects.delete_project(db, actor, project_id, expected_version=expected)
    return no_content()


@router.post("/{project_id}/move", response_model=ProjectView, responses=CHANGED)
async def move_project(
    project_id: UUID,
    beside: Beside,
    db: Db,
    actor: CurrentActor,
    if_match: Precondition,
    idempotency: Once,
) -> Response:
    """Put a project right before or right after another."""

    async def act() -> Response:
        expected = await expected_version(if_match, projects.get_project, db, actor, project_id)
        return view_answer(
            await projects.move_project(db, actor, project_id, beside, expected_version=expected)
        )

    return await idempotency.once(act)


@router.post("/{project_id}/archive", response_model=ProjectView, responses=CHANGED)
async def archive_project(
    project_id: UUID, db: Db, actor: CurrentActor, if_match: Precondition, idempotency: Once
) -> Response:
    """Put a project out of sight; its tasks are in no list but its own."""

    async def act() -> Response:
        expected = await expected_version(if_match, projects.get_project, db, actor, project_id)
        return view_answer(
            await projects.archive_project(db, actor, project_id, expected_version=expected)
        )

    return await idempotency.once(act)


@router.post("/{project_id}/unarchive", response_model=ProjectView, responses=CHANGED)
async def unarchive_project(
    project_id: UUID, db: Db, actor: CurrentActor, if_match: Precondition, idempotency: Once
) -> Response:
    """Bring an archived project back into sight."""

    async def act() -> Response:
        expected = await expected_version(if_match, projects.get_project, db, actor, project_id)
        return view_answer(
            await projects.unarchive_project(db, actor, project_id, expected_version=expected)
        )

    return await idempotency.once(act)


@router.post(
    "/{project_id}/restore",
    response_model=ProjectView,
    responses={200: {"headers": ETAG}, **documented(400, 401, 404, 409, 413, 415, 422)},
)
async def restore_project(
    project_id: UUID, db: Db, actor: CurrentActor, idempotency: Once
) -> Response:
    """Take a project out of the trash with all that went there with it."""

    async def act() -> Response:
        return view_answer(await projects.restore_project(db, actor, project_id))

    return await idempotency.once(act)
