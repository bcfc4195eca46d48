"""What keeps a tab up to date with what was done elsewhere, and takes steps back and forth."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Concatenate, ParamSpec, TypedDict
from uuid import UUID

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import clock, history, undo
from todo_app.core.access import Actor
from todo_app.core.changes import FIELDS
from todo_app.core.history import ChangeView
from todo_app.core.undo import UndoneStep
from todo_app.web import messages, wording
from todo_app.web.list_state import RowId, TaskId
from todo_app.web.panel_state import TaskPanelState

HISTORY_ROWS = 20

P = ParamSpec("P")


class Entry(TypedDict):
    """A change as the history shows it."""

    id: str
    text: str
    who: str
    when: str
    can_undo: bool


class LiveState(TaskPanelState):
    """Undo, redo, history, and what others do meanwhile."""

    history_of: str = ""
    history: list[Entry] = []

    @rx.event
    async def show_history(self, task_id: TaskId) -> None:
        """Show what became of a task."""
        self.history_of = task_id
        await self._refresh_history()

    @rx.event
    async def undo_change(self, change_id: RowId) -> None:
        """Take back the step that a change of the history is part of."""
        if step := await self._take_back(undo.undo_change, UUID(change_id)):
            self._tell(f"Undone: {_in_words(step)}")

    @rx.event
    async def refresh(self) -> None:
        """Show what was changed elsewhere."""
        await self._refresh()
        await self._refresh_panel()
        await self._refresh_history()

    @rx.event
    async def undo(self) -> None:
        """Take back the step that the toast is about."""
        step, self._undoable = self._undoable, None
        if step is not None and await self._take_back(undo.undo_step, step):
            self._tell("Undone")

    @rx.event
    async def undo_last(self) -> None:
        """Take back the person's last step, wherever it was done."""
        if step := await self._take_back(undo.undo_last):
            self._tell(f"Undone: {_in_words(step)}")

    @rx.event
    async def redo_last(self) -> None:
        """Do again what the person took back last."""
        if step := await self._take_back(undo.redo_last):
            self._tell(f"Done again: {_in_words(step)}")

    async def _take_back(
        self,
        function: Callable[Concatenate[AsyncSession, Actor, P], Awaitable[UndoneStep]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> UndoneStep | None:
        step = await self._run(function, *args, **kwargs)
        if step is not None:
            await self._refresh()
            await self._refresh_panel()
            await self._refresh_history()
        return step

    async def _refresh_history(self) -> None:
        if self.history_of != self.panel["id"]:
            self.history_of, self.history = "", []
        if not self.history_of:
            return
        page = await self._read(
            history.list_changes, about_id=UUID(self.history_of), limit=HISTORY_ROWS
        )
        now, zone = clock.now(), self._actor().time_zone
        self.history = [
            Entry(
                id=str(change.id),
                text=_words(change),
                who=_who(change, self.user["name"]),
                when=wording.day_and_time(change.created_at, now, zone),
                can_undo=change.can_undo,
            )
            for change in page.items
        ]


def _words(change: ChangeView) -> str:
    """What a change was: Completed; Changed the title and the due date; Undone: Deleted."""
    text = messages.ACT_MESSAGES[change.act]
    if change.before and change.after and change.act == "task.changed":
        fields = dict.fromkeys(FIELDS.get(name, name) for name in change.after)
        names = [messages.CHANGED_FIELDS.get(field, field.replace("_", " ")) for field in fields]
        text = f"{text} {' and '.join(names)}"
    return {"do": "", "undo": "Undone: ", "redo": "Done again: "}[change.mode] + text


def _who(change: ChangeView, own_name: str) -> str:
    way = messages.WAYS.get(change.way, change.way)
    if change.actor is None:
        return way
    return f"{'You' if change.actor == own_name else change.actor}, {way}"


def _in_words(step: UndoneStep) -> str:
    """The last change of a step, and how many more there were."""
    change, *more = step.changes
    text = f"{messages.ACT_MESSAGES[change.act]} {wording.quoted(change.title or '')}"
    return f"{text} and {len(more)} more" if more else text
