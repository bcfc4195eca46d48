"""The floor of sign-in, of writes and of search: what each comes down to, as one would write it."""

from __future__ import annotations

import asyncio
import json
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

import bcrypt
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from todo_app.core import clock
from todo_app.core.database import get_engine
from todo_app.core.models import Change, ChangeHead, SearchText, Session, Task, User, new_id
from todo_app.core.search_index import text_row

router = APIRouter()
_hashers = ThreadPoolExecutor(max_workers=os.cpu_count())
_NAMES = text(
    "SELECT projects.id, projects.name FROM projects "
    "JOIN search_texts ON search_texts.project_id = projects.id "
    "WHERE search_texts.user_id = :user_id AND search_texts.title @@ CAST(:any AS tsquery) "
    "UNION ALL SELECT labels.id, labels.name FROM labels "
    "JOIN search_texts ON search_texts.label_id = labels.id "
    "WHERE search_texts.user_id = :user_id AND search_texts.title @@ CAST(:any AS tsquery)"
)
_TASKS = text(
    "SELECT tasks.* FROM tasks JOIN search_texts ON search_texts.task_id = tasks.id "
    "WHERE search_texts.user_id = :user_id AND search_texts.content @@ CAST(:begun AS tsquery) "
    "AND tasks.deleted_at IS NULL ORDER BY tasks.completed_at IS NOT NULL, "
    "CASE WHEN search_texts.title @@ CAST(:whole AS tsquery) THEN 0 "
    "WHEN search_texts.title @@ CAST(:begun AS tsquery) THEN 1 ELSE 2 END, "
    "tasks.created_at DESC LIMIT 20"
)


class Credentials(BaseModel):
    """Who, and a password."""

    email: str
    password: str


class Title(BaseModel):
    """The title of a task."""

    title: str


@router.post("/sign-in")
async def sign_in(credentials: Credentials, request: Request) -> JSONResponse:
    """One SELECT, one check of a hash, and one row for the session."""
    async with AsyncSession(get_engine()) as db:
        found = await db.scalars(select(User).where(col(User.email_canonical) == credentials.email))
        user = found.one()
        user_id, password_hash = user.id, user.password_hash.encode()
    await _check(credentials.password.encode(), password_hash, request)
    now = clock.now()
    async with AsyncSession(get_engine()) as db:
        session = Session(
            user_id=user_id,
            kind="api",
            device="",
            address="127.0.0.1",
            created_at=now,
            last_used_at=now,
            expires_at=now + timedelta(days=90),
        )
        db.add(session)
        await db.flush()
        answer = {"session": str(session.id)}
        await db.commit()
    return JSONResponse(answer)


@router.post("/users/{user_id}/tasks")
async def create_task(user_id: UUID, draft: Title) -> JSONResponse:
    """One INSERT, with the words of the task and its line in the log, and the commit."""
    now = clock.now()
    async with _session() as db:
        head = await _lock(db, user_id)
        task = Task(user_id=user_id, title=draft.title, created_at=now, updated_at=now)
        db.add(task)
        await db.flush()
        db.add(SearchText(**text_row("task", task.model_dump(), user_id)))
        db.add(_change(head, "task.created", task, None))
        await db.commit()
    return JSONResponse(_plain(task), 201)


@router.patch("/users/{user_id}/tasks/{task_id}")
async def update_task(user_id: UUID, task_id: UUID, patch: Title) -> JSONResponse:
    """One UPDATE, with the words of the task and its line in the log, and the commit."""
    own = (col(Task.user_id) == user_id, col(Task.id) == task_id)
    async with _session() as db:
        head = await _lock(db, user_id)
        task = (await db.scalars(select(Task).where(*own))).one()
        before = task.title
        task.title, task.version, task.updated_at = patch.title, task.version + 1, clock.now()
        words = text_row("task", task.model_dump(), user_id)
        await db.execute(
            update(SearchText)
            .where(col(SearchText.task_id) == task_id)
            .values(title=words["title"], content=words["content"])
        )
        db.add(_change(head, "task.changed", task, before))
        await db.commit()
    return JSONResponse(_plain(task))


@router.post("/users/{user_id}/bare-tasks")
async def create_bare_task(user_id: UUID, draft: Title) -> JSONResponse:
    """One INSERT and its commit: nothing could be found, undone or explained."""
    now = clock.now()
    async with _session() as db:
        task = Task(user_id=user_id, title=draft.title, created_at=now, updated_at=now)
        db.add(task)
        await db.commit()
    return JSONResponse(_plain(task), 201)


@router.patch("/users/{user_id}/bare-tasks/{task_id}")
async def update_bare_task(user_id: UUID, task_id: UUID, patch: Title) -> JSONResponse:
    """One UPDATE and its commit."""
    async with _session() as db:
        found = await db.scalars(
            update(Task)
            .where(col(Task.user_id) == user_id, col(Task.id) == task_id)
            .values(title=patch.title, version=Task.version + 1, updated_at=clock.now())
            .returning(Task)
        )
        task = found.one()
        await db.commit()
    return JSONResponse(_plain(task))


@router.get("/users/{user_id}/search")
async def search(user_id: UUID, q: str) -> JSONResponse:
    """A SELECT of names with any of the words, and one of tasks with all, the best first."""
    words = q.split()
    asked = {
        "user_id": user_id,
        "any": " | ".join(f"{word}:*" for word in words),
        "whole": " & ".join(words),
        "begun": " & ".join(f"{word}:*" for word in words),
    }
    async with _session() as db:
        names = [[str(found.id), found.name] for found in await db.execute(_NAMES, asked)]
        tasks = await db.scalars(select(Task).from_statement(_TASKS), asked)
        return JSONResponse({"names": names, "tasks": [_plain(task) for task in tasks]})


async def _check(password: bytes, password_hash: bytes, request: Request) -> None:
    """One check of a hash, or none where it has to wait and who asked does not."""
    loop = asyncio.get_running_loop()
    checked = loop.run_in_executor(_hashers, bcrypt.checkpw, password, password_hash)
    is_gone = asyncio.ensure_future(request.receive())
    await asyncio.wait({checked, is_gone}, return_when=asyncio.FIRST_COMPLETED)
    is_gone.cancel()
    if checked.cancel():
        raise HTTPException(HTTPStatus.REQUEST_TIMEOUT)


def _session() -> AsyncSession:
    return AsyncSession(get_engine(), expire_on_commit=False)


async def _lock(db: AsyncSession, user_id: UUID) -> ChangeHead:
    """Where the log of an account ends, for this transaction alone."""
    heads = select(ChangeHead).where(col(ChangeHead.user_id) == user_id).with_for_update()
    return (await db.scalars(heads)).one()


def _change(head: ChangeHead, act: str, task: Task, before: str | None) -> Change:
    """The line of the log, without the chain of hashes."""
    return Change(
        user_id=task.user_id,
        number=head.number + 1,
        batch_id=new_id(),
        mode="do",
        actor_id=task.user_id,
        way="api",
        act=act,
        entity="task",
        entity_id=task.id,
        about_id=task.id,
        before=before and json.dumps({"title": before}),
        after=json.dumps(_plain(task) if before is None else {"title": task.title}),
        content_hash="",
        created_at=task.updated_at,
        hash="",
    )


def _plain(task: Task) -> dict[str, Any]:
    return task.model_dump(mode="json")
