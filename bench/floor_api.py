"""The floor of the REST API: the same rows, with nothing in front, beside or behind."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bench import floor_writes
from todo_app.core.database import get_engine
from todo_app.core.models import Task


def create_api() -> FastAPI:
    """A list of tasks and a single one: no identity, no view, no validation of what goes out."""
    api = FastAPI()
    api.get("/users/{user_id}/tasks")(_list_tasks)
    api.get("/users/{user_id}/tasks/{task_id}")(_get_task)
    api.include_router(floor_writes.router)
    return api


async def _list_tasks(user_id: UUID, limit: int) -> JSONResponse:
    async with AsyncSession(get_engine()) as db:
        found = await db.scalars(
            select(Task)
            .where(col(Task.user_id) == user_id, col(Task.deleted_at).is_(None))
            .order_by(col(Task.created_at), col(Task.id))
            .limit(limit)
        )
        return JSONResponse([_plain(task) for task in found])


async def _get_task(user_id: UUID, task_id: UUID) -> JSONResponse:
    async with AsyncSession(get_engine()) as db:
        found = await db.scalars(
            select(Task).where(
                col(Task.user_id) == user_id,
                col(Task.deleted_at).is_(None),
                col(Task.id) == task_id,
            )
        )
        return JSONResponse(_plain(found.one()))


def _plain(task: Task) -> dict[str, Any]:
    return task.model_dump(mode="json")
