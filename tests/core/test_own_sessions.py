from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.cast import (
    act,
    actor_of,
    claims_of,
    credentials_of,
    is_alive,
    sign_in,
    sign_in_api,
    sign_up,
    visit_by,
)
from todo_app.core import api_sessions, bus, sessions, tokens
from todo_app.core.access import Actor
from todo_app.core.bus import News, SessionEnded
from todo_app.core.errors import NotFound, Unauthenticated
from todo_app.core.models import new_id
from todo_app.core.visits import Visit

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def traveller() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as found:
        yield found


@pytest.fixture
def heard() -> Iterator[list[SessionEnded]]:
    ended: list[SessionEnded] = []

    def hear(news: News) -> None:
        if isinstance(news, SessionEnded):
            ended.append(news)

    bus.subscribe(hear)
    yield ended
    bus.unsubscribe(hear)


async def test_a_session_is_seen_with_all_that_tells_it_apart(
    traveller: time_machine.Traveller, database: str
) -> None:
    alice = await sign_up("alice")
    visit = Visit(way="web", address="2001:db8::7", device="Mozilla/5.0 (X11; Linux) Firefox/140.0")
    await sessions.sign_in_web(credentials_of("alice"), visit)

    here, other = await act(sessions.list_sessions, alice)

    assert (here.id, here.is_current, here.device) == (alice.session_id, True, "Test")
    assert (other.is_current, other.way) == (False, "web")
    assert (other.device, other.address) == ("Firefox on Linux", "2001:db8::7")
    assert other.created_at == other.last_used_at == START
    assert other.expires_at == START + timedelta(days=14)


async def test_this_session_comes_first_and_then_the_last_used(
    traveller: time_machine.Traveller, database: str
) -> None:
    alice = await sign_up("alice")
    order = []
    for hours in (1, 2, 3):
        traveller.move_to(START + timedelta(hours=hours))
        order.append((await actor_of(await sign_in_api())).session_id)

    listed = await act(sessions.list_sessions, alice)

    assert [one.id for one in listed] == [alice.session_id, *reversed(order)]
    assert [one.way for one in listed] == ["web", "api", "api", "api"]


async def test_the_end_of_a_session_in_use_is_its_last_day(
    traveller: time_machine.Traveller, database: str
) -> None:
    alice = await sign_up("alice")
    for day in (13, 26, 39, 52, 65, 78, 89):
        traveller.move_to(START + timedelta(days=day))
        assert await is_alive(alice)

    [here] = await act(sessions.list_sessions, alice)

    assert here.expires_at == START + timedelta(days=90)


async def test_sessions_that_are_over_are_not_listed_and_cannot_be_ended(
    traveller: time_machine.Traveller, database: str
) -> None:
    old = await sign_up("alice")
    traveller.move_to(START + timedelta(days=13))
    signed_out = await sign_in("alice")
    await act(sessions.sign_out, signed_out)
    traveller.move_to(START + timedelta(days=14))
    alice = await sign_in("alice")

    assert [one.id for one in await act(sessions.list_sessions, alice)] == [alice.session_id]
    for over in (old, signed_out):
        with pytest.raises(NotFound):
            await act(sessions.end_session, alice, over.session_id)
    assert await act(sessions.end_other_sessions, alice) == 0


async def test_everybody_sees_their_own_sessions_only(
    alice: Actor, bob: Actor, charlie: Actor
) -> None:
    for actor in (alice, bob, charlie):
        assert [one.id for one in await act(sessions.list_sessions, actor)] == [actor.session_id]


async def test_the_list_is_limited_and_never_without_this_session(
    alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        await sign_in("alice")
    monkeypatch.setattr(sessions, "LIST_MAX", 2)

    listed = await act(sessions.list_sessions, alice)

    assert [one.is_current for one in listed] == [True, False]
    assert await act(sessions.end_other_sessions, alice) == 3


async def test_ending_a_session_acts_at_once_and_on_that_one_alone(
    alice: Actor, heard: list[SessionEnded]
) -> None:
    phone, desk = await sign_in("alice"), await sign_in("alice")
    assert await sessions.authenticate(claims_of(phone)) == phone

    await act(sessions.end_session, alice, phone.session_id)

    with pytest.raises(Unauthenticated):
        await sessions.authenticate(claims_of(phone))
    assert not await is_alive(phone)
    assert await is_alive(alice)
    assert await is_alive(desk)
    assert heard == [SessionEnded(phone.session_id)]


async def test_ending_an_api_session_ends_its_refresh_token(alice: Actor) -> None:
    pair = await sign_in_api()
    await act(sessions.end_session, alice, (await actor_of(pair)).session_id)

    with pytest.raises(Unauthenticated):
        await api_sessions.refresh(pair.refresh_token, visit_by("api"))


async def test_nobody_ends_a_session_of_somebody_else(
    alice: Actor, bob: Actor, charlie: Actor, heard: list[SessionEnded]
) -> None:
    for session_id in (alice.session_id, new_id()):
        for actor in (bob, charlie):
            with pytest.raises(NotFound):
                await act(sessions.end_session, actor, session_id)

    assert await is_alive(alice)
    assert heard == []


async def test_this_session_can_be_ended_too(alice: Actor) -> None:
    await act(sessions.end_session, alice, alice.session_id)

    assert not await is_alive(alice)


async def test_a_session_is_ended_once(alice: Actor, heard: list[SessionEnded]) -> None:
    other = await sign_in("alice")
    await act(sessions.end_session, alice, other.session_id)

    with pytest.raises(NotFound):
        await act(sessions.end_session, alice, other.session_id)
    assert len(heard) == 1


async def test_ending_all_others_leaves_this_one_and_other_people(
    alice: Actor, bob: Actor, heard: list[SessionEnded]
) -> None:
    phone, api = await sign_in("alice"), await actor_of(await sign_in_api())

    assert await act(sessions.end_other_sessions, alice) == 2

    assert [await is_alive(one) for one in (phone, api, alice, bob)] == [False, False, True, True]
    assert {news.session_id for news in heard} == {phone.session_id, api.session_id}
    assert await act(sessions.end_other_sessions, alice) == 0


async def test_signing_out_is_news(alice: Actor, heard: list[SessionEnded]) -> None:
    await act(sessions.sign_out, alice)

    assert heard == [SessionEnded(alice.session_id)]


async def test_asking_which_sessions_are_over_is_not_using_them(
    traveller: time_machine.Traveller, database: str
) -> None:
    alice = await sign_up("alice")
    ids = [alice.session_id, new_id()]
    traveller.move_to(START + timedelta(days=13))
    assert await act(sessions.ended_among, ids) == {ids[1]}

    traveller.move_to(START + timedelta(days=14))
    assert await act(sessions.ended_among, ids) == set(ids)
    assert await act(sessions.ended_among, []) == set()


async def test_a_cookie_of_an_ended_session_is_refused_with_its_good_signature(
    alice: Actor,
) -> None:
    token = await sessions.sign_in_web(credentials_of("alice"), Visit("web", "192.0.2.9", ""))
    claims = tokens.verify("web", token)
    await act(sessions.end_session, alice, claims.sid)

    with pytest.raises(Unauthenticated):
        await sessions.authenticate(tokens.verify("web", token))
