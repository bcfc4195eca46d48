from __future__ import annotations

from tests.web.browser import FIND, PLACES, Browser, Tab
from todo_app.core.labels import LABELS_OF_TASK_MAX
from todo_app.core.overview import PLACES_MAX


async def found(tab: Tab, text: str) -> list[tuple[str, bool]]:
    await tab.ask(f"{FIND}.find", text=text)
    return [(one["title"], one["is_completed"]) for one in tab.shown["find_state.found"]]


async def test_tasks_are_found_by_what_was_typed_and_by_nothing_none(alice: Browser) -> None:
    async with alice.tab("/inbox") as tab:
        for title in ("Water the plants", "Call the piano tuner", "Plant a tree"):
            await tab.add(title)
        await tab.tick(next(row["id"] for row in tab.rows if row["title"] == "Plant a tree"))

        assert await found(tab, "plant") == [("Water the plants", False), ("Plant a tree", True)]
        assert await found(tab, " ") == []
        assert await found(tab, "x" * 501) == []


async def test_places_that_the_sidebar_has_no_room_for_are_found_too(alice: Browser) -> None:
    async with alice.tab("/inbox") as tab:
        await tab.add("Full of labels")
        names = [f"l{number:03}" for number in range(PLACES_MAX + 1)]
        for start in range(0, len(names), LABELS_OF_TASK_MAX):
            some = ",".join(names[start : start + LABELS_OF_TASK_MAX])
            await tab.ask(f"{PLACES}.set_labels", task_id=tab.rows[0]["id"], text=some)
        await found(tab, names[-1])
        [place] = tab.shown["find_state.found_places"]
        assert (place["name"], place["kind"]) == (names[-1], "label")
        await found(tab, names[0])
        assert tab.shown["find_state.found_places"] == []


async def test_nobody_finds_what_is_anothers(alice: Browser, bob: Browser) -> None:
    async with alice.tab("/inbox") as hers, bob.tab("/inbox") as his:
        await hers.add("Water the plants")

        assert await found(his, "plants") == []
        assert not his.knows("Water the plants")
