"""History as a page shows it."""

from __future__ import annotations

from typing import Any

from tests.web.browser import BULK, LIVE, PLACES, Browser, Tab


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


async def test_a_step_is_named_after_its_first_task_and_counts_things(alice: Browser) -> None:
    async with alice.tab("/inbox") as tab:
        await tab.add("\n".join(f"Item {number} #Garden @a{number} @b" for number in range(30)))
        await tab.add("Water every day @hose")
        await tab.tick(next(row["id"] for row in tab.rows if row["title"] == "Water"))
        await tab.open_task(tab.rows[0]["id"])
        await tab.ask(f"{LIVE}.show_history", task_id=tab.panel["id"])
        of_task = [entry["text"] for entry in tab.shown["live_state.history"]]

    async with alice.tab("/history") as tab:
        steps = [("Completed", "Water", 0), ("Added", "Water", 0), ("Added", "Item 0", 29)]
        await tab.ask(f"{LIVE}.load_more_history", is_visible=True)
        await tab.ask(f"{LIVE}.load_more_history", is_visible=True)
        assert said(tab) == steps
        assert of_task == ["Completed", "Added"]
        for words in ("Completed “Water”", "Added “Water”", "Added “Item 0” and 29 more"):
            await tab.ask(f"{LIVE}.undo_last")
            assert tab.shown["auth_state.notice"]["text"] == f"Undone: {words}"
        await tab.ask(f"{LIVE}.redo_last")
        assert tab.shown["auth_state.notice"]["text"] == "Done again: Added “Item 0” and 29 more"


async def test_what_becomes_of_a_place_names_a_step_before_its_tasks(alice: Browser) -> None:
    async with alice.tab("/inbox") as tab:
        await tab.add("Dig #Garden")
        await tab.load(f"/project?id={tab.shown['auth_state.projects'][0]['id']}")
        await tab.ask(f"{PLACES}.delete_project")
        await tab.ask(f"{LIVE}.undo_last")

        assert tab.shown["auth_state.notice"]["text"] == (
            "Undone: Deleted the project “Garden” and 1 more"
        )


async def test_what_was_changed_is_told_with_what_it_was(alice: Browser) -> None:
    async with alice.tab("/inbox") as tab:
        await tab.add("Dig tomorrow")
        await tab.add("Sow #Garden")
        [dig] = [row["id"] for row in tab.rows]
        await tab.open_task(dig)
        await tab.save("due_time", "19:00")
        await tab.save("due_date", "")
        garden = tab.shown["auth_state.projects"][0]["id"]
        await tab.ask(f"{BULK}.move_to_project", task_ids=[dig], project_id=garden)

    async with alice.tab("/history") as tab:
        assert [entry["detail"] for entry in feed(tab)[:3]] == [
            "From “Inbox” to “Garden”",
            "From Tomorrow 19:00 to none",
            "From no time to 19:00",
        ]
