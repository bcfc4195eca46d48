"""The cast: Alice owns, Bob may one day be shared with, Charlie is a stranger."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Concatenate, ParamSpec, TypeVar
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from tests.servers import SUPERUSER, as_role
from todo_app.core import (
    accounts,
    api_sessions,
    audit,
    clock,
    database,
    session_memory,
    sessions,
    tasks,
    tokens,
)
from todo_app.core.access import Actor
from todo_app.core.accounts import AccountDraft, AccountView
from todo_app.core.api_sessions import TokenPair
from todo_app.core.audit import EventView
from todo_app.core.credentials import Credentials
from todo_app.core.database import reading, transaction
from todo_app.core.errors import Unauthenticated
from todo_app.core.models import OutboxMessage, SecurityEvent, Session, Task, new_id
from todo_app.core.settings import get_settings
from todo_app.core.task_views import TaskDraft, TaskView
from todo_app.core.tokens import Claims
from todo_app.core.visits import Visit, Way, network

PASSWORD = "kettle under seven clouds"

P = ParamSpec("P")
T = TypeVar("T")


def email_of(name: str) -> str:
    """The address of one of the cast."""
    return f"{name}@example.org"


def credentials_of(name: str) -> Credentials:
    """What one of the cast signs in with."""
    return Credentials(email=email_of(name), password=SecretStr(PASSWORD))


def visit_by(way: Way = "web", address: str = "192.0.2.1") -> Visit:
    """An arrival from somewhere."""
    return Visit(way=way, address=address, device="Test")


async def open_account(name: str, *, time_zone: str = "UTC") -> AccountView:
    """A new account."""
    return await accounts.sign_up(
        AccountDraft(email=email_of(name), password=SecretStr(PASSWORD), time_zone=time_zone)
    )


async def sign_up(name: str, *, time_zone: str = "UTC") -> Actor:
    """A new account, in a web session that begins without the proof of a password."""
    session = await _begin_session(name, "web", time_zone)
    claims = Claims.model_construct(sub=session.user_id, sid=session.id)
    return await sessions.authenticate(claims)


async def sign_up_api(name: str) -> str:
    """A new account, in an API session that begins without proof; its access token."""
    session = await _begin_session(name, "api")
    return tokens.issue(
        "access",
        user_id=session.user_id,
        session_id=session.id,
        now=session.created_at,
        lifetime=api_sessions.ACCESS_LIFETIME,
    )


async def _begin_session(name: str, way: Way, time_zone: str = "UTC") -> Session:
    account = await open_account(name, time_zone=time_zone)
    async with transaction() as db:
        return await sessions.begin(db, account.id, visit_by(way))


async def sign_in(name: str) -> Actor:
    """One of the cast in a new web session."""
    token = await sessions.sign_in_web(credentials_of(name), visit_by())
    return await sessions.authenticate(tokens.verify("web", token))


async def sign_in_often(actor: Actor, times: int) -> None:
    """Write down that one of the cast signed in so many times, all from one place."""
    place = visit_by()
    row = {
        "user_id": actor.user_id,
        "kind": "signed_in",
        "created_at": clock.now(),
        "address": place.address,
        "network": network(place.address),
        "device": place.device,
        "details": "{}",
    }
    async with transaction() as db:
        await db.execute(insert(SecurityEvent), [{"id": new_id(), **row} for _ in range(times)])


async def act(
    operation: Callable[Concatenate[AsyncSession, P], Awaitable[T]],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """One operation of core in its own transaction, as a face would run it: for its first argument.

    That is an actor, or the id of an account; otherwise it is for nobody.
    """
    first = args[0] if args else None
    user_id = first.user_id if isinstance(first, Actor) else first
    async with transaction(user_id if isinstance(user_id, UUID) else None) as db:
        return await operation(db, *args, **kwargs)


async def events_of(actor: Actor) -> list[EventView]:
    """The last events of an actor's account, the latest first."""
    return (await act(audit.page_events, actor, limit=audit.LIST_MAX)).items


def claims_of(actor: Actor) -> Claims:
    """The claims of a token for an actor's session."""
    return Claims.model_construct(sub=actor.user_id, sid=actor.session_id)


async def sign_in_api(name: str = "alice") -> TokenPair:
    """One of the cast in a new API session."""
    return await api_sessions.sign_in(credentials_of(name), visit_by("api"))


async def actor_of(pair: TokenPair) -> Actor:
    """Whose access token it is."""
    return await sessions.authenticate(tokens.verify("access", pair.access_token))


async def is_alive(actor: Actor) -> bool:
    """Whether the database says so, whatever this process remembers."""
    session_memory.forget(actor.session_id)
    try:
        await sessions.authenticate(claims_of(actor))
    except Unauthenticated:
        return False
    return True


async def add_task(actor: Actor, title: str = "Water the plants", **fields: Any) -> TaskView:  # noqa: ANN401
    """A new task of an actor's."""
    task, _ = await act(tasks.create_task, actor, TaskDraft(title=title, **fields))
    return task


def unlocked_url() -> str:
    """The database by a role that row-level security does not hold; for a synchronous driver."""
    return as_role(SUPERUSER, get_settings().owner_url)


def unlocked_engine(*, for_reading: bool = False) -> AsyncEngine:
    """PostgreSQL by its superuser, whom row-level security does not hold.

    One for reading, without transactions of its own, may send several statements in one trip.
    """
    return database.create_engine(unlocked_url(), for_reading=for_reading)


@asynccontextmanager
async def peeking() -> AsyncIterator[AsyncSession]:
    """A session that sees the rows of everybody, as no part of the program does."""
    if get_settings().sqlalchemy_url.startswith("sqlite"):
        async with reading() as db:
            yield db
    else:
        async with _unlocked() as db:
            yield db


@asynccontextmanager
async def meddling() -> AsyncIterator[AsyncSession]:
    """A transaction that changes the rows of everybody, as no part of the program does."""
    if get_settings().sqlalchemy_url.startswith("sqlite"):
        async with transaction() as db:
            yield db
    else:
        async with _unlocked() as db, db.begin():
            yield db


@asynccontextmanager
async def _unlocked() -> AsyncIterator[AsyncSession]:
    async with AsyncSession(unlocked_engine(), expire_on_commit=False) as db:
        yield db


async def stored_tasks() -> list[dict[str, object]]:
    """Every task of everybody, as it is stored."""
    async with peeking() as db:
        found = await db.execute(select(Task.__table__).order_by(Task.id))
        return [dict(row) for row in found.mappings()]


async def letters_waiting() -> list[tuple[str, str]]:
    """The kind and the recipient of every letter in the outbox."""
    async with reading() as db:
        found = await db.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
        return [(row.kind, row.recipient) for row in found]
