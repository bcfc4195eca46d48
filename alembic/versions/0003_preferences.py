"""What people prefer: the order of a date, the theme, the first day of the week.

Revision: 0003, after 0002
"""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

COLUMNS = {"date_order": "day_first", "theme": "system", "week_start": "monday"}


def upgrade() -> None:
    """Apply."""
    for name, default in COLUMNS.items():
        op.add_column(
            "users", sa.Column(name, sa.String(16), nullable=False, server_default=default)
        )


def downgrade() -> None:
    """Take back."""
    for name in COLUMNS:
        op.drop_column("users", name)
