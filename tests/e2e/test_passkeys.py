"""Promise 9 on the screen: passkeys, with the virtual authenticator of Chromium."""

from __future__ import annotations

import pytest
from playwright.async_api import CDPSession, Locator, Page, expect

from tests.e2e.person import Person
from tests.e2e.program import Program
from tests.e2e.screen import is_ready, sign_out, toast
from tests.e2e.test_second_factor import switch_on
from tests.e2e.watch import Watch

PATH = "/settings/security/passkeys"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Device:
    """The authenticator of one page: what its owner's finger or face would do."""

    def __init__(self, session: CDPSession, authenticator_id: str) -> None:
        self._session = session
        self._authenticator = {"authenticatorId": authenticator_id}

    async def let_verify(self, *, is_owner: bool) -> None:
        """Whether it is the owner who touches it from now on."""
        await self._session.send(
            "WebAuthn.setUserVerified", {**self._authenticator, "isUserVerified": is_owner}
        )

    async def unplug(self) -> None:
        """Take it away from the page."""
        await self._session.send("WebAuthn.removeVirtualAuthenticator", self._authenticator)

    async def passkeys(self) -> int:
        """How many it has made."""
        found = await self._session.send("WebAuthn.getCredentials", self._authenticator)
        return len(found["credentials"])


async def device_of(page: Page) -> Device:
    session = await page.context.new_cdp_session(page)
    await session.send("WebAuthn.enable")
    added = await session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return Device(session, added["authenticatorId"])


@pytest.fixture
async def device(page: Page) -> Device:
    """What Alice unlocks with her finger."""
    return await device_of(page)


def entries(page: Page) -> Locator:
    return page.get_by_role("region", name="Yours").get_by_role("listitem")


async def add(page: Page, person: Person, name: str, password: str = "") -> None:
    await page.get_by_label("Name, like").fill(name)
    form = page.get_by_role("region", name="Add a passkey")
    await form.get_by_label("Your password").fill(password or person.password)
    await form.get_by_role("button", name="Add passkey").click()


async def sign_in_with_passkey(page: Page) -> None:
    await page.get_by_role("button", name="Sign in with a passkey").click()


async def test_a_person_adds_a_passkey_signs_in_with_it_and_removes_it(
    page: Page, site: Program, alice: Person, device: Device, watch: Watch
) -> None:
    await page.goto(f"{site.origin}/settings/security")
    await page.get_by_role("link", name="Passkeys: set up").click()
    await add(page, alice, "Phone", "not hers at all")
    await expect(page.get_by_role("alert")).to_have_text("That is not your current password.")
    await expect(page.get_by_label("Name, like")).to_have_value("Phone")
    field = page.get_by_role("region", name="Add a passkey").get_by_label("Your password")
    await expect(field).to_be_focused()
    await expect(field).to_have_attribute("aria-invalid", "true")
    assert await device.passkeys() == 0
    watch.forgive("422.*/passkeys/new|answer 422: .*/passkeys/new")
    await add(page, alice, "Phone")
    await expect(toast(page)).to_contain_text("Passkeys changed.")
    await expect(entries(page)).to_have_count(1)
    await expect(entries(page)).to_contain_text("Never used")
    assert alice.api.get("/auth/me").status_code == 401

    await sign_out(page)
    await page.goto(f"{site.origin}/sign-in?next=%2Finbox")
    await sign_in_with_passkey(page)
    await is_ready(page)
    assert page.url == f"{site.origin}/inbox"

    await page.goto(site.origin + PATH)
    await expect(entries(page)).to_contain_text("Used Today")
    await entries(page).get_by_text("Remove", exact=True).click()
    await entries(page).get_by_label("Your password").fill("not hers at all")
    await entries(page).get_by_role("button", name="Remove it").click()
    await expect(entries(page).get_by_role("alert")).to_have_text(
        "That is not your current password."
    )
    await entries(page).get_by_label("Your password").fill(alice.password)
    await entries(page).get_by_role("button", name="Remove it").click()
    await expect(page.get_by_text("You have no passkeys.")).to_be_visible()
    await sign_out(page)
    await sign_in_with_passkey(page)
    await expect(page.get_by_role("alert")).to_contain_text("That passkey does not open an account")


async def test_a_passkey_counts_as_both_factors_and_needs_its_owner(
    page: Page, site: Program, alice: Person, device: Device
) -> None:
    switch_on(alice)
    await page.context.clear_cookies()
    await add_by_code(page, site, alice)
    await sign_out(page)
    await device.let_verify(is_owner=False)
    await sign_in_with_passkey(page)
    await expect(page.get_by_role("alert")).to_contain_text("It was cancelled, or took too long.")
    await device.let_verify(is_owner=True)
    await sign_in_with_passkey(page)
    await is_ready(page)


async def add_by_code(page: Page, site: Program, alice: Person) -> None:
    """Sign in by password and recovery code, and add a passkey."""
    renewed = alice.api.post(
        "/auth/second-factor/recovery-codes", json={"current_password": alice.password}
    ).json()["recovery_codes"]
    await page.goto(f"{site.origin}/sign-in")
    await page.get_by_label("Email").fill(alice.email)
    await page.get_by_label("Password").fill(alice.password)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.get_by_text("No app at hand?").click()
    await page.get_by_label("Recovery code").fill(renewed[0])
    await page.get_by_role("button", name="Sign in with it").click()
    await is_ready(page)
    await page.goto(site.origin + PATH)
    await add(page, alice, "Phone")
    await expect(entries(page)).to_have_count(1)


async def test_several_passkeys_are_told_apart_by_name(
    page: Page, site: Program, alice: Person
) -> None:
    await page.goto(site.origin + PATH)
    for name in ("Key on my ring", "Phone"):
        device = await device_of(page)
        await add(page, alice, name)
        await expect(entries(page).filter(has_text=name)).to_have_count(1)
        await device.unplug()
    await expect(entries(page)).to_have_count(2)
