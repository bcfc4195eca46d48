"""The API as clients reach it, in this process: mounted at /api, on real databases."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from tests.cast import sign_up_api
from todo_app.api.app import create_api
from todo_app.api.health import health_routes


@pytest.fixture(scope="session")
def server() -> Iterator[Starlette]:
    """What the entry serves, without the web."""
    with pytest.MonkeyPatch.context() as patch:
        # With each request it looks for sniffio in every folder of the path.
        patch.setattr("httpx._transports.asgi.is_running_trio", lambda: False)
        yield Starlette(routes=[*health_routes, Mount("/api", create_api())])


def client_of(server: Starlette, **headers: str) -> httpx.AsyncClient:
    """A client of the server; what the server raises fails the test."""
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(server), base_url="http://todo.test", headers=headers
    )


@pytest.fixture
async def visitor(server: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody without an identity, where no database is needed."""
    async with client_of(server) as client:
        yield client


@pytest.fixture
async def nobody(database: str, visitor: httpx.AsyncClient) -> httpx.AsyncClient:
    """Somebody without an identity."""
    return visitor


async def _signed_in(server: Starlette, name: str) -> AsyncIterator[httpx.AsyncClient]:
    token = await sign_up_api(name)
    async with client_of(server, Authorization=f"Bearer {token}") as client:
        yield client


@pytest.fixture
async def alice(database: str, server: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """She owns what the test is about."""
    async for client in _signed_in(server, "alice"):
        yield client


@pytest.fixture
async def bob(database: str, server: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """He is somebody Alice knows."""
    async for client in _signed_in(server, "bob"):
        yield client


@pytest.fixture
async def charlie(database: str, server: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """He is a stranger."""
    async for client in _signed_in(server, "charlie"):
        yield client
