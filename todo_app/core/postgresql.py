"""PostgreSQL's driver, with one trip to the server where it would take several.

A transaction names the account whose rows it may touch: row-level security asks for it. That, and
BEGIN where there is one, travel with the first statement. A statement outside of a transaction is
one by itself, up to the end of what was sent with it, and so it takes the account along too.
Statements that nobody waits for are answered with the next one, or with the commit; the server is
at work on the first of them meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import AsyncConnection, AsyncCursor, DatabaseError, Error, OperationalError
from psycopg._preparing import Prepare
from psycopg._queries import PostgresQuery
from psycopg.abc import Params, PQGen, Query
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.generators import fetch_many, send
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult

from todo_app.core.writes import Parameters

USER_SETTING = "todo.user_id"
"""What the policies compare the owner of a row with."""

_NAME = b"todo_user"
_UNREAD = (None,) * 5
_SET_USER = f"SELECT set_config('{USER_SETTING}', $1, true)".encode()


class Connection(AsyncConnection[Any]):
    """A connection on which every transaction is for the account `user_id`, or for nobody."""

    def __init__(self, pgconn: PGconn) -> None:
        super().__init__(pgconn)
        self.cursor_factory = _Cursor
        self.user_id: UUID | None = None
        self.while_committing: Callable[[], None] | None = None
        self._has_prepared = False
        self._sent: list[_Execution | None] = []
        """What is on the way, whose answers are still to come: statements, and what is around."""

    def defer(self, sql: str, parameters: Parameters) -> None:
        """Send a statement, and take in its answer with that of the next one or the commit.

        The first is sent at once: the server executes it while the rest is made ready. What follows
        is mostly a line in the log and the commit, and goes with that: to send each by itself, and
        to wake the server each time, takes longer than it gains.
        """
        statement = PostgresQuery(Transformer(self))
        statement.convert(sql, parameters)
        is_first = not self._sent
        self._send_after_what_is_first(statement)
        if is_first:
            self.pgconn.flush()

    async def commit(self) -> None:
        """Commit; if that or what was deferred fails, roll back."""
        try:
            await super().commit()
        except Error:
            with suppress(OperationalError):
                await self.rollback()
            raise

    @property
    def has_sent(self) -> bool:
        """Whether answers are still to come."""
        return bool(self._sent)

    @property
    def has_more_to_send(self) -> bool:
        """Whether the next statement does not go alone."""
        if self.has_sent:
            return True
        return self._is_idle() and (self.user_id is not None or not self._autocommit)

    def execute_first(self, statement: PostgresQuery) -> PQGen[list[PGresult]]:
        """Execute a statement together with what comes before it, and return its results."""
        self._send_after_what_is_first(statement)
        return (yield from self.take_answers())

    def take_answers(self, meanwhile: Callable[[], None] | None = None) -> PQGen[list[PGresult]]:
        """Take in the answers to all that was sent, and return the last one."""
        sent, self._sent = self._sent, []
        self.pgconn.pipeline_sync()
        yield from send(self.pgconn)
        if meanwhile is not None:
            meanwhile()
        answers: list[list[PGresult]] = []
        for _ in sent:
            results = yield from fetch_many(self.pgconn)
            answers.append(results)
        yield from fetch_many(self.pgconn)
        self.pgconn.exit_pipeline_mode()
        for how, results in zip(sent, answers, strict=True):
            self._take_in(how, results)
        yield from self._prepared.maintain_gen(self)
        return answers[-1]

    def _send_after_what_is_first(self, statement: PostgresQuery) -> None:
        if not self._sent:
            is_first = self._is_idle()
            self.pgconn.enter_pipeline_mode()
            if is_first:
                self._sent = self._send_first()
        self._sent += self._send(statement)

    def _is_idle(self) -> bool:
        return self.pgconn.transaction_status == TransactionStatus.IDLE

    def _send_first(self) -> list[_Execution | None]:
        """Send what comes before the first statement; what answers will come to it."""
        sent: list[_Execution | None] = []
        if not self._autocommit:
            self.pgconn.send_query_params(self._get_tx_start_command(), None)
            sent.append(None)
        if self.user_id is not None:
            if not self._has_prepared:
                self.pgconn.send_prepare(_NAME, _SET_USER)
                self._has_prepared = True
                sent.append(None)
            self.pgconn.send_query_prepared(_NAME, [str(self.user_id).encode()])
            sent.append(None)
        return sent

    def _send(self, statement: PostgresQuery) -> list[_Execution | None]:
        """Send a statement; what answers will come to it."""
        prepare, name = self._prepared.get(statement)
        sent: list[_Execution | None] = [_Execution(statement, prepare, name)]
        values, formats = statement.params, statement.formats
        if prepare is Prepare.SHOULD:
            self.pgconn.send_prepare(name, statement.query, param_types=statement.types)
            sent.insert(0, None)
        if prepare is Prepare.NO:
            self.pgconn.send_query_params(
                statement.query, values, param_types=statement.types, param_formats=formats
            )
        else:
            self.pgconn.send_query_prepared(name, values, param_formats=formats)
        return sent

    def _take_in(self, how: _Execution | None, results: list[PGresult]) -> None:
        """Remember how a statement was executed, and raise what came of it if it failed."""
        if how is not None:
            key = self._prepared.maybe_add_to_cache(*how)
            if key is not None:
                self._prepared.validate(key, how.prepare, how.name, results)
        for result in results:
            if result.status == ExecStatus.FATAL_ERROR:
                raise error_from_result(result, encoding=self.info.encoding)

    def _commit_gen(self) -> PQGen[None]:
        if not self._sent:
            yield from super()._commit_gen()
            return
        self.pgconn.send_query_params(b"COMMIT", None)
        self._sent.append(None)
        yield from self.take_answers(self.while_committing)

    def _rollback_gen(self) -> PQGen[None]:
        if self._sent:
            with suppress(DatabaseError):
                yield from self.take_answers()
        yield from super()._rollback_gen()

    def _start_query(self) -> PQGen[None]:
        """Begin a transaction by something else than a single statement."""
        tells_user = self._is_idle() and self.user_id is not None
        yield from super()._start_query()
        if tells_user:
            setting = f"SELECT set_config('{USER_SETTING}', '{self.user_id}', true)"
            yield from self._exec_command(setting.encode())

    def _deallocate(self, name: bytes | None) -> PQGen[None]:
        self._has_prepared = self._has_prepared and name is not None
        yield from super()._deallocate(name)


class _Execution(NamedTuple):
    """How a statement was sent."""

    statement: PostgresQuery
    prepare: Prepare
    name: bytes


class _Cursor(AsyncCursor[Any]):
    """A cursor that sends a statement together with what comes before it."""

    _conn: Connection

    @property
    def description(self) -> list[tuple[Any, ...]] | None:  # type: ignore[override]
        """The columns of the result, with no more of each than SQLAlchemy reads: it asks always."""
        result = self.pgresult
        if result is None or not result.nfields:
            return None
        return [
            ((result.fname(number) or b"").decode(), result.ftype(number), *_UNREAD)
            for number in range(result.nfields)
        ]

    async def executemany(
        self, query: Query, params_seq: Iterable[Params], *, returning: bool = False
    ) -> None:
        if self._conn.has_sent:
            async with self._conn.lock:
                await self._conn.wait(self._conn.take_answers())
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
        if not (is_plain and self._conn.has_more_to_send):
            if self._conn.has_sent:
                yield from self._conn.take_answers()
            yield from super()._execute_gen(query, params, prepare=prepare, binary=binary)
            return
        self._reset()
        self._tx = Transformer(self)
        self._query = self._convert_query(query, params)
        results = yield from self._conn.execute_first(self._query)
        self._check_results(results)
        self._set_results(results)
        self._last_query = query
