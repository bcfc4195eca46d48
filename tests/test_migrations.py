from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    Connection,
    DateTime,
    Uuid,
    bindparam,
    create_engine,
    func,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.schema import SchemaItem

from alembic import command
from tests.cast import unlocked_url
from tests.conftest import use_database
from tests.servers import PostgreSQL, free_port
from todo_app.core import clock, migrations
from todo_app.core.migrations import MigrationError, migrate
from todo_app.core.models import SQLModel, new_id
from todo_app.core.visits import network
from todo_app.core.words import word_bits

TABLES = SQLModel.metadata.tables
NOW = clock.now()
OLD_TASK = (
    "id",
    "user_id",
    "title",
    "notes",
    "priority",
    "version",
    "created_at",
    "updated_at",
)


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
    use_database(url, monkeypatch)


@pytest.fixture
def connection(empty_database: None) -> Iterator[Connection]:
    engine = create_engine(unlocked_url())
    with engine.connect() as found:
        yield found
    engine.dispose()


def fill(connection: Connection) -> None:
    """A row in every table."""
    own_ids = {name: new_id() for name in TABLES}
    by_type = {object: NOW, date: NOW.date(), int: 1, str: "x", bool: False, UUID: new_id()}
    for table in SQLModel.metadata.sorted_tables:
        values: dict[str, Any] = {}
        for column in table.columns:
            for key in column.foreign_keys:
                values[column.name] = own_ids[key.column.table.name]
            if not column.nullable and not column.foreign_keys:
                values[column.name] = by_type[column.type.python_type]
        values |= {"mode": "do"} if "mode" in values else {}
        values |= {"id": own_ids[table.name]} if "id" in values else {}
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
    return {name for name in names if is_ours(name, "table")}


def is_ours(name: str | None, kind: str, _parents: object = None) -> bool:
    """Whether a table is not one of SQLite's full-text index, which it keeps itself."""
    return kind != "table" or not str(name).startswith("search_index")


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


def test_tasks_from_before_there_were_projects_are_in_the_inbox_the_newest_first(
    connection: Connection,
) -> None:
    migrate()
    command.downgrade(migrations.configuration(), "0005")
    users = [new_id(), new_id()]
    for number, user_id in enumerate(users):
        connection.execute(
            text(
                "INSERT INTO users (id, email, email_canonical, name, password_hash, time_zone, "
                "created_at) VALUES (:id, :name, :name, 'x', 'x', 'UTC', :now)"
            ).bindparams(bindparam("id", type_=Uuid()), bindparam("now", type_=DateTime())),
            {"id": user_id, "name": str(number), "now": NOW},
        )
    old = sqlalchemy.table("tasks", *(sqlalchemy.column(name) for name in OLD_TASK))
    old.c.id.type = old.c.user_id.type = Uuid()
    old.c.created_at.type = old.c.updated_at.type = DateTime(timezone=True)
    for number in range(12):
        moment = NOW + timedelta(minutes=number)
        values = dict(
            zip(OLD_TASK, (new_id(), users[number % 2], str(number), "", 4, 1), strict=False)
        )
        connection.execute(insert(old).values(**values, created_at=moment, updated_at=moment))
    connection.commit()

    migrate()

    for number, user_id in enumerate(users):
        inbox = connection.execute(
            select(TABLES["projects"]).where(TABLES["projects"].c.user_id == user_id)
        ).one()
        assert (inbox.id, inbox.name, inbox.task_count) == (user_id, "Inbox", 6)
        tasks = TABLES["tasks"].c
        found = connection.execute(
            select(tasks.title, tasks.path, tasks.position)
            .where(tasks.project_id == user_id)
            .order_by(tasks.path)
        ).all()
        assert [row.title for row in found] == [str(n + number) for n in range(10, -1, -2)]
        assert all(row.path == f"!{row.position}" for row in found)


def test_a_label_counts_tasks_of_archived_projects_before_and_not_after(
    connection: Connection,
) -> None:
    migrate()
    fill(connection)
    connection.execute(TABLES["projects"].update().values(archived_at=NOW))
    connection.commit()
    label = select(TABLES["labels"].c.task_count)

    command.downgrade(migrations.configuration(), "0027")
    assert connection.scalar(label) == 1
    connection.rollback()
    migrate()
    assert connection.scalar(label) == 0


