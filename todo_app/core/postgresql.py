"""PostgreSQL's driver, on whose connections statements can wait for the commit."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Self

from psycopg import AsyncConnection, AsyncCursor, Error, OperationalError
from psycopg.abc import Params, Query, QueryNoTemplate
from psycopg.pq.abc import PGconn

from todo_app.core.writes import Parameters


class Connection(AsyncConnection[Any]):
    """A connection that sends what waits and the commit in one trip."""

    def __init__(self, pgconn: PGconn) -> None:
        super().__init__(pgconn)
        self.cursor_factory = _Cursor
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


class _Cursor(AsyncCursor[Any]):
    """A cursor that lets those go first who wait."""

    async def execute(  # type: ignore[override]  # SQLAlchemy sends no templates
        self,
        query: QueryNoTemplate,
        params: Params | None = None,
        *,
        prepare: bool | None = None,
        binary: bool | None = None,
    ) -> Self:
        await self._let_others_go_first()
        return await super().execute(query, params, prepare=prepare, binary=binary)

    async def executemany(
        self, query: Query, params_seq: Iterable[Params], *, returning: bool = False
    ) -> None:
        await self._let_others_go_first()
        await super().executemany(query, params_seq, returning=returning)

    async def _let_others_go_first(self) -> None:
        connection = self.connection
        if isinstance(connection, Connection):
            await connection.execute_waiting()
