"""The words of tasks, projects and labels, and a full-text index of them.

Revision: 0014, after 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

# What is kept has to be what a search asks for: the program's own words.
from todo_app.core.models.search import Words
from todo_app.core.words import indexed_words

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

BATCH_ROWS = 500

# The index keeps no text of its own, so it has to be told what it is to forget.
FORGET = """\
INSERT INTO search_index (search_index, rowid, scope, title, content)
VALUES ('delete', OLD.number, OLD.scope, OLD.title, OLD.content);"""
LEARN = """\
INSERT INTO search_index (rowid, scope, title, content)
VALUES (NEW.number, NEW.scope, NEW.title, NEW.content);"""
SQLITE_INDEX = (
    """\
CREATE VIRTUAL TABLE search_index USING fts5(
    scope, title, content, content = 'search_texts', content_rowid = 'number',
    tokenize = 'unicode61 remove_diacritics 0', prefix = '1 2 3'
)""",
    f"CREATE TRIGGER search_texts_added AFTER INSERT ON search_texts BEGIN {LEARN} END",
    f"CREATE TRIGGER search_texts_removed AFTER DELETE ON search_texts BEGIN {FORGET} END",
    f"CREATE TRIGGER search_texts_changed AFTER UPDATE ON search_texts BEGIN {FORGET} {LEARN} END",
)

_TEXTS = sa.table(
    "search_texts",
    sa.column("user_id", sa.Uuid()),
    sa.column("scope", sa.String()),
    *(sa.column(f"{kind}_id", sa.Uuid()) for kind in ("task", "project", "label")),
    sa.column("title", Words()),
    sa.column("content", Words()),
)


def upgrade() -> None:
    """Apply."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    words = sa.Text() if is_sqlite else postgresql.TSVECTOR()
    op.create_table(
        "search_texts",
        sa.Column("number", sa.Integer() if is_sqlite else sa.BigInteger(), primary_key=True),
        _reference("user", nullable=False),
        sa.Column("scope", sa.String(40), nullable=False),
        _reference("task", unique=True),
        _reference("project", unique=True),
        _reference("label", unique=True),
        sa.Column("title", words, nullable=False),
        sa.Column("content", words, nullable=False),
    )
    op.create_index("ix_search_texts_user_id", "search_texts", ["user_id"])
    op.create_index("ix_search_texts_scope", "search_texts", ["scope", "number"])
    if is_sqlite:
        for statement in SQLITE_INDEX:
            op.get_bind().exec_driver_sql(statement)
    else:
        for column in ("title", "content"):
            op.create_index(
                f"ix_search_texts_{column}", "search_texts", [column], postgresql_using="gin"
            )
    _index("task", "SELECT id, user_id, title, notes FROM tasks")
    _index("project", "SELECT id, user_id, name, '' FROM projects WHERE id <> user_id")
    _index("label", "SELECT id, user_id, name, '' FROM labels")


def _reference(kind: str, **options: bool) -> sa.Column[object]:
    key = sa.ForeignKey(f"{kind}s.id", ondelete="CASCADE")
    return sa.Column(f"{kind}_id", sa.Uuid(), key, **options)


def _index(kind: str, query: str) -> None:
    """Add the words of every row, the oldest first: the ids sort by their age."""
    found = op.get_bind().execute(
        sa.text(f"{query} ORDER BY id").columns(id=sa.Uuid(), user_id=sa.Uuid()),
        execution_options={"stream_results": True},
    )
    for rows in found.partitions(BATCH_ROWS):
        op.bulk_insert(
            _TEXTS,
            [
                {
                    "user_id": user_id,
                    "scope": f"{'task' if kind == 'task' else 'name'}{user_id.hex}",
                    f"{kind}_id": row_id,
                    "title": indexed_words(title),
                    "content": indexed_words(f"{title} {notes}"),
                }
                for row_id, user_id, title, notes in rows
            ],
        )


def downgrade() -> None:
    """Take back."""
    if op.get_bind().dialect.name == "sqlite":
        for event in ("added", "removed", "changed"):
            op.execute(f"DROP TRIGGER search_texts_{event}")
        op.execute("DROP TABLE search_index")
    op.drop_table("search_texts")
