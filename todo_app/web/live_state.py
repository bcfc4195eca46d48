"""What keeps a tab up to date with what was done elsewhere, and takes steps back and forth."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Concatenate, ParamSpec
from uuid import UUID

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import clock, history, tasks, undo
from todo_app.core.access import Actor
from todo_app.core.errors import NotFound
from todo_app.core.history import ChangePage
from todo_app.core.undo import UndoneStep
from todo_app.web import messages, routes, wording
from todo_app.web.history_rows import Entry, Reader, Told, entries_of, feed_of, tell
from todo_app.web.list_state import RowId, TaskId
from todo_app.web.panel_state import Number, TaskPanelState
from todo_app.web.quick_add_state import QuickAddState

HISTORY_ROWS = 20
FEED_CHANGES = 50
FEED_MAX = 500
"""How many steps a page shows at most; who looks for older ones asks the API."""

P = ParamSpec("P")


class LiveState(TaskPanelState):
    """Undo, redo, history, and what others do meanwhile.

    `history` is that of the task in the panel, `feed` that of everything.
    """

    history_of: str = ""
    history: list[Entry] = []
    feed: list[Entry] = []
    feed_is_shown: bool = False
    feed_goes_on: bool = False
    _feed_cursor: str | None = None
    _feed_changes: int = 0
    _feed_told: Told | None = None

    @rx.event
    async def show_history(self, task_id: TaskId) -> None:
        """Show what became of a task."""
        self.history_of = task_id
        await self._refresh_history()

    @rx.event
    async def show_feed(self) -> None:
        """Show what was changed last, of everything."""
        await self._show_feed()
        await self._recount()

    @rx.event
    async def load_more_history(self, is_visible: bool) -> None:
        """Show what was changed before that, when the end comes into view."""
        if not (is_visible and self._feed_cursor):
            return
        page = await self._read(history.list_changes, limit=FEED_CHANGES, cursor=self._feed_cursor)
        self._feed_changes += len(page.items)
        self._place_feed(page, self.get_value("feed"), self._feed_told)

    @rx.event
    async def undo_change(self, change_id: RowId) -> None:
        """Take back the step that a change of the history is part of."""
        if step := await self._take_back(undo.undo_change, UUID(change_id)):
            self._tell(f"Undone: {_in_words(step)}")

    @rx.event
    async def refresh(self) -> None:
        """Show what was changed elsewhere."""
        self.revision += 1
        self._counted_at = None
        await self._refresh()
        await self._refresh_panel()
        await self._refresh_history()
        if self._completes_names:
            await (await self.get_state(QuickAddState))._renew_names()

    @rx.event
    async def remind(self, task_id: TaskId, others: Number) -> None:
        """Say which task it is time for, and how many others."""
        with suppress(NotFound):
            view = await self._read(tasks.get_task, UUID(task_id))
            zone = self._actor().time_zone
            due = wording.due_text(view, clock.today(zone), zone=zone, said="")
            when = f", due {due}" if due else ""
            self._tell(
                f"Reminder: {wording.quoted(view.title)}{when}{_and_more(others)}",
                opens=f"{routes.TODAY}?{routes.OPEN_TASK}={task_id}",
            )

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
        if routes.page_path(self.router.url.path) == routes.HISTORY:
            await self._show_feed()
        if self.history_of != self.panel["id"]:
            self.history_of, self.history = "", []
        if not self.history_of:
            return
        page = await self._share(
            history.list_changes, about_id=UUID(self.history_of), limit=HISTORY_ROWS
        )
        self.history = entries_of(page.items, self._reader())

    async def _show_feed(self) -> None:
        limit = min(max(FEED_CHANGES, self._feed_changes), history.PAGE_MAX)
        page = await self._share(history.list_changes, limit=limit)
        self._feed_changes = len(page.items)
        self._place_feed(page)
        self.feed_is_shown = True

    def _place_feed(
        self, page: ChangePage, behind: Sequence[Entry] = (), told: Told | None = None
    ) -> None:
        feed, self._feed_told = feed_of(page.items, self._reader(), behind=behind, told=told)
        self.feed = feed
        self._feed_cursor = page.next_cursor
        self.feed_goes_on = page.next_cursor is not None and len(feed) < FEED_MAX

    def _reader(self) -> Reader:
        """Who looks at a history."""
        zone = self._actor().time_zone
        return Reader(self.user["name"], clock.now(), zone)


def _in_words(step: UndoneStep) -> str:
    """What a step is named after, and how many other things it is about."""
    told = tell(step.changes)
    text = f"{messages.ACT_MESSAGES[told.leader.act]} {wording.quoted(told.leader.title or '')}"
    return text + _and_more(told.more)


def _and_more(count: int) -> str:
    return f" and {count} more" if count else ""
