"""The app without a network: it opens, shows what was seen last, and keeps what is typed."""

from __future__ import annotations

import asyncio
import re

from playwright.async_api import BrowserContext, Page, expect

from tests.e2e.person import Person
from tests.e2e.program import Program
from tests.e2e.screen import (
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

KEPT_SECONDS = 15
# What a page may say of a network that is away.
NETWORK_AWAY = r"net::ERR_INTERNET_DISCONNECTED"
UNTIL_ALL_IS_SAVED = """async () => {
    const drafts = () => Object.keys(localStorage).filter(key => key.startsWith('todo.drafts.'));
    while (drafts().length) await new Promise(resolve => setTimeout(resolve, 100));
}"""
SEEN = re.compile(r"Inbox as it was last seen, (today|yesterday) at \d\d:\d\d\.")
SEEN_AFTER_A_CHANGE = """async kept => {
    localStorage.setItem('todo.seen', kept);
    document.querySelector('main').append('');
    await new Promise(resolve => setTimeout(resolve, 1500));
    return localStorage.getItem('todo.seen');
}"""
SEEN_ON_THE_WAY = """async path => {
    const here = location.pathname;
    history.replaceState(history.state, '', path);
    document.querySelector('main').append('');
    await new Promise(resolve => setTimeout(resolve, 1500));
    history.replaceState(history.state, '', here);
    return localStorage.getItem('todo.seen');
}"""
UNTIL_KEPT = """async ([path, title]) => {
    // A worker that is not in charge yet keeps pages already, and opens none.
    const isKept = async () =>
        navigator.serviceWorker.controller?.state === 'activated' &&
        Boolean(await caches.match(path, {cacheName: 'todo-pages'})) &&
        (localStorage.getItem('todo.seen') ?? '').includes(title);
    while (!(await isKept())) await new Promise(resolve => setTimeout(resolve, 100));
}"""


async def until_kept(page: Page, path: str, title: str) -> None:
    """Wait until a list can be read without a network."""
    await asyncio.wait_for(page.evaluate(UNTIL_KEPT, [path, title]), KEPT_SECONDS)


async def until_all_is_saved(page: Page) -> None:
    """Wait until nothing that was typed into a task waits on the device."""
    await asyncio.wait_for(page.evaluate(UNTIL_ALL_IS_SAVED), KEPT_SECONDS)


async def test_the_app_opens_without_a_network_with_what_was_seen_last(
    page: Page, site: Program, alice: Person, watch: Watch
) -> None:
    alice.add_task("Water the plants", priority=1)
    await page.goto(f"{site.origin}/inbox")
    await expect(row(page, "Water the plants")).to_be_visible()
    await until_kept(page, "/inbox", "Water the plants")

    site.kill()
    await page.reload()
    seen = page.get_by_role("region", name="Last seen")
    await expect(seen).to_contain_text(SEEN)
    await expect(seen.get_by_role("listitem")).to_contain_text("Water the plants")
    await quick_entry(page).fill("Typed on the train")
    await page.keyboard.press("Enter")
    waiting = page.locator(".waiting").get_by_text("Typed on the train")
    await expect(waiting).to_be_visible()
    await quick_entry(page).fill("Half a thought")
    await page.reload()
    await expect(quick_entry(page)).to_have_value("Half a thought")
    await expect(waiting).to_be_visible()
    await expect(seen).to_be_visible()
    await page.goto(f"{site.origin}/upcoming")
    await expect(page.get_by_role("heading", name="Upcoming")).to_be_visible()
    await expect(page.get_by_text("Not seen on this device yet")).to_be_visible()
    await page.goto(f"{site.origin}/settings/security/codes")
    await expect(page.get_by_role("heading", name="Codes at sign-in")).to_be_visible()
    await expect(page.get_by_text("Needs a connection")).to_be_visible()
    await page.get_by_role("link", name="Inbox").first.click()
    await expect(seen).to_be_visible()

    await asyncio.to_thread(site.start)
    await expect(row(page, "Typed on the train")).to_be_visible()
    await expect(row(page, "Water the plants")).to_be_visible()
    await expect(quick_entry(page)).to_have_value("Half a thought")
    assert alice.titles() == ["Water the plants", "Typed on the train"]
    watch.forgive(SERVER_AWAY)


async def test_nothing_of_a_person_stays_behind_when_they_leave(
    page: Page, site: Program, alice: Person, watch: Watch
) -> None:
    alice.add_task("Secret plan")
    await page.goto(f"{site.origin}/inbox")
    await until_kept(page, "/inbox", "Secret plan")
    await quick_entry(page).fill("Secret thought")
    notes = (await open_panel(page, "Secret plan")).get_by_label("Notes")
    await notes.press_sequentially("Secret note")
    await page.keyboard.press("Escape")
    await sign_out(page)
    everything = "JSON.stringify([{...localStorage}, {...sessionStorage}])"
    assert "Secret" not in await page.evaluate(everything)

    site.kill()
    await page.goto(f"{site.origin}/inbox")
    await expect(page.get_by_text("The server cannot be reached")).to_be_visible()
    await expect(page.get_by_text("Secret plan")).to_have_count(0)
    await asyncio.to_thread(site.start)
    await expect(page.get_by_role("heading", name="Welcome back")).to_be_visible()
    watch.forgive(SERVER_AWAY)


async def test_what_another_person_saw_goes_when_one_signs_in(
    page: Page, site: Program, alice: Person
) -> None:
    alice.add_task("Water the plants")
    await page.goto(f"{site.origin}/inbox")
    await is_ready(page)
    other = '{"account": "bob", "lists": {"/inbox": {"title": "Bob", "at": 1, "rows": []}}}'
    # Nor does this page, which is another's, put anything to what is Bob's in another tab.
    assert await page.evaluate(SEEN_AFTER_A_CHANGE, other) == other
    await page.reload()
    await until_kept(page, "/inbox", "Water the plants")
    assert "bob" not in await page.evaluate("localStorage.getItem('todo.seen')")


async def test_a_line_that_is_being_typed_outlives_a_reload(page: Page, site: Program) -> None:
    await page.goto(f"{site.origin}/inbox")
    await is_ready(page)
    await quick_entry(page).press_sequentially("Half a thought")
    await page.reload()
    await expect(quick_entry(page)).to_have_value("Half a thought")
    await quick_entry(page).press("Enter")
    await expect(row(page, "Half a thought")).to_be_visible()
    await page.reload()
    await is_ready(page)
    await expect(quick_entry(page)).to_have_value("")


async def test_a_network_that_goes_under_an_open_page_is_noticed_at_once(
    context: BrowserContext, page: Page, site: Program, alice: Person, watch: Watch
) -> None:
    task = alice.add_task("Water the plants")
    await page.goto(f"{site.origin}/inbox")
    await expect(row(page, "Water the plants")).to_be_visible()
    await until_kept(page, "/inbox", "Water the plants")
    await page.get_by_role("link", name="Completed").first.click()
    await expect(page.locator(".empty")).to_be_visible()

    await context.set_offline(True)
    await expect(page.get_by_text("Offline · trying again")).to_be_visible()
    # What is on the page while it changes to another is not what was seen there.
    assert "Water the plants" in await page.evaluate(SEEN_ON_THE_WAY, "/inbox")
    await page.get_by_role("link", name="Inbox").first.click()
    seen = page.get_by_role("region", name="Last seen")
    await expect(seen.get_by_role("listitem")).to_contain_text("Water the plants")
    await page.get_by_role("link", name="Upcoming").first.click()
    await expect(page.get_by_text("Not seen on this device yet")).to_be_visible()

    await page.get_by_role("link", name="Inbox").first.click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Inbox")
    await context.set_offline(False)
    await expect(page.get_by_text("Connected")).to_be_visible()
    await tick(page, "Water the plants").click()
    await expect(toast(page)).to_contain_text("Completed “Water the plants”")
    assert alice.task(task["id"])["completed_at"] is not None
    watch.forgive(NETWORK_AWAY)


async def test_what_needs_a_connection_is_refused_in_words_and_not_done_later(
    context: BrowserContext, page: Page, site: Program, alice: Person, watch: Watch
) -> None:
    task, other = alice.add_task("Water the plants"), alice.add_task("Call the piano tuner")
    await page.goto(f"{site.origin}/inbox")
    await open_panel(page, "Water the plants")
    refusal = page.get_by_text("No connection: this cannot be done now.")
    await context.set_offline(True)
    await expect(page.get_by_text("Offline · trying again")).to_be_visible()

    await panel(page).get_by_role("button", name="Tomorrow").click()
    await expect(refusal).to_be_visible()
    await page.get_by_role("button", name="Dismiss").click()
    await expect(refusal).to_have_count(0)
    await panel(page).get_by_label("Priority").select_option("1")
    await expect(refusal).to_be_visible()
    await expect(panel(page).get_by_label("Priority")).to_have_value("4")
    await page.get_by_role("button", name="Dismiss").click()
    await row(page, "Call the piano tuner").locator(".open").click()
    await expect(refusal).to_be_visible()
    await expect(panel(page).get_by_label("Title")).to_have_value("Water the plants")
    assert page.url.endswith(task["id"])
    await page.get_by_role("button", name="Dismiss").click()
    await row(page, "Call the piano tuner").locator(".open").focus()
    await page.keyboard.press("Delete")
    await expect(refusal).to_be_visible()
    await tick(page, "Call the piano tuner").click()
    await panel(page).get_by_label("Close").click()
    await expect(panel(page)).to_have_count(0)

    await context.set_offline(False)
    await expect(page.get_by_text("Connected")).to_be_visible()
    await expect(refusal).to_have_count(0)
    await expect(toast(page)).to_contain_text("Completed “Call the piano tuner”")
    assert alice.task(task["id"])["due"] is None
    assert alice.task(task["id"])["priority"] == 4
    assert alice.task(other["id"])["completed_at"] is not None
    watch.forgive(NETWORK_AWAY)


async def test_what_was_done_as_the_network_went_is_done_later_or_told(
    page: Page, site: Program, alice: Person, watch: Watch
) -> None:
    tasks = {title: alice.add_task(title)["id"] for title in ("First", "Second", "Third")}
    await page.goto(f"{site.origin}/inbox")
    await open_panel(page, "Third")
    await until_kept(page, "/inbox", "Third")
    for process in site.family():
        process.suspend()
    await tick(page, "First").click()
    await panel(page).get_by_role("button", name="Delete").click()
    await expect(page.get_by_text("Offline · trying again")).to_be_visible()
    await expect(row(page, "First")).to_contain_text("Saved later")
    await tick(page, "Second").click()
    site.kill()
    await page.goto(f"{site.origin}/inbox")
    await expect(page.get_by_role("region", name="Last seen")).to_be_visible()

    await asyncio.to_thread(site.start)
    await expect(toast(page)).to_contain_text("Your last change may not be saved")
    await expect(row(page, "Third")).to_be_visible()
    await ticks_are_answered(page)
    done = {title for title, task_id in tasks.items() if alice.task(task_id)["completed_at"]}
    assert done == {"First", "Second"}
    watch.forgive(SERVER_AWAY)


async def test_what_is_typed_into_a_task_outlives_the_page(
    page: Page, site: Program, alice: Person, watch: Watch
) -> None:
    task = alice.add_task("Water the plants")
    await page.goto(f"{site.origin}/inbox")
    notes = (await open_panel(page, "Water the plants")).get_by_label("Notes")
    await notes.press_sequentially("Not the cactus")
    await page.reload()
    await expect(notes).to_have_value("Not the cactus")
    await until_all_is_saved(page)
    assert alice.task(task["id"])["notes"] == "Not the cactus"

    alice.api.delete(f"/tasks/{task['id']}")
    await notes.fill("Precious")
    await expect(panel(page).get_by_role("alert")).to_contain_text("no longer here")
    alice.api.post(f"/tasks/{task['id']}/restore")
    await page.reload()
    await expect(notes).to_have_value("Precious")
    await until_all_is_saved(page)
    assert alice.task(task["id"])["notes"] == "Precious"

    await until_kept(page, "/inbox", "Water the plants")
    site.kill()
    await expect(page.get_by_text("Offline · trying again")).to_be_visible()
    await notes.fill("Typed on the train")
    await panel(page).get_by_label("Title").fill("Water all the plants")
    await page.keyboard.press("Escape")
    await page.goto(f"{site.origin}/inbox")
    await asyncio.to_thread(site.start)
    await expect(row(page, "Water all the plants")).to_be_visible()
    await until_all_is_saved(page)
    assert alice.task(task["id"])["notes"] == "Typed on the train"
    watch.forgive(SERVER_AWAY)
