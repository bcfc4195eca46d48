"""Promises 5, 8 and 9: passkeys, each challenge answered once, by its own key, for this server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import SecretStr, ValidationError

from tests.cast import PASSWORD, act, email_of, events_of, is_alive, sign_in, visit_by
from tests.core.authenticator import PRESENT, Authenticator
from tests.mailbox import Mailbox, link_in, text_of
from todo_app.core import closing, mail, passkeys, recovery, sessions, throttle, tokens
from todo_app.core.access import Actor
from todo_app.core.errors import (
    Conflict,
    InvalidInput,
    NotFound,
    TooManyAttempts,
    Unauthenticated,
    WrongPasskey,
)
from todo_app.core.passkeys import Challenge, PasskeyDraft, PasskeyView
from todo_app.core.recovery import ForgottenPassword, PasswordReset

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET = SecretStr(PASSWORD)


@pytest.fixture(autouse=True)
def traveller() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as found:
        yield found


async def begin(actor: Actor, password: str = PASSWORD) -> Challenge:
    return await passkeys.begin_registration(actor, SecretStr(password), visit_by())


async def register(
    actor: Actor,
    device: Authenticator,
    challenge: Challenge | None = None,
    *,
    password: str = PASSWORD,
    **falsified: Any,  # noqa: ANN401
) -> PasskeyView:
    asked = challenge or await begin(actor)
    draft = PasskeyDraft(
        name="Phone",
        credential=device.register(asked, **falsified),
        current_password=SecretStr(password),
    )
    return await passkeys.register(actor, draft, asked.token, visit_by())


async def sign_in_with(
    device: Authenticator,
    challenge: Challenge | None = None,
    **falsified: Any,  # noqa: ANN401
) -> Actor:
    asked = challenge or passkeys.begin_sign_in()
    token = await passkeys.sign_in(device.sign_in(asked, **falsified), asked.token, visit_by())
    return await sessions.authenticate(tokens.verify("web", token))


@pytest.fixture
async def device(alice: Actor) -> Authenticator:
    """A device that holds a passkey of Alice's."""
    made = Authenticator()
    await register(alice, made)
    return made


async def test_promise_9_a_passkey_signs_its_owner_in(alice: Actor, device: Authenticator) -> None:
    assert (await sign_in_with(device)).user_id == alice.user_id
    assert (await sign_in_with(device, user=alice.user_id.bytes)).user_id == alice.user_id

    (found,) = await act(passkeys.list_passkeys, alice)
    assert (found.name, found.created_at, found.last_used_at) == ("Phone", START, START)


async def test_promise_8_each_change_asks_for_the_password_and_ends_other_sessions(
    alice: Actor, bob: Actor
) -> None:
    other = await sign_in("alice")
    with pytest.raises(InvalidInput) as refusal:
        await register(alice, Authenticator(), password="not hers at all")
    assert (refusal.value.field, refusal.value.reason) == ("current_password", "wrong")
    assert await is_alive(other)
    kept = await register(alice, Authenticator())
    assert [await is_alive(one) for one in (alice, bob, other)] == [True, True, False]

    other = await sign_in("alice")
    with pytest.raises(InvalidInput):
        await passkeys.remove(alice, kept.id, SecretStr("not hers at all"), visit_by())
    await passkeys.remove(alice, kept.id, SECRET, visit_by())
    assert [await is_alive(one) for one in (alice, bob, other)] == [True, True, False]
    kinds = [event.kind for event in await events_of(alice)]
    assert [kind for kind in kinds if "passkey" in kind] == ["passkey_removed", "passkey_added"]


async def test_who_does_not_know_the_password_is_not_asked_for_a_passkey(alice: Actor) -> None:
    with pytest.raises(InvalidInput) as refusal:
        await begin(alice, "not hers at all")
    assert (refusal.value.field, refusal.value.reason) == ("current_password", "wrong")


async def test_a_removed_passkey_opens_nothing(alice: Actor, device: Authenticator) -> None:
    (found,) = await act(passkeys.list_passkeys, alice)
    await passkeys.remove(alice, found.id, SECRET, visit_by())

    with pytest.raises(WrongPasskey):
        await sign_in_with(device)


async def test_promise_8_a_reset_by_mail_removes_every_passkey_and_nobody_elses(
    mailbox: Mailbox, alice: Actor, bob: Actor, device: Authenticator
) -> None:
    await register(bob, Authenticator())
    await recovery.ask_for_link(ForgottenPassword(email=email_of("alice")), visit_by())
    await mail.deliver_due()
    token = link_in(mailbox.mails_to(email_of("alice"))[-1]).rpartition("/")[2]

    request = PasswordReset(token=token, new_password=SecretStr("teapot over eight rivers"))
    await recovery.reset_password(request, visit_by())
    await mail.deliver_due()

    with pytest.raises(WrongPasskey):
        await sign_in_with(device)
    left = [len(await act(passkeys.list_passkeys, actor)) for actor in (alice, bob)]
    assert left == [0, 1]
    assert "all passkeys are removed" in " ".join(text_of(mailbox.mails[-1]).split())


async def test_a_passkey_of_another_is_answered_as_an_unknown_one(
    alice: Actor, bob: Actor, device: Authenticator
) -> None:
    (found,) = await act(passkeys.list_passkeys, alice)

    for passkey_id in (found.id, uuid4()):
        with pytest.raises(NotFound):
            await passkeys.remove(bob, passkey_id, SECRET, visit_by())
    assert await act(passkeys.list_passkeys, bob) == []
    assert await sign_in_with(device)


FORGERIES: dict[str, dict[str, Any]] = {
    "another origin": {"origin": "https://evil.example"},
    "another party": {"party": "evil.example"},
    "nobody verified": {"flags": PRESENT},
    "nobody there": {"flags": 0},
    "another ceremony": {"client_type": "payment.get"},
}


