from __future__ import annotations

from playwright.async_api import Page, expect

from tests.e2e.person import Person
from tests.e2e.program import Program
from tests.e2e.screen import go_to, is_ready, open_panel, tick


async def test_a_filter_is_typed_mended_saved_counted_and_changed(
    page: Page, site: Program, alice: Person
) -> None:
    alice.add_task("Renew passport", priority=1)
    alice.add_task("Water the plants", priority=2)
    await page.goto(f"{site.origin}/today")
    await is_ready(page)
    await page.get_by_role("link", name="New filter").click()
    box = page.get_by_role("textbox", name="Filter", exact=True)
    main = page.get_by_role("main")
    rows = main.locator("ul.rows > li")
    await box.press_sequentially("p1 & soonish")
    await expect(box).to_have_attribute("aria-invalid", "true")
    await expect(main.get_by_role("alert")).to_contain_text("no word of a filter")
    await expect(main.locator("mark.flaw")).to_have_text("soonish")
    await box.fill("p1 & !#Nowhere")
    await expect(box).to_have_accessible_description("No project is called \u201cNowhere\u201d.")
    await expect(main.locator("mark.nameless")).to_have_text("#Nowhere")
    await box.fill("p1 | p2")
    await expect(box).to_have_accessible_description("")
    await expect(rows).to_have_count(2)
    await expect(main.get_by_role("alert")).to_have_count(0)
    await open_panel(page, "Renew passport")
    await page.keyboard.press("Escape")
    await go_to(page, "Today")
    await page.go_back()
    await expect(box).to_have_value("p1 | p2")
    await page.reload()
    await expect(rows).to_have_count(2)
    await expect(box).to_have_value("p1 | p2")
    await page.get_by_role("link", name="New filter").click()
    await expect(box).to_have_value("")
    await page.go_back()
    await expect(rows).to_have_count(2)

    await main.get_by_label("Save as").fill("Urgent")
    await page.keyboard.press("Enter")
    place = page.get_by_role("navigation", name="Main").get_by_role("link", name="Urgent")
    await expect(place).to_have_attribute("aria-current", "page")
    await expect(place).to_contain_text("2")
    await expect(box).to_have_value("p1 | p2")
    await tick(page, "Renew passport").click()
    await expect(place).to_contain_text("1")

    await box.fill("p2")
    await main.get_by_role("button", name="Save changes").click()
    await expect(main.get_by_role("button", name="Save changes")).to_have_count(0)
    await go_to(page, "Today")
    await place.click()
    await expect(box).to_have_value("p2")
    await expect(rows).to_have_count(1)
    await main.get_by_role("button", name="Change Urgent").click()
    await page.get_by_role("button", name="Delete").click()
    await expect(place).to_have_count(0)
