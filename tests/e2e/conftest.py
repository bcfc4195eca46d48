"""A real Chromium on the production build. What it complains about fails the test.

The public URL is built into the frontend, so the port is always the same one and the build is kept
from run to run. All tests here share one server, one browser and one event loop, in one worker.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from tests.e2e.person import TIME_ZONE, Person, new_person
from tests.e2e.program import BESIDE_PORT, FIRST_PORT, Program, refuse_taken_port, running
from tests.e2e.watch import Watch
from tests.servers import find_chromium

PORT = FIRST_PORT
WIDE = {"width": 1360, "height": 860}
PHONE = {"width": 390, "height": 844}
_SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)

# For machines that do much else at the same time.
PATIENCE_MILLISECONDS = 15_000
expect.set_options(timeout=PATIENCE_MILLISECONDS)

OpenContext = Callable[..., Awaitable[BrowserContext]]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """The running program."""
    refuse_taken_port(PORT)
    with running(Program(tmp_path_factory.mktemp("site"), port=PORT)) as program:
        yield program


@asynccontextmanager
async def _running_chromium(*switches: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=find_chromium(), args=[*_SWITCHES, *switches]
        )
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The browser of this worker."""
    async with _running_chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
async def chromium_beside() -> AsyncIterator[Browser]:
    """One for which the site is the program beside it."""
    there = f"MAP localhost:{FIRST_PORT} localhost:{BESIDE_PORT}"
    async with _running_chromium(f"--host-resolver-rules={there}") as browser:
        yield browser


@pytest.fixture
def watch(site: Program) -> Iterator[Watch]:
    """What the pages of this test complain about; at its end there must be nothing."""
    listener = Watch(site.origin)
    yield listener
    assert listener.complaints == []


@pytest.fixture
async def open_context(chromium: Browser, watch: Watch) -> AsyncIterator[OpenContext]:
    """Opens a browser profile of its own; with a person, one who is signed in."""
    async with AsyncExitStack() as contexts:

        async def open_one(person: Person | None = None, **options: object) -> BrowserContext:
            settings = {"viewport": WIDE, "timezone_id": TIME_ZONE, "locale": "en-GB"} | options
            context = await contexts.enter_async_context(await chromium.new_context(**settings))
            context.set_default_timeout(PATIENCE_MILLISECONDS)
            watch.over(context)
            if person is not None:
                await context.add_cookies(
                    [
                        {"name": name, "value": value, "url": person.origin, "httpOnly": True}
                        for name, value in person.cookies.items()
                    ]
                )
            return context

        yield open_one


@pytest.fixture
def alice(site: Program) -> Iterator[Person]:
    """Somebody with an account and no tasks."""
    person = new_person(site)
    yield person
    person.api.close()


@pytest.fixture
async def context(open_context: OpenContext, alice: Person) -> BrowserContext:
    """Alice's browser."""
    return await open_context(alice)


@pytest.fixture
async def page(context: BrowserContext) -> Page:
    """An empty tab of Alice's."""
    return await context.new_page()


@pytest.fixture
async def stranger(open_context: OpenContext) -> Page:
    """An empty tab of somebody who is not signed in."""
    return await (await open_context()).new_page()
