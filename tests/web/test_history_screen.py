"""History as a page shows it."""

from __future__ import annotations

from typing import Any

from tests.web.browser import BULK, LIVE, Browser, Tab


def feed(tab: Tab) -> list[dict[str, Any]]:
    return tab.shown["live_state.feed"]


def said(tab: Tab) -> list[tuple[str, str, int]]:
    return [(entry["text"], entry["title"], entry["more"]) for entry in feed(tab)]


async def test_every_step_is_told_by_its_way_and_taken_back(alice: Browser, bob: Browser) -> None:
    async with alice.tab("/inbox") as tab:
        for title in ("Sow", "Dig"):
            await tab.add(title)
        ids = [row["id"] for row in tab.rows]
        await tab.ask(f"{BULK}.complete_tasks", task_ids=ids)

    async with alice.tab("/history") as tab:
        assert [entry["text"] for entry in feed(tab)] == ["Completed", "Added", "Added"]
        assert feed(tab)[0]["more"] == 1
        assert [entry["day"] for entry in feed(tab)] == ["Today", "", ""]
        assert feed(tab)[0]["who"] == "You, in the browser"
        await tab.ask(f"{LIVE}.undo_change", change_id=feed(tab)[0]["id"])
        assert feed(tab)[0]["text"] == "Undone: Completed"
        assert feed(tab)[1]["can_undo"] is False
        assert tab.shown["auth_state.counts"]["inbox"] == 2
    async with bob.tab("/history") as tab:
        assert feed(tab) == []
        assert tab.shown["live_state.feed_is_shown"] is True


async def test_older_steps_follow_when_the_end_comes_into_view(alice: Browser) -> None:
    async with alice.tab("/inbox") as tab:
        for number in range(60):
            await tab.add(f"Task {number}")

    async with alice.tab("/history") as tab:
        assert len(feed(tab)) == 50
        assert tab.shown["live_state.feed_goes_on"] is True
        await tab.ask(f"{LIVE}.load_more_history", is_visible=True)
        assert [entry["title"] for entry in feed(tab)] == [
            f"Task {number}" for number in range(59, -1, -1)
        ]
        assert tab.shown["live_state.feed_goes_on"] is False
