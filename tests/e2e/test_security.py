"""The Security screen: a person ends what is signed in elsewhere."""

from __future__ import annotations

from playwright.async_api import Locator, Page, expect

from tests.e2e.conftest import OpenContext
from tests.e2e.person import Person, new_person
from tests.e2e.program import Program
from tests.e2e.screen import is_ready, toast, told

NEW = "teapot over eight rivers"


def sessions(page: Page) -> Locator:
    return page.get_by_role("region", name="Sessions").get_by_role("listitem")


async def sign_in(page: Page, person: Person) -> None:
    await page.goto(f"{person.origin}/sign-in")
    await page.get_by_label("Email").fill(person.email)
    await page.get_by_label("Password").fill(person.password)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await is_ready(page)


async def test_a_session_that_is_ended_shows_sign_in_at_once(
    open_context: OpenContext, site: Program, alice: Person, stranger: Page
) -> None:
    await sign_in(stranger, alice)
    page = await (await open_context(alice)).new_page()
    await page.goto(f"{site.origin}/today")
    await page.get_by_role("button", name="Account").click()
    await page.get_by_role("dialog").get_by_role("link", name="Settings").click()
    await page.get_by_role("link", name="Security").click()
    # This one, the other browser, and the test's own session at the API.
    await expect(sessions(page)).to_have_count(3)
    await expect(sessions(page).first).to_contain_text("This one")
    other = sessions(page).filter(has_text="Chrome on Linux").filter(has_not_text="This one")
    await other.get_by_role("button", name="End").click()
    welcome = stranger.get_by_role("heading", name="Welcome back")
    await expect(welcome).to_be_visible()
    await expect(told(stranger)).to_contain_text("Your session has ended.")
    await expect(toast(page)).to_contain_text("Session ended.")
    await expect(sessions(page)).to_have_count(2)
    await page.get_by_role("button", name="End all others").click()
    await expect(sessions(page)).to_have_count(1)
    await expect(page.get_by_text("You are signed in nowhere else.")).to_be_visible()
    assert alice.api.get("/auth/me").status_code == 401


async def test_ending_a_session_leaves_other_people_alone(
    open_context: OpenContext, site: Program, alice: Person
) -> None:
    bob = new_person(site, "Bob Brown")
    bob.api.close()
    his = await (await open_context(bob)).new_page()
    await his.goto(f"{site.origin}/settings/security")
    await expect(sessions(his)).to_have_count(2)
    hers = await (await open_context(alice)).new_page()
    await hers.goto(f"{site.origin}/settings/security")
    await hers.get_by_role("button", name="End all others").click()
    await expect(sessions(hers)).to_have_count(1)
    await his.reload()
    await expect(sessions(his)).to_have_count(2)


async def test_a_password_is_changed_on_the_screen_and_never_by_the_socket(
    page: Page, site: Program, alice: Person
) -> None:
    sent: list[str] = []
    page.on(
        "websocket",
        lambda socket: socket.on("framesent", lambda frame: sent.append(str(frame))),
    )
    await page.goto(f"{site.origin}/settings/security")
    await page.get_by_label("Current password").fill("not hers at all")
    await page.get_by_label("New password").fill(NEW)
    await page.get_by_role("button", name="Change password").click()
    await expect(page.get_by_text("That is not your current password.")).to_be_visible()
    await expect(page.get_by_label("Current password")).to_be_focused()
    await page.get_by_label("Current password").fill(alice.password)
    await page.get_by_label("New password").fill(NEW)
    # A second click sends nothing: it would be refused, for the password is another one by then.
    await page.get_by_role("button", name="Change password").dblclick()
    await expect(toast(page)).to_contain_text("Password changed.")
    await expect(sessions(page)).to_have_count(1)
    activity = page.get_by_role("region", name="Recent activity").get_by_role("listitem")
    await expect(activity.first).to_contain_text("Other sessions ended")
    assert sent
    assert not [frame for frame in sent if NEW in frame or alice.password in frame]
