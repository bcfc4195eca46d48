from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.web.backend import Backend
from tests.web.browser import LIVE, PANEL, Browser, Tab
from todo_app.web.list_state import NO_PANEL


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    return request.getfixturevalue(f"{request.param}_backend")


@pytest.fixture
async def tab(alice: Browser) -> AsyncIterator[Tab]:
    """Alice's inbox with one task, which is open in the panel."""
    async with alice.tab("/inbox") as opened:
        await opened.add("Water the plants")
        await opened.open_task(opened.rows[0]["id"])
        assert opened.panel["title"] == "Water the plants"
        yield opened


@pytest.fixture
async def elsewhere(alice: Browser, tab: Tab) -> AsyncIterator[Tab]:
    """The same task, open in another tab of hers."""
    async with alice.tab("/inbox") as other:
        await other.open_task(tab.panel["id"])
        yield other


def errors(tab: Tab) -> dict[str, str]:
    """What the panel says is wrong, field by field."""
    found: dict[str, str] = tab.shown["task_panel_state.errors"]
    return {field: text for field, text in found.items() if text}


async def stored(alice: Browser, tab: Tab, *, task_id: str = "") -> dict[str, Any]:
    """The task as a fresh page finds it."""
    async with alice.tab("/inbox") as fresh:
        await fresh.open_task(task_id or tab.panel["id"])
        return fresh.panel


def day_in(days: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("title", "Water all the plants"),
        ("title", "🪴 植物に水をやる"),
        ("notes", "The fern\nand the cactus"),
        ("priority", "1"),
        ("due_date", "2031-02-28"),
        ("reminders", "30m, 1d"),
    ],
)
async def test_a_field_is_saved_as_it_is_left(
    alice: Browser, tab: Tab, field: str, text: str
) -> None:
    await tab.save(field, text)

    assert errors(tab) == {}
    assert tab.panel[field] == text
    assert (await stored(alice, tab))[field] == text


async def test_a_new_title_is_shown_in_the_row_too(tab: Tab) -> None:
    await tab.save("title", "Water all the plants")

    assert [row["title"] for row in tab.rows] == ["Water all the plants"]


async def test_a_field_left_as_it_was_is_not_saved_again(alice: Browser, tab: Tab) -> None:
    before = await stored(alice, tab)

    await tab.save("title", before["title"])

    assert (await stored(alice, tab))["version"] == before["version"]


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("title", ""),
        ("title", "   "),
        ("title", "x" * 501),
        ("title", "a\x00b"),
        ("notes", "x" * 50_001),
        ("notes", "\x07"),
        ("priority", "0"),
        ("priority", "5"),
        ("priority", "high"),
        ("priority", "²"),
        ("due_date", "tomorrow"),
        ("due_date", "2026-13-01"),
        ("due_date", "2026-02-30"),
        ("due_time", "25:00"),
        ("due_time", "noon"),
        ("reminders", "soon"),
        ("reminders", "367d"),
        ("reminders", " ".join(f"{number}m" for number in range(11))),
    ],
)
async def test_a_text_that_does_not_fit_its_field_is_explained_and_changes_nothing(
    alice: Browser, tab: Tab, field: str, text: str
) -> None:
    before = await stored(alice, tab)

    await tab.save(field, text)

    assert list(errors(tab)) == [field]
    assert tab.panel == before
    assert await stored(alice, tab) == before


async def test_an_error_goes_when_the_field_is_right_again(tab: Tab) -> None:
    await tab.save("title", "")
    assert errors(tab)

    await tab.save("title", "Water the roses")

    assert errors(tab) == {}


async def test_half_a_year_in_a_date_is_neither_saved_nor_an_error(
    alice: Browser, tab: Tab
) -> None:
    before = await stored(alice, tab)

    await tab.save("due_date", "0202-06-01")

    assert errors(tab) == {}
    assert await stored(alice, tab) == before


async def test_a_time_makes_a_task_without_a_date_due_today(alice: Browser, tab: Tab) -> None:
    await tab.save("due_time", "15:00")

    assert (tab.panel["due_date"], tab.panel["due_time"]) == (day_in(0), "15:00")
    assert tab.shown["auth_state.counts"]["today"] == 1


