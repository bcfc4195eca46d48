"""Links that confirm an address say which.

Revision: 0013, after 0012
"""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("mailed_links", sa.Column("email", sa.String(254)))


def downgrade() -> None:
    """Take back."""
    op.drop_column("mailed_links", "email")
