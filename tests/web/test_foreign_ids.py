from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.web.backend import Backend
from tests.web.browser import (
    API_TOKENS,
    BULK,
    LIST,
    LIVE,
    ORDER,
    PANEL,
    PLACES,
    REPEAT,
    SECURITY,
    Browser,
    Tab,
)
from tests.web.conftest import Visit
from tests.web.handlers import Handlers, arguments_of, fitting_payload

# How each handler that takes the id of a task is called by a page.
CALLS: dict[str, list[dict[str, Any]]] = {
    f"{LIST}.set_completed": [
        {"is_completed": True, "stamp": 1},
        {"is_completed": False, "stamp": 2},
    ],
    f"{PANEL}.save_field": [
        {"field": "title", "text": "Mine now"},
        {"field": "notes", "text": "Mine now"},
        {"field": "priority", "text": "1"},
        {"field": "due_date", "text": "2030-01-01"},
        {"field": "due_date", "text": ""},
        {"field": "due_time", "text": "12:00"},
        {"field": "reminders", "text": "30m"},
    ],
    f"{PANEL}.set_due_in": [{"days": 0}],
    f"{PANEL}.clear_due": [{}],
    f"{PANEL}.delete_task": [{}],
    f"{PANEL}.skip_task": [{}],
    f"{PANEL}.remind_before": [{}],
    f"{PANEL}.clear_reminders": [{}],
    f"{PANEL}.show_coming": [{}],
    f"{REPEAT}.show_ledger": [{}],
    f"{REPEAT}.repeat": [{}],
    f"{REPEAT}.reopen_turn": [{}],
    f"{REPEAT}.move_series": [{}],
    f"{REPEAT}.end_series": [{}],
    f"{LIVE}.show_history": [{}],
    f"{LIVE}.remind": [{}],
    f"{PLACES}.fold_task": [{"is_collapsed": True}],
    f"{PLACES}.set_labels": [{"text": "mine, now"}],
}
EVERY_CALL = [(name, arguments) for name, calls in CALLS.items() for arguments in calls]
IDS = [f"{name.rpartition('.')[2]} {list(call.values())}" for name, call in EVERY_CALL]

TITLE, NOTES = "Alice's secret plan", "Alice's secret notes"


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    return request.getfixturevalue(f"{request.param}_backend")


@pytest.fixture
async def her_task(alice: Browser) -> str:
    """The id of an open task of Alice's."""
    async with alice.tab("/today") as tab:
        await tab.add(TITLE)
        [row] = tab.rows
        await tab.open_task(row["id"])
        await tab.save("notes", NOTES)
    task_id: str = row["id"]
    return task_id


def rows_of(browser: Browser) -> list[tuple[Any, ...]]:
    return browser.backend.rows(
        "SELECT * FROM tasks WHERE user_id = :user ORDER BY id", user=browser.user_id
    )


async def answer_to(browser: Browser, name: str, payload: dict[str, Any]) -> str:
    """What a fresh page is answered, whichever the id."""
    async with browser.tab("/today") as tab:
        answer = await tab.ask(name, **payload)
        assert not tab.knows(TITLE)
        assert not tab.knows(NOTES)
    return repr(answer).replace(payload["task_id"], "ID")


def test_every_handler_that_takes_an_id_is_tried(handlers: Handlers) -> None:
    with_id = {
        name
        for name, found in handlers.items()
        if any(argument.endswith("id") for argument in arguments_of(found))
    }

    # Those of a session, of a token and of a change: in the tests of their screens.
    others = {f"{SECURITY}.end_session", f"{API_TOKENS}.revoke_token", f"{LIVE}.undo_change"}
    # Those of a section and of what is in the trash: in test_places.py.
    others |= {f"{PLACES}.{name}_section" for name in ("rename", "delete")}
    others |= {f"{PLACES}.{name}" for name in ("move_section_up", "restore", "merge_label")}
    others |= {f"{ORDER}.drop_{name}" for name in ("section", "project")}
    others |= {f"{PLACES}.unarchive_project"}
    # That of several tasks: in test_bulk_state.py.
    others |= {f"{BULK}.move_to_project", f"{ORDER}.drop_tasks"}
    assert with_id == CALLS.keys() | others


