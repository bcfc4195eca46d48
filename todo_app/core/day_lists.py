"""What is to be done from day to day, and in the same query what stands beside it."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import Field
from sqlalchemy import literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import access
from todo_app.core.access import Actor
from todo_app.core.coming import RECURRING
from todo_app.core.models import TASKS
from todo_app.core.task_lists import (
    PROGRESS,
    Asked,
    TaskFilter,
    TaskPage,
    in_order,
    page_of,
    progress_of,
    window,
)
from todo_app.core.task_views import TaskView


class UpcomingPage(TaskPage):
    """A part of the list."""

    recurring: tuple[Any, ...] = Field(default=(), exclude=True)
    """Rows of `coming.RECURRING`."""


DONE_MAX = 20
"""How many tasks that are done are told beside what is to be done."""
_RECURRING = RECURRING.add_columns(literal(0), literal(0), literal("recurring"))


async def list_due(db: AsyncSession, actor: Actor, asked: Asked, done: TaskFilter) -> TaskPage:
    """A list of what is to be done, and what is `done` beside it.

    Raises InvalidCursor for a cursor of another list, and InvalidFilter.
    """
    latest = Asked(done, "completed", DONE_MAX - 1)
    parts = [(await window(db, actor, part)).add_columns(*PROGRESS) for part in (asked, latest)]
    query = union_all(*(select(part.subquery()) for part in parts))
    rows = (await db.execute(query, access.values(actor))).all()
    views = [TaskView.of(row) for row in rows]
    # The order of each part says what it leaves out; the whole has none.
    found = in_order(asked, (view for view in views if view.completed_at is None))
    closed = in_order(latest, (view for view in views if view.completed_at))
    return page_of(asked, found, progress_of(rows), closed)


async def list_upcoming(db: AsyncSession, actor: Actor, asked: Asked, last: date) -> UpcomingPage:
    """A list of what is to be done, and the tasks that recur until a day, for `coming.list_coming`.

    Raises InvalidCursor for a cursor of another list, and InvalidFilter.
    """
    listed = (await window(db, actor, asked)).add_columns(
        TASKS.c.scheduled_for, *PROGRESS, literal("listed").label("kind")
    )
    query = union_all(*(select(part.subquery()) for part in (listed, _RECURRING)))
    rows = (await db.execute(query, access.values(actor) | {"last": last})).all()
    found = [row for row in rows if row.kind == "listed"]
    views = in_order(asked, map(TaskView.of, found))
    recurring = sorted(
        (row for row in rows if row.kind == "recurring"), key=lambda row: (row.due_date, row.id)
    )
    page = page_of(asked, views, progress_of(found))
    return UpcomingPage.model_construct(**dict(page), recurring=tuple(recurring))
