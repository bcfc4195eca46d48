"""A list of hundreds of tasks: few rows in the page, all of them within reach, nothing jumps."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Page, expect

from tests.e2e.person import Person
from tests.e2e.program import Program
from tests.e2e.screen import add, is_ready, row

TASKS = 350
MAX_ROWS = 120
STEP_PIXELS = 700
PATIENCE_SECONDS = 60

# One turn of the wheel: where is the row in the middle before and after, and which rows are there?
SCROLL = """async ([pixels]) => {
    const frame = () => new Promise(requestAnimationFrame);
    const rows = [...document.querySelectorAll('ul.rows > li')];
    const isLow = row => row.getBoundingClientRect().top > innerHeight / 2;
    const middle = rows.find(isLow) ?? rows.at(-1);
    const before = middle.getBoundingClientRect().top;
    const from = scrollY;
    scrollBy({top: pixels, behavior: 'instant'});
    const meant = scrollY - from;
    const isAtTop = document.querySelector('.quick-add').getBoundingClientRect().bottom > 0;
    const count = document.querySelectorAll('ul.rows > li').length;
    const settled = performance.now() + 120;
    while (performance.now() < settled) await frame();
    const after = middle.isConnected ? middle.getBoundingClientRect().top : before - meant;
    const titles = document.querySelectorAll('ul.rows > li .title');
    const there = [...titles].map(title => title.textContent);
    const jump = Math.abs(after - (before - meant));
    return {isAtTop, jump, moved: meant, titles: there, widest: Math.max(count, there.length)};
}"""


@pytest.fixture
def busy(alice: Person) -> Person:
    """Alice with very much to do."""
    for number in range(TASKS):
        alice.add_task(f"Task {number:03}")
    return alice


async def test_a_long_list_scrolls_to_its_end_and_back_without_a_jump(
    page: Page, site: Program, busy: Person
) -> None:
    await page.goto(f"{site.origin}/inbox")
    await is_ready(page)
    there = await scroll_until(page, f"Task {TASKS - 1:03}", STEP_PIXELS)
    assert there == {f"Task {number:03}" for number in range(TASKS)}
    back = await scroll_until(page, f"Task {0:03}", -STEP_PIXELS)
    assert back == there


async def test_adding_works_from_the_middle_of_a_long_list(
    page: Page, site: Program, busy: Person
) -> None:
    await page.goto(f"{site.origin}/inbox")
    await is_ready(page)
    await scroll_until(page, "Task 150", STEP_PIXELS)
    await add(page, "Added in the middle")
    await expect(page.locator("ul.rows > li").first).to_contain_text("Added in the middle")
    await expect(row(page, "Added in the middle")).to_be_in_viewport()
    assert await page.locator("ul.rows > li").count() <= MAX_ROWS


async def scroll_until(page: Page, title: str, pixels: int) -> set[str]:
    """Turn the wheel until a row is there; every title on the way."""
    seen: set[str] = set()
    still = 0
    async with asyncio.timeout(PATIENCE_SECONDS):
        while title not in seen or still < 2:
            turn = await page.evaluate(SCROLL, [pixels])
            assert turn["widest"] <= MAX_ROWS
            # Who sees the quick entry is at the top, and stays there while rows come in below it.
            assert turn["jump"] <= 2 or turn["isAtTop"], turn
            seen.update(turn["titles"])
            still = still + 1 if turn["moved"] == 0 or title in seen else 0
    return seen
