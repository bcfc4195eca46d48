"""Several workers behind Caddy, as `make run WORKERS=2` starts them."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress

import httpx
import psutil
import pytest
from playwright.async_api import Browser, expect

from tests.e2e.conftest import OpenContext
from tests.e2e.person import Person, new_person
from tests.e2e.program import BESIDE_PORT, FIRST_PORT, Program, refuse_taken_port, running
from tests.e2e.screen import is_ready, open_panel, panel, quick_entry, row
from tests.e2e.watch import Watch
from tests.servers import NO_TLS, PostgreSQL, Redis, settings_of
from todo_app.core.models import new_id

ORIGIN = f"http://localhost:{FIRST_PORT}"
PATIENCE_SECONDS = 120
WRITERS = 4
WRITERS_PAUSE_SECONDS = 0.15
"""What replaces a worker needs the processor too."""


@pytest.fixture(scope="module")
def program(
    postgresql: PostgreSQL, redis_server: Redis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Program]:
    """The program with two workers; at its end nothing is left of it."""
    refuse_taken_port(BESIDE_PORT)
    settings = {"WORKERS": "2", "PUBLIC_URL": ORIGIN, "REDIS_URL": redis_server.url}
    settings |= settings_of(postgresql.fresh_database())
    folder = tmp_path_factory.mktemp("workers")
    with running(Program(folder, port=BESIDE_PORT, **settings)) as started:
        yield started
        family = started.family()
        assert started.stop() == 0
        assert not any(process.is_running() for process in family)


@pytest.fixture
def chromium(chromium_beside: Browser) -> Browser:
    """The program of this file is not where the site is."""
    return chromium_beside


@pytest.fixture
def watch(program: Program) -> Iterator[Watch]:
    listener = Watch(program.origin)
    yield listener
    assert listener.complaints == []


@pytest.fixture
def alice(program: Program) -> Iterator[Person]:
    person = new_person(program)
    yield person
    person.api.close()


def test_files_come_from_caddy_and_pages_past_the_checks_of_the_application(
    program: Program, alice: Person
) -> None:
    with program.client() as http:
        page = http.get("/sign-in")
        script = page.text.partition('href="/assets/')[2].partition('"')[0]
        file = http.get(f"/assets/{script}", headers={"Accept-Encoding": "br"})
        strange = http.get("/today")
        gone = http.get("/assets/none.js")
        session = alice.api.get("/auth/sessions").json()["items"][0]

    assert file.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert file.headers["content-encoding"] == "br"
    assert "script-src 'self' 'sha256-" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"
    assert (strange.status_code, strange.headers["location"]) == (303, f"{ORIGIN}/sign-in")
    assert gone.status_code == 404
    for answer in (page, file, strange, gone):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "server" not in answer.headers
    assert session["address"] == "127.0.0.1"


async def test_workers_are_replaced_under_load_and_nothing_acknowledged_is_lost(
    program: Program, alice: Person, open_context: OpenContext
) -> None:
    alice.add_task("Water the plants")
    page = await (await open_context(alice)).new_page()
    await page.goto(f"{ORIGIN}/inbox")
    await is_ready(page)
    await quick_entry(page).fill("Half a thought")
    await open_panel(page, "Water the plants")
    notes = panel(page).get_by_label("Notes")
    await notes.focus()
    before, typed = workers(program), ""

    async with load(alice) as (acknowledged, refused), asyncio.timeout(PATIENCE_SECONDS):
        supervisor(program).send_signal(signal.SIGHUP)
        while len(workers(program)) != 2 or not workers(program).isdisjoint(before):
            await page.keyboard.type("on and ", delay=100)
            typed += "on and "
        await asyncio.sleep(1)

    assert len(acknowledged) > WRITERS
    assert acknowledged <= set(alice.titles())
    assert refused == []
    await expect(page.get_by_text("Connected")).to_be_visible()
    await expect(notes).to_be_focused()
    await page.keyboard.type("on")
    await expect(notes).to_have_value(f"{typed}on")
    await expect(panel(page).get_by_label("Title")).to_have_value("Water the plants")
    await expect(quick_entry(page)).to_have_value("Half a thought")
    await quick_entry(page).press("Enter")
    await expect(row(page, "Half a thought")).to_be_visible()


async def test_a_worker_that_is_killed_is_started_again_and_pages_go_on(
    program: Program, alice: Person, open_context: OpenContext, watch: Watch
) -> None:
    page = await (await open_context(alice)).new_page()
    await page.goto(f"{ORIGIN}/inbox")
    await is_ready(page)
    before = workers(program)

    async with load(alice) as (acknowledged, _):
        for worker in before:
            with suppress(psutil.NoSuchProcess):
                psutil.Process(worker).kill()
            await until(lambda worker=worker: worker not in workers(program))  # type: ignore[misc]
            await until(lambda: len(workers(program)) == 2 and is_serving(program))

    assert acknowledged <= set(alice.titles())
    await expect(page.get_by_text("Connected")).to_be_visible()
    await quick_entry(page).fill("Life goes on")
    await quick_entry(page).press("Enter")
    await expect(row(page, "Life goes on")).to_be_visible()
    # Its socket may have knocked while nobody answered.
    watch.overlook("/_event/")


@asynccontextmanager
async def load(person: Person) -> AsyncIterator[tuple[set[str], list[str]]]:
    """Adds tasks all the time, by new connections too; what was acknowledged, and what refused."""
    acknowledged: set[str] = set()
    refused: list[str] = []
    is_over = asyncio.Event()

    async def write(api: httpx.AsyncClient) -> None:
        while not is_over.is_set():
            title = str(new_id())
            try:
                answer = await api.post("/tasks", json={"id": title, "title": title})
            except httpx.TransportError as error:
                refused.append(repr(error))
                continue
            (acknowledged.add if answer.status_code == 201 else refused.append)(
                title if answer.status_code == 201 else f"{answer.status_code} {answer.text}"
            )
            await asyncio.sleep(WRITERS_PAUSE_SECONDS)

    async with httpx.AsyncClient(
        base_url=person.api.base_url, headers=person.api.headers, timeout=PATIENCE_SECONDS
    ) as api:
        writing = [asyncio.create_task(write(api)) for _ in range(WRITERS)]
        try:
            yield acknowledged, refused
        finally:
            is_over.set()
            await asyncio.gather(*writing)


def supervisor(program: Program) -> psutil.Process:
    return program.family()[0]


def workers(program: Program) -> set[int]:
    """The processes that serve, by their ids."""
    return {
        child.pid
        for child in supervisor(program).children()
        if "worker" in _command_line(child) and child.status() != psutil.STATUS_ZOMBIE
    }


def _command_line(process: psutil.Process) -> list[str]:
    with suppress(psutil.NoSuchProcess):
        return process.cmdline()
    return []


def is_serving(program: Program) -> bool:
    with suppress(httpx.TransportError):
        return httpx.get(f"{program.address}/health/ready", verify=NO_TLS).is_success
    return False


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():  # noqa: ASYNC110 - processes do not tell
            await asyncio.sleep(0.1)
