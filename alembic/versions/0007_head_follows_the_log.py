"""The end of a chain follows the log by itself, which saves every change a statement.

Revision: 0007, after 0006
"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MOVE = """
    UPDATE change_heads SET number = NEW.number, hash = NEW.hash WHERE user_id = NEW.user_id;
"""


def upgrade() -> None:
    """Apply."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"CREATE TRIGGER move_head AFTER INSERT ON changes BEGIN {MOVE} END")
        return
    op.execute(
        "CREATE FUNCTION move_head() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {MOVE} RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER move_head AFTER INSERT ON changes FOR EACH ROW EXECUTE FUNCTION move_head()"
    )


def downgrade() -> None:
    """Take back."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER move_head")
        return
    op.execute("DROP TRIGGER move_head ON changes")
    op.execute("DROP FUNCTION move_head()")
