from __future__ import annotations

import httpx
import pytest
from sqlalchemy import text

from tests.api.answers import AUTH, assert_problem
from tests.cast import meddling
from todo_app.core.database import dispose
from todo_app.core.settings import get_settings


async def test_a_process_lives_without_a_database(
    visitor: httpx.AsyncClient, no_database: None
) -> None:
    response = await visitor.get("/health/live")
    assert (response.status_code, response.json()) == (200, {"status": "live"})
    assert response.headers["cache-control"] == "no-store"


async def test_it_is_ready_with_a_database(nobody: httpx.AsyncClient) -> None:
    response = await nobody.get("/health/ready")
    assert (response.status_code, response.json()) == (200, {"status": "ready"})
    assert response.headers["cache-control"] == "no-store"


async def test_it_is_not_ready_without_a_database(
    visitor: httpx.AsyncClient, no_database: None
) -> None:
    assert_problem(await visitor.get("/health/ready"), 503)
    await dispose()


async def test_without_a_database_the_api_asks_to_come_back(
    visitor: httpx.AsyncClient, no_database: None
) -> None:
    credentials = {"email": "alice@example.org", "password": "kettle under seven clouds"}
    response = await visitor.post(f"{AUTH}/signin", json=credentials)
    assert_problem(response, 503)
    assert int(response.headers["retry-after"]) > 0
    await dispose()


@pytest.mark.parametrize("found", [None, "0001", "9999"])
async def test_it_is_ready_with_its_tables_or_those_of_a_newer_version(
    nobody: httpx.AsyncClient, found: str | None
) -> None:
    async with meddling() as db:
        kept = await db.scalar(text("SELECT version_num FROM alembic_version"))
        await db.execute(text("DELETE FROM alembic_version"))
        if found:
            await db.execute(text("INSERT INTO alembic_version VALUES (:found)"), {"found": found})
    try:
        response = await nobody.get("/health/ready")
    finally:
        async with meddling() as db:
            await db.execute(text("DELETE FROM alembic_version"))
            await db.execute(text("INSERT INTO alembic_version VALUES (:kept)"), {"kept": kept})
    assert response.status_code == (200 if found == "9999" else 503)


async def test_it_serves_on_without_redis_and_says_so(
    nobody: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    get_settings.cache_clear()
    response = await nobody.get("/health/ready")
    assert (response.status_code, response.json()) == (
        200,
        {"status": "degraded", "missing": ["redis"]},
    )


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
async def test_health_is_only_read(visitor: httpx.AsyncClient, path: str) -> None:
    response = await visitor.post(path)
    assert_problem(response, 405)
    assert response.headers["allow"] == "GET, HEAD"


@pytest.fixture
def no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://postgres@127.0.0.1:1/nothing")
