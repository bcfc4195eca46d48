"""The columns that tasks are seen by."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, ColumnElement, func, literal_column, select, text

from todo_app.core.models import TASKS

# As text: behind RETURNING, SQLite is given columns without their tables, here too. No name of a
# label has a line break in it.
LABEL_NAMES = (
    select(func.aggregate_strings(literal_column("labels.name"), "\n"))
    .select_from(text("task_labels JOIN labels ON labels.id = task_labels.label_id"))
    .where(text("task_labels.task_id = tasks.id"))
    .scalar_subquery()
    .label("labels")
)
HAS_PARTS: ColumnElement[bool] = literal_column(
    "EXISTS (SELECT 1 FROM tasks AS parts WHERE parts.parent_id = tasks.id)", Boolean
).label("has_parts")
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
            "recurrence",
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
