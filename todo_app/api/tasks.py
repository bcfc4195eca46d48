"""Tasks over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, status
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import Response

from todo_app.api.deps import (
    ETAG,
    CurrentActor,
    Db,
    JsonRoute,
    KnownEtags,
    Once,
    Precondition,
    ReadDb,
    created,
    etag,
    expected_version,
    json_answer,
    no_content,
    operation_id,
    query_parameters,
    view_answer,
)
from todo_app.api.problems import documented
from todo_app.core import batches, moves, occurrences, past, task_lists, tasks
from todo_app.core.batches import Batch, BatchResult
from todo_app.core.filters.reader import MAX_CHARACTERS
from todo_app.core.labels import LabelName
from todo_app.core.moves import TaskMove
from todo_app.core.occurrences import Ledger
from todo_app.core.task_lists import (
    CURSOR_MAX_CHARACTERS,
    PAGE_DEFAULT,
    PAGE_MAX,
    Sort,
    TaskFilter,
)
from todo_app.core.task_views import NO_PRIORITY, TaskDraft, TaskPatch, TaskView
from todo_app.core.text import CalendarDate, Moment

router = APIRouter(
    prefix="/v1/tasks",
    tags=["tasks"],
    route_class=JsonRoute,
    generate_unique_id_function=operation_id,
)


class TaskQuery(BaseModel):
    """Which tasks to list, in which order, and which part of the list."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    completed: bool | None = Field(None, description="Only done tasks, or only open ones.")
    due_before: CalendarDate | None = Field(None, description="Due before this date.")
    due_after: CalendarDate | None = Field(None, description="Due after this date.")
    priority: int | None = Field(None, ge=1, le=NO_PRIORITY)
    filter: str | None = Field(
        None,
        max_length=MAX_CHARACTERS,
        description="Only what passes this filter, like `(today | overdue) & p1`. It is about open "
        "tasks unless it says `done`. A 422 names the place of what cannot be read.",
    )
    project: UUID | None = Field(None, description="Only tasks of this project.")
    section: UUID | None = Field(None, description="Only tasks of this section.")
    parent: UUID | None = Field(None, description="Only the parts of this task.")
    label: LabelName | None = Field(None, description="Only tasks with the label of this name.")
    sort: Sort = Field(
        "created",
        description="`created`: oldest first. `newest`: the reverse. `due`: by date, time and "
        "priority, only tasks that are due. `planned`: the same with the others behind. "
        "`completed`: latest first, only tasks that are done. "
        "`outline`: as in their project, parts behind what they are a part of.",
    )
    limit: int = Field(PAGE_DEFAULT, ge=1, le=PAGE_MAX)
    cursor: str | None = Field(
        None,
        max_length=CURSOR_MAX_CHARACTERS,
        description="The `next_cursor` of the part before, with the same sort and filters.",
    )


class TaskList(BaseModel):
    """A part of a list. `next_cursor` is null where the list ends."""

    items: list[TaskView]
    next_cursor: str | None


LISTED = {"items", "next_cursor"}
_NO_QUERY = TaskQuery()


async def _task_query(request: Request) -> TaskQuery:
    # FastAPI could read the model itself, but takes longer for that than for all the rest.
    if not request.scope["query_string"]:
        return _NO_QUERY
    try:
        return TaskQuery.model_validate(dict(request.query_params))
    except ValidationError as error:
        flaws = [{**flaw, "loc": ("query", *flaw["loc"])} for flaw in error.errors()]
        raise RequestValidationError(flaws) from None


@router.post(
    "",
    response_model=TaskView,
    status_code=status.HTTP_201_CREATED,
    responses=created(TaskView, "task"),
)
async def create_task(draft: TaskDraft, db: Db, actor: CurrentActor, idempotency: Once) -> Response:
    """Add a task.

    The client may choose the `id`: sent again, it answers 200 with the task as it is now.
    """

    async def create() -> Response:
        task, is_new = await tasks.create_task(db, actor, draft)
        return view_answer(task, is_new=is_new, path=router.prefix)

    return await idempotency.once(create)


@router.get(
    "",
    response_model=TaskList,
    responses=documented(400, 401, 422),
    openapi_extra={"parameters": query_parameters(TaskQuery)},
)
async def list_tasks(
    actor: CurrentActor, query: Annotated[TaskQuery, Depends(_task_query)], db: ReadDb
) -> Response:
    """A part of the list of tasks."""
    filters = TaskFilter(
        completed=query.completed,
        due_before=query.due_before,
        due_after=query.due_after,
        priority=query.priority,
        project_id=query.project,
        section_id=query.section,
        parent_id=query.parent,
        label=query.label,
        text=query.filter,
    )
    page = await task_lists.list_tasks(
        db, actor, filters, sort=query.sort, limit=query.limit, cursor=query.cursor
    )
    return json_answer(page.model_dump_json(include=LISTED))


@router.get(
    "/{task_id}",
    response_model=TaskView,
    responses={
        200: {"headers": ETAG},
        304: {"description": "Not Modified", "headers": ETAG},
        **documented(401, 404, 422),
    },
)
async def get_task(
    task_id: UUID,
    actor: CurrentActor,
    known: KnownEtags,
    db: ReadDb,
    as_of: Annotated[
        Moment | None, Query(description="Show it as it was at this moment; without an ETag.")
    ] = None,
) -> Response:
    """One task. Its `ETag` is its version."""
    if as_of is not None:
        return json_answer((await past.get_task_as_of(db, actor, task_id, as_of)).model_dump_json())
    task = await tasks.get_task(db, actor, task_id)
    current = etag(task.version)
    if current in known or "*" in known:
        return Response(
            status_code=status.HTTP_304_NOT_MODIFIED,
            headers={"ETag": current, "Cache-Control": "no-store"},
        )
    return view_answer(task)


