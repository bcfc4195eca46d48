"""No room on the disk, no connection to be had: 503, nothing half done, well again after."""

from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psycopg

from chaos import clients
from chaos.reconcile import Findings, reconcile
from chaos.stage import Stage, running
from tests.servers import SUPERUSER, as_role, running_postgresql

CLIENTS = 8
NOTES = "x" * 40_000
"""What a task brings, so that a disk is soon full."""
SMALL_DISK = "160m"
ROOM_BYTES = 65_536
"""For what the program logs; two tasks with their notes have no room in it."""
FULL_SECONDS = 2
LOCK_SECONDS = 7
"""Longer than a request waits for a connection."""
REQUESTS = 60
HEAL_SECONDS = 5
FINE = frozenset({"200", "201", "503"})


@dataclass(slots=True)
class Shortage:
    """What came of one."""

    findings: Findings
    refused: int
    strange_answers: set[str] = field(default_factory=set)
    healing_seconds: float = 0.0

    @property
    def is_good(self) -> bool:
        """Whether it was felt, and nothing else happened."""
        return (
            self.findings.are_good
            and self.refused > 0
            and not self.strange_answers
            and self.healing_seconds <= HEAL_SECONDS
        )


async def fill_disk_of_sqlite(stage: Stage) -> Shortage:
    """Let files of the program have no more than a little, as on a full disk, and then again."""
    processes = _family(stage.process.pid)

    def fill() -> None:
        _limit_files(processes, (stage.folder / "log").stat().st_size + ROOM_BYTES)

    return await _fill(stage, fill, lambda: _limit_files(processes, resource.RLIM_INFINITY))


async def fill_disk_of_postgresql() -> Shortage | None:
    """Fill the disk of PostgreSQL; None where this user may not mount a small one."""
    with _small_disk() as disk:
        if disk is None:
            return None
        with running_postgresql("fsync=on", below=disk) as postgresql:
            filler = disk / "filler"

            def make_room() -> None:
                filler.unlink()
                # Without room for its log it gives up, and is started again by its keeper.
                with suppress(subprocess.TimeoutExpired):
                    postgresql.process.wait(1)
                    postgresql.start()

            with (
                tempfile.TemporaryDirectory(prefix="todo-chaos-") as name,
                running(Path(name) / "program", postgresql) as stage,
            ):
                return await _fill(stage, lambda: _fill_up(filler), make_room)


async def take_every_connection(stage: Stage) -> Shortage:
    """Hold what every request has to wait for, until nobody gets a connection any more."""
    url = as_role(SUPERUSER, stage.environment["DATABASE_URL"])
    async with clients.arriving(stage, CLIENTS) as people:
        with psycopg.connect(url) as holder:
            holder.execute("LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE")
            acts = [
                asyncio.create_task(people[number % CLIENTS].create()) for number in range(REQUESTS)
            ]
            await asyncio.sleep(LOCK_SECONDS)
        await asyncio.gather(*acts)
        healing = await _healing_seconds(stage)
        found = reconcile(stage, [person.journal for person in people])
    return Shortage(found, found.answers["503"], found.answers.keys() - FINE, healing)


async def _fill(stage: Stage, fill: Callable[[], None], make_room: Callable[[], None]) -> Shortage:
    async with clients.arriving(stage, CLIENTS, notes=NOTES) as people:
        async with clients.at_work(people):
            await asyncio.sleep(FULL_SECONDS / 2)
            await asyncio.to_thread(fill)
            await asyncio.sleep(FULL_SECONDS)
            await asyncio.to_thread(make_room)
            healing = await _healing_seconds(stage)
            await asyncio.sleep(FULL_SECONDS / 2)
        await asyncio.gather(*(person.settle() for person in people))
        found = reconcile(stage, [person.journal for person in people])
    return Shortage(found, found.answers["503"], found.answers.keys() - FINE, healing)


async def _healing_seconds(stage: Stage) -> float:
    """How long it takes until somebody new can write."""
    started = time.monotonic()
    while True:
        with suppress(httpx.HTTPStatusError):
            async with clients.arriving(stage, 1) as [person]:
                await person.create()
                if person.journal.created:
                    return time.monotonic() - started
        await asyncio.sleep(clients.PAUSE_SECONDS)


@contextmanager
def _small_disk() -> Iterator[Path | None]:
    with tempfile.TemporaryDirectory(prefix="todo-disk-") as name:
        disk = Path(name) / "disk"
        disk.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK},mode=0777", "tmpfs", disk]
        if os.geteuid() != 0 or subprocess.run(mount, check=False).returncode != 0:
            yield None
            return
        try:
            Path(name).chmod(0o755)
            yield disk
        finally:
            subprocess.run(["umount", "--lazy", disk], check=True)


def _fill_up(filler: Path) -> None:
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 65_536)


def _limit_files(processes: list[int], size_bytes: int) -> None:
    for process in processes:
        _, hard = resource.prlimit(process, resource.RLIMIT_FSIZE)
        resource.prlimit(process, resource.RLIMIT_FSIZE, (size_bytes, hard))


def _family(process: int) -> list[int]:
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [process, *(one for child in children for one in _family(int(child)))]
