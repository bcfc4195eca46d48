from __future__ import annotations

import asyncio
import signal
import subprocess
import sys

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from tests.servers import free_port
from todo_app.core import clock
from todo_app.core.access import Actor
from todo_app.core.database import (
    create_engine,
    dispose,
    insert_if_absent,
    reading,
    transaction,
)
from todo_app.core.errors import NotFound, RefreshTokenReused, Unavailable
from todo_app.core.models import Task, User, new_id


def user(email: str = "dora@example.org") -> User:
    return User(
        email=email,
        email_canonical=email,
        name="Dora",
        password_hash="hash of dora",
        time_zone="UTC",
        created_at=clock.now(),
    )


async def add_and_raise(error: type[BaseException]) -> None:
    async with transaction() as db:
        db.add(user())
        await db.flush()
        raise error


async def count_users() -> int:
    async with reading() as db:
        return (await db.execute(select(func.count()).select_from(User))).scalar_one()


async def test_a_transaction_that_ends_is_kept(database: str) -> None:
    async with transaction() as db:
        db.add(user())

    assert await count_users() == 1


@pytest.mark.parametrize("error", [ValueError, NotFound, asyncio.CancelledError])
async def test_a_transaction_that_raises_is_taken_back(
    database: str, error: type[BaseException]
) -> None:
    with pytest.raises(error):
        await add_and_raise(error)

    assert await count_users() == 0


async def test_a_refusal_that_has_something_to_record_is_kept(database: str) -> None:
    with pytest.raises(RefreshTokenReused):
        await add_and_raise(RefreshTokenReused)

    assert await count_users() == 1


async def test_a_reader_does_not_wait_for_a_writer(database: str) -> None:
    async with transaction() as db:
        db.add(user())
        await db.flush()

        assert await asyncio.wait_for(count_users(), 1) == 0


async def test_what_is_read_is_aware_and_in_utc(database: str) -> None:
    added = user()
    async with transaction() as db:
        db.add(added)

    async with reading() as db:
        found = (await db.scalars(select(User))).one()
    assert found.created_at == added.created_at
    assert found.created_at.tzname() == "UTC"


async def test_a_row_without_its_owner_is_refused(database: str) -> None:
    now = clock.now()
    orphan = Task(user_id=new_id(), title="x", created_at=now, updated_at=now)

    with pytest.raises(DBAPIError):
        async with transaction() as db:
            db.add(orphan)


async def test_an_insert_of_a_key_that_is_there_leaves_the_row_alone(alice: Actor) -> None:
    now = clock.now()
    row = {"id": new_id(), "user_id": alice.user_id, "created_at": now, "updated_at": now}
    row |= {"notes": "", "priority": 4, "version": 1}
    titles = []
    for title in ("first", "second"):
        async with transaction(alice.user_id) as db:
            insert = insert_if_absent(db, Task).values(row | {"title": title})
            titles.append((await db.execute(insert.returning(Task.title))).scalar())

    assert titles == ["first", None]


async def test_sqlite_keeps_what_it_acknowledged(migrated_sqlite: str) -> None:
    engine = create_engine(migrated_sqlite.replace("sqlite:", "sqlite+aiosqlite:"))
    async with engine.connect() as connection:
        pragmas = [
            (await connection.execute(text(f"PRAGMA {name}"))).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    await engine.dispose()

    assert pragmas == ["wal", 2, 1, 5_000]


_DIE = """
import asyncio, os, signal
from pydantic import SecretStr
from todo_app.core import accounts

async def open_account_and_die():
    draft = accounts.AccountDraft(email="dora@example.org", password=SecretStr("seven clouds"))
    print((await accounts.sign_up(draft)).email, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(open_account_and_die())
"""


async def test_promise_20_what_was_acknowledged_survives_the_death_of_the_program(
    database: str,
) -> None:
    await dispose()
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", _DIE], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (-signal.SIGKILL, "dora@example.org\n"), done.stderr
    assert await count_users() == 1


async def test_an_error_of_the_database_repeats_no_values(database: str) -> None:
    with pytest.raises(DBAPIError) as error:
        async with transaction() as db:
            db.add_all([user(), user()])

    assert "hash of dora" not in str(error.value)


async def test_a_database_that_does_not_answer_is_unavailable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://nobody@127.0.0.1:{free_port()}/none")

    for attempt in (transaction, reading):
        with pytest.raises(Unavailable) as refusal:
            async with attempt() as db:
                await db.execute(text("SELECT 1"))
        assert refusal.value.retry_after_seconds > 0
    await dispose()
