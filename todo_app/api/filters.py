"""Saved filters over HTTP."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, status
from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from todo_app.api.deps import (
    ETAG,
    ROOT,
    CurrentActor,
    Db,
    IfMatch,
    JsonRoute,
    Once,
    Precondition,
    ReadDb,
    created,
    etag,
    json_answer,
    no_content,
    operation_id,
)
from todo_app.api.problems import documented
from todo_app.core import saved_filters
from todo_app.core.access import Actor
from todo_app.core.saved_filters import FilterDraft, FilterPatch, FilterView

router = APIRouter(
    prefix="/v1/filters",
    tags=["filters"],
    route_class=JsonRoute,
    generate_unique_id_function=operation_id,
)


class FilterList(BaseModel):
    """The filters of a person, in their order."""

    model_config = ConfigDict(frozen=True)

    items: list[FilterView]


@router.post(
    "",
    response_model=FilterView,
    status_code=status.HTTP_201_CREATED,
    responses=created(FilterView, "filter"),
)
async def create_filter(
    draft: FilterDraft, db: Db, actor: CurrentActor, idempotency: Once
) -> Response:
    """Save a filter. A 422 names the place in `query` of what cannot be read."""

    async def create() -> Response:
        made, is_new = await saved_filters.create_filter(db, actor, draft)
        return _answer(made, 201 if is_new else 200, location=f"{ROOT}/v1/filters/{made.id}")

    return await idempotency.once(create)


@router.get("", response_model=FilterList, responses=documented(401))
async def list_filters(actor: CurrentActor, db: ReadDb) -> Response:
    """All saved filters. To list the tasks of one: `GET /v1/tasks?filter=` with its `query`."""
    found = await saved_filters.list_filters(db, actor)
    return json_answer(FilterList(items=found).model_dump_json())


@router.get(
    "/{filter_id}",
    response_model=FilterView,
    responses={200: {"headers": ETAG}, **documented(401, 404)},
)
async def get_filter(filter_id: UUID, actor: CurrentActor, db: ReadDb) -> Response:
    """One saved filter. Its `ETag` is its version."""
    return _answer(await saved_filters.get_filter(db, actor, filter_id))


@router.patch(
    "/{filter_id}",
    response_model=FilterView,
    responses={200: {"headers": ETAG}, **documented(400, 401, 404, 412, 413, 415, 422)},
)
async def update_filter(
    filter_id: UUID, patch: FilterPatch, db: Db, actor: CurrentActor, if_match: Precondition
) -> Response:
    """Change the fields that are sent."""
    expected = await _expected(db, actor, filter_id, if_match)
    return _answer(
        await saved_filters.update_filter(db, actor, filter_id, patch, expected_version=expected)
    )


@router.delete(
    "/{filter_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    responses=documented(400, 401, 404, 412),
)
async def delete_filter(
    filter_id: UUID, db: Db, actor: CurrentActor, if_match: Precondition
) -> Response:
    """Delete a saved filter; its tasks stay."""
    expected = await _expected(db, actor, filter_id, if_match)
    await saved_filters.delete_filter(db, actor, filter_id, expected_version=expected)
    return no_content()


async def _expected(
    db: AsyncSession, actor: Actor, filter_id: UUID, if_match: IfMatch
) -> int | None:
    async def current_version() -> int:
        return (await saved_filters.get_filter(db, actor, filter_id)).version

    return await if_match.expected_version(current_version)


def _answer(found: FilterView, code: int = 200, *, location: str | None = None) -> Response:
    return json_answer(
        found.model_dump_json(), status=code, etag=etag(found.version), location=location
    )
