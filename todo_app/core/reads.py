"""Rows, by a statement that is compiled once and goes to the driver as it is.

What SQLAlchemy does around a statement takes as long as the database does for a row by its key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Dialect, Row, SelectBase
from sqlalchemy.engine import result_tuple
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core.writes import Compiled, connection_of

AnyRow = Row[*tuple[Any, ...]]
"""A row of whatever columns."""


class Read:
    """A SELECT of few rows."""

    def __init__(self, statement: SelectBase) -> None:
        self._statement = statement
        self._compiled: dict[str, _CompiledRead] = {}

    async def one_or_none(self, session: AsyncSession, values: Mapping[str, Any]) -> AnyRow | None:
        """The only row, or None."""
        rows = await self.all(session, values)
        return rows[0] if rows else None

    async def all(self, session: AsyncSession, values: Mapping[str, Any]) -> list[AnyRow]:
        """The rows in their order."""
        connection = connection_of(session.sync_session)
        dialect = connection.dialect
        if dialect.name not in self._compiled:
            self._compiled[dialect.name] = _CompiledRead(self._statement, dialect, list(values))
        compiled = self._compiled[dialect.name]
        driver: Any = connection.connection.driver_connection
        try:
            cursor = driver.cursor()
            await cursor.execute(compiled.sql, compiled.parameters(values))
            found = await cursor.fetchall()
        except dialect.loaded_dbapi.Error as error:
            raise compiled.refusal(error) from error
        return [compiled.row(row) for row in found]


class _CompiledRead(Compiled):
    """The text of a statement, and what its row becomes on its way from the driver."""

    def __init__(self, statement: SelectBase, dialect: Dialect, names: list[str]) -> None:
        super().__init__(statement, dialect, names)
        columns = statement.selected_columns
        self._row = result_tuple([column.name for column in columns])
        self._of_columns: list[tuple[int, Callable[[Any], Any]]] = []
        for number, column in enumerate(columns):
            processor = column.type.dialect_impl(dialect).result_processor(dialect, None)
            if processor is not None:
                self._of_columns.append((number, processor))

    def row(self, found: tuple[Any, ...]) -> AnyRow:
        """What the driver found as SQLAlchemy would have it."""
        values = list(found)
        for number, process in self._of_columns:
            values[number] = process(values[number])
        return self._row(values)
