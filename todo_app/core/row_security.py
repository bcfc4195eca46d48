"""Row-level security on PostgreSQL: the lock behind `access`, for a query that forgot to ask it.

Rows with the work of people are there for the account that a transaction is for (see `database`),
and for nobody else. It takes two roles: one owns the tables, and the program runs as the other. One
that owns them is held to it too, but could lift it; a superuser, or one with BYPASSRLS, is not.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy import Connection, create_engine, pool, text

from todo_app.core.settings import get_settings

log = logging.getLogger(__name__)

ADVICE = (
    "let MIGRATION_DATABASE_URL name the role that owns the tables, and DATABASE_URL another that "
    "owns nothing and is no superuser"
)
_REACH = text("SELECT set_config('todo.reach', 'every account', false)")
_LOCK = text(
    "SELECT row_security_active(oid) AS holds, pg_has_role(relowner, 'USAGE') AS is_owner "
    "FROM pg_class WHERE oid = 'tasks'::regclass"
)
_RIGHTS = (
    "GRANT USAGE ON SCHEMA {schema} TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}",
    "GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
    "REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {role}",
)


class Lock(NamedTuple):
    """What row-level security is to the role of a connection."""

    holds: bool
    is_owner: bool

    @property
    def reaches_every_account(self) -> bool:
        """Whether the role touches every row once it asks for that."""
        return self.is_owner or not self.holds


def lock(connection: Connection) -> Lock:
    """What it is to the role of this connection, to a migrated PostgreSQL."""
    return Lock(*connection.execute(_LOCK).one())


def reach_every_account(connection: Connection) -> None:
    """Let a connection of the owner of the tables touch every row of them, until it ends.

    For migrations, backup and restore alone. To any other role it gives nothing.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_REACH)


def grant_rights(connection: Connection) -> None:
    """Let the role that the program runs as use what the owner of the tables has made."""
    if not get_settings().migration_database_url:
        return
    with _program() as program:
        role = program.execute(text("SELECT current_user")).scalar_one()
    schema = connection.execute(text("SELECT current_schema()")).scalar_one()
    quote = connection.dialect.identifier_preparer.quote
    names = {"role": quote(role), "schema": quote(schema)}
    for right in _RIGHTS:
        connection.exec_driver_sql(right.format(**names))


def warn_if_open() -> None:
    """Say in the log that the role of the program is not held to it. Raises SQLAlchemyError."""
    with _program() as connection:
        if connection.dialect.name == "postgresql" and not lock(connection).holds:
            log.warning("row-level security does not hold the role of DATABASE_URL: %s", ADVICE)


@contextmanager
def _program() -> Iterator[Connection]:
    """A connection of the role that the program runs as."""
    url = get_settings().sqlalchemy_url.replace("+aiosqlite", "")
    engine = create_engine(url, poolclass=pool.NullPool)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()
