from __future__ import annotations

from typing import Any

import pytest

from tests.web.backend import Backend
from tests.web.browser import LIVE, PANEL, QUICK_ADD, REPEAT, Browser, Tab

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


async def test_a_reminder_without_a_date_says_that_it_waits_for_one(alice: Browser) -> None:
    said = []
    for path in ("/inbox", "/today"):
        async with alice.tab(path) as tab:
            for line in ("Water !1h", "Water tomorrow !1h"):
                [*_, piece] = (await read(tab, line, ""))["pieces"]
                said += [piece["reading"]]

    assert said == ["1h before, once it has a date", *["1h before"] * 3]


async def test_why_a_repetition_stays_text_is_said(alice: Browser) -> None:
    async with alice.tab("/inbox") as tab:
        said = [
            (await read(tab, f"Water every day {end}", ""))["refused"]
            for end in ("until 1 jan 2020", "for 5000 times", "for 5 times")
        ]

    assert said == [
        "That date is past. It stays text.",
        "A task can repeat 1 to 1,000 times. It stays text.",
        "",
    ]


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


async def test_pasted_lines_are_one_entry_and_one_undo(alice: Browser) -> None:
    async with alice.tab("/inbox") as tab:
        entry = tab.entry("Trip tomorrow\n  Pack\nCall Ann")
        await tab.ask(f"{QUICK_ADD}.add_tasks", entries=[entry])
        added = [(row["title"], row["depth"]) for row in tab.rows]
        notice = tab.shown["auth_state.notice"]
        await tab.ask(f"{QUICK_ADD}.add_tasks", entries=[entry])

        assert added == [("Trip", 0), ("Pack", 1), ("Call Ann", 0)]
        assert (notice["text"], notice["can_undo"]) == ("Added 3 tasks", True)
        assert tab.shown["quick_add_state.settled"] == [entry["id"]] * 2
        await tab.ask(f"{LIVE}.undo")
        assert tab.rows == []


async def test_pasted_lines_say_what_they_would_make(alice: Browser) -> None:
    text = "Trip #Travel\n Pack @bag"
    many = "\n".join(f"Pack @{number}x" for number in range(12))
    async with alice.tab("/inbox") as tab:
        said = []
        for lines in (text, many, "Rest\nSleep", "x\n" * 201):
            await tab.ask(f"{QUICK_ADD}.read_lines", text=lines)
            said.append(tab.shown["quick_add_state.lines"]["makes"])

        assert said[0] == "New project Travel, new label bag"
        assert said[1].endswith("new label 9x, 2 more")
        assert said[2:] == ["", ""]
        assert tab.rows == []


async def test_a_pasted_line_that_is_no_task_is_kept_with_the_rest_and_named(
    alice: Browser,
) -> None:
    async with alice.tab("/inbox") as tab:
        text = f"Fine\n{'x' * 501}"
        await tab.add(text)

        assert tab.shown["quick_add_state.unsaved"] == text
        assert tab.shown["quick_add_state.reason"].startswith("Line 2: ")
        assert tab.rows == []


async def test_the_names_to_complete_with_come_once(alice: Browser) -> None:
    async with alice.tab("/inbox") as tab:
        await tab.add('Pay #"New house" /Bills @money')
        await tab.ask(f"{QUICK_ADD}.show_names")
        names = tab.shown["quick_add_state.names"]

        assert [one["written"] for one in names] == [
            *("#Inbox", '#"New house"', "/Bills", "@money")
        ]
        assert await tab.ask(f"{QUICK_ADD}.show_names") == []


async def test_a_name_that_is_made_in_any_tab_is_completed_in_all(alice: Browser) -> None:
    def written(tab: Tab) -> list[str]:
        return [one["written"] for one in tab.shown["quick_add_state.names"]]

    async with alice.tab("/inbox") as here, alice.tab("/inbox") as there:
        for tab in (here, there):
            await tab.ask(f"{QUICK_ADD}.show_names")
        await here.add("Water #Garden /Beds @hose")
        names = ["#Inbox", "#Garden", "/Beds", "@hose"]
        assert written(here) == names
        await there.until(lambda: written(there) == names)


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


