"""A forgotten password, from the sign-in page to the first list."""

from __future__ import annotations

import asyncio
import re

from playwright.async_api import Page, expect

from tests.e2e.conftest import OpenContext
from tests.e2e.person import Person
from tests.e2e.program import Program
from tests.e2e.screen import is_ready
from tests.e2e.watch import Watch

NEW = "teapot over eight rivers"
ARRIVAL_SECONDS = 20


async def mailed_link(site: Program, email: str) -> str:
    """The link in the last mail to an address, as development prints it to the log."""
    async with asyncio.timeout(ARRIVAL_SECONDS):
        while not (found := links_in(site.log_text(), email)):  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.1)
    return found[-1]


def links_in(log: str, email: str) -> list[str]:
    return re.findall(rf"mail to {email}.*?(http\S+/auth/link/\S+)", log, re.DOTALL)


async def ask_for_link(page: Page, site: Program, email: str) -> None:
    await page.goto(f"{site.origin}/sign-in")
    await page.get_by_role("link", name="Forgot it?").click()
    await expect(page.get_by_role("heading", name="Forgotten your password?")).to_be_visible()
    await page.get_by_label("Email").fill(email)
    await page.get_by_role("button", name="Send the link").click()
    await expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()


async def test_a_forgotten_password_is_chosen_anew_by_mail(
    stranger: Page, page: Page, site: Program, alice: Person
) -> None:
    await page.goto(f"{site.origin}/today")
    await is_ready(page)
    await ask_for_link(stranger, site, alice.email)
    link = await mailed_link(site, alice.email)

    await stranger.goto(link)
    assert stranger.url == f"{site.origin}/reset-password"
    await stranger.get_by_label("New password").fill("password123")
    await stranger.get_by_role("button", name="Set the password").click()
    await expect(stranger.get_by_role("alert")).to_contain_text("most common passwords")
    await stranger.get_by_label("New password").fill(NEW)
    await stranger.get_by_role("button", name="Set the password").click()

    told = stranger.get_by_role("status").filter(has_text="Your password was changed.")
    await expect(told.first).to_be_visible()
    # The other browser is signed out at once.
    await expect(page.get_by_role("heading", name="Welcome back")).to_be_visible()
    await stranger.get_by_label("Email").fill(alice.email)
    await stranger.get_by_label("Password").fill(NEW)
    await stranger.get_by_role("button", name="Sign in", exact=True).click()
    await is_ready(stranger)

    await stranger.goto(link)
    await expect(stranger.get_by_role("heading", name="no longer good")).to_be_visible()


async def test_the_whole_way_works_without_scripts(
    open_context: OpenContext, site: Program, watch: Watch, alice: Person
) -> None:
    page = await (await open_context(java_script_enabled=False)).new_page()
    await ask_for_link(page, site, alice.email)
    await page.goto(await mailed_link(site, alice.email))
    await page.get_by_label("New password").fill("password123")
    await page.get_by_role("button", name="Set the password").click()
    await expect(page.get_by_text("This is one of the most common passwords.")).to_be_visible()
    await page.get_by_label("New password").fill(NEW)
    await page.get_by_role("button", name="Set the password").click()
    await expect(page.get_by_text("Your password was changed.")).to_be_visible()
    answer = alice.api.post("/auth/signin", json={"email": alice.email, "password": NEW})
    assert answer.status_code == 200
    watch.forgive(r"failed request: \S+\.js csp")
