"""Every screen of the product, each brought up the way a person gets there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from playwright.async_api import Page, expect

from tests.e2e.person import TIME_ZONE, Person
from tests.e2e.screen import is_ready, open_panel, tick, toast


class Screen(NamedTuple):
    """A screen, whether one is signed in to see it, and how to get there."""

    name: str
    is_private: bool
    show: Callable[[Page, str], Awaitable[None]]


async def _sign_in(page: Page, origin: str) -> None:
    await page.goto(f"{origin}/sign-in")
    await expect(page.get_by_role("heading", name="Welcome back")).to_be_visible()


async def _refused_sign_in(page: Page, origin: str) -> None:
    await _sign_in(page, origin)
    await page.get_by_label("Email").fill("ada@example.org")
    await page.get_by_label("Password").fill("not the password")
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.get_by_role("alert")).to_be_visible()


async def _sign_up(page: Page, origin: str) -> None:
    await page.goto(f"{origin}/sign-up")
    await expect(page.get_by_role("heading", name="Create an account")).to_be_visible()


async def _refused_sign_up(page: Page, origin: str) -> None:
    await _sign_up(page, origin)
    await page.get_by_label("Email").fill("ada@nowhere")
    await page.get_by_label("Name").fill("Ada Lovelace")
    await page.get_by_label("Password").fill("kettle under seven clouds")
    await page.get_by_role("button", name="Create account").click()
    await expect(page.get_by_role("alert")).to_be_visible()


def _page(path: str) -> Callable[[Page, str], Awaitable[None]]:
    async def show(page: Page, origin: str) -> None:
        await page.goto(origin + path)
        await expect(page.get_by_role("heading")).to_be_visible()

    return show


def _list(path: str) -> Callable[[Page, str], Awaitable[None]]:
    async def show(page: Page, origin: str) -> None:
        await page.goto(origin + path)
        await is_ready(page)

    return show


def _place(kind: str, menu: str = "") -> Callable[[Page, str], Awaitable[None]]:
    async def show(page: Page, origin: str) -> None:
        await _list("/today")(page, origin)
        link = page.locator(f"a[href^='/{kind}?id=']").first
        await expect(link).to_be_attached()
        await page.goto(origin + str(await link.get_attribute("href")))
        await expect(page.get_by_role("heading", level=1)).not_to_be_empty()
        await is_ready(page)
        if menu:
            await page.get_by_role("button", name="Change").click()
            dialog = page.get_by_role("dialog", name="Project or label")
            await expect(dialog.get_by_text(menu)).to_be_visible()

    return show


def _filter(text: str, shows: str) -> Callable[[Page, str], Awaitable[None]]:
    async def show(page: Page, origin: str) -> None:
        await page.goto(f"{origin}/filter")
        await page.get_by_role("textbox", name="Filter", exact=True).fill(text)
        await expect(page.get_by_role("main").get_by_text(shows).first).to_be_visible()

    return show


async def _history(page: Page, origin: str) -> None:
    await page.goto(f"{origin}/history")
    await expect(page.get_by_role("button", name="Undo: Deleted").first).to_be_visible()


async def _trash(page: Page, origin: str) -> None:
    await page.goto(f"{origin}/trash")
    await expect(page.get_by_role("button", name="Restore").first).to_be_visible()


async def _archive(page: Page, origin: str) -> None:
    await page.goto(f"{origin}/archive")
    await expect(page.get_by_role("button", name="Bring back")).to_be_visible()


async def _open_task(page: Page, origin: str) -> None:
    await _list("/today")(page, origin)
    await open_panel(page, "Send the Bernoulli table to Charles")


async def _chosen(page: Page, origin: str) -> None:
    await _list("/today")(page, origin)
    await page.keyboard.press("j")
    await page.keyboard.press("x")
    await page.keyboard.press("Shift+ArrowDown")
    await expect(page.get_by_role("region", name="Selected tasks")).to_contain_text("2 selected")


def _dialog(key: str, name: str) -> Callable[[Page, str], Awaitable[None]]:
    async def show(page: Page, origin: str) -> None:
        await _list("/today")(page, origin)
        await page.keyboard.press("j")
        await page.keyboard.press(key)
        await expect(page.get_by_role("dialog", name=name)).to_be_visible()

    return show


async def _menu(page: Page, origin: str) -> None:
    await _list("/today")(page, origin)
    await page.get_by_role("button", name="Account").click()
    await expect(page.get_by_role("button", name="Sign out")).to_be_visible()


async def _account(page: Page, origin: str) -> None:
    await page.goto(f"{origin}/settings/account")
    await expect(page.get_by_label("Name", exact=True)).to_have_value("Ada Lovelace")


async def _account_end(page: Page, origin: str) -> None:
    await _account(page, origin)
    await page.get_by_label("Your email").fill("ada@example.org")
    await page.get_by_label("Current password").fill("not the password")
    await page.get_by_role("button", name="Delete account").click()
    await expect(page.get_by_role("alert")).to_be_visible()


async def _preferences(page: Page, origin: str) -> None:
    await page.goto(f"{origin}/settings/preferences")
    await expect(page.get_by_label("Time zone")).to_have_value(TIME_ZONE)


async def _security(page: Page, origin: str) -> None:
    await page.goto(f"{origin}/settings/security")
    await expect(page.get_by_text("This one")).to_be_visible()


async def _tokens(page: Page, origin: str) -> None:
    await page.goto(f"{origin}/settings/tokens")
    await page.get_by_label("Name", exact=True).fill("Calendar of the kitchen tablet")
    await page.get_by_role("button", name="Make token").click()
    await expect(page.get_by_role("textbox", name="New token")).to_be_focused()
    await expect(page.get_by_role("button", name="Revoke").first).to_be_visible()


async def _enter_code(page: Page, origin: str) -> None:
    # The page asks for the cookie of a first step; whether it is one is asked by the form.
    await page.context.add_cookies([{"name": "todo_step", "value": "x", "url": origin}])
    await page.goto(f"{origin}/sign-in/code")
    await page.get_by_text("No app at hand?").click()
    await expect(page.get_by_label("Recovery code")).to_be_visible()
    await page.context.clear_cookies(name="todo_step")


async def _set_up_codes(page: Page, origin: str) -> None:
    await page.goto(f"{origin}/settings/security/codes")
    begin = page.get_by_role("button", name="Set up")
    picture = page.get_by_role("img", name="QR code")
    await expect(begin.or_(picture)).to_be_visible()
    if await begin.is_visible():
        await begin.click()
    await expect(picture).to_be_visible()
    await expect(page.get_by_label("Secret")).not_to_have_value("")


async def _passkeys(page: Page, origin: str) -> None:
    await page.goto(f"{origin}/settings/security/passkeys")
    await expect(page.get_by_role("button", name="Add passkey")).to_be_visible()


async def _toast(page: Page, origin: str) -> None:
    await _list("/today")(page, origin)
    await tick(page, "Water the tomatoes").click()
    await expect(toast(page).get_by_role("button", name="Undo")).to_be_visible()
    await page.mouse.move(0, 0)


def _search(text: str, shows: str) -> Callable[[Page, str], Awaitable[None]]:
    async def show(page: Page, origin: str) -> None:
        await page.goto(f"{origin}/search")
        await page.get_by_role("searchbox").fill(text)
        await expect(page.get_by_role("main").get_by_text(shows).first).to_be_visible()

    return show


async def _not_found(page: Page, origin: str) -> None:
    await page.goto(f"{origin}/no/such/page")
    await expect(page.get_by_role("heading")).to_have_text("This page does not exist")


EMPTY_SCREENS = (
    Screen("today-empty", is_private=True, show=_list("/today")),
    Screen("upcoming-empty", is_private=True, show=_list("/upcoming")),
    Screen("search-empty", is_private=True, show=_search("", "Type to search")),
    Screen("inbox-empty", is_private=True, show=_list("/inbox")),
    Screen("completed-empty", is_private=True, show=_list("/completed")),
    Screen("history-empty", is_private=True, show=_list("/history")),
    Screen("trash-empty", is_private=True, show=_list("/trash")),
)
SCREENS = (
    Screen("sign-in", is_private=False, show=_sign_in),
    Screen("sign-in-refused", is_private=False, show=_refused_sign_in),
    Screen("sign-up", is_private=False, show=_sign_up),
    Screen("sign-up-refused", is_private=False, show=_refused_sign_up),
    Screen("forgotten-password", is_private=False, show=_page("/forgot-password")),
    Screen("link-sent", is_private=False, show=_page("/link-sent")),
    Screen("reset-password", is_private=False, show=_page("/reset-password")),
    Screen("sign-up-sent", is_private=False, show=_page("/sign-up-sent")),
    Screen("confirm-sign-up", is_private=False, show=_page("/confirm-sign-up")),
    Screen("confirm-email", is_private=False, show=_page("/confirm-email")),
    Screen("email-changed", is_private=False, show=_page("/email-changed")),
    Screen("link-spent", is_private=False, show=_page("/link-spent")),
    Screen("today", is_private=True, show=_list("/today")),
    Screen("today-panel", is_private=True, show=_open_task),
    Screen("upcoming", is_private=True, show=_list("/upcoming")),
    Screen("inbox", is_private=True, show=_list("/inbox")),
    Screen("project", is_private=True, show=_place("project")),
    Screen("project-menu", is_private=True, show=_place("project", "Move up")),
    Screen("label", is_private=True, show=_place("label")),
    Screen("label-menu", is_private=True, show=_place("label", "Merge into")),
    Screen("filter", is_private=True, show=_place("filter")),
    Screen("filter-new", is_private=True, show=_filter("", "For example")),
    Screen("filter-flawed", is_private=True, show=_filter("p1 & soonish", "no word of a")),
    Screen("filter-nothing", is_private=True, show=_filter("p4 & p1", "Nothing passes")),
    Screen("history", is_private=True, show=_history),
    Screen("trash", is_private=True, show=_trash),
    Screen("archive", is_private=True, show=_archive),
    Screen("project-picker", is_private=True, show=_dialog("#", "Move to project")),
    Screen("label-picker", is_private=True, show=_dialog("@", "Give or take off a label")),
    Screen("search", is_private=True, show=_search("the", "found")),
    Screen("search-names", is_private=True, show=_search("anal", "Engine")),
    Screen("search-nothing", is_private=True, show=_search("xyz", "Nothing found")),
    Screen("completed", is_private=True, show=_list("/completed")),
    Screen("menu", is_private=True, show=_menu),
    Screen("account", is_private=True, show=_account),
    Screen("account-end", is_private=True, show=_account_end),
    Screen("preferences", is_private=True, show=_preferences),
    Screen("security", is_private=True, show=_security),
    Screen("tokens", is_private=True, show=_tokens),
    Screen("sign-in-code", is_private=False, show=_enter_code),
    Screen("passkeys", is_private=True, show=_passkeys),
    Screen("codes", is_private=True, show=_set_up_codes),
    Screen("chosen", is_private=True, show=_chosen),
    Screen("due", is_private=True, show=_dialog("d", "Due")),
    Screen("palette", is_private=True, show=_dialog("Control+k", "Command palette")),
    Screen("shortcuts", is_private=True, show=_dialog("?", "Keyboard shortcuts")),
    Screen("toast", is_private=True, show=_toast),
    Screen("not-found", is_private=False, show=_not_found),
)


def furnish(person: Person) -> None:
    """Give somebody tasks of every kind."""
    today = datetime.now(ZoneInfo(TIME_ZONE)).date()

    def due(days: int, time: str | None = None) -> dict[str, str | None]:
        day = (today + timedelta(days=days)).isoformat()
        return {"date": day, "time": time, "zone": TIME_ZONE} if time else {"date": day}

    home, engine, garden = [
        person.api.post("/projects", json={"name": name, "colour": colour}).json()["id"]
        for name, colour in (("Home", "blue"), ("Analytical Engine", "orange"), ("Garden", "green"))
    ]
    notes = person.api.post("/sections", json={"project_id": engine, "name": "Notes"}).json()["id"]
    person.api.post(
        "/filters", json={"name": "Urgent", "query": "p1 | p2", "colour": "violet"}
    ).raise_for_status()
    passport = person.add_task("Renew passport", priority=1, due=due(-2), project_id=home)
    for part in ("Have a picture taken", "Find the old one"):
        person.add_task(part, parent_id=passport["id"])
    person.add_task(
        "Send the Bernoulli table to Charles",
        priority=2,
        due=due(0, "23:59"),
        project_id=engine,
        section_id=notes,
        labels=["waiting"],
        notes="Fair copy, with the note on the loop.\n\nHe asked for the corrected third column.",
    )
    person.add_task("Water the tomatoes", due=due(0), project_id=garden, labels=["errand"])
    person.add_task(
        "Read chapter 4 of the Menabrea memoir and note every place where the translation drifts",
        priority=3,
        due=due(0),
        project_id=engine,
        notes="The **library** has it until _Friday_; see [the note](https://example.org).",
    )
    person.add_task("اشترِ الحليب والخبز", due=due(0))
    person.add_task("Averylongwordthatnobodybreaks" * 8, due=due(400, "08:00"))
    done = person.add_task("Call the piano tuner", due=due(0))
    person.api.post(f"/tasks/{done['id']}/complete")
    person.add_task("Order the lemon tree", priority=2, due=due(1))
    person.add_task("Supper with Mary", due=due(1, "19:30"))
    person.add_task("Proofs back to the printer", due=due(3, "12:00"), notes="Both signatures.")
    gone = person.add_task("A letter that was never sent")
    person.api.delete(f"/tasks/{gone['id']}")
    person.add_task("An idea without a date")
    old = person.api.post("/projects", json={"name": "Difference Engine"}).json()["id"]
    person.api.post(f"/projects/{old}/archive", json={}).raise_for_status()
    person.api.post("/sections", json={"project_id": home, "name": "Someday"}).raise_for_status()
