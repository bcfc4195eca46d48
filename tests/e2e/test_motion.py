"""What moves on a screen, and what a person sees while they wait."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.e2e.conftest import OpenContext
from tests.e2e.person import Person
from tests.e2e.program import Program
from tests.e2e.screen import add, is_ready, row

NOTE_SHADES = """() => {
    window.shades = 0;
    const note = records => records.flatMap(record => [...record.addedNodes])
        .forEach(node => { window.shades += node.inert ? 1 : 0 });
    new MutationObserver(note).observe(document.querySelector('.rows'), {childList: true});
}"""


async def delete_a_row(page: Page, site: Program, alice: Person) -> int:
    """Delete one of two tasks; how many shades of it were seen."""
    for title in ("Call the piano tuner", "Water the plants"):
        alice.add_task(title)
    await page.goto(f"{site.origin}/inbox")
    await is_ready(page)
    await page.evaluate(NOTE_SHADES)
    await row(page, "Water the plants").locator(".open").focus()
    await page.keyboard.press("Delete")
    await expect(row(page, "Water the plants")).to_have_count(0)
    await expect(page.locator("ul.rows > li")).to_have_count(1)
    return int(await page.evaluate("window.shades"))


async def test_a_row_leaves_softly_and_a_new_one_comes(
    page: Page, site: Program, alice: Person
) -> None:
    assert await delete_a_row(page, site, alice) == 1
    await add(page, "Order the lemon tree")
    await expect(row(page, "Order the lemon tree")).to_have_css("overflow", "visible")


async def test_nothing_moves_for_who_wants_no_motion(
    open_context: OpenContext, site: Program, alice: Person
) -> None:
    page = await (await open_context(alice, reduced_motion="reduce")).new_page()
    assert await delete_a_row(page, site, alice) == 0


async def test_a_list_that_takes_long_says_so_and_offers_a_way_out(
    page: Page, site: Program
) -> None:
    await page.route_web_socket("**/_event/**", lambda _socket: None)
    await page.goto(f"{site.origin}/today")
    bar = page.get_by_role("progressbar", name="Loading")
    await expect(bar).to_have_css("opacity", "1")
    await expect(page.get_by_role("button", name="Try again")).to_be_visible()
