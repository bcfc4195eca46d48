from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
import reflex as rx
from reflex.istate.manager.memory import StateManagerMemory
from reflex.state import EventHandlerSetVar, StateUpdate
from reflex_base.event import Event
from reflex_base.event.processor import BaseStateEventProcessor, base_state_processor
from reflex_base.utils.format import format_event_handler

from tests.cast import credentials_of, sign_up, visit_by
from tests.web.backend import Backend
from tests.web.browser import (
    AUTH,
    CONFIRM_EMAIL,
    CONFIRM_SIGN_UP,
    FORGOTTEN,
    LIST,
    LIVE,
    PANEL,
    QUICK_ADD,
    RESET,
    ROOT_STATE,
    SIGN_IN,
    SIGN_IN_CODE,
    SIGN_UP,
    SIGN_UP_SENT,
    Browser,
)
from tests.web.handlers import Handlers, fitting_payload, required_payload
from todo_app.core import session_memory, sessions, tokens
from todo_app.web import connections, guard, reflex_private
from todo_app.web.connections import Connection
from todo_app.web.session import is_public

EVENTS = f"{ROOT_STATE}.reflex___state____update_vars_internal_state.update_vars_internal"
EXCEPTIONS = f"{ROOT_STATE}.reflex___state____frontend_event_exception_state"
PUBLIC = {
    *(
        f"{form}.show_form"
        for form in (
            SIGN_IN,
            SIGN_UP,
            FORGOTTEN,
            RESET,
            CONFIRM_EMAIL,
            CONFIRM_SIGN_UP,
            SIGN_UP_SENT,
        )
    ),
    f"{SIGN_IN_CODE}.show_code_form",
}

UNFIT = [None, 1.5, [], [[]], {"a": 1}, {"a": {"b": []}}, b"bytes", 2**64, float("nan")]


class Pipeline:
    """The way of an event through the framework and the guard, up to where handlers run."""

    def __init__(self, processor: BaseStateEventProcessor) -> None:
        self.processor = processor
        self.ran: list[str] = []
        self.updates: list[StateUpdate] = []

    async def emit_update(self, update: StateUpdate, **_to: str) -> None:
        """Take what would go to the browser."""
        self.updates.append(update)

    async def process_event(self, *, handler: rx.event.EventHandler, **_rest: object) -> None:
        """Take note of a handler instead of running it."""
        self.ran.append(format_event_handler(handler))

    async def send(
        self, connection_id: str, name: str, payload: dict[str, Any], path: str = "/today"
    ) -> list[str]:
        """Send one event of a new page; the handlers that ran."""
        start = len(self.ran)
        place = {"headers": {"authorization": connection_id}, "pathname": path, "asPath": path}
        await (
            await self.processor.enqueue(
                str(uuid4()), Event(name=name, payload=payload, router_data=place)
            )
        ).wait_all()
        return self.ran[start:]


@asynccontextmanager
async def running(app: rx.App, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Pipeline]:
    processor = BaseStateEventProcessor(middleware=app)
    pipeline = Pipeline(processor)
    monkeypatch.setattr(base_state_processor, "process_event", pipeline.process_event)
    manager = StateManagerMemory()
    async with processor.configure(state_manager=manager, event_namespace=pipeline):  # type: ignore[arg-type]
        yield pipeline
    await manager.close()


@pytest.fixture
async def pipeline(app: rx.App, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Pipeline]:
    async with running(app, monkeypatch) as started:
        yield started


@pytest.fixture
def anonymous() -> Iterator[str]:
    """The id of the connection of somebody who is not signed in."""
    connection = Connection(claims=None, had_cookie=False, flash="")
    connections._connections[connection.id] = connection
    yield connection.id
    del connections._connections[connection.id]


@pytest.fixture
async def member(database: str) -> AsyncIterator[str]:
    """The id of the connection of somebody who is signed in."""
    await sign_up("alice")
    claims = tokens.verify("web", await sessions.sign_in_web(credentials_of("alice"), visit_by()))
    connection = Connection(claims=claims, had_cookie=True, flash="")
    connections._connections[connection.id] = connection
    yield connection.id
    del connections._connections[connection.id]


def test_exactly_the_forms_of_strangers_are_open_to_strangers(handlers: Handlers) -> None:
    assert {name for name, found in handlers.items() if is_public(found.handler.fn)} == PUBLIC


def test_only_what_shows_a_page_is_a_framework_event(handlers: Handlers) -> None:
    assert handlers.keys() > reflex_private.FRAMEWORK_EVENTS
    assert {name.rpartition(".")[2] for name in reflex_private.FRAMEWORK_EVENTS} == {
        "hydrate",
        "hydrate_and_load",
        "on_load_internal",
        "set_is_hydrated",
        "update_vars_internal",
    }


