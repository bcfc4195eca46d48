"""The program on a database of its own, both of which can be killed and started again."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from tests.servers import PostgreSQL, free_port
from tests.web import backend


@dataclass(slots=True)
class Stage:
    """A running program, and the database that it keeps everything in."""

    folder: Path
    port: int
    environment: dict[str, str] = field(repr=False)
    engine: Engine = field(repr=False)
    postgresql: PostgreSQL | None
    process: subprocess.Popen[bytes] = field(init=False, repr=False)

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def origin(self) -> str:
        """Where its pages come from."""
        return f"http://localhost:{self.port}"

    def start(self) -> None:
        """Start the program, or start it again, and wait until it answers."""
        self.process = backend.start(self.folder, self.environment)
        backend.wait_until_ready(self.process, self.address, self.folder / "log")

    def kill(self) -> None:
        """Take the program's life, and that of the processes it has, at once."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def rows(self, query: str, **values: object) -> list[tuple[Any, ...]]:
        """What a query finds, whatever anybody may see."""
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query), values)]


@contextmanager
def running(folder: Path, postgresql: PostgreSQL | None = None, **settings: str) -> Iterator[Stage]:
    """The program on a PostgreSQL, or on SQLite without one; it is stopped at the end."""
    folder.mkdir(exist_ok=True)
    url = postgresql.fresh_database() if postgresql else None
    port = free_port()
    if url:
        settings["DATABASE_URL"] = url
    environment = backend.environment_of(folder, port, **settings)
    engine = create_engine(backend.sync_url(url, folder), poolclass=NullPool)
    stage = Stage(folder, port, environment, engine, postgresql)
    stage.start()
    try:
        yield stage
    finally:
        stage.kill()
        engine.dispose()
