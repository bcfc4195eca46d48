"""History, undo, redo and sync over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from todo_app.api.deps import CurrentActor, Db, JsonRoute, Once, ReadDb, json_answer, operation_id
from todo_app.api.problems import documented
from todo_app.core import history, sync, undo
from todo_app.core.history import CURSOR_MAX_CHARACTERS, PAGE_DEFAULT, PAGE_MAX, ChangePage
from todo_app.core.sync import TOKEN_MAX_CHARACTERS, SyncPage
from todo_app.core.undo import UndoneStep

router = APIRouter(
    prefix="/v1",
    tags=["changes"],
    route_class=JsonRoute,
    generate_unique_id_function=operation_id,
)

_REFUSALS = documented(400, 401, 409, 413, 415, 422)


class ChangeQuery(BaseModel):
    """Which part of the history to list."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    about: UUID | None = Field(None, description="Only the history of the thing with this id.")
    limit: int = Field(PAGE_DEFAULT, ge=1, le=PAGE_MAX)
    cursor: str | None = Field(
        None,
        max_length=CURSOR_MAX_CHARACTERS,
        description="The `next_cursor` of the part before, of the same history.",
    )


@router.get("/changes", response_model=ChangePage, responses=documented(400, 401, 422))
async def list_changes(
    actor: CurrentActor, query: Annotated[ChangeQuery, Query()], db: ReadDb
) -> Response:
    """What was changed, by whom and by which way in, the latest first."""
    page = await history.list_changes(
        db, actor, about_id=query.about, limit=query.limit, cursor=query.cursor
    )
    return json_answer(page.model_dump_json())


@router.post("/undo", response_model=UndoneStep, responses=_REFUSALS)
async def undo_last(db: Db, actor: CurrentActor, idempotency: Once) -> Response:
    """Take back your last step, wherever you did it."""

    async def undo_it() -> Response:
        return _answer(await undo.undo_last(db, actor))

    return await idempotency.once(undo_it)


@router.post("/redo", response_model=UndoneStep, responses=_REFUSALS)
async def redo_last(db: Db, actor: CurrentActor, idempotency: Once) -> Response:
    """Do again what you took back last, unless you did something else since."""

    async def redo_it() -> Response:
        return _answer(await undo.redo_last(db, actor))

    return await idempotency.once(redo_it)


@router.post(
    "/changes/{change_id}/undo",
    response_model=UndoneStep,
    responses={**_REFUSALS, **documented(404)},
)
async def undo_change(change_id: UUID, db: Db, actor: CurrentActor, idempotency: Once) -> Response:
    """Take back the step that a change is part of; of an undo, that is redo."""

    async def undo_it() -> Response:
        return _answer(await undo.undo_change(db, actor, change_id))

    return await idempotency.once(undo_it)


class SyncQuery(BaseModel):
    """Since when, and how much at once."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    since: str | None = Field(
        None,
        max_length=TOKEN_MAX_CHARACTERS,
        description="The `next` of the answer before; without it, everything is read.",
    )
    limit: int = Field(sync.PAGE_DEFAULT, ge=1, le=sync.PAGE_MAX)


@router.get("/sync", response_model=SyncPage, responses=documented(400, 401, 410, 422))
async def read_sync(
    actor: CurrentActor, query: Annotated[SyncQuery, Query()], db: ReadDb
) -> Response:
    """What changed since, tombstones too; a token that is too old is answered 410."""
    page = await sync.sync(db, actor, since=query.since, limit=query.limit)
    return json_answer(page.model_dump_json())


def _answer(step: UndoneStep) -> Response:
    return json_answer(step.model_dump_json())
