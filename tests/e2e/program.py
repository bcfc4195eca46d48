"""The program as a user starts it: `python -m todo_app run` in a process of its own."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psutil

from tests.e2e.frontend import FIRST_PORT, ROOT, environment_of
from tests.servers import NO_TLS

BUILD_LOCK = ROOT / ".build" / "tests.lock"
# One build serves all: what is started beside the site has its public address, on another port.
BESIDE_PORT = FIRST_PORT + 1
FIRST_BUILD_SECONDS = 180
STOP_SECONDS = 60


class Program:
    """One command of the program, which can be stopped, killed and started again."""

    def __init__(self, folder: Path, *, port: int, command: str = "run", **settings: str) -> None:
        folder.mkdir(exist_ok=True)
        self.port = port
        self.folder = folder
        self.address = f"http://localhost:{port}"
        self.origin = settings.get("PUBLIC_URL", self.address)
        self.log = folder / "log"
        self.command = [sys.executable, "-m", "todo_app", command]
        own = {"DATA_DIR": str(folder), "PORT": str(port)}
        quick = {"BCRYPT_COST": "4", "SIGN_UPS_PER_HOUR": "100000"}
        self.environment = environment_of(**(own | quick | settings))
        self.process: subprocess.Popen[bytes] | None = None

    def client(self, **headers: str) -> httpx.Client:
        """A client that asks for its public address, whoever listens there."""
        host = {"Host": urlsplit(self.origin).netloc}
        return httpx.Client(base_url=self.address, headers=host | headers, verify=NO_TLS)

    def start(self) -> None:
        """Start it and wait until it answers. What was started before is built."""
        with _one_build_at_a_time() if self.process is None else nullcontext():
            self.launch()
            self.wait_until_it_answers()

    def launch(self) -> None:
        """Start it without waiting."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                # Elsewhere than in the sources: what it leaves behind stays out of them.
                cwd=self.folder,
                env=self.environment,
                stdout=log,
                stderr=log,
                # Ctrl-C on the tests is not meant for it; they stop it themselves.
                start_new_session=True,
            )

    def run_to_its_end(self, seconds: float) -> int:
        """Run a command that ends by itself; its exit code. Of these only an export builds."""
        with _one_build_at_a_time() if "export" in self.command else nullcontext():
            self.launch()
            assert self.process is not None
            try:
                return self.process.wait(seconds)
            finally:
                self.kill()

    def wait_until_it_answers(self, seconds: float = FIRST_BUILD_SECONDS) -> None:
        """Fail with what it printed if it ends instead."""
        deadline = time.monotonic() + seconds
        while True:
            with suppress(httpx.TransportError):
                if httpx.get(f"{self.address}/health/live", timeout=2, verify=NO_TLS).is_success:
                    return
            ended = self.process is None or self.process.poll() is not None
            if ended or time.monotonic() > deadline:
                raise RuntimeError(f"{self.command[2:]} does not answer:\n{self.log_text()}")
            time.sleep(0.05)

    def log_text(self) -> str:
        """What it printed so far."""
        return self.log.read_text("utf-8", "replace")

    def family(self) -> list[psutil.Process]:
        """The process and everything that it started."""
        assert self.process is not None
        parent = psutil.Process(self.process.pid)
        return [parent, *parent.children(recursive=True)]

    def stop(self) -> int:
        """Ask it to end, as a service manager does; its exit code."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(STOP_SECONDS)

    def interrupt(self) -> int:
        """Press Ctrl-C, which a terminal tells everything that runs in it; the exit code."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(STOP_SECONDS)

    def kill(self) -> None:
        """Take the power away from it."""
        if self.process is None or self.process.poll() is not None:
            return
        for process in reversed(self.family()):
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.wait()


@contextmanager
def running(program: Program) -> Iterator[Program]:
    """The program, started, and gone at the end."""
    try:
        program.start()
        yield program
    finally:
        program.kill()


def refuse_taken_port(port: int) -> None:
    """Fail with the name of what listens on a port that a test needs."""
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) != 0:
            return
    listeners = [
        " ".join(psutil.Process(connection.pid).cmdline())
        for connection in psutil.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
        and connection.laddr.port == port
        and connection.pid
    ]
    raise RuntimeError(f"port {port} is used by: {listeners or 'a process of somebody else'}")


@contextmanager
def _one_build_at_a_time() -> Iterator[None]:
    BUILD_LOCK.parent.mkdir(exist_ok=True)
    with BUILD_LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
