"""The quick entry reads what is typed, colours it, and adds the task it says."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.async_api import Page, expect

from tests.e2e.person import Person
from tests.e2e.program import Program
from tests.e2e.screen import quick_entry, row

LINE = "Water the plants every 3 days p2"


async def test_a_line_is_coloured_while_it_is_typed_and_becomes_its_task(
    page: Page, site: Program, alice: Person
) -> None:
    await page.goto(f"{site.origin}/inbox")
    await quick_entry(page).press_sequentially(LINE)

    await expect(page.locator(".shade mark")).to_have_text(["every 3 days", "p2"])
    await expect(page.locator(".pieces .next")).to_contain_text("Next: Today")
    await page.keyboard.press("Enter")

    await expect(row(page, "Water the plants")).to_contain_text("every 3 days")
    [task] = alice.api.get("/tasks").json()["items"]
    assert (task["title"], task["priority"]) == ("Water the plants", 2)
    assert task["recurrence"]["rule"] == "FREQ=DAILY;INTERVAL=3"
    await expect(quick_entry(page)).to_have_value("")
    await expect(page.locator(".shade mark")).to_have_count(0)


async def test_escape_behind_a_piece_and_a_click_on_it_turn_it_back_into_text(
    page: Page, site: Program, alice: Person
) -> None:
    await page.goto(f"{site.origin}/inbox")
    await quick_entry(page).press_sequentially("Read today tomorrow p1 ")
    await expect(page.locator(".pieces button")).to_have_count(2)

    await page.keyboard.press("Escape")
    await expect(page.locator(".shade mark")).to_have_text(["today"])
    await page.locator(".pieces button").click()
    await expect(page.locator(".shade mark")).to_have_text(["tomorrow"])
    await page.keyboard.press("Home")
    await page.keyboard.type("Re-")
    await expect(page.locator(".shade mark")).to_have_text(["tomorrow"])
    await page.keyboard.press("Enter")

    await expect(row(page, "Re-Read today p1")).to_be_visible()
    assert alice.titles() == ["Re-Read today p1"]


async def test_a_repeating_task_that_is_ticked_moves_on_and_comes_back_by_undo(
    page: Page, site: Program, alice: Person
) -> None:
    task = alice.add_task("Water", recurrence={"text": "every day"})
    first = date.fromisoformat(task["due"]["date"])
    await page.goto(f"{site.origin}/today")
    await row(page, "Water").get_by_role("checkbox", name="Complete").click()

    await expect(row(page, "Water")).to_have_count(0)
    moved = date.fromisoformat(alice.task(task["id"])["due"]["date"])
    assert (moved - first).days == 1
    await page.get_by_role("button", name="Undo").click()
    await expect(row(page, "Water")).to_be_visible()
    assert alice.task(task["id"])["due"] == task["due"]


@pytest.mark.parametrize("width", [390, 1360])
async def test_the_reading_fits_every_screen(
    page: Page, site: Program, alice: Person, width: int
) -> None:
    await page.set_viewport_size({"width": width, "height": 844})
    await page.goto(f"{site.origin}/inbox")
    await quick_entry(page).focus()
    await quick_entry(page).press_sequentially(f"{LINE} at 7pm until 24.12. and so on and on")
    await expect(page.locator(".pieces button")).to_have_count(4)

    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
