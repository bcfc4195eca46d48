"""The cast: Alice owns, Bob may one day be shared with, Charlie is a stranger."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Concatenate, ParamSpec, TypeVar

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import accounts, sessions, tokens
from todo_app.core.access import Actor
from todo_app.core.accounts import AccountDraft
from todo_app.core.database import transaction
from todo_app.core.sessions import Credentials
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
