from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from tests.cast import act, actor_of, events_of, is_alive, sign_in_api, visit_by
from todo_app.core import api_sessions, clock, sessions, throttle
from todo_app.core.access import Actor
from todo_app.core.api_sessions import TokenPair
from todo_app.core.database import reading
from todo_app.core.errors import (
    RefreshRefused,
    RefreshTokenReused,
    TooManyAttempts,
    Unauthenticated,
)
from todo_app.core.models import RefreshToken

HERE = visit_by("api")


async def test_a_refresh_token_gives_the_next_pair(alice: Actor) -> None:
    first = await sign_in_api()
    second = await api_sessions.refresh(first.refresh_token, HERE)

    assert second.refresh_token != first.refresh_token
    assert await actor_of(second) == await actor_of(first)


async def test_a_refresh_token_is_stored_hashed(alice: Actor) -> None:
    pair = await sign_in_api()

    async with reading() as db:
        stored = (await db.scalars(select(RefreshToken.token_hash))).one()
    assert pair.refresh_token not in stored
    assert len(stored) == 64


async def test_promise_6_a_used_refresh_token_ends_the_whole_family(alice: Actor) -> None:
    first = await sign_in_api()
    second = await api_sessions.refresh(first.refresh_token, HERE)
    third = await api_sessions.refresh(second.refresh_token, HERE)

    with pytest.raises(RefreshTokenReused):
        await api_sessions.refresh(first.refresh_token, HERE)

    for pair in (first, second, third):
        with pytest.raises(Unauthenticated):
            await actor_of(pair)
        with pytest.raises(Unauthenticated):
            await api_sessions.refresh(pair.refresh_token, HERE)


async def test_a_reused_refresh_token_leaves_other_sessions_alone(alice: Actor) -> None:
    first, other = await sign_in_api(), await sign_in_api()
    await api_sessions.refresh(first.refresh_token, HERE)
    with pytest.raises(RefreshTokenReused):
        await api_sessions.refresh(first.refresh_token, HERE)

    assert await api_sessions.refresh(other.refresh_token, HERE)
    assert await is_alive(alice)


async def test_promise_6_of_20_parallel_refreshes_one_succeeds_and_the_family_is_dead(
    alice: Actor,
) -> None:
    pair = await sign_in_api()

    answers = await asyncio.gather(
        *(api_sessions.refresh(pair.refresh_token, HERE) for _ in range(20)), return_exceptions=True
    )

    won = [answer for answer in answers if isinstance(answer, TokenPair)]
    assert len(won) == 1
    assert sum(isinstance(answer, RefreshTokenReused) for answer in answers) == 19
    with pytest.raises(Unauthenticated):
        await api_sessions.refresh(won[0].refresh_token, HERE)
    with pytest.raises(Unauthenticated):
        await actor_of(won[0])


@pytest.mark.parametrize("token", ["", "unknown", "\x00", "\ud800", "x" * 1_000_000], ids=range(5))
async def test_what_is_no_refresh_token_is_refused(database: str, token: str) -> None:
    with pytest.raises(Unauthenticated) as refusal:
        await api_sessions.refresh(token, HERE)

    assert type(refusal.value) is RefreshRefused


async def test_an_access_token_is_no_refresh_token(alice: Actor) -> None:
    pair = await sign_in_api()

    with pytest.raises(Unauthenticated):
        await api_sessions.refresh(pair.access_token, HERE)


async def test_signing_out_ends_the_refresh_token_too(alice: Actor) -> None:
    pair = await sign_in_api()
    await act(sessions.sign_out, await actor_of(pair))

    with pytest.raises(Unauthenticated):
        await api_sessions.refresh(pair.refresh_token, HERE)


async def test_promise_3_bad_tokens_have_to_wait_and_good_ones_never(alice: Actor) -> None:
    spent, other = await sign_in_api(), await sign_in_api()
    living = await api_sessions.refresh(spent.refresh_token, HERE)
    for number in range(throttle.BAD_TOKENS.amount):
        with pytest.raises(Unauthenticated):
            await (
                api_sessions.refresh("guess", HERE)
                if number % 2
                else api_sessions.authenticate("guess", HERE)
            )

    for use in (api_sessions.refresh, api_sessions.authenticate):
        with pytest.raises(TooManyAttempts) as refusal:
            await use("guess", HERE)
        assert 1 <= refusal.value.retry_after_seconds <= 60
        with pytest.raises(Unauthenticated):
            await use("guess", visit_by("api", "198.51.100.7"))
    assert await api_sessions.authenticate(other.access_token, HERE)
    assert await api_sessions.refresh(other.refresh_token, HERE)
    with pytest.raises(TooManyAttempts):
        await api_sessions.refresh(spent.refresh_token, HERE)
    with pytest.raises(Unauthenticated):
        await actor_of(living)


async def test_a_token_that_ran_out_is_no_guess(alice: Actor) -> None:
    pair = await sign_in_api()
    with time_machine.travel(clock.now() + timedelta(minutes=16), tick=False):
        for _ in range(throttle.BAD_TOKENS.amount + 1):
            with pytest.raises(Unauthenticated):
                await api_sessions.authenticate(pair.access_token, HERE)


async def test_a_token_that_comes_back_again_and_again_is_told_once(alice: Actor) -> None:
    pair = await sign_in_api()
    await api_sessions.refresh(pair.refresh_token, HERE)
    for _ in range(3):
        with pytest.raises(RefreshTokenReused):
            await api_sessions.refresh(pair.refresh_token, HERE)

    kinds = [event.kind for event in await events_of(alice)]
    assert kinds.count("refresh_token_reused") == 1
