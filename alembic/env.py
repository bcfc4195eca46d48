"""Runs migrations on the database that the settings name, with a synchronous driver."""

from __future__ import annotations

from sqlalchemy import create_engine, pool

from alembic import context
from todo_app.core import models, row_security
from todo_app.core.migrations import MIGRATION_LOCK
from todo_app.core.settings import get_settings

engine = create_engine(get_settings().owner_url, poolclass=pool.NullPool)

with engine.connect() as connection:
    if connection.dialect.name == "postgresql":
        # Of several processes that start at once, one migrates and the others wait.
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({MIGRATION_LOCK})")
        row_security.reach_every_account(connection)
        connection.commit()
    context.configure(
        connection=connection,
        target_metadata=models.SQLModel.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    row_security.grant_rights(connection)
    connection.commit()
engine.dispose()
