"""Accounts that an operator disabled, and those that their owner closed.

Revision: 0012, after 0011
"""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("users", sa.Column("disabled_at", sa.DateTime(timezone=True)))
    op.add_column("users", sa.Column("closed_at", sa.DateTime(timezone=True)))
    op.create_index("ix_users_closed_at", "users", ["closed_at"])


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_users_closed_at", "users")
    op.drop_column("users", "closed_at")
    op.drop_column("users", "disabled_at")
