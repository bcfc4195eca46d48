"""Filters as a page uses them, and as a stranger would."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from tests.web.browser import FILTER, FILTER_COUNTS, LIST, LIVE, PLACES, Browser, Tab
from todo_app.core.filters.reader import MAX_CHARACTERS

SAVED_QUERY = "task_list_state.saved_query"


async def open_filter(tab: Tab, filter_id: str = "", **typed: str) -> None:
    """Follow a link of the sidebar, or one that somebody sent."""
    query = urlencode(({"id": filter_id} if filter_id else {}) | typed)
    tab.path = f"/filter?{query}"
    await tab.ask(f"{LIST}.show_list", name="filter")
    await tab.ask(f"{FILTER}.show_filter")


async def ask(tab: Tab, text: str, stamp: int = 1) -> None:
    await tab.ask(f"{FILTER}.filter_tasks", text=text, stamp=stamp)


async def save(tab: Tab, name: str, text: str) -> str:
    await tab.ask(f"{FILTER}.save_filter", name=name, text=text)
    return str(next(one["id"] for one in saved(tab) if one["name"] == name))


def titles(tab: Tab) -> list[str]:
    return [row["title"] for row in tab.rows]


def saved(tab: Tab) -> list[dict[str, Any]]:
    return tab.shown["auth_state.filters"]


def names(tab: Tab) -> list[str]:
    return [one["name"] for one in saved(tab)]


def flaw(tab: Tab) -> dict[str, str]:
    return tab.shown["filter_state.flaw"]


async def add(browser: Browser, *lines: str) -> None:
    async with browser.tab("/inbox") as tab:
        for line in lines:
            await tab.add(line)


async def test_what_is_typed_shows_at_once_and_a_flaw_at_its_place(
    alice: Browser, bob: Browser
) -> None:
    await add(alice, "Buy milk p1", "Pay rent p2")

    async with alice.tab("/filter") as tab:
        assert titles(tab) == []
        await ask(tab, "p1")
        assert titles(tab) == ["Buy milk"]
        await ask(tab, "p1 | soonish & p2", stamp=2)
        assert (flaw(tab)["before"], flaw(tab)["piece"], flaw(tab)["after"]) == (
            "p1 | ",
            "soonish",
            " & p2",
        )
        assert titles(tab) == ["Buy milk"]
        await ask(tab, "p1 | ", stamp=3)
        assert flaw(tab)["piece"] == ""
        await ask(tab, "p1 | p2", stamp=4)
        assert flaw(tab)["reason"] == ""
        assert sorted(titles(tab)) == ["Buy milk", "Pay rent"]
        await ask(tab, "p2", stamp=1)
        assert len(titles(tab)) == 2
        await ask(tab, " ", stamp=5)
        assert titles(tab) == []
        assert (
            await tab.ask(f"{FILTER}.filter_tasks", text="x" * (MAX_CHARACTERS + 1), stamp=6) == []
        )
    async with bob.tab("/filter") as tab:
        await ask(tab, "all | done")
        assert titles(tab) == []


async def test_a_name_that_there_is_not_is_marked_and_no_flaw(alice: Browser) -> None:
    await add(alice, "Buy milk @errand p1")

    async with alice.tab("/filter") as tab:
        text = "p1 | #Nowhere & @errand, !/*x"
        await ask(tab, text)
        hint = tab.shown["filter_state.hint"]
        assert (
            hint["reason"]
            == "No project is called \u201cNowhere\u201d. No section is called \u201c*x\u201d."
        )
        assert hint["pieces"] == ["p1 | ", "#Nowhere", " & @errand, !", "/*x", ""]
        assert (titles(tab), flaw(tab)["reason"]) == (["Buy milk"], "")
        saved_id = await save(tab, "Mine", text)
        await ask(tab, "@errand", stamp=2)
        assert tab.shown["filter_state.hint"]["reason"] == ""
    async with alice.tab(f"/filter?id={saved_id}") as tab:
        await tab.settle()
        assert tab.shown["filter_state.hint"] == hint


async def test_a_filter_is_saved_opened_changed_moved_and_deleted(alice: Browser) -> None:
    await add(alice, "Buy milk p1", "Pay rent p2")

    async with alice.tab("/filter") as tab:
        late = await save(tab, "Late", "p1")
        await save(tab, "Soon", "p2")
        assert tab.redirects[0] == f"/filter?id={late}"
        assert names(tab) == ["Late", "Soon"]
        await tab.ask(f"{FILTER_COUNTS}.count_filters")
        assert set(tab.shown["filter_count_state.shown"].values()) == {1}

        await open_filter(tab, late)
        assert titles(tab) == ["Buy milk"]
        assert tab.shown["task_list_state.saved_query"] == "p1"
        await tab.ask(f"{PLACES}.rename_place", name="Urgent")
        await tab.ask(f"{PLACES}.set_colour", colour="red")
        await tab.ask(f"{FILTER}.change_query", text="p1 | p2")
        await tab.ask(f"{FILTER}.move_filter", shift="down")
        assert [(one["name"], one["colour"], one["query"]) for one in saved(tab)] == [
            ("Soon", "grey", "p2"),
            ("Urgent", "red", "p1 | p2"),
        ]
        assert tab.shown["task_list_state.place"]["name"] == "Urgent"
        await tab.ask(f"{FILTER}.delete_filter")
        assert names(tab) == ["Soon"]
        await tab.ask(f"{LIVE}.undo")
        assert names(tab) == ["Soon", "Urgent"]


async def test_a_view_that_is_open_follows_what_is_done_to_it_elsewhere(alice: Browser) -> None:
    await add(alice, "Buy milk p1", "Pay rent p2")

    async with alice.tab("/filter") as here, alice.tab("/filter") as there:
        late = await save(here, "Late", "p1")
        await open_filter(here, late)
        await open_filter(there, late)

        async def seen_after(handler: str, **arguments: str) -> tuple[bool, str, str]:
            await there.ask(handler, **arguments)
            await here.ask(f"{LIVE}.refresh")
            shown = {
                name: here.shown[f"task_list_state.{name}"] for name in ("is_missing", "place")
            }
            return shown["is_missing"], shown["place"]["name"], here.shown[SAVED_QUERY]

        assert await seen_after(f"{PLACES}.rename_place", name="Urgent") == (False, "Urgent", "p1")
        changed = await seen_after(f"{FILTER}.change_query", text="p2")
        assert changed == (False, "Urgent", "p2")
        assert titles(here) == ["Pay rent"]
        await ask(here, "p1")
        changed = await seen_after(f"{FILTER}.change_query", text="p2 | p1")
        assert changed == (False, "Urgent", "p2 | p1")
        assert titles(here) == ["Buy milk"], "what is typed in its place stays"
        assert (await seen_after(f"{FILTER}.delete_filter"))[0]
        assert await seen_after(f"{LIVE}.undo") == (False, "Urgent", "p2 | p1")
        assert titles(here) == ["Buy milk"]


async def test_a_flawed_or_nameless_filter_is_not_saved(alice: Browser) -> None:
    async with alice.tab("/filter") as tab:
        for name, text in (("", "p1"), ("x" * 101, "p1"), ("Flawed", "soonish"), ("Empty", "")):
            await tab.ask(f"{FILTER}.save_filter", name=name, text=text)
        assert saved(tab) == []


async def test_a_strangers_filter_opens_as_one_that_is_not(alice: Browser, bob: Browser) -> None:
    async with alice.tab("/filter") as tab:
        hers = await save(tab, "Secret", "p1")
    for wanted in (hers, str(uuid4()), "nonsense"):
        async with bob.tab(f"/filter?id={wanted}") as tab:
            await tab.settle()
            assert tab.shown["task_list_state.is_missing"] is (wanted != "nonsense")
            for handler in ("delete_filter", "change_query", "move_filter"):
                arguments = {"change_query": {"text": "p2"}, "move_filter": {"shift": "up"}}
                await tab.ask(f"{FILTER}.{handler}", **arguments.get(handler, {}))
            assert not tab.knows("Secret")
    async with alice.tab("/filter") as tab:
        assert [(one["name"], one["query"]) for one in saved(tab)] == [("Secret", "p1")]


async def test_the_address_holds_what_is_typed_and_not_saved(alice: Browser) -> None:
    await add(alice, "Buy milk p1", "Pay rent p2")

    async with alice.tab("/filter?show=p1") as tab:
        await open_filter(tab, "", show="p1")
        assert (titles(tab), tab.shown["filter_state.asked"]) == (["Buy milk"], "p1")
        view = await save(tab, "Urgent", "p1")

        await open_filter(tab, view, show="p2")
        assert (titles(tab), tab.shown[SAVED_QUERY]) == (["Pay rent"], "p1")
        assert tab.shown["task_list_state.here"] == f"id={view}&show=p2&"
        await open_filter(tab, view, show="p" * (MAX_CHARACTERS + 1))
        assert (titles(tab), tab.shown["task_list_state.here"]) == (["Buy milk"], f"id={view}&")
        await open_filter(tab, show="soonish")
        assert (titles(tab), flaw(tab)["piece"]) == ([], "soonish")
