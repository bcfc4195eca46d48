"""Keep symbols, and the signs that belong to words, among the words that are searched.

Revision: 0026, after 0025
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import sqlalchemy as sa

from alembic import op

# What is kept has to be what a search asks for: the program's own words.
from todo_app.core.models.search import Words
from todo_app.core.words import indexed_words

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

BATCH_ROWS = 500

# All but spaces: what a word is has been decided before.
CATEGORIES = "categories ''L* M* N* P* S* C*''"
FORGET = """\
INSERT INTO search_index (search_index, rowid, scope, title, content)
VALUES ('delete', OLD.number, OLD.scope, OLD.title, OLD.content);"""
LEARN = """\
INSERT INTO search_index (rowid, scope, title, content)
VALUES (NEW.number, NEW.scope, NEW.title, NEW.content);"""
TRIGGERS = {"added": ("INSERT", LEARN), "removed": ("DELETE", FORGET)} | {
    "changed": ("UPDATE", f"{FORGET} {LEARN}")
}

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
    _index_again(CATEGORIES, indexed_words)


def downgrade() -> None:
    """Take back."""
    _index_again("", _words_without_signs)


def _words_without_signs(text: str) -> str:
    words = indexed_words(text).split()
    return " ".join(word for word in words if unicodedata.category(word[0])[0] not in "SP")


def _index_again(categories: str, words: Callable[[str], str]) -> None:
    connection = op.get_bind()
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        for name in TRIGGERS:
            connection.exec_driver_sql(f"DROP TRIGGER search_texts_{name}")
        connection.exec_driver_sql("DROP TABLE search_index")
    connection.execute(_TEXTS.delete())
    if is_sqlite:
        connection.exec_driver_sql(
            "CREATE VIRTUAL TABLE search_index USING fts5("
            "scope, title, content, content = 'search_texts', content_rowid = 'number', "
            f"tokenize = 'unicode61 remove_diacritics 0 {categories}', prefix = '1 2 3')"
        )
        for name, (event, act) in TRIGGERS.items():
            connection.exec_driver_sql(
                f"CREATE TRIGGER search_texts_{name} AFTER {event} ON search_texts BEGIN {act} END"
            )
    _index("task", "SELECT id, user_id, title, notes FROM tasks", words)
    _index("project", "SELECT id, user_id, name, '' FROM projects WHERE id <> user_id", words)
    _index("label", "SELECT id, user_id, name, '' FROM labels", words)


def _index(kind: str, query: str, words: Callable[[str], str]) -> None:
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
                    "title": words(title),
                    "content": words(f"{title} {notes}"),
                }
                for row_id, user_id, title, notes in rows
            ],
        )
