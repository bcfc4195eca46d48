"""Labels over HTTP."""

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
from todo_app.core import labels
from todo_app.core.labels import LabelDraft, LabelPatch, LabelView

router = APIRouter(
    prefix="/v1/labels",
    tags=["labels"],
    route_class=JsonRoute,
    generate_unique_id_function=operation_id,
)


class LabelList(BaseModel):
    """All labels of a person."""

    items: list[LabelView]


class LabelMerge(BaseModel):
    """Which label takes the tasks of another."""

    model_config = ConfigDict(extra="forbid")

    into: UUID


@router.post(
    "",
    response_model=LabelView,
    status_code=status.HTTP_201_CREATED,
    responses=created(LabelView, "label"),
)
async def create_label(
    draft: LabelDraft, db: Db, actor: CurrentActor, idempotency: Once
) -> Response:
    """Add a label. Its name is unique, whatever the case. The client may choose the `id`."""

    async def act() -> Response:
        label, is_new = await labels.create_label(db, actor, draft)
        return view_answer(label, is_new=is_new, path=router.prefix)

    return await idempotency.once(act)


@router.get("", response_model=LabelList, responses=documented(401))
async def list_labels(actor: CurrentActor, db: ReadDb) -> Response:
    """All labels by name."""
    found = await labels.list_labels(db, actor)
    return json_answer(LabelList(items=found).model_dump_json())


@router.get(
    "/{label_id}",
    response_model=LabelView,
    responses={200: {"headers": ETAG}, **documented(401, 404)},
)
async def get_label(label_id: UUID, actor: CurrentActor, db: ReadDb) -> Response:
    """One label. Its `ETag` is its version, which does not count its tasks."""
    return view_answer(await labels.get_label(db, actor, label_id))


@router.patch("/{label_id}", response_model=LabelView, responses=CHANGED)
async def update_label(
    label_id: UUID, patch: LabelPatch, db: Db, actor: CurrentActor, if_match: Precondition
) -> Response:
    """Change the name or the colour, on all tasks at once. Saved filters follow the name."""
    expected = await expected_version(if_match, labels.get_label, db, actor, label_id)
    return view_answer(
        await labels.update_label(db, actor, label_id, patch, expected_version=expected)
    )


@router.delete(
    "/{label_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    responses=documented(400, 401, 404, 412),
)
async def delete_label(
    label_id: UUID, db: Db, actor: CurrentActor, if_match: Precondition
) -> Response:
    """Take a label away, and off all tasks."""
    expected = await expected_version(if_match, labels.get_label, db, actor, label_id)
    await labels.delete_label(db, actor, label_id, expected_version=expected)
    return no_content()


@router.post("/{label_id}/merge", response_model=LabelView, responses=CHANGED)
async def merge_label(
    label_id: UUID,
    merge: LabelMerge,
    db: Db,
    actor: CurrentActor,
    if_match: Precondition,
    idempotency: Once,
) -> Response:
    """Give all tasks of a label another one, take the label away; answers with the other.

    Saved filters that name it name the other from now on.
    """

    async def act() -> Response:
        expected = await expected_version(if_match, labels.get_label, db, actor, label_id)
        return view_answer(
            await labels.merge_label(db, actor, label_id, merge.into, expected_version=expected)
        )

    return await idempotency.once(act)
