"""Whether this process can serve: for supervisors, load balancers and the doctor."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import cast

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from todo_app.core import migrations
from todo_app.core.database import CONNECT_SECONDS, reading
from todo_app.core.errors import Unavailable
from todo_app.core.settings import get_settings

REDIS_SECONDS = 1


async def can_serve() -> bool:
    """Whether the database answers within a few seconds and has the tables of this program.

    Those of a newer one will do: while versions change, the old one serves until the new one does.
    """
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            revision = await database_revision()
    except (Unavailable, SQLAlchemyError, TimeoutError):
        return False
    known = migrations.known_revisions()
    return revision == known[0] or (revision is not None and revision not in known)


async def database_revision() -> str | None:
    """The revision that the database is at. Raises Unavailable or SQLAlchemyError without one."""
    async with reading() as db:
        revision: str | None = await db.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


async def is_redis_gone() -> bool:
    """Whether a Redis is set up and does not answer: then pages wait, and all else goes on."""
    url = get_settings().redis_url.get_secret_value()
    if not url:
        return False
    client = Redis.from_url(url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS)
    try:
        # Typed as if it answered at once, like the client that does.
        await cast("Awaitable[bool]", client.ping())
    except (RedisError, OSError):
        return True
    finally:
        await client.aclose()
    return False