def test_every_handler_of_ours_is_asynchronous_and_in_the_foreground(handlers: Handlers) -> None:
    for found in handlers.values():
        if found.handler.fn.__module__.startswith("todo_app."):
            assert inspect.iscoroutinefunction(found.handler.fn), found.handler.fn.__qualname__
        assert not found.handler.is_background, found.handler.fn.__qualname__


def test_no_state_is_shared_between_people(app: rx.App, handlers: Handlers) -> None:
    shared = [
        state
        for found in handlers.values()
        for state in found.states
        if issubclass(state, rx.SharedState) and state.__module__.startswith("todo_app.")
    ]

    assert shared == []


@pytest.mark.parametrize("path", ["/today", "/inbox", "/sign-in", "/nowhere", "", "//today"])
async def test_promise_13_no_handler_runs_for_a_stranger_but_the_public_ones(
    pipeline: Pipeline, handlers: Handlers, anonymous: str, path: str
) -> None:
    for name, found in handlers.items():
        ran = await pipeline.send(anonymous, name, fitting_payload(found), path)

        assert set(ran) <= reflex_private.FRAMEWORK_EVENTS | PUBLIC, name
        assert name not in ran or name in reflex_private.FRAMEWORK_EVENTS | PUBLIC


async def test_the_public_handlers_do_run_for_a_stranger(
    pipeline: Pipeline, anonymous: str
) -> None:
    for name in PUBLIC:
        assert name in await pipeline.send(anonymous, name, {}, "/sign-in")


async def test_handlers_do_run_for_a_member(
    pipeline: Pipeline, handlers: Handlers, member: str
) -> None:
    for name, found in handlers.items():
        if not isinstance(found.handler, EventHandlerSetVar):
            assert name in await pipeline.send(member, name, fitting_payload(found))


@pytest.mark.parametrize("connection_id", ["", "x", "anonymous"])
async def test_nothing_at_all_runs_without_a_socket_of_ours(
    pipeline: Pipeline, handlers: Handlers, connection_id: str
) -> None:
    for name, found in handlers.items():
        assert await pipeline.send(connection_id, name, fitting_payload(found)) == []
    assert pipeline.updates == []


async def test_nothing_at_all_runs_on_a_socket_whose_session_is_over(
    pipeline: Pipeline, handlers: Handlers, member: str
) -> None:
    claims = connections._connections[member].claims
    assert claims is not None
    await end_session(claims.sid)

    for name, found in handlers.items():
        assert await pipeline.send(member, name, fitting_payload(found)) == []
    assert pipeline.updates == []
    assert connections._connections[member].is_ended


async def end_session(session_id: UUID) -> None:
    from todo_app.core.database import transaction
    from todo_app.core.models import Session

    async with transaction() as db:
        session = await db.get_one(Session, session_id)
        session.revoked_at = session.created_at
    session_memory.forget(session_id)


async def test_a_setter_of_the_framework_runs_for_nobody(
    pipeline: Pipeline, handlers: Handlers, member: str
) -> None:
    setters = [name for name in handlers if name.endswith(".setvar")]

    assert setters
    for name in setters:
        for var_name in ("is_hydrated", "completed", "due_in", "signed_in", "_claims", ""):
            payload = {"var_name": var_name, "value": True}
            assert name not in await pipeline.send(member, name, payload)


def test_an_argument_of_a_wrong_type_is_unfit_for_every_handler(handlers: Handlers) -> None:
    for name, found in handlers.items():
        # The framework takes any dict where it takes what the browser keeps.
        if name.endswith((".setvar", ".hydrate_and_load", ".update_vars_internal")):
            continue
        good = fitting_payload(found)
        assert guard.has_valid_arguments(Event(name=name, payload=good)), name
        for argument in good:
            for value in UNFIT if argument in required_payload(found) else UNFIT[1:]:
                bad = Event(name=name, payload={**good, argument: value})
                assert not guard.has_valid_arguments(bad), (name, argument, value)


def test_a_missing_and_an_extra_argument_are_unfit_for_every_handler(handlers: Handlers) -> None:
    for name, found in handlers.items():
        good = required_payload(found)
        for extra in ({"more": 1}, {"self": None}, {"": ""}):
            assert not guard.has_valid_arguments(Event(name=name, payload={**good, **extra}))
        for argument in good:
            fewer = {key: value for key, value in good.items() if key != argument}
            assert not guard.has_valid_arguments(Event(name=name, payload=fewer)), name


