"""Timed work is done by one process, and taken over by another when that one dies."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from todo_app import jobs
from todo_app.core import database as core_database
from todo_app.core.errors import Unavailable

PATIENCE_SECONDS = 20
ANOTHER_PROCESS = """
import asyncio
from todo_app import jobs

async def work_for_ever():
    print("at work", flush=True)
    await asyncio.sleep(60)

jobs.do_hourly_work = work_for_ever
asyncio.run(jobs.run_forever())
"""


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What this process did."""
    did: list[str] = []

    async def work() -> None:
        did.append("worked")

    monkeypatch.setattr(jobs, "do_hourly_work", work)
    monkeypatch.setattr(jobs, "LOOK_SECONDS", 0.05)
    return did


@contextmanager
def another_process_at_work() -> Iterator[subprocess.Popen[str]]:
    """Another process, in the middle of its work."""
    command = [sys.executable, "-c", ANOTHER_PROCESS]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "at work\n"
            yield process
        finally:
            process.kill()


async def running(seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await jobs.run_forever()


async def until(done: list[str]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not done:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)


async def test_work_is_done_at_the_start_and_not_again_before_its_time(
    database: str, done: list[str]
) -> None:
    await running(0.5)

    assert done == ["worked"]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_while_one_process_is_at_work_no_other_is_until_it_is_killed(
    database: str, done: list[str]
) -> None:
    with another_process_at_work() as other:
        await running(0.5)
        assert done == []
        at_work = asyncio.create_task(jobs.run_forever())

        other.send_signal(signal.SIGKILL)

        await until(done)
        at_work.cancel()
        await asyncio.gather(at_work, return_exceptions=True)


async def test_what_fails_is_tried_again(
    database: str, done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    work = jobs.do_hourly_work

    async def fail_once() -> None:
        monkeypatch.setattr(jobs, "do_hourly_work", work)
        raise Unavailable

    monkeypatch.setattr(jobs, "do_hourly_work", fail_once)
    await running(0.5)

    assert done == ["worked"]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_who_ends_leaves_the_lock_to_another(database: str) -> None:
    for _ in range(2):
        async with core_database.candidacy("a job") as is_chosen:
            assert await is_chosen()
            async with core_database.candidacy("a job") as is_other_chosen:
                assert not await is_other_chosen()
                async with core_database.candidacy("another job") as is_elsewhere_chosen:
                    assert await is_elsewhere_chosen()
