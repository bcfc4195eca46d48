from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
import time_machine
from pydantic import SecretStr
from sqlalchemy import delete, func, select, update
from sqlmodel import col

from tests.cast import (
    PASSWORD,
    act,
    actor_of,
    claims_of,
    credentials_of,
    email_of,
    is_alive,
    peeking,
    sign_in,
    sign_in_api,
    sign_up,
    visit_by,
)
from todo_app.core import (
    api_sessions,
    passwords,
    session_memory,
    sessions,
    settings,
    throttle,
    tokens,
)
from todo_app.core.access import Actor
from todo_app.core.credentials import Credentials
from todo_app.core.database import reading, transaction
from todo_app.core.errors import (
    NotFound,
    TooManyAttempts,
    Unauthenticated,
    WrongCredentials,
)
from todo_app.core.models import RefreshToken, Session, User, new_id
from todo_app.core.tokens import Claims

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def traveller() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as found:
        yield found


def credentials(email: str, password: str = PASSWORD) -> Credentials:
    return Credentials(email=email, password=SecretStr(password))


async def count_rows(table: type[Session | RefreshToken]) -> int:
    async with peeking() as db:
        return (await db.execute(select(func.count()).select_from(table))).scalar_one()


async def test_a_web_session_knows_who_signed_in_and_how(database: str) -> None:
    alice = await sign_up("alice", time_zone="Asia/Tokyo")

    assert (alice.way, alice.time_zone) == ("web", "Asia/Tokyo")


async def test_an_api_session_knows_who_signed_in_and_how(alice: Actor) -> None:
    pair = await sign_in_api()
    actor = await actor_of(pair)

    assert (actor.user_id, actor.way) == (alice.user_id, "api")
    assert (pair.token_type, pair.expires_in) == ("bearer", 900)


async def test_every_sign_in_is_a_session_of_its_own(alice: Actor) -> None:
    again = await sign_in("alice")

    assert again.user_id == alice.user_id
    assert again.session_id != alice.session_id


async def test_a_session_keeps_device_and_address(alice: Actor) -> None:
    async with reading() as db:
        row = (await db.scalars(select(Session))).one()

    assert (row.device, row.address, row.kind) == ("Test", "192.0.2.1", "web")


@pytest.mark.parametrize(
    "email", ["ALICE@example.org", " alice@Example.ORG ", "\uff41lice@example.org"]
)
async def test_an_address_in_another_spelling_signs_in(alice: Actor, email: str) -> None:
    assert await sessions.sign_in_web(credentials(email), visit_by())


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("alice@example.org", "wrong password"),
        ("alice@example.org", ""),
        ("alice@example.org", PASSWORD.upper()),
        ("alice@example.org", f"{PASSWORD} "),
        ("alice@example.org", PASSWORD + "x" * 1_000_000),
        ("alice@example.org", "\ud800"),
        ("nobody@example.org", PASSWORD),
        ("", ""),
        ("alice@example.org\x00", PASSWORD + "\x00"),
        ("\ud800@example.org", PASSWORD),
        ("x" * 1_000_000, PASSWORD),
        ("' OR 1=1 --", PASSWORD),
    ],
    ids=range(12),
)
async def test_wrong_credentials_are_refused_alike(alice: Actor, email: str, password: str) -> None:
    with pytest.raises(WrongCredentials) as refusal:
        await sessions.sign_in_web(credentials(email, password), visit_by())

    assert refusal.value.args == ()
    assert await count_rows(Session) == 1


async def test_too_many_wrong_passwords_slow_the_right_one(alice: Actor) -> None:
    for _ in range(6):
        with pytest.raises(WrongCredentials):
            await sessions.sign_in_web(credentials(email_of("alice"), "wrong"), visit_by())

    with pytest.raises(TooManyAttempts):
        await sessions.sign_in_web(credentials_of("alice"), visit_by())
    assert await sessions.sign_in_web(credentials_of("alice"), visit_by(address="203.0.113.7"))


async def test_an_unknown_address_is_slowed_like_a_known_one(alice: Actor) -> None:
    for _ in range(6):
        with pytest.raises(WrongCredentials):
            await sessions.sign_in_web(credentials("nobody@example.org"), visit_by())

    with pytest.raises(TooManyAttempts):
        await sessions.sign_in_web(credentials("nobody@example.org"), visit_by())


async def test_tries_at_the_same_time_are_counted_before_they_are_checked(alice: Actor) -> None:
    tries = [
        sessions.sign_in_web(credentials(email_of("alice"), f"wrong {number}"), visit_by())
        for number in range(30)
    ]
    answers = await asyncio.gather(*tries, return_exceptions=True)

    assert sum(isinstance(answer, WrongCredentials) for answer in answers) <= 6


async def test_signing_in_rightly_never_slows(alice: Actor) -> None:
    for _ in range(12):
        assert await sessions.sign_in_web(credentials_of("alice"), visit_by())


