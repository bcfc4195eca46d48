"""Every use of what Reflex does not promise to keep, in one place.

Checked against reflex 0.10.1; tests/web/test_reflex_private.py fails when one of these changes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import reflex as rx
from reflex import app as reflex_app
from reflex.app import App, EventNamespace
from reflex.experimental.client_state import ClientStateVar
from reflex.istate.delta import _resolve_delta
from reflex.istate.manager.memory import StateManagerMemory
from reflex.istate.manager.redis import StateManagerRedis
from reflex.istate.manager.token import BaseStateToken
from reflex.state import (
    BaseState,
    EventHandlerSetVar,
    OnLoadInternalState,
    State,
    StateUpdate,
    UpdateVarsInternalState,
)
from reflex.utils import prerequisites, token_manager
from reflex_base import constants
from reflex_base.event import Event, EventHandler
from reflex_base.event.context import EventContext
from reflex_base.event.processor import base_state_processor
from reflex_base.event.processor.base_state_processor import BaseStateEventProcessor
from reflex_base.event.processor.event_processor import EventQueueEntry
from reflex_base.registry import RegisteredEventHandler, RegistrationContext
from reflex_base.utils.format import format_event_handler
from reflex_base.vars.function import ArgsFunctionOperationBuilder, FunctionVar
from reflex_components_core.core.banner import has_connection_errors
from starlette.types import ASGIApp

REFUSED = StateUpdate()
"""The answer that runs no handler and sends nothing."""

LOAD_EVENTS = frozenset(
    format_event_handler(handler)
    for handler in (
        State.event_handlers["hydrate_and_load"],
        OnLoadInternalState.event_handlers["on_load_internal"],
    )
)
"""What the framework sends when a page opens, and again when it has found its connection."""

PAGE_EVENTS = LOAD_EVENTS | {format_event_handler(State.event_handlers["hydrate"])}
"""What the framework can be asked for a page by."""

FRAMEWORK_EVENTS = PAGE_EVENTS | frozenset(
    format_event_handler(handler)
    for handler in (
        State.event_handlers["set_is_hydrated"],
        OnLoadInternalState.event_handlers["set_is_hydrated"],
        UpdateVarsInternalState.event_handlers["update_vars_internal"],
    )
)
"""Every event that the framework needs to show a page, to strangers too."""

is_disconnected: rx.Var[bool] = has_connection_errors
"""Whether the page has lost its socket, known to the page alone."""


def static_files() -> Path:
    """Where the built frontend is."""
    return prerequisites.get_web_dir() / constants.Dirs.STATIC


def event_headers() -> dict[str, str]:
    """The handshake headers of the socket that sent the event being handled."""
    headers: dict[str, str] = EventContext.get().router_data.get("headers", {})
    return headers


def event_path() -> str:
    """The path of the page that sent the event being handled, with its query."""
    router_data = EventContext.get().router_data
    _, mark, query = str(router_data.get("asPath", "")).partition("?")
    return f"{router_data.get('pathname', '/')}{mark}{query.partition('#')[0]}"


@dataclass(frozen=True, slots=True)
class Place:
    """The state that a page has, and where the page is."""

    token: str
    router_data: dict[str, Any]

    @property
    def path(self) -> str:
        """The path of the page, without its query."""
        return str(self.router_data.get("pathname", "/"))


def event_place() -> Place:
    """Where the page is that sent the event being handled."""
    context = EventContext.get()
    return Place(context.token, context.router_data)


async def send_event(place: Place, handler: EventHandler, *arguments: object) -> None:
    """Let a page's state handle an event as if the page had sent it, the guard included.

    Not from inside of a handler: it would become a part of that one's event.
    """
    [event] = Event.from_event_type(handler(*arguments))
    app = RegistrationContext.get().app
    event = replace(event, router_data=dict(place.router_data))
    await app.event_processor.enqueue(place.token, event)


@contextmanager
def taking_back(state: rx.State) -> Iterator[None]:
    """Let a state, and those that it is a part of, hold what they held, if the block raises.

    What is shown is assigned anew and never changed in place, which nothing could take back.
    """
    held = [(one, dict(vars(one))) for one in _lineage_of(state)]
    try:
        yield
    except BaseException:
        for one, before in held:
            for name, value in tuple(vars(one).items()):
                # What was never asked for before is stored nowhere, and is the default.
                old = before[name] if name in before else one.get_fields()[name].default_value()
                if value is not old:
                    setattr(one, name, old)
        raise


def event_name(handler: EventHandler) -> str:
    """The name that an event handler is called by."""
    return format_event_handler(handler)


def handler_function(name: str) -> Callable[..., Any]:
    """The function behind an event of this name."""
    return RegistrationContext.get().event_handlers[name].handler.fn


def is_setter(name: str) -> bool:
    """Whether an event would call any `set_` method by name, past the checks of its arguments."""
    handler = RegistrationContext.get().event_handlers[name].handler
    return isinstance(handler, EventHandlerSetVar)


def root_of(state: rx.State) -> rx.State:
    """The root of a state tree."""
    return state._get_root_state()  # type: ignore[return-value]


async def full_update(root: rx.State, *events: rx.event.EventSpec) -> StateUpdate:
    """Everything a state shows, and events for the browser."""
    delta = await _resolve_delta(root.dict())
    root._clean()
    return StateUpdate(delta=delta, events=Event.from_event_type(list(events)))


def admit_events_with(check: Callable[[object], dict[str, Any] | None]) -> None:
    """Let only those frames from sockets become events that this function lets pass.

    The framework queues, logs and unpacks what comes in before any middleware sees it.
    """
    plain = EventNamespace.on_event

    async def on_event(self: EventNamespace, sid: str, *data: object) -> None:
        frame = check(data[0] if len(data) == 1 else data)
        if frame is not None:
            await plain(self, sid, frame)

    EventNamespace.on_event = on_event


def read_packets_with(read: Callable[[str], object]) -> None:
    """Let this function read the JSON in the packets of sockets, malformed as it may be.

    To be called before the app is made.
    """
    reflex_app._sio_loads = read


def watch_events_with(
    begin: Callable[[str], object], note: Callable[[str, float, bool], None]
) -> None:
    """Call one function with the id of each event, and one with its handler, seconds and failure.

    The framework's middleware sees an event begin, and never end.
    """
    plain = BaseStateEventProcessor._execute_event

    async def execute(
        self: BaseStateEventProcessor,
        *,
        entry: EventQueueEntry,
        registered_handler: RegisteredEventHandler,
    ) -> None:
        begin(entry.ctx.txid)
        started, has_failed = time.perf_counter(), False
        try:
            await plain(self, entry=entry, registered_handler=registered_handler)
        except Exception:
            has_failed = True
            raise
        finally:
            handler = registered_handler.handler.fn.__qualname__
            note(handler, time.perf_counter() - started, has_failed)

    BaseStateEventProcessor._execute_event = execute  # type: ignore[method-assign]


def answer_every_event() -> None:
    """Let a page hear that what it sent was handled, though nothing comes of it.

    The framework says nothing then, as a server does that hangs. What is refused stays unanswered.
    """
    handle, emit = base_state_processor.process_event, EventContext.emit_delta
    is_answered: ContextVar[bool] = ContextVar("is_answered", default=False)

    async def emit_delta(self: EventContext, delta: Mapping[str, Mapping[str, Any]]) -> None:
        is_answered.set(True)
        await emit(self, delta)

    async def process_event(
        handler: EventHandler,
        payload: dict[str, Any],
        state: BaseState,
        root_state: BaseState | None,
    ) -> None:
        await handle(handler, payload, state, root_state)
        context = EventContext.get()
        if context.parent_txid is None and not is_answered.get():
            await context.emit_delta({})

    EventContext.emit_delta = emit_delta  # type: ignore[method-assign]
    base_state_processor.process_event = process_event


def hold_locks_with_redis_6() -> None:
    """Let the state manager extend a lock without an option that Redis has from version 7 on.

    It says to leave a lock alone that never runs out, and there is none.
    """

    async def extend(self: StateManagerRedis, lock_key: bytes) -> bool | None:
        found: bool | None = await self.redis.pexpire(lock_key, self.lock_expiration)
        return found

    StateManagerRedis._try_extend_lock = extend  # type: ignore[method-assign]


def leave_out_cors() -> None:
    """Let the framework answer no preflight: it does so outside of every layer of ours.

    To be called before the app is made.
    """
    App._add_cors = staticmethod(lambda _api: None)  # type: ignore[method-assign]


def surround_with(layer: Callable[[ASGIApp], ASGIApp]) -> None:
    """Put a layer around the finished app: the transformers are inside of a router of its own."""
    plain = App.__call__

    def make(self: App) -> ASGIApp:
        return layer(plain(self))

    App.__call__ = make  # type: ignore[method-assign]


def is_registered(name: str) -> bool:
    """Whether there is an event handler of this name."""
    return name in RegistrationContext.get().event_handlers


def event_and_its_cause() -> tuple[str, str | None]:
    """The id of the event being handled, and of the one that it was chained to."""
    context = EventContext.get()
    return context.txid, context.parent_txid


def issue_tokens_with(new_token: Callable[[], str]) -> None:
    """Let the server make the tokens of duplicated tabs with this function."""
    token_manager._get_new_token = new_token


async def changes(root: rx.State) -> StateUpdate:
    """What a state shows differently since it was last sent."""
    delta = await root._get_resolved_delta()
    root._clean()
    return StateUpdate(delta=delta)


def purge_states(prefix: str) -> None:
    """Drop the states in memory whose token starts so; Redis lets them expire."""
    manager = RegistrationContext.get().app.state_manager
    if not isinstance(manager, StateManagerMemory):
        return
    for key, (_, token) in list(manager._token_expires_at.items()):
        lock = manager._states_locks.get(token.lock_key)
        if key.startswith(prefix) and not (lock and lock.locked()):
            manager._purge_token(token)


async def drop_abandoned_state(token: str) -> None:
    """Drop the state of a token, unless a page is connected by it somewhere. Raises RedisError."""
    app = RegistrationContext.get().app
    if await app.event_namespace._token_manager.is_token_connected(token):
        return
    purge_states(token)
    manager = app.state_manager
    if isinstance(manager, StateManagerRedis):
        owner = BaseStateToken(ident=token, cls=State)
        await manager.redis.unlink(*(owner._state_key(state) for state in _tree_of(State)))


def _lineage_of(state: BaseState) -> Iterator[BaseState]:
    yield state
    if state.parent_state is not None:
        yield from _lineage_of(state.parent_state)


def _tree_of(state: type[BaseState]) -> Iterator[type[BaseState]]:
    yield state
    for child in state.get_substates():
        yield from _tree_of(child)


def client_state(name: str, default: object) -> ClientStateVar:
    """A variable that lives in one instance of a component, in the browser."""
    return rx._x.client_state(name, default=default, global_ref=False)


def page_state(name: str, default: object) -> ClientStateVar:
    """A variable that lives in the browser until the page is left, whatever the server does."""
    return rx._x.client_state(name, default=default)


def trigger(expression: rx.Var) -> rx.Var:
    """An event trigger that evaluates an expression in the page, at once and for its effect."""
    return ArgsFunctionOperationBuilder.create(args_names=(), return_expr=expression).to(
        FunctionVar, rx.EventChain
    )


def set_from_event(variable: ClientStateVar, value: object) -> rx.Var:
    """An event trigger that sets a variable to what may hold the arguments of the event."""
    setter = variable.set.to(FunctionVar)
    return ArgsFunctionOperationBuilder.create(
        args_names=(), return_expr=setter.call(rx.Var.create(value))
    ).to(FunctionVar, rx.EventChain)
