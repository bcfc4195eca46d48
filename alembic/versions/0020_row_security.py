"""A second lock on PostgreSQL: rows are there for their account alone, whatever a query forgets.

Revision: 0020, after 0019
"""

from __future__ import annotations

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

TABLES = (
    "projects",
    "sections",
    "tasks",
    "labels",
    "task_labels",
    "occurrences",
    "saved_filters",
    "search_texts",
    "changes",
    "change_heads",
    "idempotency_keys",
)
# In a query of its own it is found out once, and not for every row. A setting that was local to a
# transaction is empty after it.
OWN = "user_id = (SELECT nullif(current_setting('todo.user_id', true), '')::uuid)"
ASKED_FOR = "(SELECT current_setting('todo.reach', true)) = 'every account'"


def upgrade() -> None:
    """Apply."""
    if op.get_bind().dialect.name == "sqlite":
        return
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_rows ON {table} USING ({OWN})")
        # Who owns the tables migrates, backs up and restores. No setting gives that to others.
        op.execute(f"CREATE POLICY every_row ON {table} TO CURRENT_USER USING ({ASKED_FOR})")


def downgrade() -> None:
    """Take back."""
    if op.get_bind().dialect.name == "sqlite":
        return
    for table in TABLES:
        op.execute(f"DROP POLICY every_row ON {table}")
        op.execute(f"DROP POLICY own_rows ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
