"""What `todo_app/web/reflex_private.py` takes from Reflex without a promise that it stays.

When one of these fails after an upgrade, the module it names has to follow.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from importlib.metadata import version

import pytest
import reflex as rx
from reflex.istate.manager.memory import StateManagerMemory
from reflex.istate.manager.token import BaseStateToken
from reflex.state import State, StateUpdate
from reflex.utils import token_manager
from reflex.utils.token_manager import LocalTokenManager, RedisTokenManager
from reflex_base.event import Event
from reflex_base.event.context import EventContext
from starlette.applications import Starlette

from tests.web.browser import AUTH, LIST, PANEL, ROOT_STATE, SIGN_IN, Browser
from tests.web.handlers import Handlers
from todo_app.core import errors
from todo_app.web import frames, guard, reflex_private, session
from todo_app.web.session import AuthState


@pytest.fixture
def issued() -> Iterator[list[str]]:
    """The tokens that our own function issued, in place of the framework's."""
    kept, tokens = token_manager._get_new_token, []

    def issue() -> str:
        tokens.append(f"ours-{len(tokens)}")
        return tokens[-1]

    reflex_private.issue_tokens_with(issue)
    yield tokens
    token_manager._get_new_token = kept


def test_the_version_is_the_one_that_was_checked() -> None:
    assert version("reflex") == "0.10.1"


async def test_the_token_of_a_duplicated_tab_comes_from_us(issued: list[str]) -> None:
    manager = LocalTokenManager()
    await manager.link_token_to_sid("token", "first socket")

    given = await manager.link_token_to_sid("token", "second socket")

    assert given == issued[-1]


def test_redis_asks_the_same_function_for_the_token_of_a_duplicated_tab() -> None:
    source = inspect.getsource(RedisTokenManager.link_token_to_sid)

    assert "_get_new_token()" in source


