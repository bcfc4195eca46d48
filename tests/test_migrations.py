from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, func, insert, inspect, select, text

from alembic import command
from tests.conftest import forget_process
from tests.servers import PostgreSQL, free_port
from todo_app.core import clock, migrations
from todo_app.core.migrations import MigrationError, migrate
from todo_app.core.models import SQLModel, new_id
from todo_app.core.settings import get_settings

TABLES = SQLModel.metadata.tables
NOW = clock.now()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`DATABASE_URL`, set to a database that nobody has migrated."""
    if request.param == "postgresql":
        server: PostgreSQL = request.getfixturevalue("postgresql")
        url = server.fresh_database()
    else:
        url = f"sqlite:///{tmp_path / 'todo.db'}"
    monkeypatch.setenv("DATABASE_URL", url)
    forget_process()


@pytest.fixture
def connection(empty_database: None) -> Iterator[Connection]:
    engine = create_engine(get_settings().sqlalchemy_url.replace("+aiosqlite", ""))
    with engine.connect() as found:
        yield found
    engine.dispose()


def fill(connection: Connection) -> None:
    """A row in every table."""
    user_id, session_id = new_id(), new_id()
    known = {"user_id": user_id, "session_id": session_id, "mode": "do"}
    by_type = {object: NOW, date: NOW.date(), int: 1, str: "x", bool: False, UUID: new_id()}
    for table in SQLModel.metadata.sorted_tables:
        own_id = {"users": user_id, "sessions": session_id}.get(table.name, new_id())
        values = {
            column.name: {"id": own_id, **known}.get(column.name)
            or by_type[column.type.python_type]
            for column in table.columns
            if not column.nullable or column.foreign_keys
        }
        connection.execute(insert(table).values(values))
    connection.commit()


def count_rows(connection: Connection) -> dict[str, int]:
    counts = {
        name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for name, table in TABLES.items()
    }
    connection.rollback()
    return counts


def table_names(connection: Connection) -> set[str]:
    names = set(inspect(connection).get_table_names()) - {"alembic_version"}
    connection.rollback()
    return names


def indexes_in(connection: Connection) -> dict[str, str]:
    """What the database itself says about each index, expressions and conditions included."""
    query = {
        "postgresql": "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'tasks'",
        "sqlite": "SELECT name, sql FROM sqlite_master WHERE tbl_name = 'tasks' AND sql LIKE "
        "'CREATE INDEX%'",
    }[connection.dialect.name]
    found = {name: re.sub(r'\s+|"', " ", sql) for name, sql in connection.execute(text(query))}
    connection.rollback()
    return found


def test_migrations_go_up_down_and_up_again_with_rows_in_every_table(
    connection: Connection,
) -> None:
    migrate()
    assert table_names(connection) == set(TABLES)
    fill(connection)
    assert set(count_rows(connection).values()) == {1}

    command.downgrade(migrations.configuration(), "base")
    assert table_names(connection) == set()

    migrate()
    assert table_names(connection) == set(TABLES)
    fill(connection)


def test_migrating_again_keeps_every_row(connection: Connection) -> None:
    migrate()
    fill(connection)

    migrate()

    assert set(count_rows(connection).values()) == {1}


def test_a_closed_account_takes_all_its_rows_with_it(connection: Connection) -> None:
    migrate()
    fill(connection)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA foreign_keys=ON")

    connection.execute(TABLES["users"].delete())
    connection.commit()

    assert set(count_rows(connection).values()) == {0}


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based")
def test_the_migrated_schema_is_that_of_the_models(connection: Connection) -> None:
    migrate()

    context = MigrationContext.configure(connection, opts={"compare_server_default": True})
    assert compare_metadata(context, SQLModel.metadata) == []


def test_the_migrated_indexes_are_those_of_the_models(connection: Connection) -> None:
    migrate()
    migrated = indexes_in(connection)
    command.downgrade(migrations.configuration(), "base")

    SQLModel.metadata.create_all(connection)
    connection.commit()

    assert migrated == indexes_in(connection)
    assert "ix_tasks_open_due" in migrated


def test_a_database_newer_than_the_program_is_refused_with_advice(
    connection: Connection,
) -> None:
    migrate()
    connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    connection.commit()

    with pytest.raises(MigrationError) as refusal:
        migrate()

    message = str(refusal.value)
    assert "\n" not in message
    assert "newer than this version of the program" in message
    assert "9999" in message
    assert "start the newer version, or restore a backup" in message


def test_a_database_that_does_not_answer_is_refused_with_advice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://u:hunter2@127.0.0.1:{free_port()}/none")

    with pytest.raises(MigrationError) as refusal:
        migrate()

    message = str(refusal.value)
    assert "\n" not in message
    assert "check DATABASE_URL" in message
    assert "hunter2" not in message


def test_a_file_that_is_no_database_is_refused_with_advice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "todo.db").write_bytes(b"This is no database. " * 100)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'todo.db'}")

    with pytest.raises(MigrationError, match="check DATABASE_URL and DATA_DIR"):
        migrate()


def test_the_history_is_one_line_and_every_step_can_be_taken_back() -> None:
    scripts = ScriptDirectory.from_config(migrations.configuration())
    revisions = list(scripts.walk_revisions())

    assert len(scripts.get_heads()) == 1
    assert all(revision.module.__doc__ for revision in revisions)
    assert all(callable(revision.module.downgrade) for revision in revisions)
