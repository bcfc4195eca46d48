"""A late server, quick fingers, and a server that goes away and comes back."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from contextlib import closing

from playwright.async_api import BrowserContext, Page, expect

from tests.e2e.person import Person
from tests.e2e.program import Program
from tests.e2e.screen import (
    hold_messages,
    is_ready,
    open_panel,
    panel,
    quick_entry,
    row,
    sign_out,
    tick,
    ticks_are_answered,
    toast,
)
from tests.e2e.watch import SERVER_AWAY, Watch

OUTBOXES = "Object.keys(localStorage).filter(key => key.startsWith('todo.outbox.'))"


async def test_a_tick_shows_in_the_next_frame_while_the_server_is_slow(
    page: Page, site: Program, alice: Person
) -> None:
    task = alice.add_task("Water the plants")
    may_go = await hold_messages(page)
    await page.goto(f"{site.origin}/inbox")
    await is_ready(page)
    may_go.clear()
    seen = await tick(page, "Water the plants").evaluate(
        """async tick => {
            const frame = () => new Promise(requestAnimationFrame);
            await frame();
            tick.click();
            await frame();  // React has rendered before this frame is painted,
            await frame();  // and here it has been.
            return tick.ariaChecked;
        }"""
    )
    assert seen == "true"
    assert alice.task(task["id"])["completed_at"] is None
    may_go.set()
    await expect(toast(page)).to_contain_text("Completed “Water the plants”")
    await expect(tick(page, "Water the plants")).to_be_checked()
    assert alice.task(task["id"])["completed_at"] is not None


async def test_a_bar_shows_while_the_server_takes_over_a_second(
    page: Page, site: Program, alice: Person
) -> None:
    alice.add_task("Water the plants")
    await page.goto(f"{site.origin}/inbox")
    await is_ready(page)
    waiting = page.locator("html.is-waiting")
    family = site.family()
    for process in family:
        process.suspend()
    try:
        await tick(page, "Water the plants").click()
        await expect(waiting).to_have_count(1)
    finally:
        for process in family:
            process.resume()
    await expect(toast(page)).to_contain_text("Completed")
    await expect(waiting).to_have_count(0)


async def test_no_bar_shows_where_a_field_is_entered_and_nothing_comes_of_it(
    page: Page, site: Program, alice: Person
) -> None:
    alice.add_task("Water the plants")
    await page.goto(f"{site.origin}/inbox")
    await open_panel(page, "Water the plants")
    for field in ("Notes", "Due", "Priority"):
        await panel(page).get_by_label(field, exact=True).focus()
        await page.wait_for_timeout(1_300)
        await expect(page.locator("html.is-waiting")).to_have_count(0)
    await page.goto(f"{site.origin}/settings/account")
    await page.locator("input#name").focus()
    await page.wait_for_timeout(1_300)
    await expect(page.locator("html.is-waiting")).to_have_count(0)


async def test_a_tick_that_is_refused_goes_back_by_itself(
    page: Page, site: Program, alice: Person
) -> None:
    task = alice.add_task("Water the plants")
    may_go = await hold_messages(page)
    await page.goto(f"{site.origin}/inbox")
    await is_ready(page)
    may_go.clear()
    # Behind the program's back: else the page would hear of it before it ticks.
    with closing(sqlite3.connect(site.folder / "todo.db")) as database:
        database.execute("DELETE FROM tasks WHERE id = ?", (task["id"].replace("-", ""),))
        database.commit()
    await tick(page, "Water the plants").click()
    await expect(tick(page, "Water the plants")).to_be_checked()
    may_go.set()
    await expect(toast(page)).to_contain_text("This task is no longer here")
    await expect(tick(page, "Water the plants")).not_to_be_checked()


async def test_quick_clicks_mean_what_they_say_while_the_server_is_slow(
    page: Page, site: Program, alice: Person
) -> None:
    twice = alice.add_task("Clicked twice")
    thrice = alice.add_task("Clicked three times")
    may_go = await hold_messages(page)
    await page.goto(f"{site.origin}/inbox")
    await is_ready(page)
    await record_changes(page)
    may_go.clear()
    await tick(page, "Clicked twice").dblclick()
    await tick(page, "Clicked three times").click(click_count=3)
    await expect(tick(page, "Clicked twice")).not_to_be_checked()
    await expect(tick(page, "Clicked three times")).to_be_checked()
    may_go.set()
    await ticks_are_answered(page)
    await expect(toast(page)).to_contain_text("Completed “Clicked three times”")
    assert alice.task(twice["id"])["completed_at"] is None
    assert alice.task(thrice["id"])["completed_at"] is not None
    # Two clicks are two changes and three are three: no answer made a tick flicker.
    assert await page.evaluate("window.changes") == 5


async def record_changes(page: Page) -> None:
    await page.evaluate(
        """() => {
            window.changes = 0;
            const count = entries => { window.changes += entries.length };
            const seen = {subtree: true, attributeFilter: ['aria-checked']};
            new MutationObserver(count).observe(document.querySelector('.rows'), seen);
        }"""
    )


async def test_a_second_enter_does_not_add_a_task_twice(
    page: Page, site: Program, alice: Person
) -> None:
    may_go = await hold_messages(page)
    await page.goto(f"{site.origin}/inbox")
    await is_ready(page)
    may_go.clear()
    await quick_entry(page).fill("Water the plants")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await page.keyboard.type("Call the piano tuner")
    await page.keyboard.press("Enter")
    may_go.set()
    await expect(row(page, "Call the piano tuner")).to_be_visible()
    await expect(row(page, "Water the plants")).to_have_count(1)
    assert alice.titles() == ["Water the plants", "Call the piano tuner"]


async def test_what_is_typed_survives_a_server_that_dies_and_comes_back(
    page: Page, site: Program, alice: Person, watch: Watch
) -> None:
    task = alice.add_task("Water the plants")
    await page.goto(f"{site.origin}/inbox")
    await open_panel(page, "Water the plants")
    await expect(page.get_by_text("Connected")).to_be_visible()
    site.kill()
    await expect(page.get_by_text("Offline · trying again")).to_be_visible()
    await quick_entry(page).fill("Half a thought")
    await panel(page).get_by_label("Notes").fill("Half a note")
    await asyncio.to_thread(site.start)
    while not await page.get_by_text("Connected").is_visible():
        await page.keyboard.type(".", delay=20)
    await page.keyboard.type(" and the rest")
    await expect(panel(page).get_by_label("Notes")).to_be_focused()
    notes = await panel(page).get_by_label("Notes").input_value()
    assert re.fullmatch(r"Half a note\.+ and the rest", notes)
    await expect(quick_entry(page)).to_have_value("Half a thought")
    await expect(panel(page).get_by_label("Title")).to_have_value("Water the plants")
    await quick_entry(page).focus()
    await expect(row(page, "Water the plants")).to_contain_text(notes)
    assert alice.task(task["id"])["notes"] == notes
    await expect(quick_entry(page)).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(row(page, "Half a thought")).to_be_visible()
    await expect(quick_entry(page)).to_have_value("")
    watch.forgive(SERVER_AWAY)


async def test_what_was_done_while_the_server_was_away_is_done_when_it_is_back(
    page: Page, site: Program, alice: Person, watch: Watch
) -> None:
    task = alice.add_task("Water the plants")
    await page.goto(f"{site.origin}/inbox")
    await is_ready(page)
    site.stop()
    await expect(page.get_by_text("Offline · trying again")).to_be_visible()
    await tick(page, "Water the plants").click()
    await quick_entry(page).fill("Added on the train")
    await page.keyboard.press("Enter")
    await asyncio.to_thread(site.start)
    await expect(page.get_by_text("Connected")).to_be_visible()
    await expect(row(page, "Added on the train")).to_be_visible()
    await ticks_are_answered(page)
    assert alice.task(task["id"])["completed_at"] is not None
    assert alice.titles() == ["Water the plants", "Added on the train"]
    watch.forgive(SERVER_AWAY)


async def test_what_was_typed_survives_a_restart_and_a_closed_page(
    context: BrowserContext, site: Program, alice: Person, watch: Watch
) -> None:
    page = await context.new_page()
    await page.goto(f"{site.origin}/today")
    await is_ready(page)
    site.kill()
    await expect(page.get_by_text("Offline · trying again")).to_be_visible()
    await quick_entry(page).fill("Typed on the train")
    await page.keyboard.press("Enter")
    await expect(quick_entry(page)).to_have_value("")
    await expect(page.get_by_text("Kept on this device until it is saved:")).to_be_visible()
    await page.close()
    await asyncio.to_thread(site.start)
    assert alice.titles() == []

    page = await context.new_page()
    await page.goto(f"{site.origin}/completed")
    await expect(toast(page)).to_contain_text("Added “Typed on the train”")
    await page.get_by_role("link", name="Today").click()
    await expect(row(page, "Typed on the train")).to_be_visible()
    await page.reload()
    await is_ready(page)
    assert alice.titles() == ["Typed on the train"]
    await page.wait_for_function(f"() => {OUTBOXES}.length === 0")
    watch.forgive(SERVER_AWAY)


async def test_what_was_typed_as_the_session_ended_is_saved_after_signing_in(
    context: BrowserContext, site: Program, alice: Person, watch: Watch
) -> None:
    page = await context.new_page()
    await page.goto(f"{site.origin}/inbox")
    await is_ready(page)
    site.kill()
    await expect(page.get_by_text("Offline · trying again")).to_be_visible()
    await quick_entry(page).fill("Typed too late")
    await page.keyboard.press("Enter")
    await context.clear_cookies()
    await asyncio.to_thread(site.start)
    await expect(page.get_by_role("heading", name="Welcome back")).to_be_visible()
    assert alice.titles() == []
    [key] = await page.evaluate(OUTBOXES)

    await page.get_by_label("Email").fill(alice.email)
    await page.get_by_label("Password").fill(alice.password)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(toast(page)).to_contain_text("Added “Typed too late”")
    assert alice.titles() == ["Typed too late"]
    await page.wait_for_function(f"() => {OUTBOXES}.length === 0")
    await page.evaluate("key => localStorage.setItem(key, '[]')", key)
    await sign_out(page)
    assert await page.evaluate(OUTBOXES) == []
    watch.forgive(SERVER_AWAY)
