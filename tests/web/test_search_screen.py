from __future__ import annotations

from tests.web.browser import SEARCH, Browser, Tab

PATH = "/search"
TOKEN = "3c1a35f0-6f35-4f3c-9a55-0c3d3c9d9d01"


async def find(tab: Tab, text: str, stamp: int = 1) -> None:
    await tab.ask(f"{SEARCH}.find", text=text, stamp=stamp)


def titles(tab: Tab) -> list[str]:
    return [row["title"] for row in tab.rows]


async def add(browser: Browser, *names: str) -> None:
    async with browser.tab("/inbox") as tab:
        for name in names:
            await tab.add(name)


async def test_what_is_typed_is_found_and_marked(alice: Browser, bob: Browser) -> None:
    await add(alice, "Buy milk", "Caf\u00e9 au lait", "Pay rent")

    async with alice.tab(PATH) as tab:
        assert titles(tab) == []
        await find(tab, "mil")
        assert titles(tab) == ["Buy milk"]
        assert tab.rows[0]["found_title"] == ["Buy ", "milk", ""]
        await find(tab, "cafe lait", stamp=2)
        assert tab.rows[0]["found_title"] == ["", "Caf\u00e9", " au ", "lait", ""]
        assert tab.shown["task_list_state.searched"] == "cafe lait"
        await find(tab, "nothing like it", stamp=3)
        assert titles(tab) == []
    async with bob.tab(PATH) as tab:
        await find(tab, "milk")
        assert titles(tab) == []


async def test_projects_and_labels_of_that_name_are_found_too(alice: Browser) -> None:
    await add(alice, "Sow #G\u00e4rtnerei @gardening", "Dig")

    async with alice.tab(PATH) as tab:
        await find(tab, "gar")
        found = tab.shown["task_list_state.found_names"]
        assert [(one["is_label"], one["pieces"]) for one in found] == [
            (False, ["", "G\u00e4rtnerei", ""]),
            (True, ["", "gardening", ""]),
        ]
        assert titles(tab) == ["Sow"]
        await find(tab, "dig", stamp=2)
        assert tab.shown["task_list_state.found_names"] == []


async def test_notes_are_shown_without_the_signs_of_markdown(alice: Browser) -> None:
    notes = "# Beds\n\n- **Dig** the [first](https://example.org)\n- `then` the _other_"
    async with alice.tab("/inbox") as tab:
        await tab.add("Garden")
        await tab.open_task(tab.rows[0]["id"])
        await tab.save("notes", notes)
        assert tab.rows[0]["notes"] == "Beds Dig the first then the other"

    async with alice.tab(PATH) as tab:
        await find(tab, "first")
        assert "".join(tab.rows[0]["found_notes"]) == "Beds Dig the first then the other"


async def test_a_late_question_does_not_replace_the_answer_to_a_newer_one(alice: Browser) -> None:
    await add(alice, "Buy milk", "Pay rent")

    async with alice.tab(PATH) as tab:
        await find(tab, "rent", stamp=2)
        await find(tab, "milk", stamp=1)
        assert titles(tab) == ["Pay rent"]


async def test_search_opens_with_what_the_address_says_and_not_with_what_was_last(
    alice: Browser,
) -> None:
    await add(alice, "Buy milk", "Pay rent")

    async with alice.tab(PATH, token=TOKEN) as tab:
        await find(tab, "milk")
        assert titles(tab) == ["Buy milk"]
    async with alice.tab(PATH, token=TOKEN) as tab:
        assert titles(tab) == []
    async with alice.tab(f"{PATH}?show=rent", token=TOKEN) as tab:
        assert titles(tab) == ["Pay rent"]


async def test_what_was_found_can_be_ticked_and_keeps_its_marks(alice: Browser) -> None:
    await add(alice, "Buy milk")

    async with alice.tab(PATH) as tab:
        await find(tab, "milk")
        await tab.tick(tab.rows[0]["id"])
        assert tab.rows[0]["is_completed"]
        assert tab.rows[0]["found_title"] == ["Buy ", "milk", ""]
        await tab.open_task(tab.rows[0]["id"])
        assert titles(tab) == ["Buy milk"]
        await tab.save("title", "Buy oats")
        assert titles(tab) == ["Buy oats"]
        assert tab.rows[0]["found_title"] == ["Buy oats"]


async def test_a_text_that_is_too_long_is_refused(alice: Browser) -> None:
    async with alice.tab(PATH) as tab:
        assert await tab.ask(f"{SEARCH}.find", text="x" * 201, stamp=1) == []
