"""Filters that people save.

Revision: 0017, after 0016
"""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    owner = sa.ForeignKey("users.id", ondelete="CASCADE")
    op.create_table(
        "saved_filters",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("user_id", sa.Uuid(), owner, nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("query", sa.String(1_000), nullable=False),
        sa.Column("colour", sa.String(16), nullable=False),
        sa.Column("position", sa.String(64, collation=None if is_sqlite else "C"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_saved_filters_position", "saved_filters", ["user_id", "position", "id"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("saved_filters")
