"""The detail panel: open a task, change its fields one by one, delete it."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal
from uuid import UUID

import reflex as rx
from pydantic import ValidationError

from todo_app.core import clock, tasks
from todo_app.core.errors import StaleVersion, TodoError
from todo_app.core.tasks import Due, TaskPatch, TaskView
from todo_app.core.text import NOTES_MAX_CHARACTERS, TITLE_MAX_CHARACTERS
from todo_app.web import messages, wording
from todo_app.web.list_state import NO_PANEL, TaskId, TaskListState, Undo

Field = Literal["title", "notes", "priority", "due_date", "due_time"]

_EARLIEST_YEAR = "1900"
_FIELD_ERRORS = {
    "title": f"A title has 1 to {TITLE_MAX_CHARACTERS} characters.",
    "notes": f"Notes have up to {NOTES_MAX_CHARACTERS:,} characters.",
    "priority": "Choose a priority from 1 to 4.",
    "due_date": "Enter a date.",
    "due_time": "Enter a time like 15:00.",
}


class TaskPanelState(TaskListState):
    """What the panel adds: which field was refused and why."""

    opened: int = 0
    errors: dict[str, str] = {}

    @rx.event
    async def open_task(self, task_id: TaskId) -> None:
        """Show a task in the panel."""
        self.errors = {}
        try:
            view = await self._read(tasks.get_task, UUID(task_id))
        except TodoError as refusal:
            self.panel = NO_PANEL
            self._tell(messages.message(refusal), is_error=True)
            return
        self.panel = self._panel_of(view)
        # A new number makes new inputs; while it stays, what is being typed in them stays too.
        self.opened += 1

    @rx.event
    async def close_task(self) -> None:
        """Put the panel away."""
        self.panel = NO_PANEL
        self.errors = {}

    @rx.event
    async def save_field(self, task_id: TaskId, field: Field, text: str) -> None:
        """Save what was typed into one field of the panel."""
        if self.panel["id"] != task_id or self.panel[field] == text:
            self._set_error(field, "")
            return
        if field == "due_date" and text and text < _EARLIEST_YEAR:
            return  # Half a year typed into a date field is a date too: 0020 on the way to 2026.
        try:
            patch = self._patch(field, text)
        except ValidationError:
            self._set_error(field, _FIELD_ERRORS[field])
            return
        try:
            view = await self._save(UUID(task_id), field, patch)
        except TodoError as refusal:
            self._set_error(field, f"Not saved. {messages.message(refusal)}")
            return
        if view is not None:
            self._set_error(field, "")
            self._show_change(view)
            if field.startswith("due"):
                await self._recount()

    @rx.event
    async def set_due_in(self, task_id: TaskId, days: Literal[0, 1, 7]) -> None:
        """Make a task due in so many days from today."""
        day = clock.today(self._actor().time_zone) + timedelta(days=days)
        await self.save_field(task_id, "due_date", day.isoformat())
        self.opened += 1

    @rx.event
    async def clear_due(self, task_id: TaskId) -> None:
        """Take the due date away."""
        await self.save_field(task_id, "due_date", "")
        self.opened += 1

    @rx.event
    async def delete_task(self, task_id: TaskId) -> None:
        """Move a task to the trash, from where Undo brings it back."""
        view = await self._run(tasks.delete_task, UUID(task_id))
        if view is None:
            return
        self.panel = NO_PANEL
        index = self._index_of(task_id)
        if index is not None:
            if index < len(self._cursors):
                self._cursors = self._cursors[:index] + self._cursors[index + 1 :]
            rows = [row for row in self.rows if row["id"] != task_id]
            await self._recount()
            self._set_rows(rows)
        self._offer_undo(f"Deleted {wording.quoted(view.title)}", Undo("restore", view.id))

    def _patch(self, field: Field, text: str) -> TaskPatch:
        """The change that a field's text means. Raises ValidationError."""
        if field in {"title", "notes"}:
            return TaskPatch.model_validate({field: text})
        if field == "priority":
            return TaskPatch.model_validate({"priority": int(text) if text.isdecimal() else 0})
        day, time = self.panel["due_date"], self.panel["due_time"]
        if field == "due_date":
            day, time = text, time if text else ""
        else:
            day, time = day or clock.today(self._actor().time_zone).isoformat(), text
        if not day:
            return TaskPatch(due=None)
        zone = self._actor().time_zone if time else None
        return TaskPatch(due=Due.model_validate({"date": day, "time": time or None, "zone": zone}))

    async def _save(self, task_id: UUID, field: Field, patch: TaskPatch) -> TaskView | None:
        """Save on top of what the panel shows; None if that field was changed elsewhere."""
        version = self.panel["version"]
        try:
            return await self._write(tasks.update_task, task_id, patch, expected_version=version)
        except StaleVersion as stale:
            current = self._panel_of(stale.current)
            self.panel = {**self.panel, "version": current["version"]}
            if current[field] == self.panel[field]:
                return await self._write(
                    tasks.update_task, task_id, patch, expected_version=current["version"]
                )
            theirs = wording.quoted(current[field] or "nothing")
            self._set_error(
                field,
                f"Changed elsewhere to {theirs} meanwhile. "
                "What you typed is still here: change it once more to replace theirs.",
            )
            return None

    def _set_error(self, field: Field, text: str) -> None:
        if self.errors.get(field, "") != text:
            self.errors = {**self.errors, field: text}
