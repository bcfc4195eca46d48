"""The cast: Alice owns, Bob may one day be shared with, Charlie is a stranger."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import accounts, api_sessions, session_memory, sessions, tasks, tokens
from todo_app.core.access import Actor
from todo_app.core.accounts import AccountDraft
from todo_app.core.api_sessions import TokenPair
from todo_app.core.credentials import Credentials
from todo_app.core.database import reading, transaction
from todo_app.core.errors import Unauthenticated
from todo_app.core.models import OutboxMessage, Task
from todo_app.core.task_views import TaskDraft, TaskView
from todo_app.core.tokens import Claims
from todo_app.core.visits import Visit, Way

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


async def sign_up(name: str, *, time_zone: str = "UTC") -> Actor:
    """A new account, signed in on the web."""
    await accounts.sign_up(
        AccountDraft(email=email_of(name), password=SecretStr(PASSWORD), time_zone=time_zone)
    )
    return await sign_in(name)


async def sign_in(name: str) -> Actor:
    """One of the cast in a new web session."""
    token = await sessions.sign_in_web(credentials_of(name), visit_by())
    return await sessions.authenticate(tokens.verify("web", token))


async def act(
    operation: Callable[Concatenate[AsyncSession, P], Awaitable[T]],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """One operation of core in its own transaction, as a face would run it."""
    async with transaction() as db:
        return await operation(db, *args, **kwargs)


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


async def stored_tasks() -> list[dict[str, object]]:
    """Every task of everybody, as it is stored."""
    async with reading() as db:
        found = await db.execute(select(Task.__table__).order_by(Task.id))
        return [dict(row) for row in found.mappings()]


async def letters_waiting() -> list[tuple[str, str]]:
    """The kind and the recipient of every letter in the outbox."""
    async with reading() as db:
        found = await db.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
        return [(row.kind, row.recipient) for row in found]
