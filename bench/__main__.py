"""The speed figures of the README, measured: `python -m bench`, or a part of them by its name."""

from __future__ import annotations

import argparse
import os
import platform
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path

import psycopg

from bench import (
    browser,
    crowd,
    events,
    figures,
    live,
    lock,
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
    """Measure, print the table, and return 1 if a limit is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("parts", nargs="*", help=f"all of {', '.join(PARTS)} if none is named")
    parts = parser.parse_args().parts or list(PARTS)
    if unknown := set(parts) - set(PARTS):
        parser.error(f"unknown: {', '.join(unknown)}")
    refuse_taken_port(browser.PORT)
    _print_conditions()
    found: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="todo-bench-") as name:
        for part in parts:
            folder = Path(name) / part
            folder.mkdir()
            found += PARTS[part](folder)
    print(figures.table(found))
    missed = [figure.what for figure in found if not figure.is_kept]
    for what in missed:
        print(f"missed: {what}", file=sys.stderr)
    return 1 if missed else 0


def measure_product(folder: Path) -> list[Figure]:
    """What the product takes of time and memory, on either database."""
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
    return found + words.measure()


PARTS: dict[str, Callable[[Path], list[Figure]]] = {
    "product": measure_product,
    "browser": browser.measure,
    "lock": lock.measure,
    "crowd": crowd.measure,
}
"""What is measured, in the order of the table; each has servers of its own."""


def _accounts(backend: Backend) -> tuple[stage.Account, stage.Account]:
    few = stage.open_account(backend.origin, backend.engine, FEW)
    many = stage.open_account(
        backend.origin, backend.engine, MANY, projects=PROJECTS, labels=LABELS
    )
    return few, many


def _print_conditions() -> None:
    with running_postgresql() as server, psycopg.connect(server.fresh_database()) as connection:
        postgresql = connection.info.parameter_status("server_version")
    names = ("reflex", "fastapi", "granian", "sqlalchemy", "psycopg")
    packages = ", ".join(f"{name} {version(name)}" for name in names)
    print(
        f"{os.cpu_count()} cores, Python {platform.python_version()}, {packages}, "
        f"PostgreSQL {postgresql}, SQLite {sqlite3.sqlite_version}\n",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
