from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import reflex as rx
from reflex_base.registry import RegistrationContext

from tests.web.backend import Backend
from tests.web.browser import AUTH, LIST, PANEL, QUICK_ADD, Browser, Tab
from tests.web.conftest import Visit

# How each handler that takes the id of a task is called by a page.
CALLS: dict[str, list[dict[str, Any]]] = {
    f"{LIST}.set_completed": [
        {"is_completed": True, "stamp": 1},
        {"is_completed": False, "stamp": 2},
    ],
    f"{PANEL}.open_task": [{}],
    f"{PANEL}.save_field": [
        {"field": "title", "text": "Mine now"},
        {"field": "notes", "text": "Mine now"},
        {"field": "priority", "text": "1"},
        {"field": "due_date", "text": "2030-01-01"},
        {"field": "due_date", "text": ""},
        {"field": "due_time", "text": "12:00"},
    ],
    f"{PANEL}.set_due_in": [{"days": 0}],
    f"{PANEL}.clear_due": [{}],
    f"{PANEL}.delete_task": [{}],
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
        await tab.ask(f"{QUICK_ADD}.add_task", form={"title": TITLE})
        [row] = tab.shown["task_list_state.rows"]
        await tab.ask(f"{PANEL}.open_task", task_id=row["id"])
        await tab.ask(f"{PANEL}.save_field", task_id=row["id"], field="notes", text=NOTES)
    task_id: str = row["id"]
    return task_id


def rows_of(browser: Browser) -> list[tuple[Any, ...]]:
    return browser.backend.rows(
        "SELECT * FROM tasks WHERE user_id = :user ORDER BY id", user=browser.user_id
    )


def without(answers: list[dict[str, Any]], task_id: str) -> str:
    """Answers as text, the same for every id and whenever they are given."""
    for answer in answers:
        if notice := answer["delta"].get(AUTH, {}).get("notice_rx_state_"):
            notice["number"] = 0
        if "opened_rx_state_" in answer["delta"].get(PANEL, {}):
            answer["delta"][PANEL]["opened_rx_state_"] = 0
    return repr(answers).replace(task_id, "ID")


def test_every_handler_that_takes_an_id_is_tried(app: rx.App) -> None:
    handlers = RegistrationContext.get().event_handlers
    with_id = {
        name: inspect.signature(found.handler.fn).parameters
        for name, found in handlers.items()
        if any(
            argument.endswith("id") for argument in inspect.signature(found.handler.fn).parameters
        )
    }

    assert with_id.keys() == CALLS.keys()
    for name, arguments in EVERY_CALL:
        assert {"self", "task_id", *arguments} == set(with_id[name])


@pytest.mark.parametrize(("name", "arguments"), EVERY_CALL, ids=IDS)
async def test_a_foreign_id_is_answered_as_an_unknown_one(
    alice: Browser, bob: Browser, her_task: str, name: str, arguments: dict[str, Any]
) -> None:
    unknown, before = str(uuid4()), rows_of(alice)

    async with bob.tab("/today") as tab:
        foreign_answer = await tab.ask(name, task_id=her_task, **arguments)
        unknown_answer = await tab.ask(name, task_id=unknown, **arguments)

        assert without(foreign_answer, her_task) == without(unknown_answer, unknown)
        assert not tab.knows(TITLE)
        assert not tab.knows(NOTES)
        assert not tab.knows(alice.email)
    assert rows_of(alice) == before
    assert rows_of(bob) == []


@pytest.mark.parametrize(("name", "arguments"), EVERY_CALL, ids=IDS)
async def test_a_foreign_id_is_of_no_use_while_a_panel_of_ones_own_is_open(
    alice: Browser, bob: Browser, her_task: str, name: str, arguments: dict[str, Any]
) -> None:
    before = rows_of(alice)

    async with bob.tab("/inbox") as tab:
        await tab.ask(f"{QUICK_ADD}.add_task", form={"title": "Bob's own"})
        [row] = tab.shown["task_list_state.rows"]
        await tab.ask(f"{PANEL}.open_task", task_id=row["id"])
        his = rows_of(bob)
        await tab.ask(name, task_id=her_task, **arguments)

        assert not tab.knows(TITLE)
        assert not tab.knows(NOTES)
    assert rows_of(alice) == before
    assert rows_of(bob) == his


async def test_her_trash_is_as_closed_as_her_lists(
    alice: Browser, bob: Browser, her_task: str
) -> None:
    async with alice.tab("/today") as tab:
        await tab.ask(f"{PANEL}.delete_task", task_id=her_task)
    before = rows_of(alice)

    async with bob.tab("/today") as tab:
        for name, arguments in EVERY_CALL:
            await tab.ask(name, task_id=her_task, **arguments)
        await tab.ask(f"{LIST}.undo")

        assert not tab.knows(TITLE)
    assert rows_of(alice) == before


async def test_undo_takes_back_ones_own_step_only(
    alice: Browser, bob: Browser, her_task: str
) -> None:
    async with alice.tab("/today") as hers, bob.tab("/today") as his:
        await hers.ask(f"{LIST}.set_completed", task_id=her_task, is_completed=True, stamp=1)
        before = rows_of(alice)
        await his.ask(f"{LIST}.undo")

        assert rows_of(alice) == before
        await hers.ask(f"{LIST}.undo")
        assert completed(hers) == [False]


def completed(tab: Tab) -> list[bool]:
    return [row["is_completed"] for row in tab.shown["task_list_state.rows"]]


@pytest.mark.parametrize("path", ["/today", "/inbox", "/completed"])
async def test_no_list_shows_what_is_another_persons(
    alice: Browser, visit: Visit, her_task: str, path: str
) -> None:
    async with alice.tab("/today") as tab:
        await tab.ask(f"{QUICK_ADD}.add_task", form={"title": f"{TITLE}, done"})
        done = next(r for r in tab.shown["task_list_state.rows"] if r["title"].endswith("done"))
        await tab.ask(f"{LIST}.set_completed", task_id=done["id"], is_completed=True, stamp=1)

    async with visit("Charlie").tab(path) as tab:
        assert tab.shown["task_list_state.rows"] == []
        assert set(tab.shown["auth_state.counts"].values()) == {0}
        assert not tab.knows(TITLE)