@router.patch(
    "/{task_id}",
    response_model=TaskView,
    responses={200: {"headers": ETAG}, **documented(400, 401, 404, 412, 413, 415, 422)},
)
async def update_task(
    task_id: UUID, patch: TaskPatch, db: Db, actor: CurrentActor, if_match: Precondition
) -> Response:
    """Change the fields that are sent; null clears."""
    expected = await expected_version(if_match, tasks.get_task, db, actor, task_id)
    return view_answer(
        await tasks.update_task(db, actor, task_id, patch, expected_version=expected)
    )


@router.delete(
    "/{task_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    responses=documented(400, 401, 404, 412),
)
async def delete_task(
    task_id: UUID, db: Db, actor: CurrentActor, if_match: Precondition
) -> Response:
    """Move a task to the trash."""
    expected = await expected_version(if_match, tasks.get_task, db, actor, task_id)
    await tasks.delete_task(db, actor, task_id, expected_version=expected)
    return no_content()


@router.post(
    "/{task_id}/move",
    response_model=TaskView,
    responses={200: {"headers": ETAG}, **documented(400, 401, 404, 409, 412, 413, 415, 422)},
)
async def move_task(
    task_id: UUID,
    move: TaskMove,
    db: Db,
    actor: CurrentActor,
    if_match: Precondition,
    idempotency: Once,
) -> Response:
    """Put a task with all its parts elsewhere: exactly one of the five says where."""

    async def act() -> Response:
        expected = await expected_version(if_match, tasks.get_task, db, actor, task_id)
        return view_answer(
            await moves.move_task(db, actor, task_id, move, expected_version=expected)
        )

    return await idempotency.once(act)


@router.post(
    "/{task_id}/restore",
    response_model=TaskView,
    responses={200: {"headers": ETAG}, **documented(400, 401, 404, 409, 412, 413, 415, 422)},
)
async def restore_task(
    task_id: UUID, db: Db, actor: CurrentActor, if_match: Precondition, idempotency: Once
) -> Response:
    """Take a task out of the trash with what went there with it."""

    async def act() -> Response:
        expected = await expected_version(if_match, tasks.get_kept_task, db, actor, task_id)
        return view_answer(await tasks.restore_task(db, actor, task_id, expected_version=expected))

    return await idempotency.once(act)


@router.post(
    "/batch",
    response_model=BatchResult,
    responses=documented(400, 401, 404, 409, 412, 413, 415, 422),
)
async def run_batch(batch: Batch, db: Db, actor: CurrentActor, idempotency: Once) -> Response:
    """Do many things with tasks at once: all of them or none, and one step of undo."""

    async def run() -> Response:
        return json_answer((await batches.run_batch(db, actor, batch)).model_dump_json())

    return await idempotency.once(run)


@router.post(
    "/{task_id}/complete",
    response_model=TaskView,
    responses={200: {"headers": ETAG}, **documented(400, 401, 404, 409, 412, 413, 415, 422)},
)
async def complete_task(
    task_id: UUID, db: Db, actor: CurrentActor, if_match: Precondition, idempotency: Once
) -> Response:
    """Mark a task done; one that is done stays as it is, a recurring one moves to its next date."""

    async def complete() -> Response:
        expected = await expected_version(if_match, tasks.get_task, db, actor, task_id)
        return view_answer(await tasks.complete_task(db, actor, task_id, expected_version=expected))

    return await idempotency.once(complete)


@router.post(
    "/{task_id}/skip",
    response_model=TaskView,
    responses={200: {"headers": ETAG}, **documented(400, 401, 404, 409, 412, 413, 415, 422)},
)
async def skip_task(
    task_id: UUID, db: Db, actor: CurrentActor, if_match: Precondition, idempotency: Once
) -> Response:
    """Leave out the open occurrence of a recurring task."""

    async def skip() -> Response:
        expected = await expected_version(if_match, tasks.get_task, db, actor, task_id)
        return view_answer(await tasks.skip_task(db, actor, task_id, expected_version=expected))

    return await idempotency.once(skip)


@router.get("/{task_id}/occurrences", response_model=Ledger, responses=documented(401, 404))
async def get_occurrences(task_id: UUID, actor: CurrentActor, db: ReadDb) -> Response:
    """What became of a recurring task, the last first, and its next dates."""
    ledger = await occurrences.get_ledger(db, actor, task_id)
    return json_answer(ledger.model_dump_json())


@router.post(
    "/{task_id}/reopen",
    response_model=TaskView,
    responses={200: {"headers": ETAG}, **documented(400, 401, 404, 409, 412, 413, 415, 422)},
)
async def reopen_task(
    task_id: UUID, db: Db, actor: CurrentActor, if_match: Precondition, idempotency: Once
) -> Response:
    """Mark a task not done; one that is open stays as it is, a recurring one goes a date back."""

    async def reopen() -> Response:
        expected = await expected_version(if_match, tasks.get_task, db, actor, task_id)
        return view_answer(await tasks.reopen_task(db, actor, task_id, expected_version=expected))

    return await idempotency.once(reopen)
