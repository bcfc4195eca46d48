"""Backup and restore: every row of the database in one portable file.

The file is gzipped JSON with a line for each row, the same from SQLite and from PostgreSQL, and
for both. It holds what the database holds, hashes of passwords and tokens among it, so it is made
with mode 0600. It does not hold the keys: those are settings.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from alembic.migration import MigrationContext
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    String,
    Table,
    TypeDecorator,
    bindparam,
    create_engine,
    event,
    select,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import SQLModel

from todo_app.core import clock, row_security
from todo_app.core.migrations import known_revisions, migrate
from todo_app.core.models import SEARCH_TEXTS
from todo_app.core.search_index import index_everything
from todo_app.core.settings import get_settings

FORMAT = "todo-app backup 1"
_ROWS_AT_ONCE = 500
_READERS: dict[object, Callable[[str], Any]] = {
    UUID: UUID,
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    bytes: bytes.fromhex,
}

Values = dict[str, Any]


class BackupError(Exception):
    """A backup could not be made or restored; the message says why and what to do."""


def back_up(target: Path) -> int:
    """Write every row, as they all were at one moment, and return how many.

    The program may run meanwhile. Raises BackupError, and then leaves what was there.
    """
    unfinished = target.with_name(f"{target.name}.unfinished")
    try:
        with _connection() as connection, _open_private(unfinished) as file:
            revision = MigrationContext.configure(connection).get_current_revision()
            _refuse_other_revision("database", revision)
            _reach_every_account(connection)
            head = {"format": FORMAT, "revision": revision, "made_at": clock.now().isoformat()}
            file.write(_line(head))
            digest, count = hashlib.sha256(), 0
            for line in _lines(connection):
                file.write(line)
                digest.update(line)
                count += 1
            file.write(_line({"rows": count, "sha256": digest.hexdigest()}))
        unfinished.replace(target)
    except (OSError, SQLAlchemyError) as error:
        raise BackupError(f"The backup could not be made: {_cause(error)}") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return count


def restore(source: Path) -> int:
    """Put every row of a backup into an empty database, check them there, and return how many.

    Raises BackupError and MigrationError; then nothing was restored.
    """
    try:
        count, digest = _check(source)
        migrate()
        with _connection() as connection, connection.begin():
            _reach_every_account(connection)
            _refuse_rows(connection)
            with _triggers_off(connection):
                _insert(connection, source)
            index_everything(connection)
            restored = hashlib.sha256()
            for line in _lines(connection):
                restored.update(line)
            if restored.hexdigest() != digest:
                raise BackupError("What was restored is not what was backed up: it was taken back")
    except (OSError, EOFError, ValueError, zlib.error, SQLAlchemyError) as error:
        raise BackupError(f"The backup could not be restored: {_cause(error)}") from error
    return count


def _check(source: Path) -> tuple[int, str]:
    """The number and the digest of the rows in a whole backup of this version."""
    head, end = None, None
    digest, count = hashlib.sha256(), 0
    with gzip.open(source, "rb") as file:
        for line in file:
            content = json.loads(line)
            if isinstance(content, list):
                digest.update(line)
                count += 1
            elif head is None:
                head = content
            else:
                end = content
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        raise BackupError(f"{source} is not a backup of this program")
    _refuse_other_revision("backup", head["revision"])
    if end != {"rows": count, "sha256": digest.hexdigest()}:
        raise BackupError(f"{source} is damaged: it does not hold what was written")
    return count, digest.hexdigest()


def _lines(connection: Connection) -> Iterator[bytes]:
    """Every row as a line, in an order that is the same on every database."""
    for table in _tables():
        columns = _columns(table)
        order = [_in_byte_order(connection, column) for column in table.primary_key]
        query = select(*columns).order_by(*order).execution_options(yield_per=_ROWS_AT_ONCE)
        found = connection.execute(query)
        for row in found:
            values = zip((column.name for column in columns), row, strict=True)
            yield _line([table.name, {name: _plain(value) for name, value in values}])


def _in_byte_order(connection: Connection, column: Column[Any]) -> ColumnElement[Any]:
    if connection.dialect.name == "postgresql" and isinstance(column.type, String):
        return column.collate("C")
    return column


def _insert(connection: Connection, source: Path) -> None:
    for table, rows in _batches(source):
        own = _references_to_itself(table)
        connection.execute(table.insert(), [row | dict.fromkeys(own) for row in rows])
    # References from one row of a table to another of it come when all of them are there.
    for table, rows in _batches(source):
        own = _references_to_itself(table)
        referring = [row for row in rows if any(row[name] is not None for name in own)]
        if referring:
            keys = [column == bindparam(f"key_{column.name}") for column in table.primary_key]
            targets: Values = {name: bindparam(f"new_{name}") for name in own}
            connection.execute(
                table.update().where(*keys).values(targets),
                [
                    {f"key_{column.name}": row[column.name] for column in table.primary_key}
                    | {f"new_{name}": row[name] for name in own}
                    for row in referring
                ],
            )


def _batches(source: Path) -> Iterator[tuple[Table, list[Values]]]:
    tables = {table.name: table for table in _tables()}
    table, rows = _tables()[0], list[Values]()
    with gzip.open(source, "rb") as file:
        for line in file:
            content = json.loads(line)
            if not isinstance(content, list):
                continue
            if rows and (content[0] != table.name or len(rows) == _ROWS_AT_ONCE):
                yield table, rows
                rows = []
            table = tables[content[0]]
            rows.append(_values(table, content[1]))
    if rows:
        yield table, rows


def _values(table: Table, plain: Values) -> Values:
    values: Values = {}
    for column in _columns(table):
        value = plain[column.name]
        stored = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
        read = _READERS.get(stored.python_type)
        values[column.name] = read(value) if read and value is not None else value
    return values


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    return str(value) if isinstance(value, UUID) else value


def _tables() -> list[Table]:
    """Every table but that of the words of the others, which each database keeps in its own way."""
    return [table for table in SQLModel.metadata.sorted_tables if table is not SEARCH_TEXTS]


def _columns(table: Table) -> list[Column[Any]]:
    return [column for column in table.columns if column.computed is None]


def _references_to_itself(table: Table) -> list[str]:
    return [
        key.parent.name
        for key in table.foreign_keys
        if key.column.table is table and key.parent.nullable
    ]


def _reach_every_account(connection: Connection) -> None:
    """Never to leave out without a word what is not in sight."""
    row_security.reach_every_account(connection)
    if connection.dialect.name == "sqlite" or row_security.lock(connection).reaches_every_account:
        return
    raise BackupError(
        "The role of DATABASE_URL does not own the tables: set MIGRATION_DATABASE_URL to one that "
        "does"
    )


def _refuse_rows(connection: Connection) -> None:
    for table in _tables():
        if connection.execute(select(table).limit(1)).first() is not None:
            raise BackupError(
                f"The database is not empty (there are rows in {table.name}). Nothing is ever "
                "overwritten: set DATABASE_URL or DATA_DIR to a new one"
            )


def _refuse_other_revision(what: str, revision: str | None) -> None:
    newest = known_revisions()[0]
    if revision != newest:
        raise BackupError(
            f"The {what} is of revision {revision} and this program of {newest}: use the version "
            f"of the program that the {what} is of"
        )


@contextmanager
def _triggers_off(connection: Connection) -> Iterator[None]:
    """What triggers did when the rows were written, the rows already show."""
    if connection.dialect.name == "postgresql":
        for table in _tables():
            connection.exec_driver_sql(f'ALTER TABLE "{table.name}" DISABLE TRIGGER USER')
        yield
        for table in _tables():
            connection.exec_driver_sql(f'ALTER TABLE "{table.name}" ENABLE TRIGGER USER')
        return
    triggers = connection.exec_driver_sql(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    ).all()
    for name, _ in triggers:
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
    yield
    for _, sql in triggers:
        connection.exec_driver_sql(sql)


@contextmanager
def _connection() -> Iterator[Connection]:
    """A connection that sees one moment, however long it reads."""
    engine = _engine()
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _engine() -> Engine:
    url = get_settings().owner_url
    if url.startswith("sqlite"):
        # By itself the driver begins a transaction with the first write only.
        engine = create_engine(url, connect_args={"isolation_level": None}, hide_parameters=True)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
        return engine
    return create_engine(url, isolation_level="REPEATABLE READ", hide_parameters=True)


@contextmanager
def _open_private(path: Path) -> Iterator[gzip.GzipFile]:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as raw:
        with gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as file:
            yield file
        raw.flush()
        os.fsync(raw.fileno())


def _line(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _cause(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0]
