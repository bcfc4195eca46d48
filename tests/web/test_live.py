"""What is changed in one place shows in every other, without a reload."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.cast import PASSWORD
from tests.web.backend import Backend
from tests.web.browser import AUTH, LIST, LIVE, PANEL, PLACES, Browser, Tab
from tests.web.conftest import Visit


@pytest.fixture(params=["sqlite", "redis"])
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    """State in memory, and state in Redis."""
    return request.getfixturevalue(f"{request.param}_backend")


@pytest.fixture
async def here(alice: Browser) -> AsyncIterator[Tab]:
    async with alice.tab("/today") as tab:
        await tab.add("Water the plants")
        yield tab


@pytest.fixture
async def there(alice: Browser, here: Tab, visit: Visit) -> AsyncIterator[Tab]:
    """The same list on another device of hers."""
    phone = visit()
    phone.sign_in(alice.email)
    async with phone.tab("/today") as tab:
        assert titles(tab) == ["Water the plants"]
        yield tab


def titles(tab: Tab) -> list[str]:
    return [row["title"] for row in tab.rows]


def errors(tab: Tab) -> dict[str, str]:
    found: dict[str, str] = tab.shown["task_panel_state.errors"]
    return found


async def test_what_is_done_on_one_device_shows_on_the_other(here: Tab, there: Tab) -> None:
    await here.add("Feed the cat")
    await there.until(lambda: len(there.rows) == 2)
    assert there.shown["auth_state.counts"] == here.shown["auth_state.counts"]

    await there.tick(there.rows[0]["id"])
    await here.until(lambda: any(row["is_completed"] for row in here.rows))

    await here.ask(f"{PANEL}.delete_task", task_id=here.rows[0]["id"])
    await there.until(lambda: len(there.rows) == 1)

    await there.ask(f"{LIVE}.undo_last")
    await here.until(lambda: len(here.rows) == 2)
    await here.ask(f"{LIVE}.redo_last")
    await there.until(lambda: len(there.rows) == 1)
    assert here.shown["auth_state.notice"]["text"].startswith("Done again: Deleted “")


async def test_what_a_program_does_shows_in_the_page(alice: Browser, here: Tab) -> None:
    body = {"email": alice.email, "password": PASSWORD}
    async with httpx.AsyncClient(base_url=f"{alice.backend.address}/api/v1") as client:
        pair = (await client.post("/auth/signin", json=body)).json()
        client.headers["Authorization"] = f"Bearer {pair['access_token']}"
        today = {"date": "2020-01-01"}
        await client.post("/tasks", json={"title": "From elsewhere", "due": today})
        await here.until(lambda: "From elsewhere" in titles(here))


async def test_what_is_put_away_shows_where_that_is_looked_at(alice: Browser, here: Tab) -> None:
    async with alice.tab("/trash") as trash, alice.tab("/archive") as archive:
        await here.ask(f"{PANEL}.delete_task", task_id=here.rows[0]["id"])
        await trash.until(lambda: len(trash.shown["places_state.trash"]) == 1)
        await here.ask(f"{PLACES}.add_project", name="Garden")
        garden = here.shown["auth_state.projects"][0]["id"]
        here.path = f"/project?id={garden}"
        await here.ask(f"{LIST}.show_list", name="project")
        await here.ask(f"{PLACES}.archive_project")
        await archive.until(lambda: len(archive.shown["places_state.archive"]) == 1)


async def test_nothing_of_it_reaches_another_person(here: Tab, bob: Browser) -> None:
    async with bob.tab("/today") as his:
        await here.add("Feed the cat")
        assert await his.settle() == []


async def test_the_page_it_was_done_in_is_not_refreshed(here: Tab, there: Tab) -> None:
    seen = len(here.frames)
    await here.send(f"{LIST}.set_completed", task_id=here.rows[0]["id"], is_completed=True, stamp=1)
    await there.until(lambda: there.rows[0]["is_completed"])

    assert len(await here.settle(seen)) == 1


async def test_a_field_that_nobody_is_in_shows_what_it_is_now(here: Tab, there: Tab) -> None:
    task_id = here.rows[0]["id"]
    await here.open_task(task_id)
    await there.open_task(task_id)

    await there.save("notes", "Not the cactus")

    await here.until(lambda: here.panel["notes"] == "Not the cactus")
    assert here.shown["task_panel_state.renewed"]["notes"] == 1
    assert here.shown["task_panel_state.renewed"]["title"] == 0


async def test_a_field_that_somebody_is_in_keeps_its_text_and_says_so(
    here: Tab, there: Tab
) -> None:
    task_id = here.rows[0]["id"]
    await here.open_task(task_id)
    await there.open_task(task_id)
    await here.ask(f"{PANEL}.enter_field", field="title")
    renewed = here.shown["task_panel_state.renewed"]

    await there.save("title", "Theirs")

    await here.until(lambda: "title" in errors(here))
    assert errors(here)["title"].startswith("Changed elsewhere to “Theirs” meanwhile.")
    assert here.panel["title"] == "Water the plants"
    assert here.shown["task_panel_state.renewed"] == renewed

    await here.save("title", "Hers")
    assert there.panel["title"] == "Theirs", "the first save is refused"
    await here.save("title", "Hers, once more")
    await there.until(lambda: there.panel["title"] == "Hers, once more")
    assert errors(here)["title"] == ""


async def test_a_field_that_is_left_untouched_shows_what_it_is_now(here: Tab, there: Tab) -> None:
    task_id = here.rows[0]["id"]
    await here.open_task(task_id)
    await there.open_task(task_id)
    await here.ask(f"{PANEL}.enter_field", field="title")
    await there.save("title", "Theirs")
    await here.until(lambda: "title" in errors(here))

    await here.save("title", "Water the plants")
    await here.ask(f"{PANEL}.leave_field", field="title")

    assert here.panel["title"] == "Theirs"
    assert here.shown["task_panel_state.renewed"]["title"] == 1
    assert errors(here)["title"] == ""


async def test_a_task_that_is_deleted_elsewhere_closes_unless_somebody_is_typing(
    here: Tab, there: Tab
) -> None:
    task_id = here.rows[0]["id"]
    await here.open_task(task_id)
    await there.open_task(task_id)
    await here.ask(f"{PANEL}.enter_field", field="title")

    await there.ask(f"{PANEL}.delete_task", task_id=task_id)
    await here.until(lambda: "title" in errors(here))
    assert here.panel["id"] == task_id
    assert errors(here)["title"].startswith("This task was deleted elsewhere.")

    await there.ask(f"{LIVE}.undo_last")
    await there.open_task("")
    await there.open_task(task_id)
    await here.ask(f"{PANEL}.delete_task", task_id=task_id)
    await there.until(lambda: there.panel["id"] == "")


async def test_the_history_of_a_task_is_shown_and_any_step_of_it_taken_back(
    here: Tab, there: Tab
) -> None:
    task_id = here.rows[0]["id"]
    await here.open_task(task_id)
    await here.ask(f"{LIVE}.show_history", task_id=task_id)
    await there.open_task(task_id)
    await there.save("title", "Water the cactus")
    await there.save("priority", "1")

    await here.until(lambda: len(history(here)) == 3)
    assert [entry["text"] for entry in history(here)] == [
        "Changed the priority",
        "Changed the title",
        "Added",
    ]
    assert [entry["detail"] for entry in history(here)] == [
        "From P4 None to P1 Urgent",
        "From “Water the plants” to “Water the cactus”",
        "",
    ]
    assert {entry["who"] for entry in history(here)} == {"You, in the browser"}

    await here.ask(f"{LIVE}.undo_change", change_id=history(here)[1]["id"])

    assert here.panel["title"] == "Water the plants"
    assert history(here)[0]["text"] == "Undone: Changed the title"
    assert [entry["can_undo"] for entry in history(here)] == [True, True, False, True]
    await here.open_task("")
    await here.ask(f"{LIVE}.refresh")
    assert history(here) == []


async def test_nobody_takes_back_what_another_did(alice: Browser, bob: Browser) -> None:
    async with alice.tab("/today") as hers, bob.tab("/today") as his:
        await hers.add("Water the plants")
        await hers.open_task(hers.rows[0]["id"])
        await hers.ask(f"{LIVE}.show_history", task_id=hers.panel["id"])
        [added] = history(hers)

        answers = [
            await his.ask(f"{LIVE}.undo_change", change_id=change_id)
            for change_id in (added["id"], str(uuid4()))
        ]

        notices = [answer[0]["delta"][AUTH]["notice_rx_state_"]["text"] for answer in answers]
        assert notices[0] == notices[1]
        assert notices[0].startswith("This task is no longer here.")
        await hers.settle()
        assert titles(hers) == ["Water the plants"]


async def test_a_reminder_is_told_once_in_every_open_page_of_its_owner(
    alice: Browser, bob: Browser, here: Tab, there: Tab
) -> None:
    async with bob.tab("/today") as his:
        seen = here.shown["auth_state.notice"]["number"]
        alice.backend.let_remind(alice.user_id)

        for tab in (here, there):
            await tab.until(lambda tab=tab: notice(tab)["text"].startswith("Reminder"))  # type: ignore[misc]

        assert notice(here)["text"] == "Reminder: “Water the plants”, due Today"
        assert notice(here)["number"] == seen + 1
        assert notice(here)["opens"] == f"/today?task={here.rows[0]['id']}"
        await here.ask(f"{LIVE}.remind", task_id=here.rows[0]["id"], others=2)
        assert notice(here)["text"].endswith(" and 2 more")
        told = notice(here)
        await here.tick(here.rows[0]["id"])
        await his.ask(f"{LIVE}.remind", task_id=here.rows[0]["id"], others=0)
        assert notice(his) == {**told, "text": "", "number": 0, "opens": ""}


def notice(tab: Tab) -> dict[str, Any]:
    found: dict[str, Any] = tab.shown["auth_state.notice"]
    return found


def history(tab: Tab) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tab.shown["live_state.history"]
    return found
