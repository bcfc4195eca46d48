from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select, update

from tests.cast import sign_up, unlocked_url
from tests.conftest import use_database
from tests.servers import PostgreSQL
from tests.test_migrations import fill
from todo_app.core import backup, tasks
from todo_app.core.access import Actor
from todo_app.core.backup import BackupError, back_up, restore
from todo_app.core.database import dispose, transaction
from todo_app.core.migrations import migrate
from todo_app.core.models import SEARCH_TEXTS, TASKS, SQLModel
from todo_app.core.search import search
from todo_app.core.task_views import Due, TaskDraft

TABLES = [table for table in SQLModel.metadata.sorted_tables if table is not SEARCH_TEXTS]
TITLE = "Träume \N{SPARKLES} 'x' \\"
UseDatabase = Callable[[str], None]


@pytest.fixture
def use_new_database(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> UseDatabase:
    """Sets `DATABASE_URL` to a database that nobody has migrated, of the kind that is named."""

    def use(kind: str) -> None:
        url = f"sqlite:///{tmp_path / f'{len(list(tmp_path.iterdir()))}.db'}"
        if kind == "postgresql":
            server: PostgreSQL = request.getfixturevalue("postgresql")
            url = server.fresh_database()
        use_database(url, monkeypatch)

    return use


async def write_something() -> Actor:
    """A row in every table, and tasks with subtasks that are older than their parents."""
    migrate()
    engine = create_engine(unlocked_url())
    with engine.connect() as connection:
        fill(connection)
        # Its made-up number would be in the way of the next.
        connection.execute(SEARCH_TEXTS.delete())
        connection.commit()
    engine.dispose()
    alice = await sign_up("alice")
    async with transaction(alice.user_id) as db:
        child, _ = await tasks.create_task(db, alice, TaskDraft(title=TITLE))
        parent, _ = await tasks.create_task(
            db, alice, TaskDraft(title="Later", due=Due(date=date(2026, 11, 21)))
        )
        moved = update(TASKS).where(TASKS.c.id == child.id)
        await db.execute(moved.values(parent_id=parent.id))
        await tasks.complete_task(db, alice, parent.id)
    await dispose()
    return alice


def counts() -> dict[str, int]:
    engine = create_engine(unlocked_url())
    with engine.connect() as connection:
        found = {
            table.name: connection.scalar(select(func.count()).select_from(table))
            for table in TABLES
        }
    engine.dispose()
    return found


def rows_in(path: Path) -> list[bytes]:
    return gzip.decompress(path.read_bytes()).splitlines()[1:]


@pytest.mark.parametrize("source", ["sqlite", "postgresql"])
@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
async def test_promise_24_a_backup_restores_every_row_on_either_database(
    use_new_database: UseDatabase, tmp_path: Path, source: str, target: str
) -> None:
    use_new_database(source)
    alice = await write_something()
    before = counts()
    file = tmp_path / "backup.gz"
    assert back_up(file) == sum(before.values())
    assert file.stat().st_mode & 0o777 == 0o600

    use_new_database(target)
    assert restore(file) == sum(before.values())

    assert counts() == before
    back_up(tmp_path / "again.gz")
    assert rows_in(tmp_path / "again.gz") == rows_in(file)
    bob = await sign_up("bob")
    async with transaction(bob.user_id) as db:
        await tasks.create_task(db, bob, TaskDraft(title="Life goes on"))
    async with transaction(alice.user_id) as db:
        assert [hit.task.title for hit in (await search(db, alice, "traum")).tasks] == [TITLE]
    await dispose()


async def test_a_backup_is_restored_into_an_empty_database_only(
    use_new_database: UseDatabase, tmp_path: Path
) -> None:
    use_new_database("sqlite")
    await write_something()
    before = counts()
    back_up(tmp_path / "backup.gz")
    with pytest.raises(BackupError, match="not empty"):
        restore(tmp_path / "backup.gz")
    assert counts() == before


async def test_a_damaged_backup_restores_nothing(
    use_new_database: UseDatabase, tmp_path: Path
) -> None:
    use_new_database("sqlite")
    await write_something()
    back_up(tmp_path / "backup.gz")
    lines = gzip.decompress((tmp_path / "backup.gz").read_bytes()).splitlines(keepends=True)
    whole = (tmp_path / "backup.gz").read_bytes()
    damaged = {
        "cut off": whole[: len(whole) // 2],
        "a row less": gzip.compress(b"".join(lines[:1] + lines[2:])),
        "without its end": gzip.compress(b"".join(lines[:-1])),
        "another version": gzip.compress(b"".join([lines[0].replace(b'"00', b'"99'), *lines[1:]])),
        "no backup": b"Dear diary",
        "other JSON": gzip.compress(b'{"format": "diary"}\n'),
        "no JSON": gzip.compress(b"Dear diary"),
    }
    use_new_database("sqlite")
    for name, content in damaged.items():
        file = tmp_path / f"{name}.gz"
        file.write_bytes(content)
        with pytest.raises(BackupError):
            restore(file)
    migrate()
    assert set(counts().values()) == {0}


def test_a_database_of_another_version_is_not_backed_up(
    use_new_database: UseDatabase, tmp_path: Path
) -> None:
    use_new_database("sqlite")
    with pytest.raises(BackupError, match="revision None"):
        back_up(tmp_path / "backup.gz")
    assert not (tmp_path / "backup.gz").exists()
    assert not list(tmp_path.glob("*.unfinished"))


async def test_what_does_not_come_back_as_it_was_is_taken_back(
    use_new_database: UseDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_new_database("sqlite")
    await write_something()
    back_up(tmp_path / "backup.gz")
    use_new_database("sqlite")
    monkeypatch.setitem(backup._READERS, date, lambda _: date(2000, 1, 1))
    with pytest.raises(BackupError, match="taken back"):
        restore(tmp_path / "backup.gz")
    assert set(counts().values()) == {0}
