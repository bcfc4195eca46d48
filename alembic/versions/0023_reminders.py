"""Remind people of their tasks.

Revision: 0023, after 0022
"""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_REMINDS = sa.text("remind_at IS NOT NULL")


def upgrade() -> None:
    """Apply."""
    op.add_column("tasks", sa.Column("reminders", sa.String(80), nullable=True))
    for table in ("tasks", "users"):
        op.add_column(table, sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "users", sa.Column("reminder_mail", sa.String(16), nullable=False, server_default="on")
    )
    op.create_index(
        "ix_tasks_remind",
        "tasks",
        ["user_id", "remind_at", "id"],
        postgresql_where=_REMINDS,
        sqlite_where=_REMINDS,
    )
    op.create_index(
        "ix_users_remind", "users", ["remind_at"], postgresql_where=_REMINDS, sqlite_where=_REMINDS
    )


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_users_remind", "users")
    op.drop_index("ix_tasks_remind", "tasks")
    for table, column in (
        ("users", "reminder_mail"),
        ("users", "remind_at"),
        ("tasks", "remind_at"),
        ("tasks", "reminders"),
    ):
        op.drop_column(table, column)
