"""Everything a mouse can do, the keyboard can do: no test here ever calls a mouse."""

from __future__ import annotations

from playwright.async_api import Locator, Page, expect

from tests.cast import PASSWORD
from tests.e2e.person import Person, new_email
from tests.e2e.program import Program
from tests.e2e.screen import is_ready, panel, quick_entry, row, tick, toast

MAX_TABS = 40


async def tab_to(page: Page, target: Locator, key: str = "Tab") -> None:
    """Press Tab until the target has the focus, and see that the focus can be seen."""
    for _ in range(MAX_TABS):
        await page.keyboard.press(key)
        if await target.evaluate("element => element === document.activeElement"):
            await focus_is_visible(page)
            return
    focused = await page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
    raise AssertionError(f"{key} does not lead to {target}; it led to {focused}")


async def focus_is_visible(page: Page) -> None:
    """What has the focus is outlined, or the box that it is in."""
    is_marked = await page.evaluate(
        """() => {
            const box = document.activeElement.closest('.quick-add') ?? document.activeElement;
            const style = getComputedStyle(box);
            const frame = getComputedStyle(document.documentElement).getPropertyValue('--focus');
            const probe = document.createElement('i');
            probe.style.color = frame;
            document.body.append(probe);
            const colour = getComputedStyle(probe).color;
            probe.remove();
            return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2)
                || style.borderColor === colour;
        }"""
    )
    assert is_marked, await page.evaluate("document.activeElement.outerHTML.slice(0, 200)")


async def test_a_new_user_gets_through_a_day_by_keyboard(stranger: Page, site: Program) -> None:
    page, keys = stranger, stranger.keyboard
    await page.goto(f"{site.origin}/sign-in")
    await tab_to(page, page.get_by_role("link", name="Create an account"))
    await keys.press("Enter")
    await expect(page.get_by_role("heading", name="Create an account")).to_be_visible()
    await tab_to(page, page.get_by_label("Email"))
    await keys.type(new_email("ada"))
    await tab_to(page, page.get_by_label("Name"))
    await keys.type("Ada")
    await tab_to(page, page.get_by_label("Password"))
    await keys.type(PASSWORD)
    await keys.press("Enter")
    await is_ready(page)

    await tab_to(page, quick_entry(page))
    for title in ("Water the plants", "Call the piano tuner"):
        await keys.type(title)
        await keys.press("Enter")
        await expect(row(page, title)).to_be_visible()
        await expect(quick_entry(page)).to_be_focused()
        await expect(quick_entry(page)).to_have_value("")
    await keys.press("Escape")
    await expect(quick_entry(page)).not_to_be_focused()
    await keys.press("q")
    await expect(quick_entry(page)).to_be_focused()

    await tab_to(page, tick(page, "Water the plants"))
    await keys.press("Space")
    await expect(tick(page, "Water the plants")).to_be_checked()
    await expect(tick(page, "Water the plants")).to_be_focused()
    await tab_to(page, toast(page).get_by_role("button", name="Undo"))
    await keys.press("Enter")
    await expect(tick(page, "Water the plants")).not_to_be_checked()

    await tab_to(page, row(page, "Call the piano tuner").locator(".open"), "Shift+Tab")
    await keys.press("Enter")
    await expect(panel(page).get_by_label("Title")).to_be_focused()
    await edit_by_keyboard(page)
    await keys.press("Escape")
    await expect(panel(page)).to_have_count(0)
    # One goes on where one was.
    await expect(row(page, "Ring the piano tuner").locator(".open")).to_be_focused()
    await focus_is_visible(page)
    await delete_by_keyboard(page)
    await sign_out_by_keyboard(page)


async def edit_by_keyboard(page: Page) -> None:
    keys = page.keyboard
    await keys.press("ControlOrMeta+a")
    await keys.type("Ring the piano tuner")
    await keys.press("Enter")
    await expect(panel(page).get_by_label("Title")).to_have_value("Ring the piano tuner")
    await tab_to(page, panel(page).get_by_label("Notes"))
    await keys.type("After ten")
    await expect(row(page, "Ring the piano tuner")).to_be_visible()
    await tab_to(page, panel(page).get_by_role("button", name="Tomorrow"))
    await keys.press("Enter")
    due = panel(page).get_by_label("Due", exact=True)
    await expect(row(page, "Ring the piano tuner")).to_contain_text("Tomorrow")
    await expect(due).not_to_have_value("")
    await tab_to(page, panel(page).get_by_label("Priority"))
    await keys.press("P")
    await keys.press("ArrowUp")
    await keys.press("ArrowUp")
    await expect(panel(page).get_by_label("Priority")).not_to_have_value("4")


