from __future__ import annotations

import asyncio
import gc
import sqlite3
from pathlib import Path

import aiosqlite
import pytest

from todo_app.core import sqlite


async def run(connection: aiosqlite.Connection, sql: str) -> None:
    await connection.cursor().execute(sql)


async def fail(connection: aiosqlite.Connection) -> sqlite3.IntegrityError:
    """An error, with the frames that it came from."""
    with pytest.raises(sqlite3.IntegrityError) as error:
        await run(connection, "INSERT INTO ones VALUES (1), (1)")
    await connection.rollback()
    return error.value


async def test_who_throws_an_error_away_does_not_wait_for_its_connection(tmp_path: Path) -> None:
    writing, waiting = [
        await sqlite.connect(
            str(tmp_path / "ones.db"), has_transactions=True, check_same_thread=False
        )
        for _ in range(2)
    ]
    await run(writing, "CREATE TABLE ones (one INTEGER PRIMARY KEY)")
    await writing.commit()
    error = await fail(waiting)

    await run(writing, "INSERT INTO ones VALUES (2)")
    turn = asyncio.create_task(run(waiting, "INSERT INTO ones VALUES (3)"))
    await asyncio.sleep(0.1)
    del error
    gc.collect()
    await writing.commit()

    await turn
    await waiting.commit()
    await writing.close()
    await waiting.close()
