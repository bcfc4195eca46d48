"""What keeps a tab up to date with what was done elsewhere, and takes steps back and forth."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Concatenate, ParamSpec

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import undo
from todo_app.core.access import Actor
from todo_app.core.undo import UndoneStep
from todo_app.web import messages, wording
from todo_app.web.panel_state import TaskPanelState

P = ParamSpec("P")


class LiveState(TaskPanelState):
    """Undo, redo, and what others do meanwhile."""

    @rx.event
    async def refresh(self) -> None:
        """Show what was changed elsewhere."""
        await self._refresh()
        await self._refresh_panel()

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
        return step


def _in_words(step: UndoneStep) -> str:
    """The last change of a step, and how many more there were."""
    change, *more = step.changes
    text = f"{messages.ACT_MESSAGES[change.act]} {wording.quoted(change.title or '')}"
    return f"{text} and {len(more)} more" if more else text
