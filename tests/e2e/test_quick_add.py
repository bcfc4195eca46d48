"""The quick entry reads what is typed, colours it, and adds the task it says."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from tests.e2e.person import Person
from tests.e2e.program import Program
from tests.e2e.screen import hold_scripts, panel, quick_entry, row, toast

LINE = "Water the plants every 3 days p2"


async def test_a_line_is_coloured_while_it_is_typed_and_becomes_its_task(
    page: Page, site: Program, alice: Person
) -> None:
    await page.goto(f"{site.origin}/inbox")
    await quick_entry(page).press_sequentially(f"{LINE} !1h")

    await expect(page.locator(".shade mark")).to_have_text(["every 3 days", "p2", "!1h"])
    await expect(page.locator(".pieces .next")).to_contain_text("Next: Today")
    await page.keyboard.press("Enter")

    await expect(row(page, "Water the plants")).to_contain_text("every 3 days")
    [task] = alice.api.get("/tasks").json()["items"]
    assert (task["title"], task["priority"]) == ("Water the plants", 2)
    assert task["reminders"] == [60]
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


async def test_what_is_typed_before_the_scripts_are_there_counts(
    page: Page, site: Program, alice: Person
) -> None:
    may_come = await hold_scripts(page)
    await page.goto(f"{site.origin}/inbox", wait_until="commit")
    await quick_entry(page).press_sequentially("Pay rent tomorrow")
    await page.keyboard.press("Enter")
    may_come.set()
    await expect(page.locator(".piece")).to_have_text("Tomorrow")
    await expect(quick_entry(page)).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(row(page, "Pay rent")).to_be_visible()

    may_come.clear()
    await page.goto(f"{site.origin}/filter", wait_until="commit")
    await page.get_by_role("textbox", name="Filter", exact=True).fill("tomorrow")
    may_come.set()
    await expect(row(page, "Pay rent")).to_be_visible()


async def test_a_name_chosen_before_the_next_frame_stays_chosen(
    page: Page, site: Program, alice: Person
) -> None:
    for name in ("phone", "photos"):
        alice.api.post("/labels", json={"name": name})
    await page.goto(f"{site.origin}/inbox")
    box, options = quick_entry(page), page.get_by_role("option")
    await box.press_sequentially("Ask @p")
    await expect(options).to_have_text(["phone", "photos"])
    await page.evaluate(
        """() => {
            window.frames_to_come = [];
            window.requestAnimationFrame = (act) => frames_to_come.push(act);
        }"""
    )
    await page.keyboard.press("h")
    await page.keyboard.press("ArrowDown")
    await page.evaluate("for (const act of frames_to_come.splice(0)) act()")
    await page.keyboard.press("Tab")
    await expect(box).to_have_value("Ask @photos ")


async def test_names_are_completed_by_the_keyboard(
    page: Page, site: Program, alice: Person
) -> None:
    home = alice.api.post("/projects", json={"name": "New house"}).json()
    alice.api.post("/sections", json={"project_id": home["id"], "name": "Kitchen"})
    alice.api.post("/labels", json={"name": "phone"})
    alice.api.post("/labels", json={"name": "photos"})
    await page.goto(f"{site.origin}/inbox")
    box, options = quick_entry(page), page.get_by_role("option")

    await box.press_sequentially("Paint the wall #hou")
    await expect(options).to_have_text(["New house"])
    await expect(box).to_have_attribute("aria-expanded", "true")
    await page.keyboard.press("Enter")
    await expect(box).to_have_value('Paint the wall #"New house" ')
    await box.press_sequentially("@ph")
    await expect(options).to_have_text(["phone", "photos"])
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Tab")
    await box.press_sequentially("/")
    await expect(options).to_have_text(["Kitchen"])
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("listbox")).to_have_count(0)
    await box.press_sequentially("kit")
    await expect(page.get_by_role("listbox")).to_have_count(0)
    await page.keyboard.press("Backspace")
    for _ in "/ki":
        await page.keyboard.press("Backspace")
    await box.press_sequentially("/k")
    await options.first.click()
    await expect(box).to_be_focused()
    await page.keyboard.press("Enter")

    await expect(toast(page)).to_contain_text("Added")
    await expect(box).to_have_value("")
    [task] = alice.api.get("/tasks").json()["items"]
    assert (task["title"], task["labels"]) == ("Paint the wall", ["photos"])
    assert task["project_id"] == home["id"]
    assert task["section_id"] is not None
    await page.goto(f"{site.origin}/project?id={home['id']}")
    await expect(row(page, "Paint the wall")).to_be_visible()


async def test_thirty_pasted_lines_are_asked_about_added_and_taken_back_at_once(
    page: Page, site: Program, alice: Person
) -> None:
    boxes = [f"    - Box {number} p1" for number in range(1, 29)]
    lines = ["Move house tomorrow", *boxes, "Rest #Leisure @sofa"]
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.goto(f"{site.origin}/inbox")
    await quick_entry(page).focus()
    await page.evaluate("text => navigator.clipboard.writeText(text)", "\n".join(lines))

    await page.keyboard.press("Control+v")
    dialog = page.get_by_role("dialog", name="Add 30 tasks?")
    await expect(dialog.get_by_role("listitem")).to_have_count(30)
    await expect(dialog.get_by_role("listitem").nth(1)).to_have_text("Box 1 p1")
    await expect(dialog.get_by_role("status")).to_have_text("New project Leisure, new label sofa")
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(quick_entry(page)).to_be_focused()
    await page.keyboard.press("Control+v")
    await dialog.get_by_role("button", name="Add 30 tasks").click()

    await expect(toast(page)).to_contain_text("Added 30 tasks")
    await expect(page.locator("ul.rows > li .title").first).to_have_text("Move house")
    await expect(page.locator(".depth-1")).to_have_count(28)
    stored = alice.api.get("/tasks", params={"limit": "200"}).json()["items"]
    assert sum(task["priority"] == 1 and task["parent_id"] is not None for task in stored) == 28
    await page.get_by_role("button", name="Undo").click()
    await expect(page.locator("ul.rows > li")).to_have_count(0)
    assert alice.titles() == []


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

    await page.goto(f"{site.origin}/upcoming")
    again = page.locator("ul.rows > li", has=page.locator(".coming"))
    await expect(again).to_have_count(7)
    await expect(again.get_by_role("checkbox")).to_have_count(0)
    await again.first.get_by_role("link").click()
    await expect(panel(page).get_by_label("Repeat", exact=True)).to_have_value("every day")
    await panel(page).get_by_label("Due", exact=True).fill(str(first + timedelta(days=3)))
    await expect(panel(page)).to_contain_text("Only this one was moved, from Today")
    await panel(page).get_by_role("button", name="Move the whole series").click()
    await expect(panel(page)).not_to_contain_text("Only this one was moved")
    await expect(again).to_have_count(7)

    repeat = panel(page).get_by_label("Repeat", exact=True)
    await repeat.fill("FREQ=DAILY;INTERVAL=2")
    await repeat.press("Enter")
    await expect(repeat).to_have_value("every 2 days")
    await panel(page).get_by_text("Turns and rule").click()
    await expect(panel(page)).to_contain_text("RRULE:FREQ=DAILY;INTERVAL=2")
    due = panel(page).get_by_label("Due", exact=True)
    await panel(page).get_by_role("button", name="Complete").click()
    await expect(due).to_have_value(str(first + timedelta(days=5)))
    await panel(page).get_by_role("button", name="Reopen the last").click()
    await expect(due).to_have_value(str(first + timedelta(days=3)))
    remind = panel(page).get_by_label("Remind", exact=True)
    await remind.fill("90m")
    await remind.press("Enter")
    await expect(remind).to_have_value("1h30m")
    await panel(page).get_by_role("button", name="Remind on time").click()
    await expect(remind).to_have_value("0m, 1h30m")
    await expect(panel(page)).to_contain_text("Before 09:00, as it has no time.")
    await panel(page).get_by_role("link", name="Close").click()
    await expect(panel(page)).to_have_count(0)

    let_remind(site, task["id"])
    await expect(toast(page)).to_contain_text("Reminder: “Water”")
    await toast(page).get_by_role("link", name="Open").click()
    await expect(panel(page).get_by_label("Title")).to_have_value("Water")
    assert page.url == f"{site.origin}/today?task={task['id']}"
    await expect(page.get_by_text("Reminder: ")).to_have_count(0)


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


def let_remind(site: Program, task_id: str) -> None:
    """Let it be time to remind of a task now."""
    values = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f"), UUID(task_id).hex
    with closing(sqlite3.connect(site.folder / "todo.db", timeout=10)) as database, database:
        database.execute("UPDATE tasks SET remind_at = ? WHERE id = ?", values)
        database.execute(
            "UPDATE users SET remind_at = ? WHERE id = (SELECT user_id FROM tasks WHERE id = ?)",
            values,
        )
