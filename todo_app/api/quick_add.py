"""Tasks said in one line, over HTTP."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, status
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from todo_app.api.deps import (
    ETAG,
    LOCATION,
    CurrentActor,
    Db,
    JsonRoute,
    Once,
    json_answer,
    operation_id,
    view_answer,
)
from todo_app.api.problems import documented
from todo_app.api.sentences import SENTENCE_BY_REASON
from todo_app.core import quick_tasks
from todo_app.core.quick_tasks import QuickLine, QuickReading
from todo_app.core.task_views import TaskView

router = APIRouter(
    prefix="/v1/tasks",
    tags=["tasks"],
    route_class=JsonRoute,
    generate_unique_id_function=operation_id,
)


class QuickTask(BaseModel):
    """A line, and whether to read it only. The id of the task is the client's choice, or ours."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: UUID | None = None
    text: QuickLine
    dry_run: bool = Field(default=False, strict=True)


@router.post(
    "/quick",
    response_model=TaskView,
    status_code=status.HTTP_201_CREATED,
    responses={
        200: {
            "model": QuickReading | TaskView,
            "description": "What the line would become, or the task with this id, as it is now.",
        },
        201: {"headers": ETAG | LOCATION},
        **documented(400, 401, 404, 409, 413, 415, 422),
    },
)
async def create_quick_task(
    line: QuickTask, db: Db, actor: CurrentActor, idempotency: Once
) -> Response:
    """Add the task that a line says: `Water plants every 3 days at 7pm p2`.

    The client may choose the `id`: sent again, it answers 200 with the task as it is now.
    """
    if line.dry_run:
        reading = await quick_tasks.read_line(db, actor, line.text)
        refused = reading.refused and SENTENCE_BY_REASON[reading.refused]
        return json_answer(reading.model_copy(update={"refused": refused}).model_dump_json())

    async def create() -> Response:
        task, is_new = await quick_tasks.create_quick_task(db, actor, line.text, task_id=line.id)
        return view_answer(task, is_new=is_new, path=router.prefix)

    return await idempotency.once(create)
