"""The speed figures of the README, measured: `python -m bench`."""

from __future__ import annotations

import os
import platform
import sqlite3
import sys
import tempfile
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import text

from bench import (
    browser,
    events,
    figures,
    live,
    long_account,
    memory,
    rest,
    search,
    stage,
    words,
)
from bench.figures import Figure
from tests.e2e.program import refuse_taken_port
from tests.servers import running_postgresql
from tests.web.backend import Backend

FEW, MANY = 100, 10_000
PROJECTS, LABELS = 200, 500
"""Of the account with many tasks."""


def main() -> int:
    """Measure everything, print the table, and return 1 if a limit is missed."""
    refuse_taken_port(browser.PORT)
    with tempfile.TemporaryDirectory(prefix="todo-bench-") as name:
        found = measure(Path(name))
    print(figures.table(found))
    missed = [figure.what for figure in found if not figure.is_kept]
    for what in missed:
        print(f"missed: {what}", file=sys.stderr)
    return 1 if missed else 0


def measure(folder: Path) -> list[Figure]:
    """Every figure, in the order of the table."""
    found: list[Figure] = []
    with ExitStack() as running:
        postgresql = running.enter_context(
            running_postgresql("fsync=on", *rest.LOG_EVERY_STATEMENT)
        )
        url = postgresql.fresh_database()
        backend = running.enter_context(stage.running_product(folder / "postgresql", url))
        counter_port = running.enter_context(
            stage.running_floor("counter", folder / "counter", url)
        )
        api_port = running.enter_context(stage.running_floor("api", folder / "api", url))
        _print_conditions(backend)
        few, many = _accounts(backend)
        found += rest.measure(backend, api_port, many)
        found += events.measure_event(backend, counter_port, few)
        found += events.measure_ticks(backend, counter_port, few, many)
        found += long_account.measure(backend, few, many)
        found += search.measure(backend, few, many)
        found += live.measure(backend, few)
        found += memory.measure(backend)
        backend = running.enter_context(stage.running_product(folder / "sqlite"))
        url = f"sqlite:///{folder / 'sqlite' / 'todo.db'}"
        counter_port = running.enter_context(
            stage.running_floor("counter", folder / "sqlite-counter", url)
        )
        few, many = _accounts(backend)
        found += events.measure_ticks(backend, counter_port, few, many)
        found += long_account.measure(backend, few, many)
        found += search.measure(backend, few, many)
        found += live.measure(backend, few)
    return found + words.measure() + browser.measure(folder / "browser")


def _accounts(backend: Backend) -> tuple[stage.Account, stage.Account]:
    few = stage.open_account(backend.origin, backend.engine, FEW)
    many = stage.open_account(
        backend.origin, backend.engine, MANY, projects=PROJECTS, labels=LABELS
    )
    return few, many


def _print_conditions(backend: Backend) -> None:
    with backend.engine.connect() as connection:
        postgresql = connection.scalar(text("SHOW server_version"))
    packages = ", ".join(f"{name} {version(name)}" for name in ("reflex", "fastapi", "granian"))
    print(
        f"{os.cpu_count()} cores, Python {platform.python_version()}, {packages}, "
        f"PostgreSQL {postgresql}, SQLite {sqlite3.sqlite_version}\n",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
