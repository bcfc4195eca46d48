"""Find the open tasks that repeat, to show when they come again.

Revision: 0021, after 0020
"""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_OPEN_SERIES = sa.text("recurrence IS NOT NULL AND completed_at IS NULL AND deleted_at IS NULL")


def upgrade() -> None:
    """Apply."""
    op.create_index(
        "ix_tasks_recurring",
        "tasks",
        ["user_id", "due_date", "id"],
        postgresql_where=_OPEN_SERIES,
        sqlite_where=_OPEN_SERIES,
    )


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_tasks_recurring", "tasks")
