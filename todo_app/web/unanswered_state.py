"""What a page did as the network went, and had no answer to: done now, or said to be in doubt.

A tick is kept in the browser until it is answered (`assets/scripts/ticks.js`), and sent again after
a reload, after a lost connection or a restart of the server. Of all else that is not kept the page
knows only that there was something (`assets/scripts/acts.js`).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from uuid import UUID

import pydantic
import reflex as rx
import typing_extensions

from todo_app.core import clock, history, tasks
from todo_app.core.errors import NotFound
from todo_app.web import messages, wording
from todo_app.web.list_state import Stamp, TaskId
from todo_app.web.panel_patches import Field
from todo_app.web.panel_state import TaskPanelState
from todo_app.web.quick_add_state import Age

TICKS_MAX = 100
_CHANGES_LOOKED_AT = 20
_LATENCY = timedelta(minutes=1)
"""So long a tick may have been on its way, whose answer was lost."""
_CHOSEN: tuple[Field, ...] = ("priority", "due_date", "due_time", "recurrence", "reminders")
"""The fields of the panel whose text is not kept until it is saved."""
_DECISIONS = frozenset({"task.completed", "task.reopened", "task.skipped"})
_IN_DOUBT = (
    "Your last change may not be saved: the connection was lost before it was answered. "
    "Look whether it is there."
)


# Of `typing`, pydantic takes it from Python 3.12 on.
class Tick(typing_extensions.TypedDict):
    """A task that was ticked, or opened again, so many milliseconds ago.

    `turn` is the one that was open of a task that repeats, as the page showed it.
    """

    task: TaskId
    title: Annotated[str, pydantic.Field(max_length=2_000)]
    done: bool
    turn: Annotated[str, pydantic.Field(max_length=40)]
    stamp: Stamp
    age: Age


Ticks = Annotated[list[Tick], pydantic.Field(min_length=1, max_length=TICKS_MAX)]


class UnansweredState(TaskPanelState):
    """Does again what had no answer, once."""

    @rx.event
    async def set_ticks(self, ticks: Ticks) -> None:
        """Complete and reopen tasks, unless that was done, or decided otherwise, since."""
        for tick in ticks:
            if self._is_answered(tick["task"], tick["stamp"]):
                continue
            reason = await self._why_not(tick)
            if reason is None:
                await self.set_completed(tick["task"], tick["done"], tick["stamp"])
                continue
            if reason:
                self._tell(f"Not saved: {reason}", is_error=True)
            self._answer(tick["task"], tick["stamp"])
            self._stamp = max(self._stamp, tick["stamp"])
            self._stamp_row(tick["task"])

    @rx.event
    async def tell_doubt(self) -> None:
        """Say that something may not be saved, and show the fields of the panel as they are."""
        self._renew(*(field for field in _CHOSEN if field != self._editing))
        self._tell(_IN_DOUBT, is_error=True)

    async def _why_not(self, tick: Tick) -> str | None:
        """Why a tick is not to be done any more, which is nothing if it was; None if it is."""
        title = wording.quoted(tick["title"])
        try:
            task = await self._read(tasks.get_task, UUID(tick["task"]))
        except NotFound as refusal:
            return f"{title}. {messages.message(refusal)}"
        ticked_at = clock.now() - timedelta(milliseconds=tick["age"])
        page = await self._read(history.list_changes, about_id=task.id, limit=_CHANGES_LOOKED_AT)
        decided_at = [one.created_at for one in page.items if one.act in _DECISIONS]
        is_done = task.completed_at is not None or task.turn != tick["turn"]
        if is_done == tick["done"]:
            # A task that repeats may have been put on another day: that is not to do it.
            is_its_doing = not tick["turn"] or any(at > ticked_at - _LATENCY for at in decided_at)
            return "" if is_its_doing else f"{title} has another date by now."
        if any(at > ticked_at for at in decided_at):
            return f"{title} was {'completed' if is_done else 'opened again'} elsewhere since."
        return None
