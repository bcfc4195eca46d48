from __future__ import annotations

import asyncio
import json
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from tests.cast import act, email_of, events_of, letters_waiting, sign_in, visit_by
from todo_app import jobs
from todo_app.core import api_tokens, clock, throttle
from todo_app.core.access import Actor
from todo_app.core.api_tokens import NewToken, TokenDraft
from todo_app.core.database import reading
from todo_app.core.errors import InvalidInput, NotFound, TooManyAttempts, Unauthenticated
from todo_app.core.models import ApiToken

HERE = visit_by("api")


async def make(actor: Actor, **fields: Any) -> NewToken:  # noqa: ANN401 - fields of a draft
    draft = TokenDraft(**{"name": "Backup script", **fields})
    return await act(api_tokens.create_token, actor, draft, HERE)


async def came_in(token: str) -> Actor:
    return await api_tokens.authenticate(token, HERE)


async def stored() -> list[dict[str, Any]]:
    async with reading() as db:
        return [dict(row) for row in (await db.execute(select(ApiToken.__table__))).mappings()]


async def test_a_token_stands_for_its_owner_as_far_as_its_scope(alice: Actor) -> None:
    reader, writer = await make(alice), await make(alice, scope="write")

    for made, can_write in ((reader, False), (writer, True)):
        actor = await came_in(made.token)
        assert (actor.user_id, actor.way, actor.can_write) == (alice.user_id, "token", can_write)
        assert (actor.session_id, actor.time_zone) == (made.id, "UTC")


async def test_promise_10_a_token_is_kept_hashed_and_shown_once(alice: Actor) -> None:
    made = await make(alice)

    assert re.fullmatch(r"todo_[0-9A-Za-z]{46}", made.token)
    [listed] = await act(api_tokens.list_tokens, alice)
    assert made.token.startswith(listed.start)
    for text in (repr(await stored()), listed.model_dump_json()):
        assert made.token not in text
        assert made.token[10:] not in text


async def test_a_mistyped_token_is_refused_without_asking(
    alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await make(alice)
    monkeypatch.delattr(api_tokens, "reading")
    other = "b" if made.token[20] == "a" else "a"
    mistyped = made.token[:20] + other + made.token[21:]
    for wrong in (mistyped, made.token[:-1], "todo_", "todo_\ud800"):
        assert not api_tokens.is_well_formed(wrong)
        with pytest.raises(Unauthenticated):
            await came_in(wrong)


async def test_a_revoked_token_is_refused_at_once_and_its_use_is_told_once(alice: Actor) -> None:
    made = await make(alice)
    await came_in(made.token)

    await act(api_tokens.revoke_token, alice, made.id)

    for _ in range(3):
        with pytest.raises(Unauthenticated):
            await came_in(made.token)
    assert await act(api_tokens.list_tokens, alice) == []
    with pytest.raises(NotFound):
        await act(api_tokens.revoke_token, alice, made.id)
    events = await events_of(alice)
    assert [event.kind for event in events][:3] == [
        "spent_token_used",
        "api_token_revoked",
        "api_token_made",
    ]
    assert events[0].details == {"token": made.start}


async def test_a_token_ends_when_it_said_it_would(alice: Actor) -> None:
    made = await make(alice, expires_in_days=7)
    with time_machine.travel(clock.now() + timedelta(days=6, hours=23), tick=False):
        await came_in(made.token)
    with time_machine.travel(clock.now() + timedelta(days=7, minutes=1), tick=False):
        with pytest.raises(Unauthenticated):
            await came_in(made.token)
        [listed] = await act(api_tokens.list_tokens, alice)
        assert listed.expires_at <= clock.now()


async def test_the_last_use_is_known_to_within_ten_minutes(alice: Actor) -> None:
    made = await make(alice)
    assert made.last_used_at is None
    start = clock.now()
    for minutes, known in ((0, 0), (9, 0), (11, 11)):
        with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
            await came_in(made.token)
            [listed] = await act(api_tokens.list_tokens, alice)
            assert listed.last_used_at == start + timedelta(minutes=known)


async def test_tokens_are_their_owners_alone(alice: Actor, bob: Actor) -> None:
    hers = await make(alice)

    assert await act(api_tokens.list_tokens, bob) == []
    with pytest.raises(NotFound):
        await act(api_tokens.revoke_token, bob, hers.id)
    assert await came_in(hers.token)


async def test_the_owner_is_told_of_each_by_mail_and_not_without_end(
    alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_tokens, "LIVING_MAX", throttle.NEW_TOKENS.amount + 2)
    for _ in range(throttle.NEW_TOKENS.amount):
        await make(alice)

    told = ("api_token_made", email_of("alice"))
    assert await letters_waiting() == [told] * throttle.NEW_TOKENS.amount
    with pytest.raises(TooManyAttempts):
        await make(alice)


async def test_tokens_outlive_the_session_they_were_made_in(alice: Actor) -> None:
    other = await sign_in("alice")
    made = await make(alice)
    from todo_app.core import sessions

    await act(sessions.end_other_sessions, other)

    assert (await came_in(made.token)).user_id == alice.user_id


async def test_there_are_only_so_many_even_when_made_at_once(
    alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_tokens, "LIVING_MAX", 3)

    answers = await asyncio.gather(*(make(alice) for _ in range(6)), return_exceptions=True)

    refused = [answer for answer in answers if isinstance(answer, InvalidInput)]
    assert [(one.field, one.reason) for one in refused] == [("name", "too_many")] * 3
    assert len(await stored()) == 3


async def test_bad_tokens_have_to_wait_and_good_ones_never(alice: Actor) -> None:
    made = await make(alice)
    for _ in range(throttle.BAD_TOKENS.amount):
        with pytest.raises(Unauthenticated):
            await came_in("todo_nothing")

    with pytest.raises(TooManyAttempts) as refusal:
        await came_in("todo_nothing")

    assert 1 <= refusal.value.retry_after_seconds <= 60
    assert await came_in(made.token)
    with pytest.raises(Unauthenticated):
        await api_tokens.authenticate("todo_nothing", visit_by("api", "198.51.100.7"))


async def test_what_was_over_long_ago_is_purged(alice: Actor) -> None:
    await make(alice, expires_in_days=1)
    gone = await make(alice, expires_in_days=366)
    await act(api_tokens.revoke_token, alice, gone.id)
    kept = await make(alice, expires_in_days=366)

    with time_machine.travel(clock.now() + timedelta(days=182), tick=False):
        await jobs.purge()

    assert [row["id"] for row in await stored()] == [kept.id]


async def test_the_log_holds_no_token(alice: Actor, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    made = await make(alice)
    await act(api_tokens.revoke_token, alice, made.id)
    with pytest.raises(Unauthenticated):
        await came_in(made.token)

    lines = [json.loads(one.message) for one in caplog.records if one.name == "todo_app.audit"]
    assert [line["event"] for line in lines][-1] == "spent_token_used"
    assert made.token not in caplog.text
    assert made.token[10:] not in caplog.text