async def test_upcoming_shows_when_a_task_comes_again_and_leads_to_it(alice: Browser) -> None:
    async with alice.tab("/upcoming") as tab:
        await tab.add("Call")
        await tab.add("Water every day for 4 times")
        [call, *echoes] = tab.rows
        task_id = echoes[0]["echoes"]

        assert (call["title"], call["echoes"]) == ("Call", "")
        assert [row["title"] for row in echoes] == ["Water"] * 3
        assert [row["heading"] for row in echoes] == ["", *(row["group"] for row in echoes[1:])]
        assert len({row["id"] for row in tab.rows}) == 4
        await tab.tick(task_id)
        assert [(row["title"], bool(row["echoes"])) for row in tab.rows] == [
            *(("Call", False), ("Water", False), ("Water", True), ("Water", True))
        ]
        await tab.ask(f"{PANEL}.delete_task", task_id=task_id)
        assert [row["title"] for row in tab.rows] == ["Call"]


async def test_the_panel_tells_the_turns_of_a_task_and_moves_or_ends_its_series(
    alice: Browser,
) -> None:
    async with alice.tab("/today") as tab:
        await tab.add("Water every day at 23:59")
        task_id = tab.rows[0]["id"]
        await tab.open_task(task_id)
        await tab.ask(f"{PANEL}.skip_task", task_id=task_id)
        await tab.tick(task_id)
        await tab.save("due_date", "2999-01-01")
        await tab.ask(f"{REPEAT}.show_ledger", task_id=task_id)
        ledger = tab.shown["repeat_state.ledger"]

        assert [turn["outcome"] for turn in ledger["turns"]] == ["Done", "Skipped"]
        assert (ledger["streak"], ledger["missed"], ledger["rule"]) == (1, 0, "FREQ=DAILY")
        assert ledger["moved_from"].endswith("23:59")
        await tab.ask(f"{REPEAT}.reopen_turn", task_id=task_id)
        await tab.ask(f"{REPEAT}.show_ledger", task_id=task_id)
        assert [row["outcome"] for row in tab.shown["repeat_state.ledger"]["turns"]] == ["Skipped"]
        assert tab.shown["auth_state.notice"]["text"] == "Reopened a turn of “Water”"
        await tab.ask(f"{LIVE}.undo")
        await tab.ask(f"{REPEAT}.move_series", task_id=task_id)
        assert tab.panel["recurrence"] == "every day at 23:59"
        await tab.ask(f"{REPEAT}.show_ledger", task_id=task_id)
        ledger = tab.shown["repeat_state.ledger"]
        assert (ledger["moved_from"], ledger["next"][:15]) == ("", "Wed 2 Jan 2999 ")
        await tab.ask(f"{REPEAT}.end_series", task_id=task_id)
        assert (tab.panel["recurrence"], tab.panel["due_date"]) == ("", "2999-01-01")
        await tab.ask(f"{REPEAT}.repeat", task_id=task_id, words="every week")
        assert tab.panel["recurrence"] == "every week"


async def test_a_rule_of_a_calendar_can_be_put_into_the_panel(alice: Browser) -> None:
    async with alice.tab("/today") as tab:
        await tab.add("Water")
        task_id = tab.rows[0]["id"]
        await tab.open_task(task_id)
        rule = "RRULE:FREQ=MONTHLY;BYDAY=-1FR"
        await tab.ask(f"{PANEL}.show_coming", task_id=task_id, text=rule)
        assert tab.shown["task_panel_state.coming"].startswith("Fri ")
        await save_recurrence(tab, task_id, "FREQ=YEARLY;BYWEEKNO=20")
        assert "says more" in tab.shown["task_panel_state.errors"]["recurrence"]
        await save_recurrence(tab, task_id, rule)

        assert tab.panel["recurrence"] == "every last fri"
