"""How the open task repeats: what became of its turns, what comes, and where the series goes."""

from __future__ import annotations

from datetime import date
from typing import Literal, TypedDict
from uuid import UUID

import reflex as rx

from todo_app.core import clock, occurrences, tasks
from todo_app.core.errors import NotFound
from todo_app.core.occurrences import Ledger
from todo_app.core.recurrence import Occurrence
from todo_app.core.said_series import RecurrenceDraft
from todo_app.core.task_views import TaskPatch, TaskView
from todo_app.web import wording
from todo_app.web.list_state import TaskId
from todo_app.web.live_state import LiveState
from todo_app.web.panel_state import Field

_OF_A_TURN: tuple[Field, ...] = ("due_date", "due_time")
TURNS_SHOWN = 12
TURNS_AHEAD = 3

Preset = Literal["every day", "every weekday", "every week", "every month", "every year"]


class TurnRow(TypedDict):
    """A closed turn: when it was due, and what became of it."""

    day: str
    outcome: str


class LedgerRow(TypedDict):
    """The turns of a task. `moved_from` is the day in the series that the open one was moved from.

    `rule` is the RRULE, as iCalendar takes it but for months that are too short for its day.
    """

    task_id: str
    rule: str
    fits_short_months: bool
    next: str
    moved_from: str
    streak: int
    missed: int
    turns: list[TurnRow]


NO_LEDGER = LedgerRow(
    task_id="",
    rule="",
    fits_short_months=False,
    next="",
    moved_from="",
    streak=0,
    missed=0,
    turns=[],
)


class RepeatState(LiveState):
    """What the panel shows of a repeating task, and what can be done to its series."""

    ledger: LedgerRow = NO_LEDGER
    _scheduled_for: str | None = None

    @rx.event
    async def show_ledger(self, task_id: TaskId) -> None:
        """Show what became of the turns of a task, and when the one that is open now is due."""
        try:
            view = await self._read(tasks.get_task, UUID(task_id))
            ledger = await self._read(occurrences.get_ledger, UUID(task_id))
        except NotFound:
            self.ledger = NO_LEDGER
            return
        is_other_turn = ledger.scheduled_for != self._scheduled_for
        if is_other_turn and self.panel["id"] == task_id == self.ledger["task_id"]:
            self._renew(*(field for field in _OF_A_TURN if field != self._editing))
        self._scheduled_for = ledger.scheduled_for
        self.ledger = _ledger_row(view, ledger, clock.today(self._actor().time_zone))

    @rx.event
    async def reopen_turn(self, task_id: TaskId) -> None:
        """Take the turn that was closed last back: it is to be done."""
        view = await self._run(tasks.reopen_task, UUID(task_id))
        await self._show_series(view, "Reopened a turn of")

    @rx.event
    async def repeat(self, task_id: TaskId, words: Preset) -> None:
        """Let a task repeat like this."""
        patch = TaskPatch(recurrence=RecurrenceDraft(text=words))
        view = await self._run(tasks.update_task, UUID(task_id), patch)
        await self._show_series(view, "Began the series of")

    @rx.event
    async def move_series(self, task_id: TaskId) -> None:
        """Let the series go on from where the open turn was moved to."""
        if self.panel["id"] != task_id:
            return
        due = (await self._read(tasks.get_task, UUID(task_id))).due
        patch = TaskPatch(due=due, scope="series")
        view = await self._run(tasks.update_task, UUID(task_id), patch)
        await self._show_series(view, "Moved the series of")

    @rx.event
    async def end_series(self, task_id: TaskId) -> None:
        """Let the open turn be the last."""
        patch = TaskPatch(recurrence=None)
        view = await self._run(tasks.update_task, UUID(task_id), patch)
        await self._show_series(view, "Ended the series of")

    async def _show_series(self, view: TaskView | None, words: str) -> None:
        if view is None:
            return
        await self._refresh()
        await self._refresh_panel()
        self._offer_undo(f"{words} {wording.quoted(view.title)}")


def _ledger_row(view: TaskView, ledger: Ledger, today: date) -> LedgerRow:
    scheduled = ledger.scheduled_for and Occurrence.read(ledger.scheduled_for)
    due = view.due and Occurrence(view.due.date, view.due.time)
    is_moved = scheduled and due and scheduled != due
    return LedgerRow(
        task_id=str(view.id),
        rule=view.recurrence.rule if view.recurrence else "",
        fits_short_months=view.recurrence is not None and view.recurrence.fits_short_months,
        next=" · ".join(wording.turn_text(turn, today) for turn in ledger.next[:TURNS_AHEAD]),
        moved_from=wording.turn_text(str(scheduled), today) if is_moved else "",
        streak=ledger.streak,
        missed=ledger.missed,
        turns=[
            TurnRow(
                day=wording.turn_text(item.scheduled_for, today),
                outcome=item.outcome.capitalize()
                + (f", {item.missed} missed before" if item.missed else ""),
            )
            for item in ledger.items[:TURNS_SHOWN]
        ],
    )
