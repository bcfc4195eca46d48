"""Settings, databases and the cast for every test.

A test that asks for `database` runs twice, on SQLite and on PostgreSQL, each with empty tables.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import cache

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.cast import sign_up, unlocked_engine
from tests.mailbox import Mailbox, running_mailbox
from tests.servers import (
    PostgreSQL,
    Redis,
    running_postgresql,
    running_redis,
    settings_of,
)
from todo_app.core import database as core_database
from todo_app.core import encryption, relay, session_memory, settings, throttle, tokens
from todo_app.core.access import Actor
from todo_app.core.migrations import migrate
from todo_app.core.models import SQLModel
from todo_app.core.settings import Settings

# In one trip: thousands of tests begin with it.
EMPTY_TABLES = "; ".join(str(table.delete()) for table in reversed(SQLModel.metadata.sorted_tables))


class Scheduling(LoadScopeScheduling):
    """Hands tests to workers one by one, but those that share a server or files to one worker."""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith("tests/test_chaos.py"):
            return "chaos"
        if nodeid.startswith("tests/test_house.py"):
            return "house"
        if nodeid.startswith("tests/web/"):
            return "web"
        if not nodeid.startswith("tests/e2e/"):
            return nodeid
        # What is started beside the site listens on one port.
        beside = ("tests/e2e/test_start.py", "tests/e2e/test_workers.py")
        return "start" if nodeid.startswith(beside) else "browser"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling | None:
    """Group by folder: under pytest 9.2, xdist 3.8 does not see its own marks for groups."""
    return Scheduling(config, log) if config.getoption("dist") == "loadgroup" else None


def forget_process() -> None:
    """Forget what a process keeps, as if it had just started."""
    for kept in (
        settings.get_settings,
        core_database.get_engine,
        core_database.get_reading_engine,
        tokens._keys,
        encryption._ring,
        relay._relay,
    ):
        kept.cache_clear()
    session_memory._seen.clear()
    throttle.reset()


def use_database(url: str, patch: pytest.MonkeyPatch) -> None:
    """Let the settings name a database, whatever the process knew before."""
    for name, value in settings_of(url).items():
        patch.setenv(name, value)
    forget_process()


@pytest.fixture(scope="session", autouse=True)
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Settings of this run alone: nothing of the shell's and of a `.env` shines through."""
    with pytest.MonkeyPatch.context() as patch:
        for name in Settings.model_fields:
            patch.delenv(name.upper(), raising=False)
            patch.delenv(f"{name.upper()}_FILE", raising=False)
        patch.setitem(Settings.model_config, "env_file", None)
        patch.setenv("DATA_DIR", str(tmp_path_factory.mktemp("data")))
        patch.setenv("BCRYPT_COST", "4")
        patch.setenv("SIGN_UPS_PER_HOUR", "1000000")
        yield


@pytest.fixture(scope="session", autouse=True)
async def engines(environment: None) -> AsyncIterator[None]:
    """One engine for each database, not for each test: what it compiled and connected is kept."""
    made: list[AsyncEngine] = []
    make = core_database.create_engine

    @cache
    def create(url: str, *, for_reading: bool = False) -> AsyncEngine:
        made.append(make(url, for_reading=for_reading))
        return made[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(core_database, "create_engine", create)
        yield
        for engine in made:
            await engine.dispose()


@pytest.fixture(autouse=True)
def _fresh_process(environment: None) -> Iterator[None]:
    forget_process()
    yield
    forget_process()


@pytest.fixture(scope="session")
def postgresql(environment: None) -> Iterator[PostgreSQL]:
    """The PostgreSQL of this worker."""
    with running_postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def redis_server() -> Iterator[Redis]:
    """The Redis of this worker."""
    with running_redis() as server:
        yield server


@pytest.fixture(scope="session")
def migrated_sqlite(environment: None, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The `DATABASE_URL` of a migrated SQLite file of this worker."""
    return _migrated(f"sqlite:///{tmp_path_factory.mktemp('sqlite') / 'todo.db'}")


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql: PostgreSQL) -> str:
    """The `DATABASE_URL` of a migrated database on the PostgreSQL of this worker."""
    return _migrated(postgresql.fresh_database())


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """`DATABASE_URL`, set to each kind of database in turn."""
    url: str = request.getfixturevalue(f"migrated_{request.param}")
    use_database(url, monkeypatch)
    return url


@pytest.fixture
async def database(database_url: str, _fresh_process: None) -> str:
    """The database of this test, with empty tables; its value is the `DATABASE_URL`."""
    if database_url.startswith("sqlite"):
        async with core_database.get_engine().connect() as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            await driver.executescript(f"BEGIN; {EMPTY_TABLES}; COMMIT")
    else:
        async with unlocked_engine(for_reading=True).connect() as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            await driver.execute(EMPTY_TABLES)
    return database_url


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """A mail server that `SMTP_URL` names."""
    with running_mailbox() as started:
        monkeypatch.setenv("SMTP_URL", started.url)
        settings.get_settings.cache_clear()
        yield started


@pytest.fixture
async def alice(database: str) -> Actor:
    """She owns what the test is about."""
    return await sign_up("alice")


@pytest.fixture
async def bob(database: str) -> Actor:
    """He is somebody Alice knows."""
    return await sign_up("bob")


@pytest.fixture
async def charlie(database: str) -> Actor:
    """He is a stranger."""
    return await sign_up("charlie")


def _migrated(url: str) -> str:
    with pytest.MonkeyPatch.context() as patch:
        use_database(url, patch)
        migrate()
    forget_process()
    return url
