"""What travels: how much, from where, and how it is kept."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import BrowserContext, Page, Response, expect

from tests.e2e.conftest import OpenContext
from tests.e2e.program import Program
from tests.e2e.watch import Watch

FIRST_LOAD_MAX_KB = 190
# Below this the build compresses nothing: the answer fits in one packet anyway.
SMALL_BYTES = 1_500


async def test_the_first_load_of_today_is_light(
    page: Page, site: Program, capsys: pytest.CaptureFixture[str]
) -> None:
    assets: list[Response] = []
    page.on("response", lambda answer: assets.append(answer) if _is_asset(answer) else None)
    await page.goto(f"{site.origin}/today")
    await expect(page.get_by_text("Nothing is due today")).to_be_visible()
    sizes = {}
    for answer in assets:
        size = (await answer.request.sizes())["responseBodySize"]
        assert size < SMALL_BYTES or answer.headers.get("content-encoding") == "br", answer.url
        sizes[answer.url.rpartition("/")[2]] = size
    total_kb = sum(sizes.values()) / 1024
    with capsys.disabled():
        print(f"\nFirst load of /today: {total_kb:.1f} KB of JS and CSS in {len(sizes)} files.")  # noqa: T201 - a figure of the README
    assert len(sizes) > 5, "nothing was measured"
    assert total_kb <= FIRST_LOAD_MAX_KB, sizes


async def test_a_second_load_takes_scripts_and_styles_from_the_cache(
    page: Page, site: Program
) -> None:
    await page.goto(f"{site.origin}/today")
    await expect(page.get_by_text("Nothing is due today")).to_be_visible()
    await page.goto(f"{site.origin}/inbox")
    await expect(page.get_by_text("Your inbox is empty")).to_be_visible()
    from_network = await page.evaluate(
        "performance.getEntriesByType('resource').filter(found => found.transferSize)"
        ".map(found => found.name).filter(name => name.includes('/assets/'))"
    )
    # What only this page needs is new.
    assert all("inbox" in url for url in from_network), from_network


async def test_no_screen_asks_another_host(
    context: BrowserContext, open_context: OpenContext, site: Program, watch: Watch
) -> None:
    for tab, path, words in (
        (await context.new_page(), "/today", "Nothing is due today"),
        (await context.new_page(), "/inbox", "Your inbox is empty"),
        (await context.new_page(), "/completed", "Nothing is done yet"),
        (await (await open_context()).new_page(), "/sign-in", "Welcome back"),
        (await (await open_context()).new_page(), "/sign-up", "Already have one?"),
    ):
        await tab.goto(site.origin + path)
        await expect(tab.get_by_text(words)).to_be_visible()
    assert len(watch.requests) > 20, "nothing was seen"
    assert {url.split("/")[2] for url in watch.requests} == watch.hosts


async def test_the_pages_of_the_api_need_nothing_from_outside(
    stranger: Page, site: Program
) -> None:
    await stranger.goto(f"{site.origin}/api/docs")
    await expect(stranger.locator("[data-path$='/v1/tasks']").first).to_be_visible()
    await stranger.locator(".opblock-summary").first.click()
    await expect(stranger.locator(".opblock-body").first).to_be_visible()


async def test_a_page_that_does_not_exist_says_so_and_leads_home(
    page: Page, site: Program, watch: Watch
) -> None:
    answer = await page.goto(f"{site.origin}/no/such/page")
    assert answer is not None
    assert answer.status == 404
    await expect(page.get_by_role("heading")).to_have_text("This page does not exist")
    await page.get_by_role("link", name="Go to Today").click()
    await expect(page.get_by_role("heading", name="Today")).to_be_visible()
    # The browser reports the status that the page has to have.
    watch.forgive("404.*no/such/page|answer 404: .*no/such/page")


def _is_asset(answer: Response) -> bool:
    return re.search(r"\.(js|css)$", answer.url) is not None
