from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from tests.cast import act, actor_of, is_alive, sign_in_api
from todo_app.core import sessions
from todo_app.core.access import Actor
from todo_app.core.database import reading
from todo_app.core.errors import (
    RefreshTokenReused,
    Unauthenticated,
)
from todo_app.core.models import RefreshToken
from todo_app.core.sessions import ApiTokens

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


async def test_a_refresh_token_gives_the_next_pair(alice: Actor) -> None:
    first = await sign_in_api()
    second = await act(sessions.refresh, first.refresh_token)

    assert second.refresh_token != first.refresh_token
    assert await actor_of(second) == await actor_of(first)


async def test_a_refresh_token_is_stored_hashed(alice: Actor) -> None:
    pair = await sign_in_api()

    async with reading() as db:
        stored = (await db.scalars(select(RefreshToken.token_hash))).one()
    assert pair.refresh_token not in stored
    assert len(stored) == 64


async def test_a_used_refresh_token_ends_the_whole_family(alice: Actor) -> None:
    first = await sign_in_api()
    second = await act(sessions.refresh, first.refresh_token)
    third = await act(sessions.refresh, second.refresh_token)

    with pytest.raises(RefreshTokenReused):
        await act(sessions.refresh, first.refresh_token)

    for pair in (first, second, third):
        with pytest.raises(Unauthenticated):
            await actor_of(pair)
        with pytest.raises(Unauthenticated):
            await act(sessions.refresh, pair.refresh_token)


async def test_a_reused_refresh_token_leaves_other_sessions_alone(alice: Actor) -> None:
    first, other = await sign_in_api(), await sign_in_api()
    await act(sessions.refresh, first.refresh_token)
    with pytest.raises(RefreshTokenReused):
        await act(sessions.refresh, first.refresh_token)

    assert await act(sessions.refresh, other.refresh_token)
    assert await is_alive(alice)


async def test_of_20_parallel_refreshes_one_succeeds_and_the_family_is_dead(
    alice: Actor,
) -> None:
    pair = await sign_in_api()

    answers = await asyncio.gather(
        *(act(sessions.refresh, pair.refresh_token) for _ in range(20)), return_exceptions=True
    )

    won = [answer for answer in answers if isinstance(answer, ApiTokens)]
    assert len(won) == 1
    assert sum(isinstance(answer, RefreshTokenReused) for answer in answers) == 19
    with pytest.raises(Unauthenticated):
        await act(sessions.refresh, won[0].refresh_token)
    with pytest.raises(Unauthenticated):
        await actor_of(won[0])


@pytest.mark.parametrize("token", ["", "unknown", "\x00", "\ud800", "x" * 1_000_000], ids=range(5))
async def test_what_is_no_refresh_token_is_refused(database: str, token: str) -> None:
    with pytest.raises(Unauthenticated) as refusal:
        await act(sessions.refresh, token)

    assert type(refusal.value) is Unauthenticated


async def test_an_access_token_is_no_refresh_token(alice: Actor) -> None:
    pair = await sign_in_api()

    with pytest.raises(Unauthenticated):
        await act(sessions.refresh, pair.access_token)


async def test_signing_out_ends_the_refresh_token_too(alice: Actor) -> None:
    pair = await sign_in_api()
    await act(sessions.sign_out, await actor_of(pair))

    with pytest.raises(Unauthenticated):
        await act(sessions.refresh, pair.refresh_token)