def test_events_from_before_networks_were_kept_are_known_by_theirs(
    connection: Connection,
) -> None:
    migrate()
    command.downgrade(migrations.configuration(), "0021")
    places = {
        "192.0.2.1": "192.0.2.1",
        "2001:db8:0:7::1": "2001:db8:0:7::/64",
        "::ffff:192.0.2.7": "192.0.2.7",
        "unknown": "unknown",
    }
    for address in places:
        connection.execute(
            text(
                "INSERT INTO security_events (id, kind, created_at, address, device, details) "
                "VALUES (:id, 'signed_in', :now, :address, 'x', '{}')"
            ).bindparams(bindparam("id", type_=Uuid()), bindparam("now", type_=DateTime())),
            {"id": new_id(), "address": address, "now": NOW},
        )
    connection.commit()

    migrate()

    events = TABLES["security_events"].c
    found = connection.execute(select(events.address, events.network)).all()
    assert {row.address: row.network for row in found} == places
    assert all(network(address) == kept for address, kept in places.items())


def test_texts_from_before_symbols_were_words_are_found_by_them(connection: Connection) -> None:
    migrate()
    fill(connection)
    connection.execute(text("UPDATE tasks SET title = 'C++ \U0001f389', notes = '\u2192'"))
    connection.commit()

    def kept() -> list[str]:
        query = "SELECT title, content FROM search_texts WHERE task_id IS NOT NULL"
        found = list(connection.execute(text(query)).one())
        connection.rollback()
        return found

    command.downgrade(migrations.configuration(), "0025")
    before = kept()
    migrate()

    if connection.dialect.name == "postgresql":
        assert before == ["'c':1", "'c':1"]
        title = "'+':2,3 'c':1 '\U0001f389':4"
        assert kept() == [title, "'+':2,3 'c':1 '\u2192':5 '\U0001f389':4"]
    else:
        assert before == ["c", "c"]
        assert kept() == ["c + + \U0001f389", "c + + \U0001f389 \u2192"]
        matching = "SELECT count(*) FROM search_index WHERE search_index MATCH '\"c + +\"'"
        assert connection.execute(text(matching)).scalar_one() == 1


def test_texts_from_before_there_were_bits_of_titles_have_theirs(connection: Connection) -> None:
    migrate()
    fill(connection)
    connection.execute(text("UPDATE tasks SET title = 'Water the caf\u00e9', notes = 'x'"))
    connection.commit()
    command.downgrade(migrations.configuration(), "0025")

    migrate()

    query = "SELECT title_bits FROM search_texts WHERE task_id IS NOT NULL"
    assert connection.execute(text(query)).scalar_one() == word_bits(["water", "the", "cafe"])


def test_each_migration_follows_the_one_before_it() -> None:
    scripts = ScriptDirectory.from_config(migrations.configuration()).walk_revisions()
    files = sorted(path.name[:4] for path in (migrations.SCRIPTS / "versions").glob("0*.py"))
    assert [script.revision for script in scripts] == files[::-1]


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

    # Whoever signs up has no account yet.
    left = {name for name, count in count_rows(connection).items() if count}
    assert left == {"sign_ups"}


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based")
def test_the_migrated_schema_is_that_of_the_models(connection: Connection) -> None:
    migrate()

    def is_here(thing: SchemaItem, _name: str | None, kind: str, *_: object) -> bool:
        is_gin = kind == "index" and thing.dialect_options["postgresql"]["using"] == "gin"
        return not is_gin or connection.dialect.name == "postgresql"

    options = {
        "compare_server_default": True,
        "include_name": is_ours,
        "include_object": is_here,
    }
    context = MigrationContext.configure(connection, opts=options)
    assert compare_metadata(context, SQLModel.metadata) == []


def test_the_migrated_indexes_are_those_of_the_models(connection: Connection) -> None:
    migrate()
    migrated = indexes_in(connection)
    command.downgrade(migrations.configuration(), "base")

    SQLModel.metadata.create_all(connection)
    connection.commit()

    assert migrated == indexes_in(connection)
    assert "ix_tasks_open_due" in migrated


def test_a_new_database_holds_no_account(connection: Connection) -> None:
    migrate()

    assert connection.execute(text("SELECT count(*) FROM users")).scalar() == 0


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


def test_a_new_file_is_for_its_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_database(f"sqlite:///{tmp_path / 'todo.db'}", monkeypatch)
    migrate()
    with create_engine(unlocked_url()).connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        fill(connection)
        modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}

    assert set(modes) == {"todo.db", "todo.db-wal", "todo.db-shm"}
    assert set(modes.values()) == {0o600}


def test_the_history_is_one_line_and_every_step_can_be_taken_back() -> None:
    scripts = ScriptDirectory.from_config(migrations.configuration())
    revisions = list(scripts.walk_revisions())

    assert len(scripts.get_heads()) == 1
    assert all(revision.module.__doc__ for revision in revisions)
    assert all(callable(revision.module.downgrade) for revision in revisions)
