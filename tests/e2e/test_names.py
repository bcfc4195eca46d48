"""Names: where they are typed, and what becomes of one that is refused."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.e2e.person import Person
from tests.e2e.program import Program
from tests.e2e.screen import is_ready


async def test_the_fields_of_a_project_and_a_view_keep_a_name_that_is_refused(
    page: Page, site: Program, alice: Person
) -> None:
    garden = alice.api.post("/projects", json={"name": "Garden"}).json()
    await page.goto(f"{site.origin}/project?id={garden['id']}")
    await is_ready(page)
    await page.get_by_text("Sections", exact=True).click()
    section = page.get_by_label("New section")
    for name in ("Spring", "Autumn"):
        await section.fill(name)
        await page.keyboard.press("Enter")
        await expect(section).to_have_value("")
        await expect(section).to_be_focused()
    await expect(page.get_by_label("Name of the section")).to_have_count(2)
    await section.fill(" ")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_have_text("A name has 1 to 100 characters.")
    await page.get_by_role("button", name="Change Garden").click()
    field = page.get_by_label("Name", exact=True)
    await field.fill(" ")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert").first).to_have_text("A name has 1 to 100 characters.")
    await expect(field).to_have_value(" ")
    await expect(field).to_be_focused()
    await field.fill("Orchard")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Orchard")).to_be_visible()
    await expect(field).to_be_focused()
    await expect(field).to_have_attribute("aria-invalid", "false")
    await expect(page).to_have_title("Orchard · Todo App")
    await page.goto(f"{site.origin}/filter")
    await expect(page.get_by_role("link", name="Orchard")).to_be_visible()
    await page.get_by_role("textbox", name="Filter", exact=True).fill("p1")
    await page.get_by_label("Save as").fill(" ")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert").last).to_have_text("A name has 1 to 100 characters.")
    await page.get_by_label("Save as").fill("Urgent")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Urgent")).to_be_focused()
    await page.get_by_role("link", name="New filter").click()
    box = page.get_by_role("textbox", name="Filter", exact=True)
    await expect(box).to_have_value("")
    await box.fill("p1")
    await expect(page.get_by_label("Save as")).to_have_value("")


async def test_the_focus_goes_to_the_page_that_a_key_leads_to(
    page: Page, site: Program, alice: Person
) -> None:
    await page.goto(f"{site.origin}/inbox")
    await is_ready(page)
    for kind, name in (("project", "Garden"), ("project", "Attic"), ("label", "errand")):
        await page.get_by_role("button", name=f"Add a {kind}").press("Enter")
        await expect(page.get_by_label(f"Name of the {kind}")).to_be_focused()
        await page.keyboard.type(name)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name=name)).to_be_focused()
    for name, act in (("Garden", "Archive"), ("Attic", "Delete"), ("errand", "Delete")):
        place = page.get_by_role("navigation", name="Main").get_by_role("link", name=name)
        await place.press("Enter")
        await expect(page).to_have_title(f"{name} · Todo App")
        await page.get_by_role("button", name=f"Change {name}").press("Enter")
        await page.get_by_role("dialog").get_by_role("button", name=act).press("Enter")
        await expect(page.get_by_role("heading", name="Inbox")).to_be_focused()
        await expect(place).to_have_count(0)