@pytest.mark.parametrize(
    "task_id",
    [
        "",
        "x",
        "01A1FE18-4D88-758E-9C3C-F83B1A28E1BE",
        "01a1fe184d88758e9c3cf83b1a28e1be",
        "{01a1fe18-4d88-758e-9c3c-f83b1a28e1be}",
        "urn:uuid:01a1fe18-4d88-758e-9c3c-f83b1a28e1be",
        "01a1fe18-4d88-758e-9c3c-f83b1a28e1be\n",
        " 01a1fe18-4d88-758e-9c3c-f83b1a28e1be",
        "' OR 1=1 --",
        "\x00" * 36,
    ],
)
def test_only_the_one_spelling_of_an_id_is_fit(handlers: Handlers, task_id: str) -> None:
    event = Event(name=f"{PANEL}.delete_task", payload={"task_id": task_id})

    assert not guard.has_valid_arguments(event)


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("stamp", -1),
        ("stamp", 2**53),
        ("stamp", "1"),
        ("stamp", True),
        ("is_completed", 1),
        ("is_completed", "true"),
    ],
)
def test_a_tick_takes_nothing_but_what_a_row_sends(
    handlers: Handlers, argument: str, value: object
) -> None:
    name = f"{LIST}.set_completed"
    payload = {**fitting_payload(handlers[name]), argument: value}

    assert not guard.has_valid_arguments(Event(name=name, payload=payload))


async def test_a_stranger_reaches_nothing_by_any_event(
    backend: Backend, alice: Browser, stranger: Browser, handlers: Handlers
) -> None:
    async with alice.tab("/today") as tab:
        await tab.add("Alice alone knows")
    before = backend.every_row()

    for path in ("/today", "/sign-in", "/nowhere"):
        async with stranger.socket(path) as tab:
            for name, found in handlers.items():
                await tab.send(name, **fitting_payload(found))
            await tab.settle()

            assert tab.shown["auth_state.signed_in"] is False
            assert set(tab.shown["auth_state.user"].values()) == {""}
            assert set(tab.shown["auth_state.counts"].values()) == {0}
            assert tab.shown["auth_state.notice"]["text"] == ""
            assert tab.rows == []
            assert tab.shown["task_list_state.showing"] == ""
            assert tab.shown["quick_add_state.unsaved"] == ""
            assert tab.shown["account_form_state.errors"] == {}
            assert tab.shown["security_state.session_rows"] == []
            assert tab.shown["security_state.event_rows"] == []
            assert tab.shown["api_tokens_state.token_rows"] == []
            assert not tab.knows("Alice alone knows")
            assert not tab.knows(alice.email)
    assert backend.every_row() == before


async def test_unfit_arguments_of_a_member_change_nothing_and_the_page_goes_on(
    backend: Backend, alice: Browser, handlers: Handlers
) -> None:
    async with alice.tab("/today") as tab:
        await tab.add("Still here")
        before, errors = backend.every_row(), backend.log_text().count("ERROR")
        for name, found in handlers.items():
            if name in reflex_private.FRAMEWORK_EVENTS:
                continue
            good = required_payload(found)
            unfit = [{**good, argument: value} for argument in good for value in (None, [], 1.5)]
            for payload in [*unfit, {**good, "more": 1}, *([{}] if good else [])]:
                await tab.send(name, **payload)
            for payload in (None, [], "x", 1):
                await tab.send_raw({"name": name, "payload": payload, "router_data": {}})

        answers = await tab.settle()

        assert answers == []
        assert backend.every_row() == before
        assert backend.log_text().count("ERROR") - errors == 0
        await tab.add("And goes on")
        assert [row["title"] for row in tab.rows] == [
            "Still here",
            "And goes on",
        ]


ODD_EVENTS = {
    "a string": "hydrate",
    "a string of JSON": f'{{"name": "{LIVE}.undo", "payload": {{}}}}',
    "a list": [[]],
    "null": None,
    "a number": 1,
    "nothing in it": {},
    "no name": {"payload": {}},
    "a name that is no text": {"name": ["x"], "payload": {}},
    "an unknown name": {"name": "no.such.event", "payload": {}},
    "a private method": {"name": f"{AUTH}._become", "payload": {"claims": {}}},
    "an inherited method": {"name": f"{AUTH}.reset", "payload": {}},
    "a frontend event": {"name": "_redirect", "payload": {"path": "//evil.example"}},
    "an empty name": {"name": "", "payload": {}},
    "a long name": {"name": "x" * 100_000, "payload": {}},
    "deep": {"name": f"{LIVE}.undo", "payload": {"a": [[[[[[[[[[[[{}]]]]]]]]]]]]}},
    "router data that is a list": {"name": f"{LIVE}.undo", "payload": {}, "router_data": []},
    "headers of its own": {
        "name": f"{LIVE}.undo",
        "payload": {},
        "router_data": {"headers": {"authorization": "x", "cookie": "todo_session=x"}, "query": 1},
    },
    "a path that is a number": {
        "name": f"{ROOT_STATE}.hydrate_and_load",
        "payload": {},
        "router_data": {"pathname": 1, "asPath": 2, "query": 3},
    },
    "a token of another": {"name": f"{LIVE}.undo", "payload": {}, "token": "x"},
}


