from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert

from tests.web.backend import Backend
from tests.web.browser import LIST, LIVE, PANEL, Browser, Tab
from tests.web.conftest import Visit
from todo_app.core.models import Task, new_id
from todo_app.web.list_state import WINDOW_ROWS
from todo_app.web.wording import day_name, week_name

MANY = 350
PATHS = {
    "today": "/today",
    "upcoming": "/upcoming",
    "inbox": "/inbox",
    "completed": "/completed",
}


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    return request.getfixturevalue(f"{request.param}_backend")


def plant(browser: Browser, tasks: list[dict[str, Any]]) -> None:
    """Put tasks of this person into the database, past the program."""
    now = datetime.now(UTC)
    user_id = UUID(str(browser.user_id))
    common = {"user_id": user_id, "notes": "", "priority": 4, "version": 1}
    moments = {"created_at": now, "updated_at": now}
    empty = {"due_date": None, "due_time": None, "due_zone": None, "completed_at": None}
    with browser.backend.engine.begin() as connection:
        connection.execute(
            insert(Task), [{"id": new_id(), **common, **moments, **empty, **task} for task in tasks]
        )


def many(name: str) -> list[dict[str, Any]]:
    """Tasks for a long list, many of them alike in what the list is sorted by."""
    now, today = datetime.now(UTC), datetime.now(UTC).date()
    if name in {"today", "upcoming"}:
        first, step = (today, -1) if name == "today" else (today + timedelta(days=1), 1)
        return [
            {
                "title": f"Task {number}",
                "due_date": first + timedelta(days=step * (number % 7)),
                "due_time": f"{number % 24:02}:00" if number % 3 else None,
                "due_zone": "UTC" if number % 3 else None,
                "priority": 1 + number % 4,
            }
            for number in range(MANY)
        ]
    moment = {"inbox": "created_at", "completed": "completed_at"}[name]
    return [
        {"title": f"Task {number}", moment: now - timedelta(minutes=number // 5)}
        for number in range(MANY)
    ]


def ids(tab: Tab) -> list[str]:
    return [row["id"] for row in tab.rows]


def titles(tab: Tab) -> list[str]:
    return [row["title"] for row in tab.rows]


def merged(seen: list[str], window: list[str]) -> list[str]:
    """What was seen, and a window that overlaps its end."""
    if not seen:
        return window
    place = seen.index(window[0])
    assert seen[place:] == window[: len(seen) - place], "the same order as before"
    return seen[:place] + window


async def counted(browser: Browser) -> dict[str, int]:
    """The counts as a fresh page has them from the database."""
    async with browser.tab("/today") as tab:
        counts: dict[str, int] = tab.shown["auth_state.counts"]
        return counts


@pytest.mark.parametrize("name", PATHS)
async def test_a_long_list_is_walked_down_and_up_with_every_task_once_and_in_order(
    alice: Browser, name: str
) -> None:
    plant(alice, many(name))
    down: list[str] = []
    up: list[str] = []

    async with alice.tab(PATHS[name]) as tab:
        while True:
            assert len(tab.rows) <= WINDOW_ROWS
            down = merged(down, ids(tab))
            if not tab.shown["task_list_state.has_more"]:
                break
            await tab.ask(f"{LIST}.load_more", is_visible=True)
        while True:
            assert len(tab.rows) <= WINDOW_ROWS
            up = merged(up, ids(tab)[::-1])
            if not tab.shown["task_list_state.has_earlier"]:
                break
            await tab.ask(f"{LIST}.load_earlier", is_visible=True)

    assert len(down) == len(set(down)) == MANY
    assert up == down[::-1]


async def test_a_window_with_what_was_done_today_behind_it_is_no_longer_than_others(
    alice: Browser,
) -> None:
    now = datetime.now(UTC)
    done = {"due_date": now.date(), "completed_at": now, "title": "Done"}
    plant(alice, [*many("today"), *([done] * 30)])

    async with alice.tab("/today") as tab:
        while tab.shown["task_list_state.has_more"]:
            await tab.ask(f"{LIST}.load_more", is_visible=True)
            assert len(tab.rows) <= WINDOW_ROWS
        assert tab.rows[-1]["is_completed"]
        while tab.shown["task_list_state.has_earlier"]:
            await tab.ask(f"{LIST}.load_earlier", is_visible=True)
            assert len(tab.rows) <= WINDOW_ROWS
        assert not tab.rows[0]["is_completed"]


async def test_a_window_with_what_comes_again_is_no_longer_than_others_and_tells_what_it_leaves_out(
    alice: Browser,
) -> None:
    async with alice.tab("/upcoming") as tab:
        await tab.add("Rent every 2 weeks")
        assert not tab.shown["task_list_state.is_thinned"]
        for name in ("Walk", "Read", "Water", "Sweep"):
            await tab.add(f"{name} every day")
        assert tab.shown["task_list_state.is_thinned"]
    plant(alice, many("upcoming"))

    async with alice.tab("/upcoming") as tab:
        while tab.shown["task_list_state.has_more"]:
            await tab.ask(f"{LIST}.load_more", is_visible=True)
            assert len(tab.rows) <= WINDOW_ROWS
        assert {row["title"] for row in tab.rows if row["echoes"]} >= {"Rent", "Walk", "Sweep"}


async def test_an_end_that_is_out_of_view_loads_nothing(alice: Browser) -> None:
    plant(alice, many("inbox"))

    async with alice.tab("/inbox") as tab:
        assert await tab.ask(f"{LIST}.load_more", is_visible=False) == []
        assert await tab.ask(f"{LIST}.load_earlier", is_visible=True) == []


async def test_a_task_that_goes_while_the_list_is_walked_hides_no_other(alice: Browser) -> None:
    plant(alice, many("inbox"))

    async with alice.tab("/inbox") as tab, alice.tab("/inbox") as other:
        seen = set(ids(tab))
        await other.ask(f"{PANEL}.delete_task", task_id=tab.rows[-1]["id"])
        while tab.shown["task_list_state.has_more"]:
            await tab.ask(f"{LIST}.load_more", is_visible=True)
            seen |= set(ids(tab))

    assert len(seen) == MANY


async def test_today_shows_overdue_tasks_first_and_counts_each_group(alice: Browser) -> None:
    today = datetime.now(UTC).date()
    plant(
        alice,
        [
            {"title": "Due", "due_date": today},
            {"title": "Passed", "due_date": today, "due_time": "00:00", "due_zone": "UTC"},
            {"title": "Late", "due_date": today - timedelta(days=1)},
            {"title": "Later", "due_date": today + timedelta(days=1)},
            {"title": "Whenever"},
        ],
    )

    async with alice.tab("/today") as tab:
        shown = [(row["heading"], row["heading_count"], row["title"]) for row in tab.rows]

        assert shown == [("Overdue", 2, "Late"), ("", 0, "Passed"), ("Today", 1, "Due")]
        await tab.tick(tab.rows[1]["id"])
        counts = tab.shown["auth_state.counts"]
        assert (counts["overdue"], counts["today"], counts["done_today"]) == (1, 1, 1)


async def test_a_time_of_another_zone_is_said_by_the_clock_of_the_person(alice: Browser) -> None:
    today = datetime.now(UTC).date()
    there = {"due_date": today + timedelta(days=1), "due_time": "05:27", "due_zone": "Asia/Tokyo"}
    plant(alice, [{"title": "Call home", **there, "own_date": today, "own_time": "20:27"}])

    async with alice.tab("/inbox") as tab:
        assert [row["due"] for row in tab.rows] == ["20:27 (05:27 Asia/Tokyo)"]


async def test_upcoming_shows_the_next_days_with_a_heading_each(alice: Browser) -> None:
    today = datetime.now(UTC).date()
    timed = {"due_time": "15:00", "due_zone": "UTC"}
    plant(
        alice,
        [
            {"title": "Late", "due_date": today - timedelta(days=1)},
            {"title": "Due", "due_date": today},
            {"title": "Soon", "due_date": today + timedelta(days=1)},
            {"title": "Sooner", "due_date": today + timedelta(days=1), **timed},
            {"title": "Later", "due_date": today + timedelta(days=9)},
            {"title": "Whenever"},
        ],
    )
    day = day_name(today + timedelta(days=9), today)

    async with alice.tab("/upcoming") as tab:
        shown = [(row["heading"], row["title"], row["due"]) for row in tab.rows]
        weeks = [row["heading_week"] for row in tab.rows]
        await tab.open_task(tab.rows[0]["id"])
        await tab.save("due_date", str(today + timedelta(days=9)))
        moved = (tab.rows[0]["group"], tab.rows[0]["due"])

    assert shown == [("Tomorrow", "Sooner", "15:00"), ("", "Soon", ""), (day, "Later", "")]
    assert weeks == [week_name(today + timedelta(days=1), today, "monday"), "", weeks[2]]
    assert weeks[2] not in {"", weeks[0]}, "each week is named where it begins"
    assert moved == ("Tomorrow", f"{day} 15:00"), "it stays where one looks, with its new day"


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
async def test_counts_after_ticks_are_as_a_recount_finds_them(alice: Browser, path: str) -> None:
    now, today = datetime.now(UTC), datetime.now(UTC).date()
    days: list[date | None] = [None, today, today - timedelta(days=1), today + timedelta(days=1)]
    ages = (None, now, now - timedelta(days=2))
    plant(
        alice,
        [
            {"title": f"{due} {done}", "due_date": due, "completed_at": done}
            for due in days
            for done in ages
        ],
    )

    async with alice.tab(path) as tab:
        for row in list(tab.rows):
            for is_completed in (not row["is_completed"], row["is_completed"], True, True, False):
                await tab.tick(row["id"], is_completed=is_completed)
                assert tab.shown["auth_state.counts"] == await counted(alice), row["title"]
            await tab.ask(f"{LIVE}.undo")
            assert tab.shown["auth_state.counts"] == await counted(alice), row["title"]


async def test_a_tick_is_answered_with_its_stamp(alice: Browser) -> None:
    async with alice.tab("/today") as tab:
        await tab.add("Water the plants")
        task_id = tab.rows[0]["id"]

        for stamp, is_completed in ((10, True), (20, False), (30, False)):
            await tab.ask(
                f"{LIST}.set_completed", task_id=task_id, is_completed=is_completed, stamp=stamp
            )
            assert (tab.rows[0]["stamp"], tab.rows[0]["is_completed"]) == (stamp, is_completed)


async def test_a_tick_of_a_task_that_is_gone_is_answered_with_its_stamp_and_why(
    alice: Browser,
) -> None:
    async with alice.tab("/today") as tab:
        await tab.add("Water the plants")
        task_id = tab.rows[0]["id"]
        # Behind the program's back: else the tab would hear of it before it ticks.
        alice.backend.forget_tasks_of(alice.user_id)

        await tab.ask(f"{LIST}.set_completed", task_id=task_id, is_completed=True, stamp=77)

        assert (tab.rows[0]["stamp"], tab.rows[0]["is_completed"]) == (77, False)
        notice = tab.shown["auth_state.notice"]
        assert notice["is_error"]
        assert notice["text"].startswith("This task is no longer here.")
        assert not notice["can_undo"]


async def test_completing_can_be_taken_back(alice: Browser) -> None:
    async with alice.tab("/today") as tab:
        await tab.add("Water the plants")
        await tab.tick(tab.rows[0]["id"])
        assert tab.shown["auth_state.notice"]["can_undo"]

        await tab.ask(f"{LIVE}.undo")

        assert [row["is_completed"] for row in tab.rows] == [False]
        assert tab.shown["auth_state.notice"]["text"] == "Undone"
        assert tab.shown["auth_state.counts"] == await counted(alice)


async def test_deleting_can_be_taken_back(alice: Browser) -> None:
    async with alice.tab("/today") as tab:
        await tab.add("First")
        await tab.add("Second")
        await tab.ask(f"{PANEL}.delete_task", task_id=tab.rows[0]["id"])
        assert titles(tab) == ["Second"]

        await tab.ask(f"{LIVE}.undo")

        assert sorted(titles(tab)) == ["First", "Second"]
        assert tab.shown["auth_state.counts"] == await counted(alice)


async def test_adding_can_be_taken_back(alice: Browser) -> None:
    async with alice.tab("/inbox") as tab:
        await tab.add("First")
        await tab.add("Second")

        await tab.ask(f"{LIVE}.undo")
        await tab.ask(f"{LIVE}.undo")

        assert titles(tab) == ["First"], "a step is taken back once"
        assert tab.shown["auth_state.counts"] == await counted(alice)


async def test_a_task_is_added_where_one_sees_it_on_its_day_or_on_none(
    alice: Browser,
) -> None:
    async with alice.tab("/today") as tab:
        await tab.add("First")
    async with alice.tab("/upcoming") as tab:
        await tab.add("Second")
        assert titles(tab) == ["Second"]
    async with alice.tab("/inbox") as tab:
        await tab.add("Third")

    due = dict(
        alice.backend.rows(
            "SELECT title, due_date FROM tasks WHERE user_id = :user", user=alice.user_id
        )
    )
    assert {title: day and str(day) for title, day in due.items()} == {
        "First": str(datetime.now(UTC).date()),
        "Second": str(datetime.now(UTC).date() + timedelta(days=1)),
        "Third": None,
    }


async def test_a_task_added_before_its_list_was_shown_is_due_on_a_day_of_this_year(
    alice: Browser,
) -> None:
    async with alice.socket("/today") as tab:
        await tab.add("Typed while the server came back")

    [[day]] = alice.backend.rows(
        "SELECT due_date FROM tasks WHERE user_id = :user", user=alice.user_id
    )
    assert str(day) == str(datetime.now(UTC).date())


@pytest.mark.parametrize("title", ["x" * 501, "a\x00b", "\x07"])
async def test_a_title_that_cannot_be_saved_is_kept_and_explained(
    alice: Browser, title: str
) -> None:
    async with alice.tab("/today") as tab:
        await tab.add(title)

        assert tab.shown["quick_add_state.unsaved"] == title
        assert tab.shown["quick_add_state.reason"].endswith(".")
        assert tab.rows == []


@pytest.mark.parametrize("title", ["", "   ", "\n\t"])
async def test_an_empty_title_is_no_task(alice: Browser, title: str) -> None:
    async with alice.tab("/today") as tab:
        await tab.add(title)

        assert tab.rows == []
        assert tab.shown["quick_add_state.unsaved"] == ""


async def test_an_unknown_row_is_told_apart_from_a_change(alice: Browser, visit: Visit) -> None:
    async with alice.tab("/today") as tab:
        await tab.add("Mine")
        before = list(tab.rows)

        await tab.tick(str(uuid4()))

        assert tab.rows == before
        assert tab.shown["auth_state.notice"]["is_error"]
