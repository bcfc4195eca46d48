"""PostgreSQL's driver, with one trip to the server where it would take several.

A transaction names the account whose rows it may touch: row-level security asks for it. That, and
BEGIN where there is one, travel with the first statement. A statement outside of a transaction is
one by itself, up to the end of what was sent with it, and so it takes the account along too.
Statements that nobody waits for travel with the commit.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Self
from uuid import UUID

from psycopg import AsyncConnection, AsyncCursor, Error, OperationalError
from psycopg._preparing import Prepare
from psycopg._queries import PostgresQuery
from psycopg.abc import Params, PQGen, Query, QueryNoTemplate
from psycopg.adapt import Transformer
from psycopg.generators import fetch_many, send
from psycopg.pq import TransactionStatus
from psycopg.pq.abc import PGconn, PGresult

from todo_app.core.writes import Parameters

USER_SETTING = "todo.user_id"
"""What the policies compare the owner of a row with."""

_NAME = b"todo_user"
_SET_USER = f"SELECT set_config('{USER_SETTING}', $1, true)".encode()


class Connection(AsyncConnection[Any]):
    """A connection on which every transaction is for the account `user_id`, or for nobody."""

    def __init__(self, pgconn: PGconn) -> None:
        super().__init__(pgconn)
        self.cursor_factory = _Cursor
        self.user_id: UUID | None = None
        self._has_prepared = False
        self._waiting: list[tuple[str, Parameters]] = []

    def defer(self, sql: str, parameters: Parameters) -> None:
        """Execute a statement before the next one, or with the commit."""
        self._waiting.append((sql, parameters))

    async def execute_waiting(self, *, commits: bool = False) -> None:
        """Execute what waits, and commit after it if asked to."""
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, []
        cursor = AsyncCursor(self)
        async with self.pipeline():
            for sql, parameters in waiting:
                await cursor.execute(sql, parameters)
            if commits:
                await super().commit()

    async def commit(self) -> None:
        """Commit, with what waits before it; if that fails, roll back."""
        if not self._waiting:
            await super().commit()
            return
        try:
            await self.execute_waiting(commits=True)
        except Error:
            with suppress(OperationalError):
                await self.rollback()
            raise

    async def rollback(self) -> None:
        """Forget what waits and roll back."""
        self._waiting = []
        await super().rollback()

    @property
    def has_something_to_send_first(self) -> bool:
        """Whether the next statement begins a transaction that has to be told of."""
        is_idle = self.pgconn.transaction_status == TransactionStatus.IDLE
        return is_idle and (self.user_id is not None or not self._autocommit)

    def send_first(self) -> int:
        """Send what comes before the first statement; how many answers will come to it."""
        count = 0
        if not self._autocommit:
            self.pgconn.send_query_params(self._get_tx_start_command(), None)
            count += 1
        if self.user_id is not None:
            if not self._has_prepared:
                self.pgconn.send_prepare(_NAME, _SET_USER)
                self._has_prepared = True
                count += 1
            self.pgconn.send_query_prepared(_NAME, [str(self.user_id).encode()])
            count += 1
        return count

    def _start_query(self) -> PQGen[None]:
        """Begin a transaction by something else than a single statement."""
        tells_user = self.has_something_to_send_first and self.user_id is not None
        yield from super()._start_query()
        if tells_user:
            setting = f"SELECT set_config('{USER_SETTING}', '{self.user_id}', true)"
            yield from self._exec_command(setting.encode())

    def _deallocate(self, name: bytes | None) -> PQGen[None]:
        self._has_prepared = self._has_prepared and name is not None
        yield from super()._deallocate(name)


class _Cursor(AsyncCursor[Any]):
    """A cursor that sends a first statement together with what comes before it."""

    _conn: Connection

    async def execute(  # type: ignore[override]  # SQLAlchemy sends no templates
        self,
        query: QueryNoTemplate,
        params: Params | None = None,
        *,
        prepare: bool | None = None,
        binary: bool | None = None,
    ) -> Self:
        await self._conn.execute_waiting()
        return await super().execute(query, params, prepare=prepare, binary=binary)

    async def executemany(
        self, query: Query, params_seq: Iterable[Params], *, returning: bool = False
    ) -> None:
        await self._conn.execute_waiting()
        await super().executemany(query, params_seq, returning=returning)

    def _execute_gen(
        self,
        query: Query,
        params: Params | None = None,
        *,
        prepare: bool | None = None,
        binary: bool | None = None,
    ) -> PQGen[None]:
        is_plain = prepare is None and binary is None
        if not (is_plain and self._conn.has_something_to_send_first):
            yield from super()._execute_gen(query, params, prepare=prepare, binary=binary)
            return
        self._reset()
        self._tx = Transformer(self)
        self._query = self._convert_query(query, params)
        yield from self._execute_first_gen(self._query)
        self._last_query = query

    def _execute_first_gen(self, statement: PostgresQuery) -> PQGen[None]:
        """As the driver's own `_maybe_prepare_gen`, with more than one thing on the way."""
        known = self._conn._prepared  # noqa: SLF001 - a cursor's own connection
        prepare, name = known.get(statement)
        self._pgconn.enter_pipeline_mode()
        count = self._conn.send_first()
        if prepare is Prepare.SHOULD:
            self._pgconn.send_prepare(name, statement.query, param_types=statement.types)
            count += 1
        values, formats = statement.params, statement.formats
        if prepare is Prepare.NO:
            self._pgconn.send_query_params(
                statement.query, values, param_types=statement.types, param_formats=formats
            )
        else:
            self._pgconn.send_query_prepared(name, values, param_formats=formats)
        self._pgconn.pipeline_sync()
        yield from send(self._pgconn)
        before: list[PGresult] = []
        for _ in range(count):
            before += yield from fetch_many(self._pgconn)
        results = yield from fetch_many(self._pgconn)
        yield from fetch_many(self._pgconn)
        self._pgconn.exit_pipeline_mode()
        if before:
            self._check_results(before)
        key = known.maybe_add_to_cache(statement, prepare, name)
        if key is not None:
            known.validate(key, prepare, name, results)
        self._check_results(results)
        self._set_results(results)
        yield from known.maintain_gen(self._conn)
