"""What the open pages of an account read after a change, together."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest
import reflex as rx

from tests.cast import add_task, sign_up
from tests.web.browser import LIVE
from tests.web.page import Page, open_page
from tests.web.test_queries import counting
from todo_app.web import shared_reads

ALICE, BOB = uuid4(), uuid4()


class Shelf:
    """Something to read, and how often it was."""

    def __init__(self) -> None:
        self.times_read = 0
        self.is_torn = False

    async def read(self) -> int:
        """Take a while."""
        self.times_read += 1
        found = self.times_read
        await asyncio.sleep(0)
        if self.is_torn:
            raise LookupError
        return found


async def refreshed(shelf: Shelf, user_id: object = ALICE, key: str = "list") -> int:
    """What a page reads that is refreshed; run it as a task, as each event is one."""
    shared_reads.join_round(user_id)  # type: ignore[arg-type]
    return await shared_reads.read_once(key, shelf.read)


async def both(first: object, second: object) -> list[object]:
    return await asyncio.gather(first, second, return_exceptions=True)  # type: ignore[call-overload]


async def test_pages_of_an_account_read_once_after_each_change() -> None:
    shelf = Shelf()
    for round_number in (1, 2):
        shared_reads.begin_round(ALICE)
        assert await both(refreshed(shelf), refreshed(shelf)) == [round_number] * 2
        assert await asyncio.create_task(refreshed(shelf)) == round_number


async def test_other_accounts_and_other_questions_are_read_apart() -> None:
    shelf = Shelf()
    shared_reads.begin_round(ALICE)
    await both(refreshed(shelf), refreshed(shelf, BOB))
    assert shelf.times_read == 2
    await both(refreshed(shelf), refreshed(shelf, key="counts"))
    assert shelf.times_read == 3


async def test_a_page_that_is_not_refreshed_reads_for_itself() -> None:
    shelf = Shelf()
    shared_reads.begin_round(ALICE)
    await asyncio.create_task(refreshed(shelf))
    assert await shared_reads.read_once("list", shelf.read) == 2


async def test_a_round_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_reads, "ROUND_SECONDS", 0)
    shelf = Shelf()
    shared_reads.begin_round(ALICE)
    await asyncio.create_task(refreshed(shelf))
    await asyncio.sleep(0.01)
    assert await asyncio.create_task(refreshed(shelf)) == 2


async def test_a_page_that_is_closed_meanwhile_takes_nothing_from_the_others() -> None:
    shelf = Shelf()
    shared_reads.begin_round(ALICE)
    gone = asyncio.create_task(refreshed(shelf))
    stays = asyncio.create_task(refreshed(shelf))
    await asyncio.sleep(0)
    gone.cancel()
    assert await stays == 1


async def test_what_cannot_be_read_is_told_to_each() -> None:
    shelf = Shelf()
    shelf.is_torn = True
    shared_reads.begin_round(ALICE)
    told = await both(refreshed(shelf), refreshed(shelf))
    assert [type(one) for one in told] == [LookupError] * 2


async def test_a_refresh_costs_the_second_page_no_query(app: rx.App, database: str) -> None:
    alice = await sign_up("alice")
    await add_task(alice, "First")
    async with open_page(app, "alice") as page:
        await page.open("/inbox")
        counted = []
        for title in ("Second", "Third"):
            await add_task(alice, title)
            shared_reads.begin_round(alice.user_id)
            for _ in range(2):
                with counting() as statements:
                    await page.do(f"{LIVE}.refresh")
                counted.append(len(statements))
                assert titles(page)[-1] == title
    assert counted == [2, 0] * 2


def titles(page: Page) -> list[str]:
    return [row["title"] for row in page.shown["rows_rx_state_"]]
