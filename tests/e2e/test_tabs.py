"""Several tabs, the Back button, and sessions that end."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import BrowserContext, Page, expect
from playwright.async_api import Error as PlaywrightError

from tests.e2e.conftest import OpenContext
from tests.e2e.person import Person
from tests.e2e.program import Program
from tests.e2e.screen import (
    add,
    is_ready,
    open_panel,
    panel,
    quick_entry,
    row,
    sign_out,
    tick,
    toast,
    told,
)


async def sign_in(page: Page, person: Person) -> None:
    await page.get_by_label("Email").fill(person.email)
    await page.get_by_label("Password").fill(person.password)
    await page.get_by_role("button", name="Sign in", exact=True).click()


async def test_another_browser_shows_by_itself_what_this_one_did(
    page: Page, open_context: OpenContext, site: Program, alice: Person
) -> None:
    await page.goto(f"{site.origin}/inbox")
    await is_ready(page)
    other = await (await open_context(alice)).new_page()
    await other.goto(f"{site.origin}/inbox")
    await is_ready(other)
    await quick_entry(other).fill("What is typed meanwhile")

    await add(page, "Water the plants")
    await expect(row(other, "Water the plants")).to_be_visible()
    await tick(other, "Water the plants").click()
    await expect(row(page, "Water the plants")).to_have_count(0)
    await toast(other).get_by_role("button", name="Undo").click()
    await expect(row(page, "Water the plants")).to_be_visible()
    await expect(quick_entry(other)).to_have_value("What is typed meanwhile")


async def test_a_field_somebody_is_in_keeps_its_text_and_the_others_follow(
    context: BrowserContext, page: Page, site: Program, alice: Person
) -> None:
    alice.add_task("Water the plants")
    await page.goto(f"{site.origin}/inbox")
    await open_panel(page, "Water the plants")
    other = await context.new_page()
    await other.goto(f"{site.origin}/inbox")
    await open_panel(other, "Water the plants")
    title = panel(other).get_by_label("Title")
    await title.press("End")
    await title.press_sequentially(", all of ")

    await panel(page).get_by_label("Notes").fill("Not the cactus")
    await panel(page).get_by_label("Priority").select_option("1")
    await expect(panel(other).get_by_label("Notes")).to_have_value("Not the cactus")
    await expect(panel(other).get_by_label("Priority")).to_have_value("1")
    await expect(title).to_be_focused()
    await title.press_sequentially("them")
    await panel(other).get_by_label("Notes").focus()

    await expect(panel(page).get_by_label("Title")).to_have_value("Water the plants, all of them")


async def test_a_duplicated_tab_works_on_its_own(
    context: BrowserContext, page: Page, site: Program, alice: Person
) -> None:
    alice.add_task("Water the plants")
    await page.goto(f"{site.origin}/inbox")
    await open_panel(page, "Water the plants")
    # A browser copies the session storage when it duplicates a tab; so does window.open.
    async with context.expect_page() as opening:
        await page.evaluate("window.open('/inbox', '_blank')")
    copy = await opening.value
    await is_ready(copy)
    token = "sessionStorage.getItem('token')"
    assert await copy.evaluate(token) != await page.evaluate(token)
    await add(copy, "Call the piano tuner")
    # Neither tab moves the other.
    await expect(panel(copy)).to_have_count(0)
    await expect(panel(page)).to_be_visible()
    await add(page, "Bake bread")
    assert alice.titles() == ["Water the plants", "Call the piano tuner", "Bake bread"]


async def test_signing_out_closes_the_other_tab_at_once(
    context: BrowserContext, page: Page, site: Program, alice: Person
) -> None:
    alice.add_task("Water the plants")
    await page.goto(f"{site.origin}/inbox")
    await is_ready(page)
    other = await context.new_page()
    await other.goto(f"{site.origin}/today")
    await is_ready(other)
    await sign_out(other)
    await expect(page.get_by_role("heading", name="Welcome back")).to_be_visible()
    await expect(page.get_by_text("Water the plants")).to_have_count(0)
    assert alice.titles(completed="true") == []
    await sign_in(page, alice)
    await expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    assert page.url == f"{site.origin}/inbox"
    await expect(row(page, "Water the plants")).to_be_visible()


async def test_back_leads_to_the_list_before(page: Page, site: Program, alice: Person) -> None:
    alice.add_task("Water the plants")
    await page.goto(f"{site.origin}/today")
    await is_ready(page)
    await page.get_by_role("link", name="Inbox").click()
    await expect(row(page, "Water the plants")).to_be_visible()
    await page.get_by_role("link", name="Completed").click()
    await expect(page.get_by_text("Nothing is done yet")).to_be_visible()
    await page.go_back()
    await expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    await expect(row(page, "Water the plants")).to_be_visible()
    await page.go_back()
    await expect(page.get_by_text("Nothing is due today")).to_be_visible()
    await page.go_forward()
    await expect(row(page, "Water the plants")).to_be_visible()


async def test_back_after_sign_out_shows_nothing_of_the_person(
    page: Page, site: Program, alice: Person
) -> None:
    alice.add_task("Water the plants")
    await page.goto(f"{site.origin}/inbox")
    await expect(row(page, "Water the plants")).to_be_visible()
    await sign_out(page)
    seen: list[str] = []
    await page.expose_function("report", lambda text: seen.append(text))  # noqa: PLW0108 - a built-in has no signature
    # From the first moment on, and in a page that the browser kept in its memory too.
    await page.add_init_script(
        "new MutationObserver(() => {"
        " if (document.body?.textContent.includes('Water the plants')) window.report('seen')"
        "}).observe(document, {childList: true, subtree: true, characterData: true})"
    )
    await page.go_back()
    await expect(page.get_by_role("heading", name="Welcome back")).to_be_visible()
    await expect(page.get_by_text("Water the plants")).to_have_count(0)
    assert seen == []


async def test_back_after_sign_in_does_not_show_the_form_again(
    stranger: Page, site: Program, alice: Person
) -> None:
    await stranger.goto(f"{site.origin}/inbox")
    await sign_in(stranger, alice)
    await expect(stranger.get_by_role("heading", name="Inbox")).to_be_visible()
    await is_ready(stranger)
    await stranger.go_back()
    await is_ready(stranger)
    await expect(stranger.get_by_role("heading", name="Welcome back")).to_have_count(0)


async def test_a_session_that_expires_asks_to_sign_in_and_returns(
    page: Page, site: Program, alice: Person
) -> None:
    alice.add_task("Water the plants")
    await page.goto(f"{site.origin}/inbox")
    await is_ready(page)
    expire_sessions(site, alice)
    # What was true two seconds ago may still be believed, so the click is repeated.
    box = tick(page, "Water the plants")
    heading = page.get_by_role("heading", name="Welcome back")
    while not await heading.is_visible():
        if await box.is_visible():
            with suppress(PlaywrightError):  # It may go at this moment.
                await box.click(timeout=1_000, no_wait_after=True)
        await page.wait_for_timeout(300)
    await expect(told(page)).to_contain_text("Your session has ended. Sign in again")
    await sign_in(page, alice)
    await expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    assert page.url == f"{site.origin}/inbox"


async def test_a_page_that_is_opened_after_the_session_expired_says_so(
    page: Page, site: Program, alice: Person
) -> None:
    await page.goto(f"{site.origin}/inbox")
    await is_ready(page)
    await page.goto("about:blank")
    expire_sessions(site, alice)
    # What was true two seconds ago may still be believed, so the page is opened again.
    while "/sign-in" not in page.url:
        await page.wait_for_timeout(500)
        await page.goto(f"{site.origin}/search?show=water+the")
    await expect(told(page)).to_contain_text("Your session has ended. Sign in again")
    await sign_in(page, alice)
    await expect(page.get_by_role("searchbox")).to_have_value("water the")


async def open_task(page: Page, site: Program, title: str) -> None:
    await page.goto(f"{site.origin}/inbox")
    await open_panel(page, title)


@pytest.mark.parametrize("field", ["Title", "Notes"])
async def test_a_stale_edit_is_told_and_loses_nothing(
    context: BrowserContext, page: Page, site: Program, alice: Person, field: str
) -> None:
    task = alice.add_task("Water the plants")
    other = await context.new_page()
    await open_task(other, site, "Water the plants")
    mine = panel(other).get_by_label(field)
    await mine.fill("Mine")
    title = "Mine" if field == "Title" else "Water the plants"
    # By then the server knows that somebody is in this field.
    await expect(row(other, title)).to_contain_text("Mine")
    await open_task(page, site, title)
    await panel(page).get_by_label(field).fill("Theirs")
    await quick_entry(page).focus()
    await expect(row(page, "Theirs" if field == "Title" else "Water the plants")).to_contain_text(
        "Theirs"
    )
    await expect(panel(other).get_by_role("alert")).to_contain_text("Changed elsewhere to “Theirs”")
    await mine.fill("Mine again")
    await quick_entry(other).focus()
    await expect(panel(other).get_by_role("alert")).to_contain_text("Changed elsewhere to “Theirs”")
    await expect(mine).to_have_value("Mine again")
    assert alice.task(task["id"])[field.lower()] == "Theirs"
    await mine.fill("Mine after all")
    await quick_entry(other).focus()
    await expect(panel(other).get_by_role("alert")).to_have_count(0)
    await expect(
        row(other, "Water the plants" if field == "Notes" else "Mine after all")
    ).to_contain_text("Mine after all")
    assert alice.task(task["id"])[field.lower()] == "Mine after all"


async def test_two_tabs_that_edit_different_fields_both_get_their_way(
    context: BrowserContext, page: Page, site: Program, alice: Person
) -> None:
    task = alice.add_task("Water the plants")
    other = await context.new_page()
    for tab in (page, other):
        await open_task(tab, site, "Water the plants")
    await panel(page).get_by_label("Title").fill("Water all plants")
    await quick_entry(page).focus()
    await expect(row(page, "Water all plants")).to_be_visible()
    await panel(other).get_by_label("Notes").fill("Not the cactus")
    await quick_entry(other).focus()
    await expect(row(other, "Water all plants")).to_contain_text("Not the cactus")
    stored = alice.task(task["id"])
    assert (stored["title"], stored["notes"]) == ("Water all plants", "Not the cactus")


def expire_sessions(site: Program, person: Person) -> None:
    """Let the sessions of a person end an hour ago."""
    past = (datetime.now(UTC) - timedelta(hours=1)).strftime("%Y-%m-%d %H:%M:%S.%f")
    database = sqlite3.connect(site.folder / "todo.db", timeout=10)
    with database:
        database.execute(
            "UPDATE sessions SET expires_at = ? WHERE kind = 'web' AND user_id = "
            "(SELECT id FROM users WHERE email = ?)",
            (past, person.email),
        )
    database.close()
