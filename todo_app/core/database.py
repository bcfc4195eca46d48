"""The engine and its transactions. `transaction()` is the only place that commits."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from functools import cache, partial
from types import TracebackType
from typing import Any
from uuid import UUID

from sqlalchemy import event, func, inspect, select
from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool
from sqlalchemy.util.concurrency import greenlet_spawn
from sqlmodel import SQLModel

from todo_app.core import commits, postgresql
from todo_app.core.errors import TodoError, Unavailable
from todo_app.core.pool import Pool
from todo_app.core.settings import get_settings
from todo_app.core.sqlite import connect as connect_sqlite
from todo_app.core.writes import Deferring, connection_of

log = logging.getLogger(__name__)

POOL_WAIT_SECONDS = 5
CONNECT_SECONDS = 3
_FAILURES = (DBAPIError, PoolTimeout, OSError)


def create_engine(url: str, *, for_reading: bool = False) -> AsyncEngine:
    """An engine for a SQLAlchemy URL, SQLite or PostgreSQL, as the application needs it.

    On one for reading, each statement is a transaction by itself. Errors repeat no values: they are
    logged, and a log holds no hash and no title. A connection that comes back is not rolled back
    again: every session has ended its transaction.
    """
    options: dict[str, Any] = {
        "poolclass": Pool,
        "pool_timeout": POOL_WAIT_SECONDS,
        "pool_reset_on_return": None,
        "skip_autocommit_rollback": for_reading,
        "hide_parameters": True,
    }
    if url.startswith("sqlite"):
        connect = partial(connect_sqlite, has_transactions=not for_reading)
        return create_async_engine(
            url,
            pool_size=5,
            connect_args={"async_creator_fn": connect},
            **options,
        )
    engine = create_async_engine(
        url,
        # No overflow: under load it would open and close a connection with every request.
        pool_size=10,
        max_overflow=0,
        pool_recycle=1_800,
        isolation_level="AUTOCOMMIT" if for_reading else None,
        connect_args={
            "async_creator_fn": postgresql.Connection.connect,
            "connect_timeout": CONNECT_SECONDS,
            "options": "-c timezone=utc",
        },
        **options,
    )
    event.listen(engine.sync_engine, "checkin", _take_back)
    return engine


@cache
def get_engine() -> AsyncEngine:
    """The engine of this process for transactions."""
    return create_engine(get_settings().sqlalchemy_url)


@cache
def get_reading_engine() -> AsyncEngine:
    """The engine of this process for single reads.

    It has connections of its own: to turn one from transactions to none and back takes longer than
    to read a task.
    """
    return create_engine(get_settings().sqlalchemy_url, for_reading=True)


async def dispose() -> None:
    """Close every connection that is not in use."""
    await get_engine().dispose()
    await get_reading_engine().dispose()


def transaction(user_id: UUID | None = None) -> AbstractAsyncContextManager[AsyncSession]:
    """A session whose work is committed when the block ends and rolled back when it raises.

    Of what row-level security guards it sees and changes rows of this account, or none without one.
    Raises Unavailable if the database does not answer.
    """
    return _Sitting(get_engine(), user_id, commits_at_end=True)


def reading(user_id: UUID | None = None) -> AbstractAsyncContextManager[AsyncSession]:
    """A session for a single read, without the round trips of a transaction.

    It sees what a transaction for the same account would see.
    Raises Unavailable if the database does not answer.
    """
    return _Sitting(get_reading_engine(), user_id, commits_at_end=False)


async def is_ready() -> bool:
    """Whether the database answers within a few seconds."""
    try:
        async with asyncio.timeout(CONNECT_SECONDS), reading() as db:
            await db.execute(select(1))
    except (Unavailable, TimeoutError):
        return False
    return True


def count_in_use(engine: AsyncEngine) -> int:
    """How many connections of an engine are at work."""
    pool = engine.pool
    return pool.checkedout() if isinstance(pool, QueuePool) else 0


@asynccontextmanager
async def candidacy(name: str) -> AsyncIterator[Callable[[], Awaitable[bool]]]:
    """Yields what asks whether this process is the chosen one of all that ask by this name.

    It stays the chosen one until the block ends or its connection is lost, as by its death; then
    another is at its next question. SQLite has one process, which is always chosen.
    Raises Unavailable if the database does not answer.
    """
    if get_engine().dialect.name == "sqlite":
        yield _is_alone
        return
    lock = select(func.pg_try_advisory_lock(_lock_number(name)))
    with _translated():
        async with get_reading_engine().connect() as connection:

            async def is_chosen() -> bool:
                return bool(await connection.scalar(lock))

            try:
                yield is_chosen
            finally:
                # The lock is the connection's: it must not come back into the pool with it.
                await connection.invalidate()


async def _is_alone() -> bool:
    return True


async def try_lock(db: AsyncSession, name: str) -> bool:
    """Take the lock of this name until the transaction ends, or return False if another holds it.

    SQLite needs none: its transactions write one after the other.
    """
    if db.get_bind().dialect.name == "sqlite":
        return True
    lock = func.pg_try_advisory_xact_lock(_lock_number(name))
    return bool(await db.scalar(select(lock)))


def _lock_number(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)


def insert_if_absent(db: AsyncSession, table: type[SQLModel]) -> PostgresqlInsert | SqliteInsert:
    """An INSERT that leaves a row with the same primary key alone and then returns nothing."""
    keys = [key.name for key in inspect(table).primary_key]
    if db.get_bind().dialect.name == "sqlite":
        return SqliteInsert(table).on_conflict_do_nothing(index_elements=keys)
    return PostgresqlInsert(table).on_conflict_do_nothing(index_elements=keys)


class _Sitting:
    """A session on a connection that is in a transaction for this account, while a block runs.

    The transaction is the connection's: to begin and to end one by the session would take longer
    than a small change does, which mostly is made without it. One greenlet begins and one ends it:
    the connections that SQLAlchemy has for asyncio take one for each step.
    """

    __slots__ = ("_commits_at_end", "_connection", "_engine", "_session", "_user_id")

    def __init__(self, engine: AsyncEngine, user_id: UUID | None, *, commits_at_end: bool) -> None:
        self._engine = engine
        self._user_id = user_id
        self._commits_at_end = commits_at_end

    async def __aenter__(self) -> AsyncSession:
        with _translated():
            await greenlet_spawn(self._begin)
        db = AsyncSession(expire_on_commit=False)
        self._session = db.sync_session
        self._session.bind = self._connection
        return db

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        with _translated():
            await greenlet_spawn(self._end, error)
            if isinstance(error, _FAILURES):
                raise error

    def _begin(self) -> None:
        self._connection = self._engine.sync_engine.connect()
        self._connection.begin()
        driver = self._connection.connection.driver_connection
        if isinstance(driver, postgresql.Connection):
            driver.user_id = self._user_id

    def _end(self, error: BaseException | None) -> None:
        keeps_writes = isinstance(error, TodoError) and error.keeps_writes
        try:
            if self._commits_at_end and (error is None or keeps_writes):
                _commit(self._session)
        finally:
            commits.forget_meanwhile(self._session)
            if self._session.in_transaction():
                self._session.close()
            self._connection.close()


def _commit(session: Session) -> None:
    commits.act_before(session)
    session.flush()
    connection = connection_of(session)
    driver: Deferring = connection.connection.driver_connection  # type: ignore[assignment]
    driver.while_committing = commits.meanwhile(session)
    connection.commit()
    commits.act_after(session)


def _take_back(connection: Any, record: ConnectionPoolEntry) -> None:  # noqa: ANN401 - the dialect's
    """Let nobody have a connection that is lost, or come to one as who had it before.

    That it is lost SQLAlchemy knows of its own statements alone.
    """
    if connection is None:
        return
    driver: postgresql.Connection = connection.driver_connection
    driver.user_id = None
    if driver.closed:
        record.invalidate()


@contextmanager
def _translated() -> Iterator[None]:
    """Turn a database that is gone, full or locked into Unavailable."""
    try:
        yield
    except (OperationalError, PoolTimeout, OSError) as error:
        log.warning("database unavailable: %s", type(error).__name__)
        raise Unavailable from error
    except DBAPIError as error:
        if error.connection_invalidated:
            log.warning("database connection lost: %s", type(error).__name__)
            raise Unavailable from error
        raise