@pytest.mark.parametrize("kind", FORGERIES)
async def test_what_is_not_meant_for_this_server_or_by_its_owner_is_refused(
    alice: Actor, device: Authenticator, kind: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        await register(alice, Authenticator(), **FORGERIES[kind])
    assert (refusal.value.field, refusal.value.reason) == ("credential", "passkey")
    with pytest.raises(WrongPasskey):
        await sign_in_with(device, **FORGERIES[kind])
    assert "passkey_failed" in [event.kind for event in await events_of(alice)]
    assert len(await act(passkeys.list_passkeys, alice)) == 1


async def test_another_key_a_strange_owner_and_a_stale_count_are_refused(
    alice: Actor, bob: Actor, device: Authenticator
) -> None:
    await sign_in_with(device)
    for forged in (
        {"key": ec.generate_private_key(ec.SECP256R1())},
        {"user": bob.user_id.bytes},
        {"count": 1},
    ):
        with pytest.raises(WrongPasskey):
            await sign_in_with(device, **forged)
    assert await sign_in_with(device)


async def test_promise_9_a_challenge_is_answered_once(alice: Actor, device: Authenticator) -> None:
    challenge = passkeys.begin_sign_in()
    await sign_in_with(device, challenge)
    with pytest.raises(Unauthenticated):
        await sign_in_with(device, challenge)

    other = passkeys.begin_sign_in()
    answers = await asyncio.gather(
        *(sign_in_with(device, other) for _ in range(3)), return_exceptions=True
    )
    assert [isinstance(answer, Actor) for answer in answers].count(True) == 1

    asked = await begin(alice)
    await register(alice, Authenticator(), asked)
    with pytest.raises(Conflict):
        await register(alice, Authenticator(), asked)


async def test_promise_5_a_challenge_is_bound_to_its_ceremony_its_session_and_five_minutes(
    alice: Actor, bob: Actor, device: Authenticator, traveller: time_machine.Traveller
) -> None:
    new, old = await begin(alice), passkeys.begin_sign_in()
    with pytest.raises(Unauthenticated):
        await sign_in_with(device, new)
    second = await sign_in("alice")
    for actor, challenge in ((alice, old), (bob, new), (second, new)):
        with pytest.raises(InvalidInput):
            await register(actor, Authenticator(), challenge)
    with pytest.raises(WrongPasskey):
        await passkeys.sign_in(device.sign_in(old), passkeys.begin_sign_in().token, visit_by())

    traveller.shift(timedelta(minutes=5, seconds=11))

    with pytest.raises(Unauthenticated):
        await sign_in_with(device, old)
    with pytest.raises(InvalidInput):
        await register(alice, Authenticator(), new)


async def test_one_authenticator_is_registered_once(
    alice: Actor, bob: Actor, device: Authenticator
) -> None:
    asked = await begin(alice)
    assert [one["id"] for one in json.loads(asked.options)["excludeCredentials"]]
    for actor in (alice, bob):
        with pytest.raises(Conflict):
            await register(actor, device)


async def test_there_are_only_so_many(alice: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passkeys, "PASSKEYS_MAX", 2)
    late = await begin(alice)
    for _ in range(2):
        await register(alice, Authenticator())

    with pytest.raises(Conflict):
        await begin(alice)
    with pytest.raises(Conflict):
        await register(alice, Authenticator(), late)


ODD = {
    "nothing": "",
    "no JSON": "{",
    "a number": "1",
    "a list": "[]",
    "no id": "{}",
    "an id that is none": '{"id": null}',
    "a NUL": '{"id": "\\u0000"}',
    "a surrogate": '{"id": "\\ud800"}',
    "deep": "[" * 100_000,
    "long": json.dumps({"id": "x" * 100_000}),
}


async def test_what_is_no_answer_is_refused(alice: Actor) -> None:
    for odd in ODD.values():
        with pytest.raises(WrongPasskey):
            await passkeys.sign_in(odd, passkeys.begin_sign_in().token, visit_by())
        asked = await begin(alice)
        draft = PasskeyDraft(name="Phone", credential=odd, current_password=SECRET)
        with pytest.raises(InvalidInput):
            await passkeys.register(alice, draft, asked.token, visit_by())


@pytest.mark.parametrize("value", [None, 1, "", "!!!", [], "AAAA"])
async def test_a_known_passkey_with_a_part_that_is_odd_is_refused(
    device: Authenticator, value: object
) -> None:
    # A user handle may be left out.
    parts = ["clientDataJSON", "authenticatorData", "signature", *["userHandle"] * bool(value)]
    for part in parts:
        challenge = passkeys.begin_sign_in()
        answer = json.loads(device.sign_in(challenge))
        answer["response"][part] = value
        with pytest.raises(WrongPasskey):
            await passkeys.sign_in(json.dumps(answer), challenge.token, visit_by())


async def test_guesses_of_one_network_have_to_wait(database: str) -> None:
    for _ in range(throttle.PER_NETWORK.amount):
        with pytest.raises(WrongPasskey):
            await sign_in_with(Authenticator())

    with pytest.raises(TooManyAttempts):
        await sign_in_with(Authenticator())


@pytest.mark.parametrize("name", ["", " ", "x" * 101, "a\x00b"])
def test_a_passkey_has_a_name(name: str) -> None:
    with pytest.raises(ValidationError):
        PasskeyDraft(name=name, credential="", current_password=SECRET)


async def test_a_passkey_does_not_open_a_disabled_account(
    alice: Actor, device: Authenticator
) -> None:
    await act(closing.disable_account, email_of("alice"))

    with pytest.raises(Unauthenticated):
        await sign_in_with(device)
