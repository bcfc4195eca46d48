"""The program's own backend in a process of its own, as `python -m todo_app backend` starts it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from tests.servers import NO_TLS, SUPERUSER, as_role, free_port, settings_of
from todo_app.core import clock
from todo_app.core.settings import Settings

ROOT = Path(__file__).parents[2]
START_SECONDS = 60
STOP_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Backend:
    """A running backend, what it logged, and the rows it left."""

    address: str
    origin: str
    log: Path
    engine: Engine = field(repr=False)
    environment: dict[str, str] = field(repr=False)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.environment["PORT"])

    def rows(self, query: str, **values: object) -> list[tuple[Any, ...]]:
        """What a query finds, in plain values."""
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query), values)]

    def every_row(self) -> dict[str, list[tuple[Any, ...]]]:
        """Everything that the database holds of people, but for when a session was last used."""
        return {
            "users": self.rows("SELECT * FROM users ORDER BY id"),
            "sessions": self.rows("SELECT id, user_id, revoked_at FROM sessions ORDER BY id"),
            "tasks": self.rows("SELECT * FROM tasks ORDER BY id"),
        }

    def forget_tasks_of(self, user_id: object) -> None:
        """Delete every task of an account behind the program's back."""
        with self.engine.begin() as connection:
            connection.execute(text("DELETE FROM tasks WHERE user_id = :id"), {"id": user_id})

    def let_remind(self, user_id: object) -> None:
        """Let it be time now for every task of an account, behind the program's back."""
        values = {"id": user_id, "now": clock.now().replace(tzinfo=None)}
        with self.engine.begin() as connection:
            connection.execute(
                text("UPDATE tasks SET remind_at = :now WHERE user_id = :id"), values
            )
            connection.execute(text("UPDATE users SET remind_at = :now WHERE id = :id"), values)

    def run(self, *arguments: str) -> str:
        """What a command of the program says, which an operator types beside the backend."""
        done = subprocess.run(
            [sys.executable, "-m", "todo_app", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def log_text(self) -> str:
        """What it has written so far."""
        return self.log.read_text("utf-8", "replace")


@contextmanager
def running_backend(folder: Path, **settings: str) -> Iterator[Backend]:
    """A fresh backend that is stopped at the end; its data and its log are in `folder`."""
    port = free_port()
    environment = environment_of(folder, port, **settings)
    address = f"http://127.0.0.1:{port}"
    process = start(folder, environment)
    engine = create_engine(sync_url(settings.get("DATABASE_URL"), folder), poolclass=NullPool)
    try:
        wait_until_ready(process, address, folder / "log")
        origin = settings.get("PUBLIC_URL", f"http://localhost:{port}")
        yield Backend(address, origin, folder / "log", engine, environment)
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        engine.dispose()


def environment_of(folder: Path, port: int, **settings: str) -> dict[str, str]:
    """What a backend is started with: settings of its own alone, and those of tests."""
    names = {name.upper() for name in Settings.model_fields}
    return {
        **{name: value for name, value in os.environ.items() if name not in names},
        # Said, although these are the defaults: a `.env` may say otherwise.
        "ENVIRONMENT": "development",
        "REDIS_URL": "",
        "JWT_SECRET": "",
        "SMTP_URL": "",
        "PUBLIC_URL": "",
        "BACKEND_URL": "",
        "HOST": "127.0.0.1",
        "DATA_DIR": str(folder),
        "PORT": str(port),
        "BCRYPT_COST": "4",
        "SIGN_UPS_PER_HOUR": "1000000",
        "EVENTS_PER_SECOND": "1000000",
        "SOCKETS_PER_MINUTE": "1000000",
        # Every browser of the tests comes from an address of its own.
        "TRUSTED_PROXY_HOPS": "1",
        "PYTHONPATH": str(ROOT),
        **settings_of(settings.get("DATABASE_URL", "")),
        **settings,
    }


def start(folder: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """A backend that was just started, in a session of its own; it adds to the log in `folder`."""
    # Started from elsewhere than its own folder, which has to make no difference.
    with (folder / "log").open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "todo_app", "backend"],
            cwd=folder,
            env=environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def sync_url(database_url: str | None, folder: Path) -> str:
    """Its database by a role that sees every row, for a synchronous driver."""
    if database_url is None:
        return f"sqlite:///{folder / 'todo.db'}"
    return as_role(SUPERUSER, database_url).replace("postgresql://", "postgresql+psycopg://")


def wait_until_ready(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    """Return once it answers. Raises RuntimeError, with its log, if it ends before."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            httpx.get(f"{address}/health/live", timeout=1, verify=NO_TLS)
        except httpx.TransportError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the backend did not start:\n{log.read_text()}") from None
            time.sleep(0.05)
        else:
            return
