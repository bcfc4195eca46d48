"""Keep bits of the words of a title in the index that is walked, for the rows that cannot fit.

Revision: 0027, after 0026
"""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

# What is kept has to be what a search asks for: the program's own bits.
from todo_app.core.words import word_bits

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

BATCH_ROWS = 5_000

EVERY_BIT = "-1"


def upgrade() -> None:
    """Apply."""
    bits = sa.Column("title_bits", sa.BigInteger(), nullable=False, server_default=EVERY_BIT)
    op.add_column("search_texts", bits)
    _fill()
    op.drop_index("ix_search_texts_latest", "search_texts")
    _index_latest(postgresql_include=["title_bits"])


def _fill() -> None:
    connection = op.get_bind()
    is_postgresql = connection.dialect.name == "postgresql"
    words = "array_to_string(tsvector_to_array(title), ' ')" if is_postgresql else "title"
    latest = -1
    batch = sa.text(
        f"SELECT number, {words} AS words FROM search_texts WHERE number > :latest "
        "ORDER BY number LIMIT :most"
    )
    fill = sa.text("UPDATE search_texts SET title_bits = :bits WHERE number = :number")
    while rows := connection.execute(batch, {"latest": latest, "most": BATCH_ROWS}).all():
        filled = [{"number": number, "bits": word_bits(words.split())} for number, words in rows]
        connection.execute(fill, filled)
        latest = rows[-1].number


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_search_texts_latest", "search_texts")
    op.drop_column("search_texts", "title_bits")
    _index_latest()


def _index_latest(**options: list[str]) -> None:
    columns = ["user_id", "scope", "number"]
    op.create_index("ix_search_texts_latest", "search_texts", columns, **options)
