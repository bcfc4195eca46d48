"""The parts of a screen as a person names them."""

from __future__ import annotations

import asyncio

from playwright.async_api import Locator, Page, Route, WebSocketRoute, expect

# As a function: the policy of a page lets no text be read as a program when it is asked again.
_TICKS_ARE_ANSWERED = "() => Object.keys(localStorage).every(key => !key.startsWith('todo.ticks.'))"


def row(page: Page, title: str) -> Locator:
    """The row of a task."""
    return page.locator("ul.rows > li:not([inert])").filter(has=page.get_by_text(title, exact=True))


def tick(page: Page, title: str) -> Locator:
    """The tick of a task."""
    return row(page, title).get_by_role("checkbox", name="Complete")


def quick_entry(page: Page) -> Locator:
    """The box that makes a line a task."""
    return page.get_by_role("combobox", name="Add a task")


def panel(page: Page) -> Locator:
    """The detail panel."""
    return page.get_by_role("complementary", name="Task")


def toast(page: Page) -> Locator:
    """What just happened, in a sentence."""
    return page.locator(".toast")


def told(page: Page) -> Locator:
    """What a form says before anything is typed; for who has no scripts it is there once more."""
    return page.locator(".note[role=status]:not([data-says])")


async def is_ready(page: Page) -> None:
    """Wait until the page is connected and shows its list, or that it is empty."""
    await expect(page.locator("ul.rows, .empty").first).to_be_visible()


async def go_to(page: Page, name: str) -> None:
    """Open a list by its link; what the page showed before it is not mistaken for it."""
    await page.get_by_role("link", name=name).first.click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(name)
    await is_ready(page)


async def ticks_are_answered(page: Page) -> None:
    """Wait until the server has answered the last word on every tick."""
    await page.wait_for_function(_TICKS_ARE_ANSWERED)


async def add(page: Page, title: str) -> None:
    """Add a task as one does at a desk."""
    await quick_entry(page).fill(title)
    await quick_entry(page).press("Enter")
    await expect(row(page, title)).to_be_visible()


async def open_panel(page: Page, title: str) -> Locator:
    """Open a task by a click on its row."""
    await row(page, title).locator(".open").click()
    await expect(panel(page).get_by_label("Title")).to_have_value(title)
    return panel(page)


async def sign_out(page: Page) -> None:
    """Sign out by the account menu."""
    await page.get_by_role("button", name="Account").click()
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("heading", name="Welcome back")).to_be_visible()


async def hold_scripts(page: Page) -> asyncio.Event:
    """Keep back the scripts of what is opened next until the event is set."""
    may_come = asyncio.Event()

    async def come_late(route: Route) -> None:
        await may_come.wait()
        await route.continue_()

    await page.route("**/assets/*.js", come_late)
    return may_come


async def hold_messages(page: Page) -> asyncio.Event:
    """Let what the page says to the server go on, in order, only while the event is set."""
    may_go = asyncio.Event()
    may_go.set()

    def relay(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        async def hand_on(message: str | bytes) -> None:
            await may_go.wait()
            server.send(message)

        socket.on_message(hand_on)

    await page.route_web_socket("**/_event/**", relay)
    return may_go