async def test_states_are_purged_by_how_their_token_starts(
    app: rx.App, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = StateManagerMemory()
    monkeypatch.setattr(app, "_state_manager", manager)
    for token in ("hers-1", "hers-2", "his-1"):
        async with manager.modify_state(BaseStateToken(ident=token, cls=State)):
            pass

    reflex_private.purge_states("hers")

    assert set(manager.states) == {"his-1"}
    assert set(manager._token_expires_at) == {"his-1"}
    await manager.close()


async def test_a_state_at_work_is_not_purged(app: rx.App, monkeypatch: pytest.MonkeyPatch) -> None:
    manager = StateManagerMemory()
    monkeypatch.setattr(app, "_state_manager", manager)

    async with manager.modify_state(BaseStateToken(ident="hers-1", cls=State)):
        reflex_private.purge_states("hers")
        assert set(manager.states) == {"hers-1"}
    await manager.close()


def test_the_framework_answers_for_no_other_origin_and_is_surrounded(app: rx.App) -> None:
    assert isinstance(app._api, Starlette)
    assert app._api.user_middleware == []
    assert "_add_cors" in inspect.getsource(rx.App.__post_init__)
    assert "surround_with" in rx.App.__call__.__qualname__


def test_the_framework_reads_packets_by_our_function(app: rx.App) -> None:
    assert app.sio is not None
    assert app.sio.packet_class.json.loads("[") == frames.content("[") == [""]


def test_the_events_of_a_page_are_named_as_the_frontend_sends_them(handlers: Handlers) -> None:
    load = f"{ROOT_STATE}.reflex___state____on_load_internal_state"
    variables = f"{ROOT_STATE}.reflex___state____update_vars_internal_state"

    assert {
        f"{ROOT_STATE}.hydrate",
        f"{ROOT_STATE}.hydrate_and_load",
        f"{load}.on_load_internal",
    } == reflex_private.PAGE_EVENTS
    assert {
        f"{ROOT_STATE}.set_is_hydrated",
        f"{load}.set_is_hydrated",
        f"{variables}.update_vars_internal",
    } == reflex_private.FRAMEWORK_EVENTS - reflex_private.PAGE_EVENTS
    assert handlers.keys() >= reflex_private.FRAMEWORK_EVENTS


def test_no_variable_of_ours_is_kept_by_the_browser_for_us(app: rx.App) -> None:
    for state in [AuthState, *every_child(AuthState)]:
        for name in state.base_vars:
            assert not state._is_client_storage(name), f"{state.__name__}.{name}"


def test_no_state_hides_a_function_of_one_that_it_builds_on(app: rx.App) -> None:
    hidden = [
        f"{state.__name__}.{name}"
        for state in every_child(AuthState)
        for name in own_functions(state)
        if any(name in own_functions(other) for other in state.__mro__[1:])
    ]

    assert hidden == []


def own_functions(owner: type) -> set[str]:
    """What is written in a class itself."""
    found = (value for value in vars(owner).values() if inspect.isfunction(value))
    return {one.__name__ for one in found if one.__qualname__ == f"{owner.__name__}.{one.__name__}"}


def every_child(state: type[rx.State]) -> list[type[rx.State]]:
    return [found for child in state.get_substates() for found in (child, *every_child(child))]


def test_an_event_leads_to_the_function_behind_it(app: rx.App) -> None:
    function = reflex_private.handler_function(f"{AUTH}.close_notice")

    assert function.__qualname__ == "AuthState.close_notice"


def test_a_mark_on_a_function_survives_its_registration(app: rx.App) -> None:
    assert session.is_public(reflex_private.handler_function(f"{SIGN_IN}.show_form"))


def test_a_setter_is_told_from_a_handler(app: rx.App) -> None:
    assert reflex_private.is_setter(f"{LIST}.setvar")
    assert not reflex_private.is_setter(f"{LIST}.set_completed")


async def test_an_event_knows_its_own_socket_and_page() -> None:
    context = EventContext(
        token="token",
        state_manager=StateManagerMemory(),
        enqueue_impl=None,  # type: ignore[arg-type]
        router_data={"headers": {"authorization": "id"}, "pathname": "/today"},
    )
    reset = EventContext.set(context)
    try:
        assert reflex_private.event_headers() == {"authorization": "id"}
        assert reflex_private.event_path() == "/today"
    finally:
        EventContext.reset(reset)


async def test_a_full_update_holds_every_state_and_the_redirect(app: rx.App) -> None:
    root = State(_reflex_internal_init=True)  # type: ignore[call-arg]
    auth = await root.get_state(AuthState)
    assert reflex_private.root_of(auth) is root

    update = await reflex_private.full_update(root, rx.redirect("/sign-in"))

    assert {ROOT_STATE, AUTH, LIST} <= update.delta.keys()
    assert [event.name for event in update.events] == ["_redirect"]
    assert root.get_delta() == {}


async def test_changes_hold_what_changed_and_nothing_else(app: rx.App) -> None:
    root = State(_reflex_internal_init=True)  # type: ignore[call-arg]
    root._clean()
    auth = await root.get_state(AuthState)
    auth.notice = {**auth.notice, "text": "Something happened"}

    update = await reflex_private.changes(root)

    assert list(update.delta) == [AUTH]
    assert list(update.delta[AUTH]) == ["notice_rx_state_"]
    assert (await reflex_private.changes(root)).delta == {}


def test_the_answer_of_a_refusal_is_empty() -> None:
    assert StateUpdate() == reflex_private.REFUSED
    assert not reflex_private.REFUSED.delta
    assert not reflex_private.REFUSED.events


async def test_the_guard_closes_what_has_no_connection(app: rx.App) -> None:
    root = State(_reflex_internal_init=True)  # type: ignore[call-arg]
    context = EventContext(
        token="token",
        state_manager=StateManagerMemory(),
        enqueue_impl=None,  # type: ignore[arg-type]
    )
    reset = EventContext.set(context)
    try:
        event = Event(name=f"{ROOT_STATE}.hydrate", payload={})
        assert await guard.Guard().preprocess(app, root, event) is reflex_private.REFUSED
    finally:
        EventContext.reset(reset)


async def test_a_handler_outside_of_a_guarded_event_has_no_actor(app: rx.App) -> None:
    session.set_actor(None)
    root = State(_reflex_internal_init=True)  # type: ignore[call-arg]
    auth = await root.get_state(AuthState)

    with pytest.raises(errors.Unauthenticated):
        auth._actor()


def test_the_connection_of_a_page_is_known_to_the_page_alone() -> None:
    assert str(reflex_private.is_disconnected) == "(connectErrors.length > 0)"


def test_a_variable_of_a_component_is_not_shared_with_another() -> None:
    variable = reflex_private.client_state("clicked", {"stamp": 0})

    assert not variable._global_ref
    assert variable._getter_name == "clicked"


async def test_a_page_is_answered_once_whether_or_not_anything_comes_of_what_it_sent(
    alice: Browser,
) -> None:
    async with alice.tab("/inbox") as tab:
        start = len(tab.frames)
        await tab.send(f"{PANEL}.enter_field", field="notes")
        await tab.send(f"{AUTH}.say_copied")
        await tab.send(f"{PANEL}.leave_field", field="notes")
        await tab.until(lambda: len(tab.frames) == start + 3)

    [entered, copied, left] = [frame for _, frame in tab.frames[start:]]
    assert list(copied["delta"]) == [AUTH]
    assert entered == left == {}
