"""What every measurement stands on: running servers, and accounts full of tasks."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx
import psutil
from sqlalchemy import Engine, insert, select, text
from sqlmodel import col

from tests.cast import PASSWORD
from tests.servers import SUPERUSER, as_role, free_port, settings_of
from tests.web.backend import Backend, environment_of, running_backend
from todo_app.core import clock
from todo_app.core.models import Label, Project, SearchText, Task, TaskLabel, User, new_id
from todo_app.core.search_index import text_row
from todo_app.core.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
TIME_ZONE = "Europe/Lisbon"
ON_TODAY = 100
STOP_SECONDS = 20
START_SECONDS = 60
# Reflex takes its configuration from the folder it starts in.
BARE_CONFIGURATION = """\
import reflex as rx

config = rx.Config(
    app_name="counter",
    state_manager_mode=rx.constants.StateManagerMode.MEMORY,
    telemetry_enabled=False,
)
"""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody with tasks, signed in on the web and at the API."""

    email: str
    user_id: UUID
    cookie: str
    access_token: str


@contextmanager
def running_product(folder: Path, database_url: str = "", **settings: str) -> Iterator[Backend]:
    """The product without its frontend, on PostgreSQL or, without a URL, on SQLite."""
    folder.mkdir()
    database = settings_of(database_url) if database_url else {}
    with running_backend(folder, **database, **settings) as backend:
        yield backend


@contextmanager
def running_unlocked(folder: Path, database_url: str, **settings: str) -> Iterator[int]:
    """The product without row-level security; yields its port."""
    folder.mkdir()
    port = free_port()
    database = settings_of(database_url) | {"DATABASE_URL": as_role(SUPERUSER, database_url)}
    environment = environment_of(folder, port, **settings, **database)
    with _running(["bench.unlocked", "backend"], folder, port, environment):
        yield port


@contextmanager
def running_floor(name: str, folder: Path, database_url: str = "") -> Iterator[int]:
    """A floor, by name; yields its port."""
    folder.mkdir()
    (folder / "rxconfig.py").write_text(BARE_CONFIGURATION)
    port = free_port()
    names = {name.upper() for name in Settings.model_fields}
    environment = {
        **{name: value for name, value in os.environ.items() if name not in names},
        "DATA_DIR": str(folder),
        "PORT": str(port),
        # The floor knows no accounts: it comes by a role that sees everything.
        "DATABASE_URL": as_role(SUPERUSER, database_url),
        "PYTHONPATH": str(ROOT),
    }
    with _running(["bench.floor", name], folder, port, environment):
        yield port


@contextmanager
def _running(
    module: Sequence[str], folder: Path, port: int, environment: Mapping[str, str]
) -> Iterator[None]:
    """A module of ours that serves on a port."""
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *module], cwd=folder, env=environment, stdout=log, stderr=log
        )
    try:
        _wait_until_it_answers(process, port, folder / "log")
        yield
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def open_account(
    origin: str, engine: Engine, task_count: int, *, projects: int = 0, labels: int = 0
) -> Account:
    """A new account with so many open tasks, some of them due today, the rest never.

    With `projects` and `labels`, the tasks are spread over them, and over the Inbox.
    """
    with _browser(origin) as browser:
        account = _open_account(browser, engine, task_count, projects, labels)
    _tidy(engine)
    return account


def open_accounts(origin: str, engine: Engine, number: int, task_count: int) -> list[Account]:
    """So many new accounts with so many tasks each."""
    with _browser(origin) as browser:
        accounts = [_open_account(browser, engine, task_count, 0, 0) for _ in range(number)]
    _tidy(engine)
    return accounts


def _browser(origin: str) -> httpx.Client:
    return httpx.Client(base_url=origin, headers={"Origin": origin})


