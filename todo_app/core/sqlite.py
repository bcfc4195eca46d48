"""SQLite's driver, with one trip to the connection's thread where it would take several.

A trip costs as much as a small statement. The plain driver makes one for each of: a cursor, BEGIN,
the statement, its rows, and the cursor's end.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from contextvars import copy_context
from functools import partial
from typing import Any, Self

import aiosqlite

from todo_app.core.writes import Parameters

BUSY_MILLISECONDS = 5_000
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    f"busy_timeout={BUSY_MILLISECONDS}",
)


async def connect(
    database: str, *, has_transactions: bool, check_same_thread: bool
) -> aiosqlite.Connection:
    """A connection whose first statement begins a transaction, or on which none is ever begun."""
    driver = partial(
        sqlite3.connect, database, isolation_level=None, check_same_thread=check_same_thread
    )
    connection = _Connection(driver)
    connection._thread.daemon = True  # noqa: SLF001 - as SQLAlchemy does with its own
    await connection
    for pragma in _PRAGMAS:
        await connection.execute(f"PRAGMA {pragma}")
    connection.has_transactions = has_transactions
    return connection


class _Cursor:
    """What SQLAlchemy asks of a cursor. It holds its rows from the execution on."""

    description: Any = None
    rowcount = -1
    lastrowid: int | None = None
    arraysize = 1

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection
        self._rows: list[Any] = []

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Self:
        await self._connection.run(self._run, sqlite3.Cursor.execute, sql, parameters)
        return self

    async def executemany(self, sql: str, parameters: Iterable[Sequence[Any]]) -> Self:
        await self._connection.run(self._run, sqlite3.Cursor.executemany, sql, parameters)
        return self

    async def fetchall(self) -> list[Any]:
        return self._rows

    async def close(self) -> None:
        """Nothing to do: the driver's cursor was closed where it was used."""

    def _run(self, execute: Callable[..., object], sql: str, parameters: Iterable[Any]) -> None:
        raw = self._connection._conn  # noqa: SLF001
        # IMMEDIATE: a transaction that begins by reading could not wait for its turn to write.
        if self._connection.has_transactions and not raw.in_transaction:
            raw.execute("BEGIN IMMEDIATE")
        self._connection.execute_waiting()
        # Closed here whatever happens: an error keeps its frames, and who throws it away later
        # would wait for the connection, which may be waiting for its turn to write.
        with closing(raw.cursor()) as cursor:
            execute(cursor, sql, parameters)
            self.description = cursor.description
            self._rows = cursor.fetchall() if cursor.description else []
            self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid


class _Connection(aiosqlite.Connection):
    """A connection that makes the cursors above."""

    has_transactions = False
    while_committing: Callable[[], None] | None = None

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connect, iter_chunk_size=64)
        self._waiting: list[tuple[str, Parameters]] = []

    def defer(self, sql: str, parameters: Parameters) -> None:
        """Execute a statement before the next one, or with the commit."""
        self._waiting.append((sql, parameters))

    def execute_waiting(self) -> None:
        """Execute what waits; this is called in the connection's thread."""
        waiting, self._waiting = self._waiting, []
        for sql, parameters in waiting:
            self._conn.execute(sql, parameters)

    async def commit(self) -> None:
        """Commit, with what waits before it; if that fails, roll back."""
        tell = None
        if self.while_committing is not None:
            tell = partial(
                asyncio.get_running_loop().call_soon_threadsafe,
                self.while_committing,
                context=copy_context(),
            )
        await self.run(self._commit, tell)

    async def rollback(self) -> None:
        """Forget what waits and roll back."""
        self._waiting = []
        await super().rollback()

    def _commit(self, tell: Callable[[], object] | None) -> None:
        try:
            self.execute_waiting()
            if tell is not None:
                # Only now: what the loop does from here on goes with a wait for the disk.
                tell()
            self._conn.commit()
        except sqlite3.Error:
            self._conn.rollback()
            raise

    async def run(self, function: Callable[..., None], *arguments: object) -> None:
        """Call a function in the connection's thread."""
        await self._execute(function, *arguments)  # type: ignore[no-untyped-call]

    def cursor(self) -> _Cursor:  # type: ignore[override]
        return _Cursor(self)
