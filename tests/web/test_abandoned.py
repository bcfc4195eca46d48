"""What pages leave behind on the server when their socket closes: nothing, after a while."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import reflex as rx
from redis.asyncio import Redis as RedisClient
from reflex.istate.manager.memory import StateManagerMemory
from reflex.istate.manager.redis import StateManagerRedis
from reflex.istate.manager.token import BaseStateToken
from reflex.state import State
from reflex.utils.token_manager import LocalTokenManager

from tests.servers import Redis
from todo_app.core.models import new_id
from todo_app.core.tokens import Claims
from todo_app.web import connections, edge
from todo_app.web.connections import Connection
from todo_app.web.session import AuthState

HERS = Claims.model_construct(sub=new_id(), sid=new_id())


@pytest.fixture
async def states(app: rx.App, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[StateManagerMemory]:
    """The states in memory, and nobody connected."""
    manager = StateManagerMemory()
    monkeypatch.setattr(app, "_state_manager", manager)
    assert app.event_namespace is not None
    monkeypatch.setattr(app.event_namespace, "_token_manager", LocalTokenManager())
    monkeypatch.setattr(connections, "_connections", {})
    monkeypatch.setattr(connections, "_drop_at", {})
    yield manager
    await manager.close()


async def show_page(states: StateManagerMemory | StateManagerRedis, token: str) -> None:
    async with states.modify_state(BaseStateToken(ident=token, cls=State)) as root:
        root.is_hydrated = True


def leave(*tokens: str, claims: Claims | None = None) -> None:
    closed = Connection(claims, had_cookie=False, flash="", state_tokens=list(tokens))
    connections.drop_later(closed)


async def test_the_state_of_a_page_goes_a_while_after_the_socket(
    states: StateManagerMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    for token in ("first", "second-tab", "hers"):
        await show_page(states, token)
    leave("first", "second-tab")
    leave("hers", claims=HERS)

    await connections.drop_abandoned()
    assert set(states.states) == {"first", "second-tab", "hers"}

    monkeypatch.setattr(connections, "STRANGER_SECONDS", 0)
    leave("first", "second-tab")
    await connections.drop_abandoned()
    assert set(states.states) == {"hers"}

    monkeypatch.setattr(connections, "MEMBER_SECONDS", 0)
    leave("hers", claims=HERS)
    await connections.drop_abandoned()
    assert not states.states
    assert not connections._drop_at


async def test_a_page_that_came_back_keeps_the_state(
    app: rx.App, states: StateManagerMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "STRANGER_SECONDS", 0)
    await show_page(states, "first")
    leave("first")
    assert app.event_namespace is not None
    await app.event_namespace._token_manager.link_token_to_sid("first", "socket")

    await connections.drop_abandoned()

    assert set(states.states) == {"first"}


async def test_redis_drops_the_state_too(
    app: rx.App,
    states: StateManagerMemory,
    redis_server: Redis,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    owner = BaseStateToken(ident="gone", cls=State)
    async with RedisClient.from_url(redis_server.url) as client:
        kept = StateManagerRedis(redis=client)
        monkeypatch.setattr(app, "_state_manager", kept)
        root = State(_reflex_internal_init=True)  # type: ignore[call-arg]
        auth = await root.get_state(AuthState)
        root.is_hydrated, auth.trouble = True, "Something"
        await kept.set_state(owner, root)
        await client.set("gone_elsewhere", "stays")
        monkeypatch.setattr(connections, "STRANGER_SECONDS", 0)
        leave("gone")
        assert len(await client.keys("gone*")) == 3

        await connections.drop_abandoned()

        assert await client.keys("gone*") == [b"gone_elsewhere"]
        await client.delete("gone_elsewhere")
        await kept.close()


async def test_a_token_that_is_issued_to_a_stranger_leaves_with_them() -> None:
    connection = Connection(None, had_cookie=False, flash="")
    reset = edge._connection.set(connection)
    try:
        assert connection.state_tokens == [edge._new_state_token()]
    finally:
        edge._connection.reset(reset)
