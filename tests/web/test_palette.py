from __future__ import annotations

from tests.web.browser import AUTH, Browser, Tab

PALETTE = f"{AUTH}.todo_app___web___components___palette____palette_state"


async def found(tab: Tab, text: str) -> list[tuple[str, bool]]:
    await tab.ask(f"{PALETTE}.find_tasks", text=text)
    return [(one["title"], one["is_completed"]) for one in tab.shown["palette_state.found"]]


async def test_tasks_are_found_by_what_was_typed_and_by_nothing_none(alice: Browser) -> None:
    async with alice.tab("/inbox") as tab:
        for title in ("Water the plants", "Call the piano tuner", "Plant a tree"):
            await tab.add(title)
        await tab.tick(next(row["id"] for row in tab.rows if row["title"] == "Plant a tree"))

        assert await found(tab, "plant") == [("Water the plants", False), ("Plant a tree", True)]
        assert await found(tab, " ") == []
        assert await found(tab, "x" * 501) == []


async def test_nobody_finds_what_is_anothers(alice: Browser, bob: Browser) -> None:
    async with alice.tab("/inbox") as hers, bob.tab("/inbox") as his:
        await hers.add("Water the plants")

        assert await found(his, "plants") == []
        assert not his.knows("Water the plants")
