"""Servers that are held to a part of a core, so that what they share has cores to spare."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from bench.stage import processes_behind

PERIOD_MICROSECONDS = 100_000
_GROUPS = Path("/sys/fs/cgroup/cpu")


@contextmanager
def held(ports: Sequence[int], share: float) -> Iterator[bool]:
    """Hold the server of each of these ports to a share of a core; yields whether that can be done.

    It takes root and the first version of control groups.
    """
    with ExitStack() as groups:
        try:
            for port in ports:
                groups.enter_context(_held(port, share))
        except OSError:
            groups.close()
            yield False
        else:
            yield True


@contextmanager
def _held(port: int, share: float) -> Iterator[None]:
    group = _GROUPS / f"todo-bench-{os.getpid()}-{port}"
    group.mkdir()
    try:
        (group / "cpu.cfs_period_us").write_text(str(PERIOD_MICROSECONDS))
        (group / "cpu.cfs_quota_us").write_text(str(int(share * PERIOD_MICROSECONDS)))
        for process in processes_behind(port):
            (group / "cgroup.procs").write_text(str(process.pid))
        yield
    finally:
        for pid in (group / "cgroup.procs").read_text().split():
            with suppress(ProcessLookupError):
                (_GROUPS / "cgroup.procs").write_text(pid)
        group.rmdir()
