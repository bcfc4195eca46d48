"""What became of a task, in its panel."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.e2e.axe import violations
from tests.e2e.person import Person
from tests.e2e.program import Program
from tests.e2e.screen import open_panel, panel, toast


async def test_a_step_is_taken_back_from_the_history_of_a_task(
    page: Page, site: Program, alice: Person
) -> None:
    task = alice.add_task("Water the plants")
    alice.api.patch(f"/tasks/{task['id']}", json={"title": "Water the cactus", "priority": 1})
    await page.goto(f"{site.origin}/inbox")
    await open_panel(page, "Water the cactus")
    await panel(page).get_by_role("button", name="History").click()
    history = panel(page).get_by_role("region", name="History")
    await expect(history.get_by_role("listitem")).to_have_count(2)
    await expect(history).to_contain_text("You, by the API")
    await expect(history).to_contain_text("priority The title from “Water the plants” to")
    assert await violations(page) == []

    await history.get_by_role("button", name="Undo: Changed").click()

    await expect(toast(page)).to_contain_text("Undone: Changed “Water the plants”")
    await expect(history.get_by_role("listitem")).to_have_count(3)
    await expect(panel(page).get_by_label("Priority", exact=True)).to_have_value("4")
