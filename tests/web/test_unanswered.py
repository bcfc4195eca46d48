"""What had no answer as the network went is done once, when the browser that kept it sends it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.web.backend import ROOT
from tests.web.browser import LIST, PANEL, Browser, Tab
from tests.web.handlers import Handlers

UNANSWERED = f"{PANEL}.todo_app___web___unanswered_state____unanswered_state"
HOUR_MILLISECONDS = 3_600_000
LOOKS = {
    *("close", "count", "discard", "enter", "filter", "find", "leave", "load", "read", "refresh"),
    *("say", "show", "tell", "try"),
}
"""What an event begins with that changes nothing but what the page shows."""


def test_the_page_knows_of_every_event_whether_something_is_done_by_it(handlers: Handlers) -> None:
    script = (ROOT / "assets/scripts/acts.js").read_text("utf-8")
    [verbs] = re.findall(r'VERBS =\s*"([a-z ]+)"', script)
    names = {
        found.handler.fn.__name__.partition("_")[0]
        for found in handlers.values()
        if found.handler.fn.__module__.startswith("todo_app.")
    }

    assert names == LOOKS | set(verbs.split())
    assert not LOOKS & set(verbs.split())


async def send_again(tab: Tab, row: dict[str, Any], **other: Any) -> str:  # noqa: ANN401 - parts of a tick
    """Send a tick that this browser has kept; what the page is told then, if that is new."""
    before = tab.shown["auth_state.notice"]
    tick = {"task": row["id"], "title": row["title"], "turn": row["turn"], "stamp": 10}
    await tab.ask(f"{UNANSWERED}.set_ticks", ticks=[tick | {"done": True, "age": 0} | other])
    notice = tab.shown["auth_state.notice"]
    return "" if notice == before else str(notice["text"])


async def tick(tab: Tab, row: dict[str, Any], *, stamp: int = 10, done: bool = True) -> None:
    name = f"{LIST}.set_completed"
    await tab.ask(name, task_id=row["id"], is_completed=done, stamp=stamp)


@pytest.mark.parametrize("line", ["Water the plants", "Water the plants today every 12 hours"])
async def test_a_tick_that_is_sent_again_counts_once(alice: Browser, line: str) -> None:
    async with alice.tab("/inbox") as here:
        await here.add(line)
        [before] = here.rows

        assert "Completed" in await send_again(here, before)
        assert here.shown["task_list_state.answers"] == {before["id"]: 10}
        [after] = here.rows
        assert (after["turn"], after["is_completed"]) != (before["turn"], before["is_completed"])
        await tick(here, before)
        assert await send_again(here, before) == ""
        assert here.rows == [after], "the socket that was thought dead brought it, too"

        async with alice.tab("/inbox") as elsewhere:
            assert await send_again(elsewhere, before) == ""
            turns = [row["turn"] for row in elsewhere.rows]
            assert turns == ([] if after["is_completed"] else [after["turn"]])
            assert elsewhere.shown["task_list_state.answers"] != {}


async def test_what_was_decided_since_goes_before_a_tick(alice: Browser) -> None:
    async with alice.tab("/inbox") as tab:
        await tab.add("Water the plants")
        [row] = tab.rows
        await tick(tab, row)
        await tick(tab, row, stamp=20, done=False)

    async with alice.tab("/inbox") as tab:
        told = await send_again(tab, row, age=HOUR_MILLISECONDS)
        assert told == "Not saved: “Water the plants” was opened again elsewhere since."
        assert not tab.rows[0]["is_completed"]

        assert "Completed" in await send_again(tab, row, stamp=30)
        assert tab.rows[0]["is_completed"]


async def test_a_tick_that_cannot_be_is_told(alice: Browser) -> None:
    async with alice.tab("/inbox") as tab:
        await tab.add("Water the plants today every day")
        [row] = tab.rows
        await tab.open_task(row["id"])
        await tab.ask(f"{PANEL}.set_due_in", task_id=row["id"], days=7)
        told = await send_again(tab, row)
        assert told == "Not saved: “Water the plants” has another date by now."

        await tab.ask(f"{PANEL}.delete_task", task_id=row["id"])
        told = await send_again(tab, row, stamp=20)
        assert told.startswith("Not saved: “Water the plants”. This task is no longer here.")


async def test_what_is_in_doubt_is_told(alice: Browser) -> None:
    async with alice.tab("/inbox") as tab:
        await tab.add("Water the plants")
        await tab.open_task(tab.rows[0]["id"])
        before = tab.shown["task_panel_state.renewed"]

        await tab.ask(f"{UNANSWERED}.tell_doubt")

        assert tab.shown["auth_state.notice"]["is_error"]
        after = tab.shown["task_panel_state.renewed"]
        others = {name for name in after if after[name] != before[name]}
        assert others == {"priority", "due_date", "due_time", "recurrence", "reminders"}
