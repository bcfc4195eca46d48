"""Sections over HTTP."""

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
from todo_app.core import sections
from todo_app.core.neighbours import Beside
from todo_app.core.sections import SectionDraft, SectionPatch, SectionView

router = APIRouter(
    prefix="/v1",
    tags=["sections"],
    route_class=JsonRoute,
    generate_unique_id_function=operation_id,
)
_PATH = "/v1/sections"


class SectionList(BaseModel):
    """All sections of a project."""

    items: list[SectionView]


@router.post(
    "/sections",
    response_model=SectionView,
    status_code=status.HTTP_201_CREATED,
    responses=created(SectionView, "section"),
)
async def create_section(
    draft: SectionDraft, db: Db, actor: CurrentActor, idempotency: Once
) -> Response:
    """Add a section at the end of a project. The client may choose the `id`."""

    async def act() -> Response:
        section, is_new = await sections.create_section(db, actor, draft)
        return view_answer(section, is_new=is_new, path=_PATH)

    return await idempotency.once(act)


@router.get(
    "/projects/{project_id}/sections", response_model=SectionList, responses=documented(401, 404)
)
async def list_sections(project_id: UUID, actor: CurrentActor, db: ReadDb) -> Response:
    """The sections of a project in their order."""
    found = await sections.list_sections(db, actor, project_id)
    return json_answer(SectionList(items=found).model_dump_json())


@router.get(
    "/sections/{section_id}",
    response_model=SectionView,
    responses={200: {"headers": ETAG}, **documented(401, 404)},
)
async def get_section(section_id: UUID, actor: CurrentActor, db: ReadDb) -> Response:
    """One section. Its `ETag` is its version."""
    return view_answer(await sections.get_section(db, actor, section_id))


@router.patch("/sections/{section_id}", response_model=SectionView, responses=CHANGED)
async def update_section(
    section_id: UUID, patch: SectionPatch, db: Db, actor: CurrentActor, if_match: Precondition
) -> Response:
    """Rename a section. Saved filters follow the name."""
    expected = await expected_version(if_match, sections.get_section, db, actor, section_id)
    return view_answer(
        await sections.update_section(db, actor, section_id, patch, expected_version=expected)
    )


@router.delete(
    "/sections/{section_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    responses=documented(400, 401, 404, 412),
)
async def delete_section(
    section_id: UUID, db: Db, actor: CurrentActor, if_match: Precondition
) -> Response:
    """Take a heading away; its tasks stay in the project."""
    expected = await expected_version(if_match, sections.get_section, db, actor, section_id)
    await sections.delete_section(db, actor, section_id, expected_version=expected)
    return no_content()


@router.post("/sections/{section_id}/move", response_model=SectionView, responses=CHANGED)
async def move_section(
    section_id: UUID,
    beside: Beside,
    db: Db,
    actor: CurrentActor,
    if_match: Precondition,
    idempotency: Once,
) -> Response:
    """Put a section with its tasks right before or right after another of its project."""

    async def act() -> Response:
        expected = await expected_version(if_match, sections.get_section, db, actor, section_id)
        return view_answer(
            await sections.move_section(db, actor, section_id, beside, expected_version=expected)
        )

    return await idempotency.once(act)
