"""What a text that was typed into a field of the panel changes of its task."""

from __future__ import annotations

from datetime import date
from typing import Literal, get_args

from todo_app.core.reminders import read_minutes
from todo_app.core.said_series import RecurrenceDraft
from todo_app.core.task_views import Due, TaskPatch
from todo_app.web.rows import TaskPanel

Field = Literal["title", "notes", "priority", "due_date", "due_time", "recurrence", "reminders"]
FIELDS: tuple[Field, ...] = get_args(Field)


def said(text: str) -> RecurrenceDraft:
    """How a task is to repeat, said in words or as a rule of iCalendar. Raises ValidationError."""
    return RecurrenceDraft.model_validate({"rule" if "FREQ=" in text.upper() else "text": text})


def _parts(text: str) -> list[str]:
    return text.replace(",", " ").split()


def _minutes(part: str) -> int | str:
    """The minutes of `30m`, written as in the quick entry or not; what says none, as it is."""
    found = read_minutes(part.removeprefix("!"))
    return part if found is None else found


def patch_of(shown: TaskPanel, field: Field, text: str, today: date) -> TaskPatch:
    """The change that a field's text means. Raises ValidationError."""
    if field in {"title", "notes"}:
        return TaskPatch.model_validate({field: text})
    if field == "priority":
        return TaskPatch.model_validate({"priority": int(text) if text.isdecimal() else 0})
    if field == "recurrence":
        return TaskPatch(recurrence=said(text) if text.strip() else None)
    if field == "reminders":
        return TaskPatch.model_validate({"reminders": [_minutes(part) for part in _parts(text)]})
    day = text if field == "due_date" else shown["due_date"] or today.isoformat()
    if not day:
        return TaskPatch(due=None)
    time = text if field == "due_time" else shown["due_time"]
    zone = shown["due_zone"] if time else None
    return TaskPatch(due=Due.model_validate({"date": day, "time": time or None, "zone": zone}))
