"""The whole way of a new user, once by mouse and once by keyboard alone."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.async_api import Page, expect

from tests.cast import PASSWORD
from tests.e2e.person import TIME_ZONE, new_email
from tests.e2e.program import Program
from tests.e2e.screen import (
    add,
    go_to,
    is_ready,
    open_panel,
    panel,
    quick_entry,
    row,
    sign_out,
    tick,
    toast,
)

LONG = "Read " + "a very long chapter " * 24 + "and stop here."
LONG = LONG + "." * (500 - len(LONG))
ODD_TITLES = (
    LONG,
    "Feed the cat 🐈‍⬛ and 👩‍👩‍👧 too",
    "اشترِ الحليب والخبز",
    '<b>Bold</b> & <script>alert(1)</script> "quoted"',
)


async def test_a_wrong_sign_up_says_at_each_field_what_is_wrong_and_keeps_what_was_typed(
    stranger: Page, site: Program
) -> None:
    await stranger.goto(f"{site.origin}/sign-up")
    email = stranger.get_by_label("Email")
    name = stranger.get_by_label("Name")
    password = stranger.get_by_label("Password")

    async def send(email_text: str, password_text: str) -> None:
        await email.fill(email_text)
        await name.fill("Ada Lovelace")
        await password.fill(password_text)
        await stranger.get_by_role("button", name="Create account").click()

    async def is_refused(at: str, words: str) -> None:
        field = stranger.get_by_label(at)
        await expect(stranger.get_by_role("alert")).to_have_text(words)
        await expect(field).to_have_attribute("aria-invalid", "true")
        await expect(field).to_have_accessible_description(words)
        await expect(name).to_have_value("Ada Lovelace")
        await expect(password).to_have_value("")

    await send("ada@nowhere", PASSWORD)
    await is_refused("Email", "Enter an email address like ada@example.org.")
    await expect(email).to_have_value("ada@nowhere")
    address = new_email("ada")
    await send(address, "password123")
    await is_refused("Password", "This is one of the most common passwords. Choose another.")
    await expect(email).to_have_value(address)
    await send(address, address)
    await is_refused("Password", "Choose a password that is not your email or our name.")
    await send(address, PASSWORD)
    await expect(stranger.get_by_role("heading", name="Today")).to_be_visible()


async def test_an_address_that_is_taken_is_sent_to_sign_in(stranger: Page, site: Program) -> None:
    address = new_email("ada")
    for words in ("Nothing is due today", "An account with this email already exists."):
        await stranger.goto(f"{site.origin}/sign-up")
        await stranger.get_by_label("Email").fill(address)
        await stranger.get_by_label("Password").fill(PASSWORD)
        await stranger.get_by_role("button", name="Create account").click()
        await expect(stranger.get_by_text(words)).to_be_visible()
        await stranger.context.clear_cookies(name="todo_session")


async def test_a_wrong_password_says_so_and_keeps_the_address(
    stranger: Page, site: Program
) -> None:
    await stranger.goto(f"{site.origin}/sign-in?next=/inbox")
    await stranger.get_by_label("Email").fill("nobody@example.org")
    await stranger.get_by_label("Password").fill("not the password")
    await stranger.get_by_role("button", name="Sign in", exact=True).click()
    await expect(stranger.get_by_role("alert")).to_have_text(
        "That email and password don’t match. Try again, or reset your password."  # noqa: RUF001 - as it is shown
    )
    await expect(stranger.get_by_label("Email")).to_have_value("nobody@example.org")
    await expect(stranger.get_by_label("Password")).to_have_value("")
    # The way back is not lost by a mistake.
    assert stranger.url == f"{site.origin}/sign-in?next=%2Finbox"


async def test_a_new_user_gets_through_a_day_by_mouse(stranger: Page, site: Program) -> None:
    page = stranger
    await page.goto(site.origin)
    await page.get_by_role("link", name="Create an account").click()
    await expect(page.get_by_role("heading", name="Create an account")).to_be_visible()
    await page.get_by_label("Email").fill(address := new_email("ada"))
    await page.get_by_label("Name").fill("Ada Lovelace")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Create account").click()
    await expect(page.get_by_text("Nothing is due today")).to_be_visible()
    await expect(page.get_by_role("button", name="Account")).to_contain_text("Ada Lovelace")

    for title in ODD_TITLES:
        await add(page, title)
    await expect(page.locator(".row b, .row script")).to_have_count(0)
    await expect(page.get_by_text("0 of 4 done")).to_be_visible()

    cat = ODD_TITLES[1]
    await tick(page, cat).click()
    await expect(tick(page, cat)).to_be_checked()
    await expect(page.get_by_text("1 of 4 done")).to_be_visible()
    await tick(page, cat).click()
    await expect(tick(page, cat)).not_to_be_checked()
    await tick(page, cat).click()
    await expect(toast(page)).to_contain_text("Completed “Feed the cat")
    await toast(page).get_by_role("button", name="Undo").click()
    await expect(toast(page)).to_contain_text("Undone")
    await expect(tick(page, cat)).not_to_be_checked()
    await expect(page.get_by_text("0 of 4 done")).to_be_visible()

    await edit_everything(page, cat)
    await is_still_there_after_a_reload(page)
    await delete_and_bring_back(page, "Feed both cats")
    await complete_and_reopen(page, "Feed both cats")

    await sign_out(page)
    await page.get_by_label("Email").fill(address)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await is_ready(page)
    for title in (LONG, *ODD_TITLES[2:]):
        await expect(row(page, title)).to_be_visible()


def next_week() -> date:
    return datetime.now(ZoneInfo(TIME_ZONE)).date() + timedelta(days=8)


async def edit_everything(page: Page, title: str) -> None:
    open_one = await open_panel(page, title)
    await open_one.get_by_label("Title").fill("Feed both cats")
    await open_one.get_by_label("Notes").fill("Dry food\n<i>no</i> milk")
    await expect(row(page, "Feed both cats")).to_be_visible()
    await open_one.get_by_label("Due", exact=True).fill(next_week().isoformat())
    await expect(row(page, "Feed both cats")).to_contain_text(f"{next_week():%a}")
    await open_one.get_by_label("Time", exact=True).fill("15:30")
    await expect(row(page, "Feed both cats")).to_contain_text("15:30")
    await open_one.get_by_label("Priority").select_option("P1 Urgent")
    await expect(row(page, "Feed both cats").locator(".row")).to_contain_class("p1 selected")
    await open_one.get_by_label("Close").click()
    await expect(panel(page)).to_have_count(0)


async def is_still_there_after_a_reload(page: Page) -> None:
    await page.get_by_role("link", name="Inbox").click()
    await expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    await page.reload()
    reopened = await open_panel(page, "Feed both cats")
    await expect(reopened.get_by_label("Notes")).to_have_value("Dry food\n<i>no</i> milk")
    await expect(reopened.get_by_label("Due", exact=True)).to_have_value(next_week().isoformat())
    await expect(reopened.get_by_label("Time", exact=True)).to_have_value("15:30")
    await expect(reopened.get_by_label("Priority")).to_have_value("1")
    await reopened.get_by_role("button", name="No date").click()
    await expect(reopened.get_by_label("Time", exact=True)).to_have_value("")
    await expect(reopened.get_by_label("Due", exact=True)).to_have_value("")
    await reopened.get_by_role("button", name="Tomorrow").click()
    await expect(row(page, "Feed both cats")).to_contain_text("Tomorrow")


async def delete_and_bring_back(page: Page, title: str) -> None:
    await panel(page).get_by_role("button", name="Delete").click()
    await expect(row(page, title)).to_have_count(0)
    await expect(panel(page)).to_have_count(0)
    await expect(toast(page)).to_contain_text(f"Deleted “{title}”")
    await toast(page).get_by_role("button", name="Undo").click()
    await expect(row(page, title)).to_be_visible()


async def complete_and_reopen(page: Page, title: str) -> None:
    await expect(page.get_by_role("link", name="Inbox")).to_contain_text("4")
    await tick(page, title).click()
    await expect(page.get_by_role("link", name="Inbox")).to_contain_text("3")
    await page.get_by_role("link", name="Completed").click()
    await expect(page.get_by_role("heading", name="Completed")).to_be_visible()
    await expect(row(page, title)).to_be_visible()
    opened = await open_panel(page, title)
    await opened.get_by_role("button", name="Reopen").click()
    await expect(tick(page, title)).not_to_be_checked()
    await go_to(page, "Inbox")
    await expect(row(page, title)).to_be_visible()
    await expect(tick(page, title)).not_to_be_checked()


async def test_what_is_too_long_is_refused_and_comes_back_to_be_changed(
    page: Page, site: Program
) -> None:
    await page.goto(f"{site.origin}/inbox")
    await is_ready(page)
    await quick_entry(page).fill("x" * 501)
    await quick_entry(page).press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("this has 1 too many")
    await page.get_by_role("button", name="Edit").click()
    await expect(quick_entry(page)).to_have_value("x" * 501)
    await quick_entry(page).fill("x" * 500)
    await quick_entry(page).press("Enter")
    await expect(row(page, "x" * 500)).to_be_visible()
    await expect(page.get_by_role("alert")).to_have_count(0)
