"""What was typed into a task comes again from the browser that kept it: saved, or said why not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.web.browser import PANEL, Browser, Tab

DRAFTS = f"{PANEL}.todo_app___web___drafts_state____drafts_state.save_drafts"


@pytest.fixture
async def tab(alice: Browser) -> AsyncIterator[Tab]:
    """Alice's inbox with one task, which is open in the panel."""
    async with alice.tab("/inbox") as opened:
        await opened.add("Water the plants")
        await opened.open_task(opened.rows[0]["id"])
        yield opened


async def send(tab: Tab, task_id: str, **typed: Any) -> None:  # noqa: ANN401 - parts of a draft
    """Send what this browser has kept of a task."""
    draft = {"task": task_id, "field": "notes", "before": "", "shown": False, **typed}
    opened = tab.shown["task_panel_state.opened"]
    await tab.ask(DRAFTS, opened=opened, drafts=[draft])


def errors(tab: Tab) -> dict[str, str]:
    """What the panel says is wrong, field by field."""
    found: dict[str, str] = tab.shown["task_panel_state.errors"]
    return {field: text for field, text in found.items() if text}


@pytest.mark.parametrize("is_open", [True, False])
async def test_a_draft_is_saved_and_the_browser_told_so(tab: Tab, *, is_open: bool) -> None:
    task_id = tab.panel["id"]
    if not is_open:
        await tab.open_task("")

    await send(tab, task_id, text="Not the cactus")

    assert tab.shown["task_panel_state.saved"] == [[task_id, "notes", "Not the cactus"]]
    await tab.open_task(task_id)
    assert (tab.panel["notes"], errors(tab)) == ("Not the cactus", {})
    renewed = tab.shown["task_panel_state.renewed"]["notes"]
    assert renewed == (1 if is_open else 0), "an input that shows something else is made anew"


async def test_a_draft_of_what_was_changed_elsewhere_overwrites_nothing(
    alice: Browser, tab: Tab
) -> None:
    task_id = tab.panel["id"]
    await tab.open_task("")
    async with alice.tab("/inbox") as elsewhere:
        await elsewhere.open_task(task_id)
        await elsewhere.save("notes", "Theirs")

    await send(tab, task_id, text="Mine")
    assert tab.shown["auth_state.notice"]["text"].startswith("Not all of “Water the plants”")
    await tab.open_task(task_id)
    await send(tab, task_id, text="Mine")

    assert tab.panel["notes"] == "Theirs"
    assert "Theirs" in errors(tab)["notes"]
    assert tab.shown["task_panel_state.drafts"] == {"notes": "Mine"}
    await tab.save("notes", "Mine")
    assert tab.panel["notes"] == "Theirs", "to leave the field with it is not to mean it"
    await tab.save("notes", "Mine after all")
    assert (tab.panel["notes"], errors(tab)) == ("Mine after all", {})


async def test_a_draft_that_does_not_fit_or_has_no_task_is_explained(tab: Tab) -> None:
    task_id = tab.panel["id"]

    await send(tab, task_id, field="title", text="x" * 501, before="Water the plants")
    assert list(errors(tab)) == ["title"]
    await tab.ask(f"{PANEL}.discard_text", field="title")
    await tab.ask(f"{PANEL}.delete_task", task_id=task_id)
    await send(tab, task_id, text="Not the cactus")

    assert errors(tab) == {}
    assert tab.shown["task_panel_state.saved"] == []


async def test_a_draft_of_which_a_part_was_saved_goes_on_from_there(tab: Tab) -> None:
    await tab.save("notes", "Not the")

    await send(tab, tab.panel["id"], text="Not the cactus", shown=True)

    assert (tab.panel["notes"], errors(tab)) == ("Not the cactus", {})
    assert tab.shown["task_panel_state.renewed"]["notes"] == 0


async def test_what_is_saved_after_all_is_said_to_be_unsaved_no_longer(tab: Tab) -> None:
    task_id = tab.panel["id"]
    await tab.open_task("")
    await send(tab, task_id, field="title", text="x" * 501, before="Water the plants")
    assert tab.shown["auth_state.notice"]["text"].startswith("Not all of “Water the plants”")

    await send(tab, task_id, field="title", text="Water them", before="Water the plants")

    assert tab.shown["auth_state.notice"]["text"] == ""