@pytest.mark.parametrize("days", [0, 1, 7])
async def test_a_shortcut_sets_the_day(tab: Tab, days: int) -> None:
    await tab.ask(f"{PANEL}.set_due_in", task_id=tab.panel["id"], days=days)

    assert tab.panel["due_date"] == day_in(days)


async def test_no_date_takes_the_time_along(tab: Tab) -> None:
    await tab.save("due_date", day_in(1))
    await tab.save("due_time", "15:00")

    await tab.ask(f"{PANEL}.clear_due", task_id=tab.panel["id"])

    assert (tab.panel["due_date"], tab.panel["due_time"]) == ("", "")
    assert errors(tab) == {}


async def test_a_field_changed_elsewhere_is_not_overwritten_and_says_to_what(
    alice: Browser, tab: Tab, elsewhere: Tab
) -> None:
    await tab.ask(f"{PANEL}.enter_field", field="title")
    await elsewhere.save("title", "Water the roses")

    await tab.save("title", "Water the cactus")

    assert "Water the roses" in errors(tab)["title"]
    assert (await stored(alice, tab))["title"] == "Water the roses"


async def test_what_was_typed_against_a_change_elsewhere_is_kept_and_can_be_saved_next(
    alice: Browser, tab: Tab, elsewhere: Tab
) -> None:
    await tab.ask(f"{PANEL}.enter_field", field="title")
    await elsewhere.save("title", "Water the roses")
    opened = tab.shown["task_panel_state.opened"]
    await tab.save("title", "Water the cactus")
    assert tab.shown["task_panel_state.opened"] == opened, "the input is the same one still"

    await tab.save("title", "Water the cactus again")

    assert errors(tab) == {}
    assert (await stored(alice, tab))["title"] == "Water the cactus again"


async def test_leaving_a_field_that_was_changed_elsewhere_does_not_replace_theirs(
    alice: Browser, tab: Tab, elsewhere: Tab
) -> None:
    await tab.ask(f"{PANEL}.enter_field", field="title")
    await elsewhere.save("title", "Water the roses")
    await tab.save("title", "Water the cactus")

    await tab.save("title", "Water the cactus")
    await tab.ask(f"{PANEL}.leave_field", field="title")

    assert "Water the roses" in errors(tab)["title"]
    assert (await stored(alice, tab))["title"] == "Water the roses"
    await tab.open_task("")
    await tab.open_task(elsewhere.panel["id"])
    await tab.ask(f"{PANEL}.discard_text", field="title")
    await tab.save("title", "Water the cactus")
    assert (await stored(alice, tab))["title"] == "Water the cactus"


async def test_a_due_date_changed_elsewhere_is_replaced_by_a_button_pressed_again(
    tab: Tab, elsewhere: Tab
) -> None:
    await tab.ask(f"{PANEL}.enter_field", field="due_date")
    await elsewhere.save("due_date", day_in(3))
    press = {"task_id": tab.panel["id"], "days": 1}

    await tab.ask(f"{PANEL}.set_due_in", **press)
    assert "meanwhile" in errors(tab)["due_date"]

    await tab.ask(f"{PANEL}.set_due_in", **press)
    assert errors(tab) == {}
    assert tab.panel["due_date"] == day_in(1)


async def test_two_fields_changed_in_two_tabs_are_both_kept(
    alice: Browser, tab: Tab, elsewhere: Tab
) -> None:
    await elsewhere.save("notes", "Not on Sundays")

    await tab.save("title", "Water the cactus")

    assert errors(tab) == {}
    found = await stored(alice, tab)
    assert (found["title"], found["notes"]) == ("Water the cactus", "Not on Sundays")


async def test_a_field_of_a_task_deleted_elsewhere_says_so_and_keeps_what_was_typed(
    tab: Tab, elsewhere: Tab
) -> None:
    await tab.ask(f"{PANEL}.enter_field", field="title")
    await elsewhere.ask(f"{PANEL}.delete_task", task_id=elsewhere.panel["id"])
    opened = tab.shown["task_panel_state.opened"]

    await tab.save("title", "Water the cactus")

    assert errors(tab)["title"].startswith("Not saved. This task is no longer here.")
    assert tab.shown["task_panel_state.opened"] == opened


