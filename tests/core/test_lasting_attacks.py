"""Who never stops, against an owner who waits as long as they are told to."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from pydantic import SecretStr

from tests.cast import PASSWORD, email_of, sign_up, visit_by
from tests.mailbox import Mailbox, link_in
from todo_app.core import mail, recovery, sessions, sign_ups, throttle
from todo_app.core.accounts import AccountDraft
from todo_app.core.credentials import Credentials
from todo_app.core.errors import TooManyAttempts, WrongCredentials
from todo_app.core.recovery import ForgottenPassword, PasswordReset
from todo_app.core.sign_ups import SignUpAddress

HOME = "192.0.2.1"
"""Where the cast signs in from."""
HOTEL = "203.0.113.7"
CROWD = [f"10.0.0.{number}" for number in range(80)]
NEW = "teapot over eight rivers"
STEP = 61
"""Seconds; whole minutes would fall on the very ends of windows."""


@pytest.fixture
def traveller() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(datetime(2026, 3, 1, 12, tzinfo=UTC), tick=False) as found:
        yield found


async def ask(address: str, email: str = email_of("alice")) -> None:
    await recovery.ask_for_link(ForgottenPassword(email=email), visit_by(address=address))


async def ask_for_everything(address: str, email: str) -> None:
    """Every mail that a stranger can have sent to an address."""
    draft = AccountDraft(email=email, password=SecretStr(PASSWORD))
    again = SignUpAddress(email=email)
    for attempt in (
        ask(address, email),
        sign_ups.begin(draft, visit_by(address=address)),
        sign_ups.send_again(again, visit_by(address=address)),
    ):
        with contextlib.suppress(TooManyAttempts):
            await attempt


async def last_token(mailbox: Mailbox) -> str:
    await mail.deliver_due()
    found = [
        arrived
        for arrived in mailbox.mails_to(email_of("alice"))
        if arrived["Subject"] == "Choose a new password"
    ]
    return link_in(found[-1]).rpartition("/")[2]


async def reset(token: str, address: str) -> None:
    request = PasswordReset(token=token, new_password=SecretStr(NEW))
    await recovery.reset_password(request, visit_by(address=address))


async def sign_in(address: str, password: str) -> str:
    credentials = Credentials(email=email_of("alice"), password=SecretStr(password))
    return await sessions.sign_in_web(credentials, visit_by(address=address))


def guess(address: str) -> None:
    """A wrong password, without the work of comparing it."""
    with (
        contextlib.suppress(WrongCredentials, TooManyAttempts),
        throttle.sign_in_attempt(email_of("alice"), visit_by(address=address)),
    ):
        raise WrongCredentials


async def test_promise_3_who_never_stops_asking_keeps_nobody_from_their_mail(
    mailbox: Mailbox, traveller: time_machine.Traveller, database: str
) -> None:
    await sign_up("alice")
    for _ in range(15):
        for email in (email_of("alice"), "dora@example.org"):
            await ask_for_everything("198.51.100.7", email)
        await mail.deliver_due()
        traveller.shift(4 * STEP)

    await ask(HOTEL)
    draft = AccountDraft(email="dora@example.org", password=SecretStr(NEW))
    await sign_ups.begin(draft, visit_by(address=HOTEL))

    await reset(await last_token(mailbox), HOTEL)
    assert await sign_in(HOTEL, NEW)


async def test_promise_3_a_crowd_that_never_stops_asking_leaves_a_good_link_in_the_mailbox(
    mailbox: Mailbox, traveller: time_machine.Traveller, database: str
) -> None:
    await sign_up("alice")
    for _ in range(10):
        traveller.shift(4 * STEP)
        for address in CROWD[:12]:
            with contextlib.suppress(TooManyAttempts):
                await ask(address)
        theirs = await last_token(mailbox)
    with pytest.raises(TooManyAttempts):
        await ask(HOTEL)
    await ask(HOME)

    await reset(theirs, HOTEL)
    assert await sign_in(HOTEL, NEW)


async def test_promise_3_a_mailed_link_lets_in_from_a_new_place_while_a_crowd_guesses(
    mailbox: Mailbox, traveller: time_machine.Traveller, database: str
) -> None:
    await sign_up("alice")
    token = ""
    for step in range(30):
        for address in CROWD:
            guess(address)
        with pytest.raises(TooManyAttempts):
            await sign_in(HOTEL, PASSWORD)
        if step == 15:
            await ask(HOTEL)
            token = await last_token(mailbox)
        traveller.shift(STEP)

    await reset(token, HOTEL)

    for address in CROWD:
        guess(address)
    assert await sign_in(HOTEL, NEW)
    with pytest.raises(TooManyAttempts):
        await sign_in("203.0.113.8", NEW)
