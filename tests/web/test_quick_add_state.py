from __future__ import annotations

from typing import Any

import pytest

from tests.web.backend import Backend
from tests.web.browser import PANEL, QUICK_ADD, Browser, Tab

LINE = "😀 Water every mon at 7pm p2"


@pytest.fixture
def backend(sqlite_backend: Backend) -> Backend:
    return sqlite_backend


async def read(tab: Tab, line: str, off: str) -> dict[str, Any]:
    await tab.ask(f"{QUICK_ADD}.read_line", line=line, off=off)
    reading: dict[str, Any] = tab.shown["quick_add_state.reading"]
    return reading


async def test_a_line_is_read_piece_by_piece_in_words(alice: Browser) -> None:
    async with alice.tab("/inbox") as tab:
        reading = await read(tab, LINE, "")

        assert reading["text"] == LINE
        assert [
            (piece["text"], piece["kind"], piece["reading"]) for piece in reading["pieces"]
        ] == [
            ("every mon", "recurrence", "every mon"),
            ("at 7pm", "time", "19:00"),
            ("p2", "priority", "P2 High"),
        ]
        assert len(reading["next"].split(" · ")) == 5
        assert tab.rows == []


async def test_what_is_turned_off_is_text_in_the_reading_and_in_the_task(alice: Browser) -> None:
    start = LINE.index("every")
    off = f"{start}-{start + len('every mon at 7pm')}"
    async with alice.tab("/inbox") as tab:
        reading = await read(tab, LINE, off)
        await tab.ask(f"{QUICK_ADD}.add_tasks", entries=[tab.entry(LINE) | {"off": off}])

        assert [piece["text"] for piece in reading["pieces"]] == ["p2"]
        assert reading["next"] == ""
        assert [row["title"] for row in tab.rows] == ["😀 Water every mon at 7pm"]


async def test_a_line_that_says_only_when_is_kept_and_explained(alice: Browser) -> None:
    async with alice.tab("/today") as tab:
        await tab.add("tomorrow at 5pm")

        assert tab.shown["quick_add_state.unsaved"] == "tomorrow at 5pm"
        assert tab.shown["quick_add_state.reason"].endswith(".")
        assert tab.rows == []


@pytest.mark.parametrize("off", ["1", "-1-2", "1-x", " 1-2", "0-1 " * 51, None, []])
async def test_spans_that_are_none_are_refused(alice: Browser, off: object) -> None:
    async with alice.tab("/inbox") as tab:
        await tab.ask(f"{QUICK_ADD}.read_line", line=LINE, off=off)

        assert tab.shown["quick_add_state.reading"]["text"] == ""


async def test_a_repeating_task_that_is_done_leaves_today_and_comes_back(alice: Browser) -> None:
    async with alice.tab("/today") as tab:
        await tab.add("Water every day")
        [row] = tab.rows
        await tab.tick(row["id"])

        assert row["repeats"] == "every day"
        assert tab.rows == []
        assert tab.shown["auth_state.notice"]["text"].endswith("next Tomorrow")
        await tab.tick(row["id"], is_completed=False)
        assert [again["title"] for again in tab.rows] == ["Water"]


async def save_recurrence(tab: Tab, task_id: str, text: str) -> None:
    panel = tab.shown["task_list_state.panel"]
    await tab.ask(
        f"{PANEL}.save_field",
        task_id=task_id,
        version=panel["version"],
        opened=tab.shown["task_panel_state.opened"],
        field="recurrence",
        text=text,
        before=panel["recurrence"],
    )


async def test_the_panel_shows_what_comes_and_makes_a_task_repeat(alice: Browser) -> None:
    async with alice.tab("/today") as tab:
        await tab.add("Water")
        task_id = tab.rows[0]["id"]
        await tab.open_task(task_id)
        await tab.ask(f"{PANEL}.show_coming", task_id=task_id, text="every 3 days")
        coming = tab.shown["task_panel_state.coming"].split(" · ")
        await tab.ask(f"{PANEL}.show_coming", task_id=task_id, text="every so often")
        nothing = tab.shown["task_panel_state.coming"]
        await save_recurrence(tab, task_id, "every 3 days")

        assert (len(coming), coming[0], nothing) == (5, "Today", "")
        assert tab.shown["task_list_state.panel"]["recurrence"] == "every 3 days"
        await tab.ask(f"{PANEL}.skip_task", task_id=task_id)
        assert tab.rows == []
        assert tab.shown["auth_state.notice"]["text"].startswith("Skipped “Water”, next ")
        await save_recurrence(tab, task_id, "")
        assert tab.shown["task_list_state.panel"]["recurrence"] == ""


async def test_words_that_say_no_repetition_are_told_beside_the_field(alice: Browser) -> None:
    async with alice.tab("/today") as tab:
        await tab.add("Water")
        task_id = tab.rows[0]["id"]
        await tab.open_task(task_id)
        await save_recurrence(tab, task_id, "every blue moon")

        assert "every 3 days" in tab.shown["task_panel_state.errors"]["recurrence"]
        assert tab.shown["task_list_state.panel"]["recurrence"] == ""
