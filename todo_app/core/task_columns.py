"""The columns that tasks are seen by."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, exists, func, literal_column, select

from todo_app.core.models import LABELS, TASK_LABELS, TASKS

_PARTS = TASKS.alias("parts")

# No name of a label has a line break in it. As a value it would be written into the statement anew
# with each execution.
_LINE_BREAK: Any = literal_column("'\n'")
LABEL_NAMES = (
    select(func.aggregate_strings(LABELS.c.name, _LINE_BREAK))
    .select_from(TASK_LABELS.join(LABELS, LABELS.c.id == TASK_LABELS.c.label_id))
    .where(TASK_LABELS.c.task_id == TASKS.c.id)
    .correlate(TASKS)
    .scalar_subquery()
    .label("labels")
)
HAS_PARTS: ColumnElement[bool] = (
    exists().where(_PARTS.c.parent_id == TASKS.c.id).correlate(TASKS).label("has_parts")
)
"""Whether a task has parts, in the trash or not."""

COLUMNS: tuple[ColumnElement[Any], ...] = (
    *(
        TASKS.c[name]
        for name in (
            "id",
            "title",
            "notes",
            "priority",
            "project_id",
            "section_id",
            "parent_id",
            "position",
            "due_date",
            "due_time",
            "due_zone",
            "own_date",
            "own_time",
            "recurrence",
            "reminders",
            "completed_at",
            "version",
            "created_at",
            "updated_at",
            "path",
            "is_collapsed",
        )
    ),
    LABEL_NAMES,
)