def _open_account(
    browser: httpx.Client, engine: Engine, task_count: int, projects: int, labels: int
) -> Account:
    email = f"{secrets.token_hex(8)}@example.org"
    person = {"email": email, "password": PASSWORD, "name": "Ada", "time_zone": TIME_ZONE}
    browser.cookies.clear()
    browser.post("/auth/sign-up", data=person)
    cookie = f"todo_session={browser.cookies['todo_session']}"
    credentials = {"email": email, "password": PASSWORD}
    tokens = browser.post("/api/v1/auth/signin", json=credentials).json()
    with engine.begin() as connection:
        user_id = connection.scalar(select(col(User.id)).where(col(User.email) == email))
        tasks = _tasks(user_id, task_count)
        homes = _named(user_id, Project, "Project", projects)
        tags = _named(user_id, Label, "label", labels)
        for number, task in enumerate(tasks):
            task["project_id"] = homes[number % len(homes)]["id"] if homes else user_id
        for table, rows in ((Project, homes), (Label, tags), (Task, tasks)):
            if rows:
                connection.execute(insert(table), rows)
        if tags:
            connection.execute(insert(TaskLabel), _links(user_id, tasks, tags))
        for entity, rows in (("project", homes), ("label", tags), ("task", tasks)):
            texts = [text_row(entity, row, user_id) for row in rows]
            if texts:
                connection.execute(insert(SearchText), texts)
    return Account(email, user_id, cookie, tokens["access_token"])


def _tasks(user_id: UUID, count: int) -> list[dict[str, object]]:
    now = clock.now()
    today = clock.today(TIME_ZONE)
    return [
        {
            "id": new_id(),
            "user_id": user_id,
            "title": f"Water the plants on balcony {number}",
            "notes": "Not the cactus, and the orchid only from below." if number % 3 == 0 else "",
            "priority": 1 + number % 4,
            "due_date": today if number < ON_TODAY else None,
            "due_time": None,
            "due_zone": None,
            "completed_at": None,
            "deleted_at": None,
            "version": 1,
            "created_at": now - timedelta(minutes=count - number),
            "updated_at": now - timedelta(minutes=count - number),
        }
        for number in range(count)
    ]


def _named(
    user_id: UUID, table: type[Project | Label], name: str, count: int
) -> list[dict[str, object]]:
    now = clock.now()
    keys = {"name_key": "label {}"} if table is Label else {}
    return [
        {
            "id": new_id(),
            "user_id": user_id,
            "name": f"{name} {number}",
            "colour": "grey",
            "created_at": now,
            "updated_at": now,
            **{key: value.format(number) for key, value in keys.items()},
        }
        for number in range(count)
    ]


def _links(
    user_id: UUID, tasks: list[dict[str, object]], tags: list[dict[str, object]]
) -> list[dict[str, object]]:
    """Every other task has a label."""
    return [
        {
            "id": new_id(),
            "user_id": user_id,
            "task_id": task["id"],
            "label_id": tags[number % len(tags)]["id"],
        }
        for number, task in enumerate(tasks[::2])
    ]


def processes_behind(port: int) -> list[psutil.Process]:
    """The processes of the server that listens on a port."""
    [serving, *_] = [
        psutil.Process(connection.pid)
        for connection in psutil.net_connections("tcp")
        if connection.laddr.port == port
        and connection.status == psutil.CONN_LISTEN
        and connection.pid
    ]
    # The server has a process that only watches over the other, and either is named.
    parent = serving.parent()
    top = parent if parent and parent.cmdline() == serving.cmdline() else serving
    return [top, *top.children(recursive=True)]


def _tidy(engine: Engine) -> None:
    """Do now what PostgreSQL would otherwise do in the middle of a measurement."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def _wait_until_it_answers(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = clock.now() + timedelta(seconds=START_SECONDS)
    while True:
        try:
            httpx.get(f"http://127.0.0.1:{port}/", timeout=5)
        except httpx.TransportError:
            if process.poll() is not None or clock.now() > deadline:
                raise RuntimeError(f"it did not start:\n{log.read_text()}") from None
        else:
            return
