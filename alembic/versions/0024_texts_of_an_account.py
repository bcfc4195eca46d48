"""Walk the texts of an account of one kind in their order, and keep no index of words for nobody.

Behind row-level security PostgreSQL looks at an account's rows before it compares their words.

Revision: 0024, after 0023
"""

from __future__ import annotations

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

WORDS = ("title", "content")


def upgrade() -> None:
    """Apply."""
    op.create_index("ix_search_texts_latest", "search_texts", ["user_id", "scope", "number"])
    op.drop_index("ix_search_texts_scope", "search_texts")
    op.drop_index("ix_search_texts_user_id", "search_texts")
    if op.get_context().dialect.name == "postgresql":
        for column in WORDS:
            op.drop_index(f"ix_search_texts_{column}", "search_texts")


def downgrade() -> None:
    """Take back."""
    if op.get_context().dialect.name == "postgresql":
        for column in WORDS:
            op.create_index(
                f"ix_search_texts_{column}", "search_texts", [column], postgresql_using="gin"
            )
    op.create_index("ix_search_texts_user_id", "search_texts", ["user_id"])
    op.create_index("ix_search_texts_scope", "search_texts", ["scope", "number"])
    op.drop_index("ix_search_texts_latest", "search_texts")
