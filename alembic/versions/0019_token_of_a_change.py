"""Which API token a change was made with.

Revision: 0019, after 0018
"""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("changes", sa.Column("token_id", sa.Uuid()))


def downgrade() -> None:
    """Take back."""
    op.drop_column("changes", "token_id")
