"""How the program starts, serves in its other shapes, and stops."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import httpx
import psutil
import pytest
from playwright.async_api import Browser, Page, expect

from tests.cast import PASSWORD
from tests.e2e.conftest import OpenContext
from tests.e2e.front import serving
from tests.e2e.person import new_email
from tests.e2e.program import (
    BESIDE_PORT,
    FIRST_BUILD_SECONDS,
    FIRST_PORT,
    ROOT,
    Program,
    refuse_taken_port,
    running,
)
from tests.e2e.screen import add, is_ready, row, tick
from tests.e2e.watch import SERVER_AWAY, Watch
from tests.servers import PostgreSQL, free_port, settings_of

PORT = BESIDE_PORT
DEV_FRONTEND_PORT = FIRST_PORT + 2
DEV_BACKEND_PORT = FIRST_PORT + 3
ORIGIN = f"http://localhost:{FIRST_PORT}"
# A worker that hangs is killed after five seconds of a machine that has time.
GONE_SECONDS = 30


@pytest.fixture
def watch() -> Iterator[Watch]:
    """The programs of this file have other addresses."""
    ports = (FIRST_PORT, DEV_FRONTEND_PORT, DEV_BACKEND_PORT)
    listener = Watch(*(f"http://localhost:{port}" for port in ports))
    yield listener
    assert listener.complaints == []


@pytest.fixture
def chromium(chromium_beside: Browser) -> Browser:
    """The programs of this file are not where the site is."""
    return chromium_beside


@pytest.fixture
def ports_are_free() -> None:
    for port in (PORT, DEV_FRONTEND_PORT, DEV_BACKEND_PORT):
        refuse_taken_port(port)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What `export` makes; what is there already is put back."""
    folder = ROOT / "export"
    kept = tmp_path_factory.mktemp("export") / "kept"
    if folder.exists():
        shutil.move(folder, kept)
    export = Program(kept.parent, port=PORT, command="export", PUBLIC_URL=ORIGIN)
    try:
        assert export.run_to_its_end(FIRST_BUILD_SECONDS) == 0
        assert f"The frontend for {ORIGIN} is in" in export.log_text()
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if kept.exists():
            shutil.move(kept, folder)


async def live_through_a_day(page: Page, origin: str) -> None:
    """What everybody does first, in short."""
    await page.goto(f"{origin}/sign-up")
    await page.get_by_label("Email").fill(new_email())
    await page.get_by_label("Password").fill("password123")
    await page.get_by_role("button", name="Create account").click()
    refusal = page.get_by_role("alert").filter(has_text="one of the most common passwords")
    await expect(refusal).to_be_visible()
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Create account").click()
    await expect(page.get_by_text("Nothing is due today")).to_be_visible()
    await add(page, "Water the plants")
    await tick(page, "Water the plants").click()
    await expect(page.get_by_text("1 of 1 done")).to_be_visible()
    await page.reload()
    await is_ready(page)
    await expect(tick(page, "Water the plants")).to_be_checked()
    await page.get_by_role("button", name="Account").click()
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("heading", name="Welcome back")).to_be_visible()
    await expect(row(page, "Water the plants")).to_have_count(0)


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_an_exported_frontend_works_behind_another_server(
    open_context: OpenContext,
    watch: Watch,
    ports_are_free: None,
    exported: Path,
    tmp_path: Path,
    database: str,
    request: pytest.FixtureRequest,
) -> None:
    settings = {"PUBLIC_URL": ORIGIN}
    if database == "postgresql":
        postgresql: PostgreSQL = request.getfixturevalue("postgresql")
        settings |= settings_of(postgresql.fresh_database())
    backend = Program(tmp_path, port=free_port(), command="backend", **settings)
    with running(backend):
        front = serving(exported, port=PORT, backend_port=backend.port)
        page = await (await open_context()).new_page()
        async with front:
            await live_through_a_day(page, ORIGIN)
            await page.context.close()
    # The server in front may drop a socket whose page is just being left.
    watch.overlook(SERVER_AWAY)


async def test_the_development_server_works(
    open_context: OpenContext, watch: Watch, ports_are_free: None, tmp_path: Path
) -> None:
    lock = ROOT / "reflex.lock" / "package.json"
    locked = json.loads(lock.read_text())
    origin = f"http://localhost:{DEV_FRONTEND_PORT}"
    settings = {"PUBLIC_URL": origin, "REFLEX_WEB_WORKDIR": ".build/web-dev"}
    with running(Program(tmp_path, port=DEV_BACKEND_PORT, command="dev", **settings)) as program:
        await answers(origin)
        page = await (await open_context()).new_page()
        await live_through_a_day(page, origin)
        await page.context.close()
        await ends(program, program.stop)
    assert json.loads(lock.read_text()) == locked
    # The development build of React minds that Reflex tells a new value to components too whose
    # first drawing was given up.
    watch.overlook("a component that hasn't mounted yet")


async def test_a_second_start_builds_nothing_and_everything_stops(
    ports_are_free: None, tmp_path: Path
) -> None:
    with running(Program(tmp_path, port=PORT, PUBLIC_URL=ORIGIN)) as program:
        await ends(program, program.stop)
        built = when_built()
        program.start()
        with program.client() as client:
            assert client.get("/sign-in").status_code == 200
        assert when_built() == built
        await ends(program, program.interrupt)
        assert f"Todo App is ready at {ORIGIN}" in program.log_text()


async def ends(program: Program, told: Callable[[], int]) -> None:
    """Fail unless a program ends well that is told to, and nothing is left of it."""
    everything = program.family()
    assert len(everything) > 1
    assert await asyncio.to_thread(told) == 0
    assert await still_there(everything) == []


def when_built() -> dict[str, int]:
    """When each file of the frontend was written."""
    folder = ROOT / ".build/web-test/build"
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*")}


async def answers(origin: str) -> None:
    deadline = time.monotonic() + FIRST_BUILD_SECONDS
    async with httpx.AsyncClient() as client:
        while True:
            try:
                if (await client.get(f"{origin}/sign-up", timeout=30)).is_success:
                    return
            except httpx.TransportError:
                assert time.monotonic() < deadline
            await asyncio.sleep(0.2)


async def still_there(processes: list[psutil.Process]) -> list[str]:
    """Which of the processes have not gone after a moment."""
    _, alive = await asyncio.to_thread(psutil.wait_procs, processes, GONE_SECONDS)
    return [str(process) for process in alive]


def test_a_start_that_is_refused_ends_with_one_line_and_code_1(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        program = Program(tmp_path, port=port, PUBLIC_URL=ORIGIN)
        assert program.run_to_its_end(30) == 1
    [line] = program.log_text().splitlines()
    assert line.startswith(f"todo-app: 127.0.0.1:{port} cannot be used")