async def test_deleting_closes_the_panel_and_undo_brings_the_task_back(
    alice: Browser, tab: Tab
) -> None:
    task_id = tab.panel["id"]

    await tab.ask(f"{PANEL}.delete_task", task_id=task_id)
    assert tab.panel == NO_PANEL
    assert tab.rows == []
    assert tab.shown["auth_state.counts"]["inbox"] == 0

    await tab.ask(f"{LIVE}.undo")
    assert [row["id"] for row in tab.rows] == [task_id]
    assert tab.shown["auth_state.counts"]["inbox"] == 1
    assert (await stored(alice, tab, task_id=task_id))["id"] == task_id


async def test_a_tick_shows_in_the_panel_too(tab: Tab) -> None:
    await tab.tick(tab.panel["id"])
    assert tab.panel["is_completed"]

    await tab.ask(f"{LIVE}.undo")
    assert not tab.panel["is_completed"]


async def test_the_panel_closes_when_the_address_names_no_task(tab: Tab) -> None:
    await tab.open_task("")

    assert tab.panel == NO_PANEL


@pytest.mark.parametrize("task_id", ["x", "1", "%00", "' OR 1=1 --", "x" * 5_000, "%ED%A0%80"])
async def test_an_address_that_names_no_task_of_any_kind_opens_nothing(
    tab: Tab, task_id: str
) -> None:
    await tab.open_task(task_id)

    assert tab.panel == NO_PANEL
    assert tab.shown["auth_state.notice"]["text"].startswith("This task is no longer here.")


async def test_reminders_are_added_one_by_one_shown_in_short_and_cleared(tab: Tab) -> None:
    task_id = tab.panel["id"]
    shown = []
    for minutes in (60, 0, 60):
        await tab.ask(f"{PANEL}.remind_before", task_id=task_id, minutes=minutes)
        shown.append(tab.panel["reminders"])
    await tab.save("reminders", "!90m 60m,1h")
    shown.append(tab.panel["reminders"])
    await tab.ask(f"{PANEL}.clear_reminders", task_id=task_id)

    assert shown == ["1h", "0m, 1h", "0m, 1h", "1h, 1h30m"]
    assert tab.panel["reminders"] == ""
    await tab.ask(f"{LIVE}.show_history", task_id=task_id)
    entries = tab.shown["live_state.history"]
    assert [entry["text"] for entry in entries[:-1]] == ["Changed the reminders"] * 4
    assert entries[0]["detail"] == "From 1h, 1h30m to none"


def drafts(tab: Tab) -> dict[str, str]:
    """What stands in fields in place of what is saved."""
    found: dict[str, str] = tab.shown["task_panel_state.drafts"]
    return found


async def test_what_was_refused_outlives_the_panel_until_it_is_discarded(tab: Tab) -> None:
    task_id, too_long = tab.panel["id"], "x" * 501
    await tab.save("title", too_long)
    await tab.save("notes", "Not the cactus")

    await tab.open_task("")
    assert tab.shown["auth_state.notice"]["text"].startswith("Not all of “Water the plants”")
    await tab.open_task(task_id)
    assert drafts(tab) == {"title": too_long}
    assert list(errors(tab)) == ["title"]

    await tab.ask(f"{PANEL}.discard_text", field="title")
    assert (drafts(tab), errors(tab)) == ({}, {})
    await tab.open_task("")
    await tab.open_task(task_id)
    assert (drafts(tab), errors(tab)) == ({}, {})


async def test_what_lost_against_a_change_elsewhere_is_still_there_and_replaces_nothing(
    tab: Tab, elsewhere: Tab
) -> None:
    task_id = tab.panel["id"]
    await tab.ask(f"{PANEL}.enter_field", field="title")
    await elsewhere.save("title", "Theirs")
    await tab.until(lambda: "title" in errors(tab))
    await tab.save("title", "Hers")
    await tab.open_task("")
    await tab.open_task(task_id)
    assert (drafts(tab), tab.panel["title"]) == ({"title": "Hers"}, "Theirs")

    await tab.save("title", "Hers")
    assert tab.panel["title"] == "Theirs", "to leave it is not to mean it"
    await tab.save("title", "Hers, once more")
    assert (drafts(tab), tab.panel["title"]) == ({}, "Hers, once more")
