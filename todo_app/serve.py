"""Runs the backend, with or without the built frontend, until it is told to stop."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from functools import partial
from pathlib import Path

from granian import Granian
from granian.constants import Interfaces
from granian.http import HTTP1Settings

from todo_app.core.settings import SettingsError, get_settings

_TARGET = "todo_app.todo_app:app"
# Long enough for the longest header to reach our own, uniform refusal.
_HEAD_MAX_BYTES = 2 * 1024 * 1024
_STOP_SECONDS = 5
_POLL_SECONDS = 0.1
# An event makes hundreds of objects, which with many events at once are in use for a while: Python
# would look through them with every 700 that are new, for a quarter of all its time.
_NEW_OBJECTS_MAX = 50_000
_PR_SET_PDEATHSIG = 1
_LOG_AS_WE_DO = {"loggers": {"_granian": {"propagate": True}, "granian.access": {}}}


def check_port() -> None:
    """Raise SettingsError if somebody listens on our port already."""
    settings = get_settings()
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            msg = (
                f"{settings.host}:{settings.port} cannot be used ({error.strerror}): "
                "stop what uses it, or set PORT to another (is HOST an address of this machine?)"
            )
            raise SettingsError(msg) from error


def serve(*, with_frontend: bool, on_ready: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM; `on_ready` is called once it answers."""
    # Not before the worker is forked: it would inherit what locks the thread holds at that moment.
    announcer = threading.Thread(target=_announce, args=(on_ready,), daemon=True)
    os.register_at_fork(after_in_parent=announcer.start)
    _prepare_process(with_frontend=with_frontend)
    server(_TARGET).serve()


def serve_socket(socket_file: Path) -> None:
    """Serve everything on a socket file, for a proxy, until SIGINT or SIGTERM."""
    _prepare_process(with_frontend=True)
    server(_TARGET, socket_file).serve()


def spare_what_is_loaded() -> None:
    """Leave all that the start has made out of every later search for garbage: it stays anyway.

    Such a search would else stop every page for as long as it takes to go through the framework.
    What is made later is looked through less often than Python would.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS_MAX)


def end_with_parent(how: signal.Signals = signal.SIGTERM) -> None:
    """Let the system end this process when the one that started it is gone, however it went."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, how)


def _prepare_process(*, with_frontend: bool) -> None:
    os.environ["REFLEX_ENV_MODE"] = "prod"
    os.environ["__REFLEX_SKIP_COMPILE"] = "true"
    os.environ["__REFLEX_MOUNT_FRONTEND_COMPILED_APP"] = str(with_frontend).lower()
    # State in Redis is held by the process that has its page, and handed over when that changes.
    os.environ["REFLEX_OPLOCK_ENABLED"] = "true"
    # At once: one that still ends in peace would let callers wait at a socket that nobody serves.
    os.register_at_fork(after_in_child=partial(end_with_parent, signal.SIGKILL))


def server(target: str, socket_file: Path | None = None) -> Granian:
    """The server of the ASGI app that a factory makes, set up as the settings say."""
    settings = get_settings()
    return Granian(
        target,
        address=settings.host,
        port=settings.port,
        uds=socket_file,
        interface=Interfaces.ASGI,
        factory=True,
        workers=1,
        workers_kill_timeout=_STOP_SECONDS,
        log_level=settings.log_level,
        log_access=False,
        log_dictconfig=_LOG_AS_WE_DO,
        http1_settings=HTTP1Settings(max_buffer_size=_HEAD_MAX_BYTES),
    )


def run_group(command: list[str], environment: dict[str, str]) -> int:
    """Run a command of ours until it ends or we are told to; nothing that it started stays.

    Reflex does not heed SIGTERM while its frontend runs, so it is told what Ctrl-C would tell it.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    process = subprocess.Popen(command, env=environment, start_new_session=True)
    try:
        return process.wait()
    except KeyboardInterrupt:
        os.killpg(process.pid, signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_SECONDS)
        return 0
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def answers() -> bool:
    """Whether somebody serves on our port."""
    settings = get_settings()
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104
    host = f"[{host}]" if ":" in host else host
    try:
        urllib.request.urlopen(f"http://{host}:{settings.port}/health/live", timeout=1).close()
    except (urllib.error.URLError, OSError):
        return False
    return True


def _announce(on_ready: Callable[[], None]) -> None:
    while not answers():
        time.sleep(_POLL_SECONDS)
    on_ready()