@pytest.mark.parametrize(("name", "arguments"), EVERY_CALL, ids=IDS)
async def test_promise_12_a_foreign_id_is_answered_as_an_unknown_one(
    alice: Browser,
    bob: Browser,
    her_task: str,
    handlers: Handlers,
    name: str,
    arguments: dict[str, Any],
) -> None:
    before = rows_of(alice)
    payload = fitting_payload(handlers[name]) | arguments

    foreign_answer = await answer_to(bob, name, payload | {"task_id": her_task})
    unknown_answer = await answer_to(bob, name, payload | {"task_id": str(uuid4())})

    assert foreign_answer == unknown_answer
    assert rows_of(alice) == before
    assert rows_of(bob) == []


@pytest.mark.parametrize(("name", "arguments"), EVERY_CALL, ids=IDS)
async def test_a_foreign_id_is_of_no_use_while_a_panel_of_ones_own_is_open(
    alice: Browser,
    bob: Browser,
    her_task: str,
    handlers: Handlers,
    name: str,
    arguments: dict[str, Any],
) -> None:
    before = rows_of(alice)

    async with bob.tab("/inbox") as tab:
        await tab.add("Bob's own")
        [row] = tab.rows
        await tab.open_task(row["id"])
        his = rows_of(bob)
        payload = fitting_payload(handlers[name]) | arguments
        await tab.ask(name, **payload | {"task_id": her_task})

        assert not tab.knows(TITLE)
        assert not tab.knows(NOTES)
    assert rows_of(alice) == before
    assert rows_of(bob) == his


@pytest.mark.parametrize("page", ["/today", "/upcoming", "/inbox", "/completed"])
async def test_an_address_with_a_foreign_id_opens_what_one_with_an_unknown_id_does(
    alice: Browser, bob: Browser, her_task: str, page: str
) -> None:
    answers = []
    for task_id in (her_task, str(uuid4())):
        async with bob.tab(page) as tab:
            answers.append(await tab.open_task(task_id))
            assert tab.panel["id"] == ""
        async with bob.tab(f"{page}?task={task_id}") as tab:
            await tab.settle()
            assert tab.panel["id"] == ""
            assert not tab.knows(TITLE)
            assert not tab.knows(NOTES)

    assert answers[0] == answers[1] != []


async def test_her_trash_is_as_closed_as_her_lists(
    alice: Browser, bob: Browser, her_task: str, handlers: Handlers
) -> None:
    async with alice.tab("/today") as tab:
        await tab.ask(f"{PANEL}.delete_task", task_id=her_task)
    before = rows_of(alice)

    async with bob.tab("/today") as tab:
        for name, arguments in EVERY_CALL:
            payload = fitting_payload(handlers[name]) | arguments
            await tab.ask(name, **payload | {"task_id": her_task})
        await tab.ask(f"{LIVE}.undo")

        assert not tab.knows(TITLE)
    assert rows_of(alice) == before


async def test_undo_takes_back_ones_own_step_only(
    alice: Browser, bob: Browser, her_task: str
) -> None:
    async with alice.tab("/today") as hers, bob.tab("/today") as his:
        await hers.ask(f"{LIST}.set_completed", task_id=her_task, is_completed=True, stamp=1)
        before = rows_of(alice)
        await his.ask(f"{LIVE}.undo")

        assert rows_of(alice) == before
        await hers.ask(f"{LIVE}.undo")
        assert completed(hers) == [False]


def completed(tab: Tab) -> list[bool]:
    return [row["is_completed"] for row in tab.rows]


@pytest.mark.parametrize("path", ["/today", "/upcoming", "/inbox", "/completed"])
async def test_no_list_shows_what_is_another_persons(
    alice: Browser, visit: Visit, her_task: str, path: str
) -> None:
    async with alice.tab("/today") as tab:
        await tab.add(f"{TITLE}, done")
        done = next(r for r in tab.rows if r["title"].endswith("done"))
        await tab.ask(f"{LIST}.set_completed", task_id=done["id"], is_completed=True, stamp=1)

    async with visit("Charlie").tab(path) as tab:
        assert tab.rows == []
        assert set(tab.shown["auth_state.counts"].values()) == {0}
        assert not tab.knows(TITLE)
