"""How tasks repeat, and the ledger of their occurrences.

Revision: 0011, after 0010
"""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("tasks", sa.Column("recurrence", sa.Text()))
    op.add_column("tasks", sa.Column("scheduled_for", sa.String(16)))
    op.create_table(
        "occurrences",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column(
            "user_id", sa.Uuid(), sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column(
            "task_id", sa.Uuid(), sa.ForeignKey("tasks.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("scheduled_for", sa.String(16), nullable=False),
        sa.Column("due_date", sa.Date()),
        sa.Column("due_time", sa.String(5)),
        sa.Column("due_zone", sa.String(64)),
        sa.Column("outcome", sa.String(8), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_by", sa.Uuid(), nullable=False),
    )
    op.create_index("ix_occurrences_user_id", "occurrences", ["user_id"])
    op.create_index("ix_occurrences_task", "occurrences", ["task_id", "closed_at", "id"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("occurrences")
    op.drop_column("tasks", "scheduled_for")
    op.drop_column("tasks", "recurrence")