@pytest.mark.parametrize("kind", ODD_EVENTS)
@pytest.mark.parametrize("who", ["alice", "stranger"])
async def test_an_odd_event_leaves_the_page_alive_and_no_secret_in_the_log(
    request: pytest.FixtureRequest, backend: Backend, kind: str, who: str
) -> None:
    browser: Browser = request.getfixturevalue(who)
    before, traces = backend.every_row(), backend.log_text().count("Traceback")

    async with browser.tab("/sign-in" if who == "stranger" else "/today") as tab:
        await tab.send_raw(ODD_EVENTS[kind])
        await tab.settle()

        assert not tab.is_closed
        assert tab.shown["auth_state.signed_in"] is (who == "alice")
    assert backend.every_row() == before
    assert backend.log_text().count("Traceback") == traces
    assert "todo_session=" not in backend.log_text().replace("todo_session=x", "")
    if browser.token:
        assert browser.token.rpartition(".")[2] not in backend.log_text()


async def test_a_huge_event_costs_its_sender_the_socket_and_nobody_else(
    alice: Browser, bob: Browser
) -> None:
    async with bob.tab("/today") as calm, alice.tab("/today") as tab:
        await tab.send(f"{QUICK_ADD}.add_tasks", entries=[tab.entry("x" * 20_000_000)])
        await tab.until(lambda: tab.is_closed)

        await calm.add("Bob goes on")
        assert calm.knows("Bob goes on")


LIES = {
    f"{AUTH}.signed_in": True,
    f"{AUTH}.signed_in_rx_state_": True,
    f"{AUTH}.user": {"name": "Mallory", "email": "mallory@example.org", "initials": "M"},
    f"{AUTH}.counts": {"inbox": 9, "overdue": 9, "today": 9, "done_today": 9},
    f"{AUTH}._claims": {"sub": str(uuid4()), "sid": str(uuid4())},
    f"{LIST}.rows": [{"title": "A lie"}],
    f"{LIST}.showing": "today",
    f"{LIST}._name": "completed",
    f"{LIVE}._take_back": {"act": "delete"},
    f"{SIGN_IN}.next_path": "//evil.example",
    f"{ROOT_STATE}.router": {},
    f"{ROOT_STATE}.router_data": {"headers": {}},
    f"{AUTH}.__class__": "x",
    "nowhere.nothing": 1,
    "": 1,
}


@pytest.mark.parametrize("event", [EVENTS, f"{ROOT_STATE}.hydrate_and_load"])
@pytest.mark.parametrize("who", ["alice", "stranger"])
async def test_no_variable_can_be_set_from_outside(
    request: pytest.FixtureRequest, event: str, who: str
) -> None:
    browser: Browser = request.getfixturevalue(who)
    path = "/sign-in" if who == "stranger" else "/today"

    async with browser.tab(path) as tab:
        truth = without_place(tab.shown)
        for name, value in LIES.items():
            await tab.send(event, vars={name: value})
        await tab.send(event, vars=LIES)
        for odd in (None, [], "x", 1, {"a": 1}, {AUTH: 1}):
            await tab.send(event, vars=odd)
        await tab.settle()
        await tab.load(path)
        told = without_place(tab.shown)

    if who == "stranger":
        assert told == truth
        assert not told["auth_state.signed_in"]
    else:
        quiet = {"auth_state.notice"}
        assert {k: v for k, v in told.items() if k not in quiet} == {
            k: v for k, v in truth.items() if k not in quiet
        }


def without_place(shown: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in shown.items() if not name.startswith("state.")}


async def test_strangers_cannot_write_into_the_log_as_a_page_does(
    backend: Backend, stranger: Browser
) -> None:
    async with stranger.tab("/sign-in") as tab:
        await tab.ask(
            f"{EXCEPTIONS}.handle_frontend_exception",
            info="Sent by a stranger\nERROR forged",
            component_stack="",
        )

    assert "Sent by a stranger" not in backend.log_text()