async def delete_by_keyboard(page: Page) -> None:
    keys = page.keyboard
    await keys.press("Enter")
    await expect(panel(page).get_by_label("Title")).to_be_focused()
    await tab_to(page, panel(page).get_by_role("button", name="Delete"), "Shift+Tab")
    await keys.press("Enter")
    await expect(page.get_by_role("link", name="Inbox")).to_contain_text("1")
    await expect(row(page, "Ring the piano tuner")).to_have_count(0)
    await expect(panel(page)).to_have_count(0)
    # The row is gone, so the focus is at what is left of the list and not lost in the page.
    assert await page.evaluate("document.activeElement !== document.body")
    await tab_to(page, toast(page).get_by_role("button", name="Undo"))
    await keys.press("Enter")
    await expect(toast(page)).to_contain_text("Undone")
    await expect(page.get_by_role("link", name="Inbox")).to_contain_text("2")
    await page.wait_for_function("() => document.activeElement.matches('.rows .open')")


async def sign_out_by_keyboard(page: Page) -> None:
    keys = page.keyboard
    await tab_to(page, page.get_by_role("link", name="Completed"), "Shift+Tab")
    await keys.press("Enter")
    await expect(page.get_by_text("Nothing is done yet")).to_be_visible()
    await tab_to(page, page.get_by_role("button", name="Account"), "Shift+Tab")
    await keys.press("Enter")
    await tab_to(page, page.get_by_role("button", name="Dark"))
    await keys.press("Space")
    await expect(page.locator("html")).to_have_class("dark")
    await keys.press("Escape")
    await expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    await expect(page.get_by_role("button", name="Account")).to_be_focused()
    await keys.press("Enter")
    await tab_to(page, page.get_by_role("button", name="Sign out"))
    await keys.press("Enter")
    await expect(page.get_by_role("heading", name="Welcome back")).to_be_visible()


async def test_the_first_tab_stop_skips_to_the_content(
    page: Page, site: Program, alice: Person
) -> None:
    alice.add_task("Water the plants")
    await page.goto(f"{site.origin}/inbox")
    await is_ready(page)
    skip = page.get_by_role("button", name="Skip to content")
    await tab_to(page, skip)
    await expect(skip).to_be_in_viewport()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await expect(quick_entry(page)).to_be_focused()


async def test_closing_the_panel_by_its_button_returns_to_the_row(
    page: Page, site: Program, alice: Person
) -> None:
    alice.add_task("Water the plants")
    await page.goto(f"{site.origin}/inbox")
    opener = row(page, "Water the plants").locator(".open")
    await opener.focus()
    await page.keyboard.press("Enter")
    await expect(panel(page).get_by_label("Title")).to_be_focused()
    await tab_to(page, panel(page).get_by_label("Close"), "Shift+Tab")
    await page.keyboard.press("Enter")
    await expect(panel(page)).to_have_count(0)
    await expect(opener).to_be_focused()


async def test_escape_keeps_what_was_typed_in_the_panel(
    page: Page, site: Program, alice: Person
) -> None:
    task = alice.add_task("Water the plants")
    await page.goto(f"{site.origin}/inbox")
    await row(page, "Water the plants").locator(".open").focus()
    await page.keyboard.press("Enter")
    await expect(panel(page).get_by_label("Title")).to_be_focused()
    await page.keyboard.press("ControlOrMeta+a")
    await page.keyboard.type("Water all plants")
    await page.keyboard.press("Escape")
    await expect(panel(page)).to_have_count(0)
    await expect(row(page, "Water all plants")).to_be_visible()
    assert alice.task(task["id"])["title"] == "Water all plants"

    await row(page, "Water all plants").locator(".open").press("Enter")
    await panel(page).get_by_label("Title").fill("x" * 501)
    await page.keyboard.press("Escape")
    await expect(panel(page)).to_have_count(0)
    await expect(toast(page)).to_contain_text("Not all of “Water all plants” is saved")
    await row(page, "Water all plants").locator(".open").press("Enter")
    await expect(panel(page).get_by_label("Title")).to_have_value("x" * 501)
    await panel(page).get_by_role("button", name="Discard what I typed").click()
    await expect(panel(page).get_by_label("Title")).to_have_value("Water all plants")


async def test_a_label_is_merged_by_its_button_and_not_on_the_way_to_a_name(
    page: Page, site: Program, alice: Person
) -> None:
    alice.add_task("Dig", labels=["alpha"])
    alice.add_task("Sow", labels=["beta", "gamma"])
    alpha = alice.api.get("/labels").json()["items"][0]
    await page.goto(f"{site.origin}/label?id={alpha['id']}")
    await is_ready(page)
    await tab_to(page, page.get_by_role("button", name="Change alpha"))
    await page.keyboard.press("Enter")
    menu = page.get_by_role("dialog", name="Project or label")
    await tab_to(page, menu.get_by_label("Merge into"))
    for name in ("beta", "gamma"):
        await page.keyboard.press("ArrowDown")
        await expect(menu.get_by_label("Merge into").locator(":checked")).to_have_text(name)
    assert len(alice.api.get("/labels").json()["items"]) == 3

    await tab_to(page, menu.get_by_role("button", name="Merge"))
    await page.keyboard.press("Enter")

    await expect(toast(page)).to_contain_text("Merged “alpha” into “gamma”")
    await expect(page.get_by_role("heading", level=1)).to_have_text("gamma")
