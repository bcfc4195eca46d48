"""Promise 9 on the screen: codes at sign-in, from their set-up to the last recovery code."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
from playwright.async_api import Page, expect

from tests.e2e.conftest import OpenContext
from tests.e2e.person import Person
from tests.e2e.program import Program
from tests.e2e.screen import is_ready, sign_out, toast
from tests.e2e.watch import Watch

PATH = "/settings/security/codes"
SEED = re.compile(r"^(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}$")


def switch_on(person: Person) -> tuple[str, list[str]]:
    """The seed and the recovery codes of a second factor, by the REST API."""
    seed = person.api.post("/auth/second-factor").json()["seed"]
    body = {"code": pyotp.TOTP(seed).now(), "current_password": person.password}
    answer = person.api.post("/auth/second-factor/confirm", json=body)
    assert answer.status_code == 200, answer.text
    return seed, answer.json()["recovery_codes"]


def next_code(seed: str) -> str:
    return pyotp.TOTP(seed).at(datetime.now(UTC) + timedelta(seconds=30))


async def enter_password(page: Page, person: Person, path: str = "/sign-in") -> None:
    await page.goto(f"{person.origin}{path}")
    await page.get_by_label("Email").fill(person.email)
    await page.get_by_label("Password").fill(person.password)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.get_by_role("heading", name="Enter your code")).to_be_visible()


async def enter_code(page: Page, code: str) -> None:
    await page.get_by_label("Code", exact=True).fill(code)
    await page.get_by_role("button", name="Sign in", exact=True).click()


async def test_a_person_sets_it_up_keeps_the_codes_and_signs_in_with_one(
    page: Page, site: Program, alice: Person, tmp_path: Path
) -> None:
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site.origin)
    await page.goto(f"{site.origin}/settings/security")
    await page.get_by_role("link", name="Codes at sign-in: set up").click()
    await page.get_by_role("button", name="Set up").click()
    secret = page.get_by_label("Secret")
    await expect(secret).to_have_value(SEED)
    seed = (await secret.input_value()).replace(" ", "")
    picture = page.get_by_role("img", name="QR code")
    await expect(picture).to_be_visible()
    handle = await picture.element_handle()
    await page.wait_for_function("image => image.complete && image.naturalWidth > 100", arg=handle)

    await page.get_by_label("Code that the app shows").fill("000000")
    await page.get_by_label("Your password").fill(alice.password)
    await page.get_by_role("button", name="Switch on").click()
    await expect(page.get_by_role("alert")).to_have_text(
        "That is not the code that the app shows now."
    )
    await expect(secret).to_have_value(SEED)
    await page.get_by_label("Code that the app shows").fill(pyotp.TOTP(seed).now())
    await page.get_by_label("Your password").fill(alice.password)
    await page.get_by_role("button", name="Switch on").click()
    await expect(toast(page)).to_contain_text("Codes at sign-in are on.")

    codes = page.get_by_role("textbox", name="Recovery codes")
    await expect(codes).not_to_have_value("")
    lines = (await codes.input_value()).splitlines()
    assert len(lines) == 10
    await page.get_by_role("button", name="Copy").click()
    await expect(toast(page)).to_contain_text("Copied")
    # What is copied is told at once, and there when the browser has taken it.
    await page.wait_for_function(
        "async text => (await navigator.clipboard.readText()) === text", arg="\n".join(lines)
    )
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Download").click()
    await (await download.value).save_as(tmp_path / "codes.txt")
    assert (tmp_path / "codes.txt").read_text().split() == lines
    await page.reload()
    await expect(page.get_by_text("10 of 10 left.")).to_be_visible()
    await page.goto(f"{site.origin}/settings/security")
    way = page.get_by_role("region", name="Signing in").get_by_role("listitem")
    await expect(way.filter(has_text="Codes at sign-in")).to_contain_text("On")
    await page.get_by_role("link", name="Codes at sign-in: manage").click()
    await expect(page.get_by_text("10 of 10 left.")).to_be_visible()

    await sign_out(page)
    await enter_password(page, alice, "/sign-in?next=%2Finbox")
    await enter_code(page, "000000")
    await expect(page.get_by_role("alert")).to_contain_text("That code is not right")
    await enter_code(page, next_code(seed))
    await is_ready(page)
    assert page.url == f"{site.origin}/inbox"


async def test_a_recovery_code_lets_one_in_and_is_counted(
    stranger: Page, site: Program, alice: Person
) -> None:
    _, codes = switch_on(alice)
    await enter_password(stranger, alice)
    await stranger.get_by_text("No app at hand?").click()
    await stranger.get_by_label("Recovery code").fill(codes[3])
    await stranger.get_by_role("button", name="Sign in with it").click()
    await is_ready(stranger)
    await stranger.goto(site.origin + PATH)
    await expect(stranger.get_by_text("9 of 10 left.")).to_be_visible()
    renew = stranger.get_by_role("region", name="Recovery codes")
    await renew.get_by_label("Your password").fill("not hers at all")
    await renew.get_by_role("button", name="Make new codes").click()
    await expect(renew.get_by_role("alert")).to_have_text("That is not your current password.")
    await renew.get_by_label("Your password").fill(alice.password)
    await renew.get_by_role("button", name="Make new codes").click()
    fresh = stranger.get_by_role("textbox", name="Recovery codes")
    await expect(fresh).not_to_have_value("")
    assert not {*(await fresh.input_value()).split()} & {*codes}
    off = stranger.get_by_role("region", name="Switch off")
    await off.get_by_label("Your password").fill(alice.password)
    await off.get_by_role("button", name="Switch off").click()
    await expect(stranger.get_by_text("Your password alone opens your account.")).to_be_visible()


async def test_both_steps_of_signing_in_work_without_scripts(
    open_context: OpenContext, site: Program, watch: Watch, alice: Person
) -> None:
    _, codes = switch_on(alice)
    page = await (await open_context(java_script_enabled=False)).new_page()
    await page.goto(f"{site.origin}/inbox")
    await page.get_by_label("Email").fill(alice.email)
    await page.get_by_label("Password").fill("not hers at all")
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("That email and password")
    await expect(page.get_by_label("Email")).to_have_value(alice.email)
    await page.get_by_label("Password").fill(alice.password)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    for _ in range(6):
        await enter_code(page, "000000")
        await expect(page.get_by_label("Code", exact=True)).to_have_accessible_description(
            "That code is not right, or was used before. Try the next one."
        )
    await enter_code(page, "000000")
    await expect(page.get_by_role("alert")).to_have_text(
        re.compile(r"Too many attempts\. Try again in (\d+ seconds|1 minute)\.")
    )
    await page.get_by_text("No app at hand?").click()
    await page.get_by_label("Recovery code").fill(codes[0])
    await page.get_by_role("button", name="Sign in with it").click()
    await page.wait_for_url(f"{site.origin}/inbox")
    await expect(page.get_by_text("shows with JavaScript alone")).to_be_visible()
    # What the browser was told not to load.
    watch.forgive("failed request: .* csp$")


async def test_the_page_of_the_second_step_needs_the_first(stranger: Page, site: Program) -> None:
    await stranger.goto(f"{site.origin}/sign-in/code")
    await expect(stranger.get_by_role("heading", name="Welcome back")).to_be_visible()
