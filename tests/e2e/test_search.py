from __future__ import annotations

from playwright.async_api import Page, expect

from tests.e2e.person import Person
from tests.e2e.program import Program


async def test_what_is_typed_is_found_marked_and_opened_without_a_mouse(
    page: Page, site: Program, alice: Person
) -> None:
    alice.add_task("Buy oat milk", notes="At the caf\u00e9 round the corner")
    alice.add_task("Milkshake party")
    alice.add_task("Pay rent")
    await page.goto(f"{site.origin}/today")
    await expect(page.get_by_text("Nothing is due today")).to_be_visible()

    await page.keyboard.press("/")
    box = page.get_by_role("searchbox", name="Search tasks")
    await expect(box).to_be_focused()
    await page.keyboard.type("milk")

    rows = page.get_by_role("main").get_by_role("listitem")
    await expect(rows).to_have_count(2)
    await expect(rows.first.locator("mark")).to_have_text("milk")
    await expect(page.get_by_role("status").filter(has_text="2 tasks found")).to_be_attached()
    await page.keyboard.type(" CAFE")
    await expect(rows).to_have_count(1)
    await expect(rows.locator("mark")).to_have_text(["milk", "caf\u00e9"])

    await page.get_by_role("link", name="Buy oat milk").press("Enter")
    await expect(page.get_by_role("textbox", name="Title")).to_have_value("Buy oat milk")
    await expect(box).to_have_value("milk CAFE")
    await expect(rows).to_have_count(1)

    await page.keyboard.press("Escape")
    await expect(page.get_by_role("textbox", name="Title")).to_have_count(0)
    await page.keyboard.press("/")
    await expect(box).to_be_focused()
    await box.fill("nothing of the kind")
    await expect(page.get_by_text("Nothing found")).to_be_visible()
    await expect(box).to_have_value("nothing of the kind")

    await box.fill("oat")
    await expect(rows).to_have_count(1)
    await page.get_by_role("link", name="Inbox").first.click()
    await expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    await page.go_back()
    await expect(box).to_have_value("oat")
    await expect(rows).to_have_count(1)
    await page.get_by_role("link", name="Buy oat milk").click()
    await expect(page.get_by_role("textbox", name="Title")).to_have_value("Buy oat milk")
    await page.reload()
    await expect(box).to_have_value("oat")
    await expect(rows).to_have_count(1)
