from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.web.browser import LIVE, PANEL, QUICK_ADD, Browser, Tab

DAY_MILLISECONDS = 86_400_000


def stored(browser: Browser) -> list[tuple[Any, ...]]:
    rows = browser.backend.rows(
        "SELECT title, due_date FROM tasks WHERE user_id = :user ORDER BY title",
        user=browser.user_id,
    )
    return [(title, day and str(day)) for title, day in rows]


async def send(tab: Tab, *entries: dict[str, Any]) -> list[str]:
    """Send entries; which ids the browser need not keep any longer."""
    await tab.ask(f"{QUICK_ADD}.add_tasks", entries=list(entries))
    settled: list[str] = tab.shown["quick_add_state.settled"]
    return settled


async def test_an_entry_that_is_sent_again_is_one_task(alice: Browser) -> None:
    async with alice.tab("/inbox") as tab:
        entry = tab.entry("Water the plants")
        assert await send(tab, entry) == [entry["id"]]
        notice = tab.shown["auth_state.notice"]

        assert await send(tab, entry, entry) == [entry["id"]] * 3
        assert tab.shown["auth_state.notice"] == notice
        assert [title for title, _ in stored(alice)] == ["Water the plants"]


async def test_what_waited_is_added_at_once_on_the_day_it_was_typed(alice: Browser) -> None:
    today = datetime.now(UTC).date()
    async with alice.tab("/today") as tab:
        old, new = tab.entry("Old", age=3 * DAY_MILLISECONDS), tab.entry("New")
        await send(tab, old, new)

        assert tab.shown["auth_state.notice"]["text"] == "Added 2 tasks"
        assert stored(alice) == [("New", str(today)), ("Old", str(today - timedelta(days=3)))]
        assert [row["title"] for row in tab.rows] == ["Old", "New"]
        await tab.ask(f"{LIVE}.undo")
        assert [row["title"] for row in tab.rows] in ([], ["Old"])


async def test_a_refused_entry_is_kept_until_it_is_thrown_away(alice: Browser) -> None:
    async with alice.tab("/inbox") as tab:
        refused, fine = tab.entry("x" * 501), tab.entry("Water the plants")
        assert await send(tab, refused, fine) == [fine["id"]]
        assert tab.shown["quick_add_state.unsaved"] == refused["title"]

    async with alice.tab("/inbox") as tab:
        await send(tab, refused)
        assert tab.shown["quick_add_state.unsaved"] == refused["title"]
        await tab.ask(f"{QUICK_ADD}.discard_unsaved")
        assert tab.shown["quick_add_state.unsaved"] == ""
        assert tab.shown["quick_add_state.settled"] == [refused["id"]]


async def test_an_entry_whose_task_was_deleted_since_does_not_come_back(alice: Browser) -> None:
    async with alice.tab("/inbox") as tab:
        entry = tab.entry("Water the plants")
        await send(tab, entry)
        await tab.ask(f"{PANEL}.delete_task", task_id=entry["id"])

        assert await send(tab, entry) == [entry["id"]] * 2
        assert tab.rows == []


async def test_an_id_of_anothers_task_adds_nothing_and_tells_nothing(
    alice: Browser, bob: Browser
) -> None:
    async with alice.tab("/inbox") as hers, bob.tab("/inbox") as his:
        entry = hers.entry("Alice's")
        await send(hers, entry)
        before = alice.backend.every_row()["tasks"]

        await send(his, entry | {"title": "Bob's"})

        assert not his.knows("Alice's")
        assert alice.backend.every_row()["tasks"] == before


@pytest.mark.parametrize(
    "change",
    [
        {"id": "one"},
        {"age": -1},
        {"age": 10**15},
        {"age": "1"},
        {"title": None},
        {"place": "x" * 201},
        {"off": "1-x"},
    ],
    ids=str,
)
async def test_an_unfit_entry_reaches_nothing(alice: Browser, change: dict[str, Any]) -> None:
    async with alice.tab("/inbox") as tab:
        entries = [tab.entry("Water the plants") | change]
        assert await tab.ask(f"{QUICK_ADD}.add_tasks", entries=entries) == []
        too_many = [tab.entry("Water the plants") | {"id": str(uuid4())}] * 201
        assert await tab.ask(f"{QUICK_ADD}.add_tasks", entries=too_many) == []
    assert stored(alice) == []