async def test_a_password_is_hashed_again_when_the_cost_rises(
    alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BCRYPT_COST", "5")
    settings.get_settings.cache_clear()

    await sign_in("alice")

    async with reading() as db:
        stored = (await db.scalars(select(User.password_hash))).one()
    assert stored.startswith("$2b$05$")
    assert await passwords.verify_password(PASSWORD, stored)


async def test_signing_out_acts_on_the_next_request(alice: Actor) -> None:
    assert await sessions.authenticate(claims_of(alice))

    await act(sessions.sign_out, alice)

    with pytest.raises(Unauthenticated):
        await sessions.authenticate(claims_of(alice))


async def test_signing_out_ends_one_session_only(alice: Actor, bob: Actor) -> None:
    other = await sign_in("alice")

    await act(sessions.sign_out, alice)

    assert await is_alive(other)
    assert await is_alive(bob)


async def test_a_request_beside_a_sign_out_does_not_prolong_the_session(alice: Actor) -> None:
    async with transaction() as db:
        await sessions.sign_out(db, alice)
        assert await sessions.authenticate(claims_of(alice))

    with pytest.raises(Unauthenticated):
        await sessions.authenticate(claims_of(alice))


async def test_a_sign_out_that_is_taken_back_ends_nothing(alice: Actor) -> None:
    async def sign_out_and_fail() -> None:
        async with transaction() as db:
            await sessions.sign_out(db, alice)
            raise NotFound

    with pytest.raises(NotFound):
        await sign_out_and_fail()

    assert await sessions.authenticate(claims_of(alice))


async def test_a_sign_out_in_another_process_acts_within_two_seconds(
    alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sessions.authenticate(claims_of(alice))
    async with transaction() as db:
        await db.execute(update(Session).values(revoked_at=sessions.clock.now()))

    later = session_memory.time.monotonic() + sessions.REUSE_SECONDS
    monkeypatch.setattr(session_memory.time, "monotonic", lambda: later)

    with pytest.raises(Unauthenticated):
        await sessions.authenticate(claims_of(alice))


async def test_a_token_of_one_person_with_the_session_of_another_is_refused(
    alice: Actor, bob: Actor
) -> None:
    mixed = Claims.model_construct(sub=bob.user_id, sid=alice.session_id)

    with pytest.raises(Unauthenticated):
        await sessions.authenticate(mixed)
    assert await sessions.authenticate(claims_of(alice)) == alice
    with pytest.raises(Unauthenticated):
        await sessions.authenticate(mixed)


async def test_a_session_that_never_was_is_refused(alice: Actor) -> None:
    with pytest.raises(Unauthenticated):
        await sessions.authenticate(Claims.model_construct(sub=alice.user_id, sid=new_id()))


async def test_the_session_of_a_closed_account_is_refused(alice: Actor) -> None:
    async with transaction() as db:
        await db.execute(delete(User).where(col(User.id) == alice.user_id))

    assert not await is_alive(alice)


async def test_a_session_ends_after_14_days_without_use(
    traveller: time_machine.Traveller, database: str
) -> None:
    alice = await sign_up("alice")

    traveller.move_to(START + timedelta(days=14, seconds=-1))
    async with reading() as db:
        before = (await db.scalars(select(Session.last_used_at))).one()
    traveller.move_to(START + timedelta(days=14))

    assert before == START
    assert not await is_alive(alice)


async def test_a_session_in_use_does_not_end_after_14_days(
    traveller: time_machine.Traveller, database: str
) -> None:
    alice = await sign_up("alice")

    for day in (13, 26, 39):
        traveller.move_to(START + timedelta(days=day))
        assert await is_alive(alice)


async def test_a_session_ends_after_90_days_however_much_it_is_used(
    traveller: time_machine.Traveller, database: str
) -> None:
    alice = await sign_up("alice")
    for day in range(10, 90, 10):
        traveller.move_to(START + timedelta(days=day))
        assert await is_alive(alice)

    traveller.move_to(START + timedelta(days=90, seconds=-1))
    assert await is_alive(alice)
    traveller.move_to(START + timedelta(days=90))
    assert not await is_alive(alice)


async def test_an_api_session_ends_after_14_days_without_a_refresh(
    traveller: time_machine.Traveller, database: str
) -> None:
    await sign_up("alice")
    pair = await sign_in_api()

    traveller.move_to(START + timedelta(days=13))
    pair = await api_sessions.refresh(pair.refresh_token, visit_by("api"))
    traveller.move_to(START + timedelta(days=27))

    with pytest.raises(Unauthenticated):
        await api_sessions.refresh(pair.refresh_token, visit_by("api"))


async def test_the_cookie_of_a_web_session_expires_with_it(
    traveller: time_machine.Traveller, database: str
) -> None:
    await sign_up("alice")
    token = await sessions.sign_in_web(credentials_of("alice"), visit_by())

    assert tokens.verify("web", token).exp == int((START + timedelta(days=90)).timestamp())


async def test_use_is_written_down_every_ten_minutes_at_most(
    traveller: time_machine.Traveller, database: str
) -> None:
    async def last_use() -> datetime:
        async with reading() as db:
            return (await db.scalars(select(Session.last_used_at))).one()

    alice = await sign_up("alice")
    traveller.move_to(START + timedelta(minutes=10))
    await is_alive(alice)
    assert await last_use() == START

    traveller.move_to(START + timedelta(minutes=11))
    await is_alive(alice)
    assert await last_use() == START + timedelta(minutes=11)


async def test_sessions_are_purged_a_day_after_their_end(
    traveller: time_machine.Traveller, database: str
) -> None:
    await sign_up("alice")
    revoked = await actor_of(await sign_in_api())
    await act(sessions.sign_out, revoked)
    assert await act(sessions.purge_expired) == 0

    traveller.move_to(START + timedelta(days=1, seconds=1))
    assert await act(sessions.purge_expired) == 1
    assert await count_rows(Session) == 1
    assert await count_rows(RefreshToken) == 0

    traveller.move_to(START + timedelta(days=15, seconds=1))
    assert await act(sessions.purge_expired) == 1
    assert await count_rows(Session) == 0


async def test_what_is_remembered_of_sessions_is_bounded(
    alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_memory, "SESSIONS_MAX", 3)
    for _ in range(5):
        await sign_in("alice")
    throttle.reset()

    assert len(cast("dict[object, object]", session_memory._seen)) <= 3
