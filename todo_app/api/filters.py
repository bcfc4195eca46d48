"""Saved filters over HTTP."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, status
from pydantic import BaseModel, ConfigDict
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
from todo_app.core import saved_filters
from todo_app.core.neighbours import Beside
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
        return view_answer(made, is_new=is_new, path=router.prefix)

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
    return view_answer(await saved_filters.get_filter(db, actor, filter_id))


@router.patch(
    "/{filter_id}",
    response_model=FilterView,
    responses={200: {"headers": ETAG}, **documented(400, 401, 404, 412, 413, 415, 422)},
)
async def update_filter(
    filter_id: UUID, patch: FilterPatch, db: Db, actor: CurrentActor, if_match: Precondition
) -> Response:
    """Change the fields that are sent."""
    expected = await expected_version(if_match, saved_filters.get_filter, db, actor, filter_id)
    return view_answer(
        await saved_filters.update_filter(db, actor, filter_id, patch, expected_version=expected)
    )


@router.post(
    "/{filter_id}/move",
    response_model=FilterView,
    responses=CHANGED,
)
async def move_filter(
    filter_id: UUID,
    beside: Beside,
    db: Db,
    actor: CurrentActor,
    if_match: Precondition,
    idempotency: Once,
) -> Response:
    """Put a filter right before or right after another."""

    async def act() -> Response:
        expected = await expected_version(if_match, saved_filters.get_filter, db, actor, filter_id)
        return view_answer(
            await saved_filters.move_filter(db, actor, filter_id, beside, expected_version=expected)
        )

    return await idempotency.once(act)


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
    expected = await expected_version(if_match, saved_filters.get_filter, db, actor, filter_id)
    await saved_filters.delete_filter(db, actor, filter_id, expected_version=expected)
    return no_content()
