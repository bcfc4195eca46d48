from __future__ import annotations

import asyncio

import pytest
from pydantic import SecretStr
from sqlalchemy import delete
from sqlmodel import col

from tests.cast import (
    PASSWORD,
    act,
    actor_of,
    credentials_of,
    email_of,
    is_alive,
    letters_waiting,
    sign_in,
    sign_in_api,
    visit_by,
)
from todo_app.core import api_sessions, api_tokens, credentials, password_change, sessions
from todo_app.core.access import Actor
from todo_app.core.api_tokens import TokenDraft
from todo_app.core.credentials import Credentials, Proof
from todo_app.core.database import transaction
from todo_app.core.errors import (
    InvalidInput,
    TooManyAttempts,
    Unauthenticated,
    WrongCredentials,
)
from todo_app.core.models import User
from todo_app.core.password_change import PasswordChange

NEW = "teapot over eight rivers"


async def change(
    actor: Actor, current: str = PASSWORD, new: str = NEW, *, revoke_api_tokens: bool = False
) -> None:
    request = PasswordChange(
        current_password=SecretStr(current),
        new_password=SecretStr(new),
        revoke_api_tokens=revoke_api_tokens,
    )
    await password_change.change_password(actor, request, visit_by())


async def proof_of(password: str, name: str = "alice") -> Proof:
    found = Credentials(email=email_of(name), password=SecretStr(password))
    return await credentials.prove(found, visit_by())


async def test_the_new_password_signs_in_and_the_old_one_no_more(alice: Actor) -> None:
    await change(alice)

    assert (await proof_of(NEW)).user_id == alice.user_id
    with pytest.raises(WrongCredentials):
        await proof_of(PASSWORD)


async def test_promise_8_a_change_ends_all_other_sessions_and_nobody_elses(
    alice: Actor, bob: Actor
) -> None:
    phone, api = await sign_in("alice"), await actor_of(await sign_in_api())

    await change(alice)

    assert [await is_alive(one) for one in (alice, bob, phone, api)] == [True, True, False, False]


async def test_a_change_revokes_api_tokens_where_it_is_asked_to(alice: Actor, bob: Actor) -> None:
    made, his = [
        await act(api_tokens.create_token, actor, TokenDraft(name="Script"), visit_by())
        for actor in (alice, bob)
    ]

    await change(alice)
    assert await api_tokens.authenticate(made.token, visit_by("api"))
    await change(alice, NEW, f"{NEW} again", revoke_api_tokens=True)

    with pytest.raises(Unauthenticated):
        await api_tokens.authenticate(made.token, visit_by("api"))
    assert await api_tokens.authenticate(his.token, visit_by("api"))


async def test_a_wrong_current_password_changes_nothing(alice: Actor) -> None:
    other = await sign_in("alice")

    with pytest.raises(InvalidInput) as refusal:
        await change(alice, current="not hers at all")

    assert (refusal.value.field, refusal.value.reason) == ("current_password", "wrong")
    assert await proof_of(PASSWORD)
    assert await is_alive(other)
    assert await letters_waiting() == []


async def test_the_owner_is_told_of_a_change_by_mail(alice: Actor, bob: Actor) -> None:
    await change(alice)

    assert await letters_waiting() == [("password_changed", email_of("alice"))]


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        ("short", "too_short"),
        ("x" * 1_025, "too_long"),
        ("password1", "common"),
        (email_of("alice"), "personal"),
        ("\ud800" * 9, "unusable"),
    ],
)
async def test_the_new_password_keeps_to_the_policy(alice: Actor, new: str, reason: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        await change(alice, new=new)

    assert (refusal.value.field, refusal.value.reason) == ("new_password", reason)
    assert await proof_of(PASSWORD)


async def test_guessing_the_current_password_is_slowed_like_signing_in(alice: Actor) -> None:
    for _ in range(6):
        with pytest.raises(InvalidInput):
            await change(alice, current="not hers at all")

    with pytest.raises(TooManyAttempts):
        await change(alice)
    with pytest.raises(TooManyAttempts):
        await sessions.sign_in_web(credentials_of("alice"), visit_by())


async def test_of_two_changes_at_once_one_succeeds(alice: Actor) -> None:
    other = await sign_in("alice")

    answers = await asyncio.gather(
        change(alice), change(other, new=f"{NEW} too"), return_exceptions=True
    )

    assert [type(answer) for answer in answers].count(InvalidInput) == 1
    assert sorted([await is_alive(alice), await is_alive(other)]) == [False, True]


async def test_a_sign_in_with_the_old_password_does_not_slip_in_behind_the_change(
    alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    proof = await proof_of(PASSWORD)

    async def prove_before_the_change(*_: object) -> Proof:
        return proof

    await change(alice)
    monkeypatch.setattr(sessions, "prove", prove_before_the_change)

    for begin in (sessions.sign_in_web, api_sessions.sign_in):
        with pytest.raises(WrongCredentials):
            await begin(credentials_of("alice"), visit_by())
    assert len(await act(sessions.list_sessions, alice)) == 1


async def test_a_closed_account_has_no_password_to_change(alice: Actor) -> None:
    async with transaction() as db:
        await db.execute(delete(User).where(col(User.id) == alice.user_id))

    with pytest.raises(Unauthenticated):
        await change(alice)
