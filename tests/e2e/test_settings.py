"""The settings: what is chosen holds on every device, and shows at once."""

from __future__ import annotations

import json
import re

import httpx
from playwright.async_api import Page, expect

from tests.e2e.conftest import OpenContext
from tests.e2e.person import Person
from tests.e2e.program import Program
from tests.e2e.screen import toast


async def test_the_settings_are_one_click_away_and_lead_to_each_other(
    page: Page, site: Program
) -> None:
    await page.goto(f"{site.origin}/today")
    await page.get_by_role("navigation", name="Main").get_by_role("link", name="Settings").click()
    for name in ("Preferences", "Security", "API tokens", "Account"):
        await page.get_by_role("navigation", name="Settings").get_by_role("link", name=name).click()
        await expect(page.get_by_role("heading", level=1)).to_have_text(name)


async def test_what_is_chosen_is_saved_as_it_is_chosen_and_shows_in_other_tabs(
    page: Page, site: Program, alice: Person
) -> None:
    other = await page.context.new_page()
    await other.goto(f"{site.origin}/settings/account")
    await other.get_by_label("Your email").fill("half an addr")
    await page.goto(f"{site.origin}/settings/account")
    await page.get_by_label("Name", exact=True).fill("Alice B.")
    await page.get_by_label("Name", exact=True).press("Tab")
    await expect(toast(page)).to_contain_text("Saved")
    menu = page.get_by_role("button", name="Account", exact=True)
    await expect(menu).to_contain_text("Alice B.")
    await expect(other.get_by_label("Name", exact=True)).to_have_value("Alice B.")
    await page.get_by_role("link", name="Preferences").click()
    await page.get_by_label("Time zone").select_option("Asia/Tokyo")
    await page.get_by_label("Dates in numbers").select_option("month_first")
    await page.get_by_label("First day of the week").select_option("sunday")
    await page.get_by_role("main").get_by_role("button", name="Dark").click()
    for tab in (page, other):
        await expect(tab.locator("html")).to_have_class("dark")
    await expect(other.get_by_label("Your email")).to_have_value("half an addr")
    await page.reload()
    await expect(page.get_by_label("Time zone")).to_have_value("Asia/Tokyo")
    await expect(page.get_by_label("Dates in numbers")).to_have_value("month_first")
    saved = {"name": "Alice B.", "time_zone": "Asia/Tokyo", "theme": "dark", "week_start": "sunday"}
    assert alice.api.get("/auth/me").json().items() >= saved.items()


async def test_a_theme_chosen_elsewhere_shows_from_the_first_frame_on(
    open_context: OpenContext, site: Program, alice: Person
) -> None:
    phone = await (await open_context(alice, color_scheme="light")).new_page()
    await phone.add_init_script(
        """window.themes = new Set();
        const note = () => {
            if (document.body) window.themes.add(document.documentElement.className);
            requestAnimationFrame(note);
        };
        requestAnimationFrame(note);"""
    )
    for theme in ("dark", "light", "system"):
        alice.api.patch("/auth/me", json={"theme": theme})
        await phone.goto(f"{site.origin}/settings/preferences")
        chosen = phone.get_by_role("main").get_by_role("button", name=theme.title())
        await expect(chosen).to_have_attribute("aria-pressed", "true")
        assert await phone.evaluate("[...window.themes]") == [
            "dark" if theme == "dark" else "light"
        ]


async def test_a_token_is_made_copied_and_revoked(page: Page, site: Program, alice: Person) -> None:
    frames: list[str] = []
    page.on(
        "websocket",
        lambda socket: socket.on("framereceived", lambda frame: frames.append(str(frame))),
    )
    await page.goto(f"{site.origin}/settings/tokens")
    await page.get_by_label("Name", exact=True).fill("Backup script")
    await page.get_by_label("It may").select_option("write")
    await page.get_by_role("button", name="Make token").click()
    await expect(page.get_by_role("textbox", name="New token")).to_have_value(re.compile("^todo_"))
    token = await page.get_by_role("textbox", name="New token").input_value()
    program = httpx.AsyncClient(
        base_url=alice.api.base_url, headers={"Authorization": f"Bearer {token}"}
    )
    await program.post("/tasks", json={"title": "By a script"})
    assert alice.titles() == ["By a script"]
    tokens = page.get_by_role("region", name="Tokens").get_by_role("listitem")
    await expect(tokens).to_contain_text(["Backup script"])
    await page.get_by_role("button", name="Done").click()
    await expect(page.get_by_role("textbox", name="New token")).to_be_hidden()
    await tokens.get_by_role("button", name="Revoke").click()
    await expect(toast(page)).to_contain_text("Token revoked.")
    await expect(page.get_by_text("You have no tokens.")).to_be_visible()
    assert (await program.get("/tasks")).status_code == 401
    await program.aclose()
    assert frames
    assert not [frame for frame in frames if token in frame]


async def test_a_person_takes_everything_along_leaves_and_comes_back(
    page: Page, site: Program, alice: Person
) -> None:
    alice.add_task("Feed the cat")
    await page.goto(f"{site.origin}/settings/account")
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Export everything").click()
    document = json.loads((await (await download.value).path()).read_text("utf-8"))
    assert [task["title"] for task in document["tasks"]] == ["Feed the cat"]
    await page.get_by_label("Your email").fill(alice.email)
    await page.get_by_label("Current password").fill(alice.password)
    await page.get_by_role("button", name="Delete account").click()
    await expect(page.get_by_role("status").first).to_contain_text("Sign in before then")
    await page.get_by_label("Email").fill(alice.email)
    await page.get_by_label("Password").fill(alice.password)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.get_by_role("link", name="Inbox").first.click()
    await expect(page.get_by_text("Feed the cat")).to_be_visible()
