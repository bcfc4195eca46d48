"""The first load and a click, in a real Chromium on the production build."""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, Page, async_playwright
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from bench.figures import Figure
from bench.stage import ON_TODAY, ROOT, Account, open_account
from tests.e2e.program import FIRST_PORT, Program, running
from tests.servers import find_chromium

# The public URL is built into the frontend: with the port of the browser tests, one build serves.
PORT = FIRST_PORT
MOST_KILOBYTES = 190
MOST_CLICK_MILLISECONDS = 16
CLICKS = 60
SWITCHES = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
WIDE = {"width": 1360, "height": 860}

# From the click to the first frame that is painted after the tick has changed: the frame begins
# with the callback, and the message comes when it is done.
TIME_CLICKS = """
window.painted = [];
window.addEventListener('click', (click) => {
    const tick = click.target.closest('.tick');
    const observer = new MutationObserver(() => {
        observer.disconnect();
        requestAnimationFrame(() => {
            const channel = new MessageChannel();
            channel.port1.onmessage = () => {
                window.painted.push(performance.now() - click.timeStamp);
            };
            channel.port2.postMessage(null);
        });
    });
    observer.observe(tick, {attributes: true, attributeFilter: ['aria-checked']});
}, {capture: true});
"""


def measure(folder: Path) -> list[Figure]:
    """The weight of Today, and the time from a click to its painted tick."""
    with running(Program(folder, port=PORT)) as program:
        engine = create_engine(f"sqlite:///{folder / 'todo.db'}", poolclass=NullPool)
        account = open_account(program.origin, engine, ON_TODAY)
        static_files = ROOT / program.environment["REFLEX_WEB_WORKDIR"] / "build" / "client"
        return asyncio.run(_measure(program.origin, account, static_files))


async def _measure(origin: str, account: Account, static_files: Path) -> list[Figure]:
    async with _browser(origin, account) as context:
        page = await context.new_page()
        loaded: list[str] = []
        page.on("response", lambda response: loaded.append(urlsplit(response.url).path))
        await page.goto(f"{origin}/today", wait_until="networkidle")
        kilobytes = _compressed_bytes(loaded, static_files) / 1_000
        milliseconds = await _time_clicks(page)
    return [
        Figure("First load of Today: JS and CSS, brotli", kilobytes, "KB", MOST_KILOBYTES),
        Figure(
            f"Click to painted tick, {ON_TODAY} rows",
            statistics.median(milliseconds),
            "ms",
            MOST_CLICK_MILLISECONDS,
        ),
    ]


@asynccontextmanager
async def _browser(origin: str, account: Account) -> AsyncIterator[BrowserContext]:
    name, _, value = account.cookie.partition("=")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=find_chromium(), args=list(SWITCHES)
        )
        context = await browser.new_context(viewport=WIDE)
        await context.add_cookies([{"name": name, "value": value, "url": origin, "httpOnly": True}])
        yield context
        await browser.close()


def _compressed_bytes(paths: list[str], static_files: Path) -> int:
    scripts = {static_files / path[1:] for path in paths if path.endswith((".js", ".css"))}
    return sum(_compressed(script).stat().st_size for script in scripts)


def _compressed(script: Path) -> Path:
    """What is served to who takes brotli; the smallest files are sent as they are."""
    brotli = script.with_name(f"{script.name}.br")
    return brotli if brotli.exists() else script


async def _time_clicks(page: Page) -> list[float]:
    """Milliseconds from click to paint, with all rows of the window on the page."""
    ticks = page.get_by_role("checkbox", name="Complete")
    while await ticks.count() < ON_TODAY:
        await ticks.last.scroll_into_view_if_needed()
        await page.wait_for_timeout(100)
    await page.evaluate(TIME_CLICKS)
    await ticks.nth(3).scroll_into_view_if_needed()
    for number in range(CLICKS):
        await ticks.nth(3 + number % 5).click()
        await page.wait_for_timeout(100)
    painted: list[float] = await page.evaluate("window.painted")
    if len(painted) != CLICKS:
        raise RuntimeError(f"{len(painted)} of {CLICKS} clicks were painted")
    return painted
