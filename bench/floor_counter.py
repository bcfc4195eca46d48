"""The floor of events: a number that goes up, and a row that is updated, behind nothing."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import reflex as rx
from sqlalchemy import bindparam, update
from sqlalchemy.ext.asyncio import create_async_engine

from todo_app.core import clock
from todo_app.core.models import TASKS
from todo_app.core.settings import get_settings

_engine = create_async_engine(get_settings().sqlalchemy_url)
_UPDATE = (
    update(TASKS)
    .where(TASKS.c.id == bindparam("task_id"))
    .values(
        completed_at=bindparam("moment"),
        version=TASKS.c.version + 1,
        updated_at=bindparam("now"),
    )
)


class Counter(rx.State):
    """A number."""

    count: int = 0

    @rx.event
    async def increment(self) -> None:
        """Count one more."""
        self.count += 1

    @rx.event
    async def update(self, task_id: str) -> None:
        """Count one more and tick or untick a task, with one UPDATE and its commit."""
        self.count += 1
        now = clock.now()
        moment: datetime | None = now if self.count % 2 else None
        async with _engine.begin() as connection:
            values = {"task_id": UUID(task_id), "moment": moment, "now": now}
            await connection.execute(_UPDATE, values)


app = rx.App()
app.add_page(lambda: rx.el.p(Counter.count), route="/")
