"""The keys of the lists, the sheet that explains them, and the palette: all without a mouse."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, Page, expect

from tests.e2e.person import Person
from tests.e2e.program import Program
from tests.e2e.screen import is_ready, panel, quick_entry, row, tick, toast

TITLES = ["First", "Second", "Third", "Fourth"]


def opener(page: Page, title: str) -> Locator:
    """The part of a row that has the focus when the row has it."""
    return row(page, title).locator(".open")


def choice(page: Page, title: str) -> Locator:
    return page.get_by_role("checkbox", name=f"Select {title}")


async def open_inbox(page: Page, site: Program, alice: Person) -> dict[str, str]:
    """Show four tasks, the first on top; their ids."""
    ids = {title: alice.add_task(title)["id"] for title in TITLES}
    await page.goto(f"{site.origin}/inbox")
    await is_ready(page)
    return ids


async def test_the_focus_moves_over_rows_and_acts_on_them(
    page: Page, site: Program, alice: Person
) -> None:
    ids = await open_inbox(page, site, alice)
    keys = page.keyboard
    await keys.press("j")
    await expect(opener(page, "First")).to_be_focused()
    await keys.press("ArrowDown")
    await keys.press("j")
    await keys.press("k")
    await expect(opener(page, "Second")).to_be_focused()

    await keys.press("c")
    await expect(tick(page, "Second")).to_be_checked()
    await keys.press("Space")
    await expect(tick(page, "Second")).not_to_be_checked()
    await keys.press("1")
    await expect(row(page, "Second").locator(".row.p1")).to_be_visible()
    await keys.press("t")
    await expect(row(page, "Second")).to_contain_text("Today")
    await expect(opener(page, "Second")).to_be_focused()

    await keys.press("d")
    await expect(page.get_by_role("dialog", name="Due")).to_be_visible()
    await keys.press("3")
    await page.get_by_role("button", name="Tomorrow").focus()
    await keys.press("Enter")
    await expect(row(page, "Second")).to_contain_text("Tomorrow")
    await expect(page.get_by_role("dialog", name="Due")).to_be_hidden()
    await expect(opener(page, "Second")).to_be_focused()

    await keys.press("Delete")
    await expect(row(page, "Second")).to_have_count(0)
    await expect(opener(page, "Third")).to_be_focused()
    assert alice.titles() == ["First", "Third", "Fourth"]
    assert alice.api.get(f"/tasks/{ids['Second']}").status_code == 404

    await keys.press("Control+z")
    await expect(row(page, "Second")).to_be_visible()
    await keys.press("Control+Shift+z")
    await expect(row(page, "Second")).to_have_count(0)

    await opener(page, "Third").focus()
    await keys.press("e")
    await expect(panel(page).get_by_label("Title")).to_be_focused()
    await keys.type("Thirdly")
    await keys.press("Escape")
    await expect(opener(page, "Thirdly")).to_be_focused()
    await keys.press("Enter")
    await expect(panel(page)).to_be_visible()


async def test_rows_are_chosen_by_x_by_shift_and_by_a_click(
    page: Page, site: Program, alice: Person
) -> None:
    await open_inbox(page, site, alice)
    keys = page.keyboard
    await keys.press("j")
    await keys.press("x")
    await expect(choice(page, "First")).to_be_checked()
    await keys.press("Shift+ArrowDown")
    await expect(choice(page, "Second")).to_be_checked()
    await choice(page, "Fourth").click(modifiers=["Shift"])
    bar = page.get_by_role("region", name="Selected tasks")
    await expect(bar).to_contain_text("4 selected")
    fifth = alice.add_task("Fifth")
    await choice(page, "Fifth").click()
    await expect(bar).to_contain_text("5 selected")
    alice.api.delete(f"/tasks/{fifth['id']}")
    await expect(bar).to_contain_text("4 selected")
    await choice(page, "First").click()
    await expect(bar).to_contain_text("3 selected")

    await keys.press("2")
    await expect(toast(page)).to_contain_text("3 tasks: P2 High")
    await bar.get_by_role("button", name="Priority").press("Enter")
    asked = page.get_by_role("dialog", name="Priority")
    await expect(asked.get_by_role("button", name="P1 Urgent")).to_be_focused()
    await keys.press("Tab")
    await keys.press("Tab")
    await keys.press("Enter")
    await expect(toast(page)).to_contain_text("3 tasks: P3 Medium")
    await expect(bar.get_by_role("button", name="Priority")).to_be_focused()
    await bar.get_by_role("button", name="Complete").click()
    await expect(tick(page, "Fourth")).to_be_checked()
    await expect(tick(page, "First")).not_to_be_checked()
    await expect(bar).to_have_count(0)
    stored = {task["title"]: task for task in alice.api.get("/tasks").json()["items"]}
    assert {title: stored[title]["priority"] for title in TITLES} == {
        "First": 4,
        "Second": 3,
        "Third": 3,
        "Fourth": 3,
    }

    await keys.press("k")
    await keys.press("x")
    await expect(bar).to_be_visible()
    await keys.press("Escape")
    await expect(bar).to_have_count(0)
    # The first of a range need not have been chosen before.
    await keys.press("Shift+ArrowDown")
    await expect(bar).to_contain_text("2 selected")


async def test_no_key_fires_while_one_types_or_in_a_dialog(
    page: Page, site: Program, alice: Person
) -> None:
    await open_inbox(page, site, alice)
    keys = page.keyboard
    await keys.press("j")
    await keys.press("q")
    await expect(quick_entry(page)).to_be_focused()
    await keys.type("x jc1?dtg t#")
    await expect(quick_entry(page)).to_have_value("x jc1?dtg t#")
    await expect(page.locator("dialog[open]")).to_have_count(0)
    await quick_entry(page).blur()
    await keys.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    await expect(sheet).to_be_visible()
    for key in ("g", "t", "q", "?", "Control+k"):
        await keys.press(key)
    await expect(sheet).to_be_visible()
    await keys.press("Escape")
    await expect(sheet).to_be_hidden()
    assert page.url.endswith("/inbox")


async def test_keys_lead_to_every_screen(page: Page, site: Program) -> None:
    await page.goto(f"{site.origin}/today")
    await is_ready(page)
    for key, heading in (("u", "Upcoming"), ("i", "Inbox"), ("c", "Completed"), ("t", "Today")):
        await page.keyboard.press("g")
        await page.keyboard.press(key)
        await expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    for path in ("/filter", "/settings/account"):
        await page.goto(f"{site.origin}{path}")
        await expect(page.get_by_text("Connected")).to_be_visible()
        await page.keyboard.press("q")
        await expect(quick_entry(page)).to_be_focused()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Inbox")


async def test_the_sheet_keeps_the_focus_and_gives_it_back(
    page: Page, site: Program, alice: Person
) -> None:
    await open_inbox(page, site, alice)
    await page.keyboard.press("j")
    await page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    for _ in range(4):
        await page.keyboard.press("Tab")
        assert await page.evaluate(
            "document.activeElement === document.body || "
            "document.activeElement.closest('dialog') !== null"
        )
    await page.keyboard.press("Escape")
    await expect(sheet).to_be_hidden()
    await expect(opener(page, "First")).to_be_focused()


async def test_single_keys_can_be_turned_off(page: Page, site: Program, alice: Person) -> None:
    await open_inbox(page, site, alice)
    await page.keyboard.press("?")
    switch = page.get_by_label("Use single keys on this device")
    await expect(switch).to_be_checked()
    await switch.uncheck()
    await page.keyboard.press("Escape")
    await page.reload()
    await is_ready(page)
    for key in ("?", "j", "x", "q"):
        await page.keyboard.press(key)
    await expect(page.locator("dialog[open], :focus")).to_have_count(0)
    await page.keyboard.press("Control+k")
    await page.keyboard.type("shortcuts")
    await page.keyboard.press("Enter")
    await expect(switch).not_to_be_checked()


@pytest.mark.parametrize(("typed", "url"), [("go upcoming", "/upcoming"), ("sett", "/settings/")])
async def test_the_palette_finds_by_name(
    page: Page, site: Program, alice: Person, typed: str, url: str
) -> None:
    await open_inbox(page, site, alice)
    await page.keyboard.press("Control+k")
    box = page.get_by_role("combobox", name="Command or task")
    await expect(box).to_be_focused()
    await page.keyboard.type(typed)
    options = page.get_by_role("option")
    await expect(options).to_have_count(1)
    active = await options.get_attribute("id")
    await expect(box).to_have_attribute("aria-activedescendant", str(active))
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{site.origin}{url}*")


async def test_the_palette_opens_a_task_by_its_name_over_the_list_one_is_in(
    page: Page, site: Program, alice: Person
) -> None:
    await open_inbox(page, site, alice)
    alice.add_task("Water the plants", labels=["garden"])
    await page.get_by_role("link", name="garden").first.click()
    await expect(page.get_by_role("heading", name="garden")).to_be_visible()
    await expect(row(page, "Water the plants")).to_be_visible()
    await page.keyboard.press("Control+k")
    await page.keyboard.type("plan")
    await expect(page.get_by_role("option", name="Water the plants")).to_be_visible()
    await expect(page.get_by_role("option")).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(panel(page).get_by_label("Title")).to_have_value("Water the plants")
    await expect(page.get_by_role("heading", name="garden")).to_be_visible()
    await expect(row(page, "Water the plants")).to_be_visible()


async def test_the_palette_does_what_menus_do(page: Page, site: Program, alice: Person) -> None:
    alice.api.post("/filters", json={"name": "Urgent", "query": "p1"})
    await open_inbox(page, site, alice)

    async def command(typed: str) -> None:
        await page.keyboard.press("Control+k")
        await expect(page.get_by_role("combobox", name="Command or task")).to_be_focused()
        await page.keyboard.type(typed)
        await expect(page.get_by_role("option")).to_have_count(1)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("combobox", name="Command or task")).to_have_count(0)

    await command("select tasks")
    await expect(page.locator(".rows.choosing")).to_be_visible()
    await command("urg")
    await expect(page.get_by_role("heading", name="Urgent")).to_be_visible()
    await command("rename filter")
    await expect(page.get_by_label("Name", exact=True)).to_be_focused()
    await page.keyboard.press("Escape")
    await command("add task")
    await expect(quick_entry(page)).to_be_focused()
    await page.keyboard.press("Escape")
    await command("new project")
    await expect(page.get_by_label("Name of the project")).to_be_focused()
    await page.keyboard.type("Home")
    await page.keyboard.press("Enter")
    # To be made leads there, and takes the focus along.
    await expect(page.get_by_role("heading", name="Home")).to_be_focused()
    await command("section")
    await expect(page.get_by_label("New section")).to_be_focused()
    await page.keyboard.press("Escape")
    await command("dark")
    await expect(page.locator("html.dark")).to_be_visible()
    await command("sign out")
    await expect(page.get_by_role("heading", name="Welcome back")).to_be_visible()


async def test_the_palette_acts_on_the_row_that_had_the_focus(
    page: Page, site: Program, alice: Person
) -> None:
    ids = await open_inbox(page, site, alice)
    await page.keyboard.press("j")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("p1")
    await page.keyboard.press("Enter")
    await expect(row(page, "First").locator(".row.p1")).to_be_visible()
    assert alice.task(ids["First"])["priority"] == 1
    await expect(opener(page, "First")).to_be_focused()
    await quick_entry(page).focus()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")


async def test_a_screen_reader_hears_a_plain_list_of_named_controls(
    page: Page, site: Program, alice: Person
) -> None:
    await open_inbox(page, site, alice)
    await expect(page.get_by_role("main").get_by_role("list")).to_match_aria_snapshot(
        """
        - list:
          - listitem:
            - checkbox "Complete First"
            - link "First"
            - checkbox "Select First"
          - listitem
          - listitem
          - listitem
        """
    )
