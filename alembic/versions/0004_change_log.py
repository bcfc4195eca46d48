"""The change log: a chain of changes for each account, and where it ends.

Revision: 0004, after 0003
"""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

UNDOES = sa.text("undoes IS NOT NULL")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "change_heads",
        sa.Column(
            "user_id", sa.Uuid(), sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.execute("INSERT INTO change_heads (user_id, number, hash) SELECT id, 0, '' FROM users")
    op.create_table(
        "changes",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column(
            "user_id", sa.Uuid(), sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("mode", sa.String(4), nullable=False),
        sa.Column("undoes", sa.Uuid()),
        sa.Column("actor_id", sa.Uuid()),
        sa.Column("way", sa.String(8), nullable=False),
        sa.Column("act", sa.String(40), nullable=False),
        sa.Column("entity", sa.String(20), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=False),
        sa.Column("before", sa.Text()),
        sa.Column("after", sa.Text()),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_index("ix_changes_number", "changes", ["user_id", "number"], unique=True)
    op.create_index("ix_changes_about", "changes", ["about_id", "number"])
    op.create_index("ix_changes_actor", "changes", ["actor_id", "batch_id"])
    op.create_index(
        "ix_changes_undoes",
        "changes",
        ["undoes"],
        postgresql_where=UNDOES,
        sqlite_where=UNDOES,
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("changes")
    op.drop_table("change_heads")
