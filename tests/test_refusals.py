"""What keeps the program from starting is one clear line, and nothing was begun.

That a start in a process of its own is refused so too is in tests/e2e/test_start.py.
"""

from __future__ import annotations

import socket
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import forget_process
from todo_app.__main__ import main

Run = Callable[..., int]
Refuses = Callable[..., None]
BEGINNINGS = ("build.build_frontend", "serve.serve", "serve.run_group", "supervise.supervise")
SET_BY_DEV = ("PUBLIC_URL", "BACKEND_URL", "REFLEX_HOT_RELOAD_OVERRIDE_PATHS")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Types a command with these settings, which is to begin nothing; its exit code."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    for name in BEGINNINGS:
        monkeypatch.setattr(f"todo_app.{name}", None)
    for name in SET_BY_DEV:
        monkeypatch.setenv(name, "")

    def run_one(command: str, **settings: str) -> int:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        forget_process()
        monkeypatch.setattr(sys, "argv", ["todo_app", command])
        return main()

    return run_one


@pytest.fixture
def refuses(run: Run, capsys: pytest.CaptureFixture[str]) -> Refuses:
    """Fails unless a start ends with one line, which has the words in it."""

    def refuse(*words: str, command: str = "run", **settings: str) -> None:
        assert run(command, **settings) == 1
        said = capsys.readouterr()
        assert said.out == ""
        [line] = said.err.splitlines()
        assert line.startswith("todo-app: ")
        for word in words:
            assert word in line

    return refuse


@pytest.mark.parametrize("command", ["run", "dev", "backend"])
def test_a_port_in_use_is_one_clear_line(refuses: Refuses, command: str) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = str(taken.getsockname()[1])
        refuses(f"127.0.0.1:{port} cannot be used", "set PORT", command=command, PORT=port)


def test_a_data_folder_that_cannot_be_written_is_one_clear_line(
    refuses: Refuses, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    folder = str(tmp_path / "file" / "data")
    refuses(f"DATA_DIR {folder} cannot be written", DATA_DIR=folder)


def test_a_database_of_a_newer_version_is_one_clear_line(
    run: Run, refuses: Refuses, tmp_path: Path
) -> None:
    assert run("migrate") == 0
    with closing(sqlite3.connect(tmp_path / "todo.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    refuses("newer than this version", "9999")


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("PORT", "eighty", "PORT"),
        ("BCRYPT_COST", "99", "BCRYPT_COST"),
        ("PUBLIC_URL", "localhost", "PUBLIC_URL"),
        ("DATABASE_URL", "mysql://localhost/todo", "DATABASE_URL"),
        ("HOST", "0.0.0.0", "ENVIRONMENT"),  # noqa: S104 - the point is that it is refused
        ("ENVIRONMENT", "production", "JWT_SECRET"),
    ],
)
def test_a_setting_that_cannot_be_used_is_one_clear_line(
    refuses: Refuses, name: str, value: str, word: str
) -> None:
    refuses(word, **{name: value})


@pytest.mark.parametrize(
    ("settings", "missing"),
    [({}, "REDIS_URL"), ({"REDIS_URL": "redis://127.0.0.1:1/0"}, "PostgreSQL")],
)
def test_several_workers_without_what_they_share_do_not_start(
    refuses: Refuses, settings: dict[str, str], missing: str
) -> None:
    refuses(f"WORKERS=2 needs {missing}", WORKERS="2", **settings)
