"""The trash over HTTP. What is in it is restored where its kind lives."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import Response

from todo_app.api.deps import CurrentActor, JsonRoute, ReadDb, json_answer, operation_id
from todo_app.api.problems import documented
from todo_app.core import trash
from todo_app.core.trash import TrashedView

router = APIRouter(
    prefix="/v1/trash",
    tags=["trash"],
    route_class=JsonRoute,
    generate_unique_id_function=operation_id,
)


class TrashList(BaseModel):
    """What was deleted last."""

    items: list[TrashedView]


@router.get("", response_model=TrashList, responses=documented(401))
async def list_trash(actor: CurrentActor, db: ReadDb) -> Response:
    """The last 100 tasks and projects that were deleted, the latest first.

    What went to the trash with another is not named: it comes back with that one. After 30 days it
    is deleted for good.
    """
    found = await trash.list_trash(db, actor)
    return json_answer(TrashList(items=found).model_dump_json())
