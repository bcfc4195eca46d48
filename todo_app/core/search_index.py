"""The index that search looks through: what is written to it, and the conditions that ask it.

Whoever changes the text of something tells this module in the same transaction; the change log does
so for everything it records. What a person sees of the answers is in `search`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CTE,
    BigInteger,
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    SelectBase,
    String,
    any_,
    bindparam,
    case,
    cast,
    column,
    func,
    literal,
    literal_column,
    select,
    table,
    text,
    type_coerce,
    union_all,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from todo_app.core import access
from todo_app.core.models import LABELS, PROJECTS, SEARCH_TEXTS, TASKS
from todo_app.core.words import Phrase, indexed_words, word_bits
from todo_app.core.writes import Write

Field = Literal["title", "content"]
"""What a text is looked for in: a title or a name alone, or that and the notes."""

MOST_HITS = 300
"""How many hits are looked at, the latest: of what is everywhere nobody reads the rest."""
_MOST_LOOKED_UP = 1_000
"""So many rows are looked up by their numbers as quickly as 3,000 are one behind the other."""
_TEXT_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "task": ("title", "notes"),
    "project": ("name",),
    "label": ("name",),
}
_INDEXED_AT_ONCE = 500
_FTS = table("search_index", column("rowid"))


def has_text(entity: str, names: Sequence[str]) -> bool:
    """Whether these columns of an entity hold something that search looks through."""
    return not set(_TEXT_COLUMNS.get(entity, ())).isdisjoint(names)


def text_row(kind: str, row: Mapping[str, Any], user_id: UUID) -> dict[str, Any]:
    """The row of the index for a row of an entity, which has at least its text."""
    title, notes = (*(row[name] for name in _TEXT_COLUMNS[kind]), "")[:2]
    title_words = indexed_words(title)
    return {
        "user_id": user_id,
        "scope": scope(kind, user_id),
        f"{kind}_id": row["id"],
        "title": title_words,
        "content": indexed_words(f"{title} {notes}"),
        "title_bits": word_bits(title_words.split()),
    }


def _replacing(dialect: str, kind: str) -> PostgresqlInsert | SqliteInsert:
    insert = (SqliteInsert if dialect == "sqlite" else PostgresqlInsert)(SEARCH_TEXTS)
    fresh = {name: insert.excluded[name] for name in ("title", "content", "title_bits")}
    # Nobody asks for the number.
    return insert.on_conflict_do_update(index_elements=[f"{kind}_id"], set_=fresh).inline()


_REPLACE = {
    (dialect, kind): _replacing(dialect, kind)
    for dialect in ("sqlite", "postgresql")
    for kind in _TEXT_COLUMNS
}
_REPLACE_ONE = {key: Write(statement) for key, statement in _REPLACE.items()}


def write_texts(session: Session, kind: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Put rows of the index in the place of what it had of the same entities."""
    key = (session.get_bind().dialect.name, kind)
    if len(rows) == 1:
        _REPLACE_ONE[key].defer(session, rows[0])
    else:
        session.execute(_REPLACE[key], list(rows))


def index_everything(connection: Connection) -> None:
    """Fill an empty index from what it is of, the oldest first."""
    for kind, source in (("project", PROJECTS), ("label", LABELS), ("task", TASKS)):
        wanted = [source.c[name] for name in ("id", "user_id", *_TEXT_COLUMNS[kind])]
        # An Inbox has the id of its owner, and cannot be looked for.
        query = select(*wanted).where(source.c.id != source.c.user_id).order_by(source.c.id)
        found = connection.execute(query.execution_options(yield_per=_INDEXED_AT_ONCE))
        for rows in found.mappings().partitions():
            texts = [text_row(kind, dict(row), row["user_id"]) for row in rows]
            connection.execute(SEARCH_TEXTS.insert(), texts)


async def drop_deleted_words(db: AsyncSession) -> None:
    """Leave nothing of texts that were deleted, in this transaction too.

    SQLite's index keeps their words, marked as deleted, until its pieces are merged, which takes
    half a second for 100,000 tasks. PostgreSQL sweeps by itself.
    """
    if db.get_bind().dialect.name == "sqlite":
        await db.execute(text("INSERT INTO search_index (search_index) VALUES ('optimize')"))


def scope(kind: str, user_id: UUID) -> str:
    """What a search within an account stays in, among tasks or among names: a single word."""
    return f"{'task' if kind == 'task' else 'name'}{user_id.hex}"


def asked(name: str | None, value: str | None = None) -> BindParameter[str]:
    """A value that `query_text` or `scope` made, or will make.

    One that is there becomes a part of the statement, a list: PostgreSQL plans that well only where
    it sees how much fits. There is nothing but words and signs of ours in it.
    """
    return bindparam(name, value, String, unique=name is None, literal_execute=name is None)


def hits(dialect: str, field: Field, query: BindParameter[str]) -> Select[tuple[int]]:
    """The numbers of the texts that fit a query of `query_text`.

    On PostgreSQL the value named `scope` is asked for too; in SQLite the query holds it.
    """
    if dialect == "sqlite":
        fits = literal_column("search_index").op("MATCH")(query)
        return select(_FTS.c.rowid.label("number")).where(fits)
    is_asked = (access.own_rows(SEARCH_TEXTS), SEARCH_TEXTS.c.scope == asked("scope"))
    return select(SEARCH_TEXTS.c.number).where(*is_asked, fits_words(SEARCH_TEXTS.c[field], query))


