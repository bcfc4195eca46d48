"""Statements whose answer nobody waits for: it comes with that of the next statement.

That is mostly the commit. A change of a task and its line in the log so take one trip instead of
three, and none of what it takes to make ready for an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, cast

from sqlalchemy import Connection, Dialect, Insert, SelectBase, Update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

Parameters = Sequence[Any] | Mapping[str, Any]


class Deferring(Protocol):
    """A connection of a driver that can wait with a statement."""

    while_committing: Callable[[], None] | None
    """What its next commit does once the database is at work on it; it is called once."""

    def defer(self, sql: str, parameters: Parameters) -> None:
        """Execute a statement no later than the next one or the commit, and fail with that."""


class Write:
    """An UPDATE or INSERT of one row that is known to succeed, compiled once.

    What it breaks nevertheless is an error of the statement or commit that it goes with.
    """

    def __init__(self, statement: Insert | Update) -> None:
        self._statement = statement
        self._compiled: dict[tuple[str, frozenset[str]], Compiled] = {}

    def defer(self, session: Session, values: Mapping[str, Any]) -> None:
        """Execute it in a transaction that has begun; columns to set are among the values."""
        connection = connection_of(session)
        dialect = connection.dialect
        key = (dialect.name, frozenset(values))
        if key not in self._compiled:
            self._compiled[key] = Compiled(self._statement, dialect, list(values))
        compiled = self._compiled[key]
        driver: Deferring = connection.connection.driver_connection  # type: ignore[assignment]
        try:
            driver.defer(compiled.sql, compiled.parameters(values))
        except dialect.loaded_dbapi.Error as error:
            raise compiled.refusal(error) from error


def connection_of(session: Session) -> Connection:
    """The connection that a session of ours has from its first moment to its last."""
    return session.get_bind()  # type: ignore[return-value]


class Compiled:
    """The text of a statement, and what its values become on their way to the driver."""

    def __init__(
        self, statement: Insert | Update | SelectBase, dialect: Dialect, names: list[str]
    ) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=names)
        self.sql = str(compiled)
        self._dialect = dialect
        self._order: Sequence[str] | None = compiled.positiontup
        self._constants = {k: v for k, v in compiled.params.items() if k not in names}
        self._processors: dict[str, Callable[[Any], Any]] = {}
        for bind, name in compiled.bind_names.items():
            processor = bind.type.dialect_impl(dialect).bind_processor(dialect)
            if processor is not None:
                self._processors[name] = processor

    def parameters(self, values: Mapping[str, Any]) -> Parameters:
        """The values as the driver takes them."""
        found = {**self._constants, **values}
        for name, process in self._processors.items():
            found[name] = process(found[name])
        return found if self._order is None else [found[name] for name in self._order]

    def refusal(self, error: Exception) -> DBAPIError:
        """An error of the driver as SQLAlchemy would have it."""
        found = DBAPIError.instance(
            self.sql,
            None,
            error,
            self._dialect.loaded_dbapi.Error,
            hide_parameters=True,
            dialect=self._dialect,
        )
        return cast(DBAPIError, found)
