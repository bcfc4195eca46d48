"""Find the changes of a step by the step: undo reads them so, and nothing asks for an actor's.

Revision: 0015, after 0014
"""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.drop_index("ix_changes_actor", "changes")
    op.create_index("ix_changes_batch", "changes", ["batch_id"])


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_changes_batch", "changes")
    op.create_index("ix_changes_actor", "changes", ["actor_id", "batch_id"])