def latest_hits(
    dialect: str, field: Field, query: BindParameter[str], most: int = MOST_HITS
) -> Select[tuple[int]]:
    """The numbers of the latest texts that fit a query."""
    if dialect == "sqlite":
        return hits(dialect, field, query).order_by(_FTS.c.rowid.desc()).limit(most)
    return _latest_texts(field, query, literal(most, BigInteger))


def latest_tasks(
    field: Field, query: BindParameter[str], rank: ColumnElement[int], most: ColumnElement[int]
) -> CTE:
    """On PostgreSQL: number, task and rank of the latest texts that fit a query, found once."""
    return _found_once(_ranked(_latest_texts(field, query, most), rank))


def earlier_titles(
    query: str, rank: ColumnElement[int], most: ColumnElement[int], before: ColumnElement[int]
) -> CTE:
    """On PostgreSQL: the same of the titles before a number that fit the query of this name.

    `most` and `before` are columns of a single row. The value named like the query with `_bits`
    behind it is asked for too: the index alone tells which titles have these bits. They are mostly
    few, and looked up; if they are many, all are looked at one by one.
    """
    number, bits = SEARCH_TEXTS.c.number, bindparam(f"{query}_bits", type_=BigInteger)
    is_before = number < select(before).scalar_subquery()
    has_bits = SEARCH_TEXTS.c.title_bits.bitwise_and(bits) == bits
    may_fit = _latest(case((most > 0, _MOST_LOOKED_UP), else_=0)).where(is_before, has_bits)
    numbers = may_fit.subquery().c.number
    are_few, missing = func.count() < _MOST_LOOKED_UP, select(most).scalar_subquery()
    plan = _found_once(
        select(
            func.array_agg(numbers).label("numbers"),
            case((are_few, missing), else_=0).label("looked_up"),
            case((are_few, 0), else_=missing).label("walked"),
        )
    )
    looked_up = (
        select(number)
        .where(access.own_rows(SEARCH_TEXTS), fits_words(SEARCH_TEXTS.c.title, asked(query)))
        .where(number == any_(cast(select(plan.c.numbers).scalar_subquery(), ARRAY(BigInteger))))
        .order_by(number.desc())
        .limit(select(plan.c.looked_up).scalar_subquery())
    )
    walked = _latest_texts("title", asked(query), plan.c.walked).where(is_before)
    return _found_once(union_all(_ranked(looked_up, rank), _ranked(walked, rank)))


def _ranked(texts: Select[tuple[int]], rank: ColumnElement[int]) -> Select[Any]:
    return texts.add_columns(SEARCH_TEXTS.c.task_id, rank.label("rank"))


def _found_once(texts: SelectBase) -> CTE:
    return texts.cte().prefix_with("MATERIALIZED")


def fits_words(words: ColumnElement[str], query: BindParameter[str]) -> ColumnElement[bool]:
    """On PostgreSQL: the condition that words fit a query."""
    # What comes later is not to come as a text, which would be read anew for every row.
    read = cast if query.literal_execute else type_coerce
    return words.op("@@", is_comparison=True)(read(query, postgresql.TSQUERY))


def _latest_texts(
    field: Field, query: BindParameter[str], most: ColumnElement[int]
) -> Select[tuple[int]]:
    """On PostgreSQL: the numbers of the latest texts that fit a query."""
    return _latest(most).where(fits_words(SEARCH_TEXTS.c[field], query))


def _latest(most: ColumnElement[int]) -> Select[tuple[int]]:
    """On PostgreSQL: the numbers of the latest texts, of the value named `scope`.

    Behind row-level security no index of words is of use: each text is looked at, the latest first,
    until there are enough. PostgreSQL has no idea of how many fit, and would rather read and sort
    all. A limit that it does not know when it plans keeps it to the order of an index, and the
    scope in that order to the index without the texts of others.
    """
    scope_, number = SEARCH_TEXTS.c.scope, SEARCH_TEXTS.c.number
    is_asked = (access.own_rows(SEARCH_TEXTS), scope_.between(asked("scope"), asked("scope")))
    unforeseen = select(most).scalar_subquery()
    return select(number).where(*is_asked).order_by(scope_.desc(), number.desc()).limit(unforeseen)


def query_text(
    dialect: str, scope_: str, field: Field, phrases: Sequence[Phrase], *, is_any: bool = False
) -> str:
    """A query as the database reads it: for every phrase, or for any."""
    if dialect == "sqlite":
        asked = (" OR " if is_any else " AND ").join(map(_fts_phrase, phrases))
        return f"scope : {scope_} AND {field} : ({asked})"
    return (" | " if is_any else " & ").join(map(_ts_phrase, phrases))


def query_bits(phrases: Iterable[Phrase]) -> int:
    """The bits of every title that fits a query for every phrase."""
    return reduce(or_, (word_bits(phrase.words, is_prefix=phrase.is_prefix) for phrase in phrases))


def _fts_phrase(phrase: Phrase) -> str:
    return f'"{" ".join(phrase.words)}"{" *" if phrase.is_prefix else ""}'


def _ts_phrase(phrase: Phrase) -> str:
    words = " <-> ".join(f"'{word}'" for word in phrase.words)
    return f"({words}:*)" if phrase.is_prefix else f"({words})"
