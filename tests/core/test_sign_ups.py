from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from pydantic import SecretStr
from sqlalchemy import func, select

from tests.cast import PASSWORD, act, email_of, letters_waiting, peeking, sign_up, visit_by
from tests.mailbox import Mailbox, link_in, text_of
from todo_app.core import links, mail, passwords, recovery, sessions, sign_ups
from todo_app.core.access import Actor
from todo_app.core.accounts import AccountDraft
from todo_app.core.credentials import Credentials
from todo_app.core.errors import (
    EmailTaken,
    InvalidInput,
    LinkSpent,
    TooManyAttempts,
    WrongCredentials,
)
from todo_app.core.models import SignUp, User
from todo_app.core.recovery import ForgottenPassword
from todo_app.core.sign_ups import SignUpAddress, SignUpConfirmation

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
NEW = "dora@example.org"


@pytest.fixture
def traveller() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as found:
        yield found


async def begin(email: str = NEW, password: str = PASSWORD, **fields: str) -> None:
    draft = AccountDraft(email=email, password=SecretStr(password), **fields)
    await sign_ups.begin(draft, visit_by())


async def mailed_token(mailbox: Mailbox, email: str = NEW) -> str:
    await mail.deliver_due()
    return link_in(mailbox.mails_to(email)[-1]).rpartition("/")[2]


async def confirm(token: str, password: str = PASSWORD) -> str:
    confirmation = SignUpConfirmation(token=token, password=SecretStr(password))
    return (await sign_ups.confirm(confirmation, visit_by())).email


async def opens(email: str = NEW, password: str = PASSWORD) -> bool:
    try:
        await sessions.sign_in_web(
            Credentials(email=email, password=SecretStr(password)), visit_by()
        )
    except WrongCredentials:
        return False
    return True


async def deliver_again() -> None:
    """Deliver what asking again leads to: a letter of its own for each sign-up that waits."""
    await mail.deliver_due()
    await mail.deliver_due()


async def fits(token: str, password: str) -> bool:
    """Whether this is the password of the sign-up that a link belongs to."""
    async with peeking() as db:
        sign_up_id = await links.look_up(db, "confirm-sign-up", token)
        sign_up = await db.get_one(SignUp, sign_up_id)
    return await passwords.verify_password(password, sign_up.password_hash)


async def count(table: type[SignUp | User]) -> int:
    async with peeking() as db:
        return (await db.execute(select(func.count()).select_from(table))).scalar_one()


async def test_an_address_is_confirmed_before_there_is_an_account(
    mailbox: Mailbox, database: str
) -> None:
    await begin(time_zone="Asia/Tokyo")
    token = await mailed_token(mailbox)
    assert (await opens(), await count(User)) == (False, 0)

    assert await confirm(token) == NEW

    assert await opens()
    assert await count(SignUp) == 0
    with pytest.raises(LinkSpent):
        await confirm(token)


async def test_known_and_unknown_addresses_take_the_same_work(
    mailbox: Mailbox, alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    hash_password = passwords.hash_password

    async def count_hashes(password: str) -> str:
        hashed.append(password)
        return await hash_password(password)

    monkeypatch.setattr(passwords, "hash_password", count_hashes)
    await begin(email_of("alice"))
    await begin(NEW)

    assert len(hashed) == 2
    assert await letters_waiting() == [("sign_up", email_of("alice")), ("sign_up", NEW)]
    assert await count(SignUp) == 2


async def test_an_owner_who_signs_up_again_is_told_by_mail(mailbox: Mailbox, alice: Actor) -> None:
    await begin(email_of("alice").upper())
    await mail.deliver_due()

    [arrived] = mailbox.mails
    assert arrived["To"] == email_of("alice")
    assert arrived["Subject"] == "You have an account already"
    assert "/auth/link/" not in str(arrived)
    assert await count(SignUp) == 0


async def test_who_only_reads_the_mail_does_not_open_what_somebody_else_chose(
    mailbox: Mailbox, database: str
) -> None:
    await begin()
    token = await mailed_token(mailbox)

    with pytest.raises(InvalidInput) as refusal:
        await confirm(token, "not what was chosen")

    assert (refusal.value.field, refusal.value.reason) == ("password", "not_chosen")
    assert await count(User) == 0
    await confirm(token)


async def test_nothing_that_a_stranger_typed_is_in_the_mail(
    mailbox: Mailbox, database: str
) -> None:
    await begin(name="Buy at https://evil.example")
    await mail.deliver_due()

    assert "evil" not in text_of(mailbox.mails[0])


async def test_one_address_confirmed_twice_at_once_in_other_spellings_is_one_account(
    mailbox: Mailbox, database: str
) -> None:
    spellings = ("dora@example.org", "DORA@example.org", "\uff44ora@example.org")
    tokens = []
    for spelling in spellings:
        await begin(spelling)
        await mail.deliver_due()
        tokens.append(link_in(mailbox.mails[-1]).rpartition("/")[2])

    answers = await asyncio.gather(*(confirm(token) for token in tokens), return_exceptions=True)

    assert await count(User) == 1
    refused = [answer for answer in answers if isinstance(answer, BaseException)]
    assert len(refused) == 2
    assert all(isinstance(answer, EmailTaken | LinkSpent) for answer in refused)


async def test_an_account_that_was_opened_meanwhile_is_left_alone(
    mailbox: Mailbox, database: str
) -> None:
    await begin(email_of("alice"), "teapot over eight rivers")
    token = await mailed_token(mailbox, email_of("alice"))
    await sign_up("alice")

    with pytest.raises(EmailTaken):
        await confirm(token, "teapot over eight rivers")

    assert await opens(email_of("alice"))


async def test_a_link_is_sent_again_for_who_signed_up_and_nobody_else(
    mailbox: Mailbox, database: str
) -> None:
    await begin()
    await mail.deliver_due()

    for email in (NEW, "nobody@example.org"):
        await sign_ups.send_again(SignUpAddress(email=email), visit_by())
    await deliver_again()

    assert [arrived["To"] for arrived in mailbox.mails] == [NEW, NEW]
    await confirm(link_in(mailbox.mails[-1]).rpartition("/")[2])


async def test_a_link_goes_only_to_the_mailbox_that_signed_up(
    mailbox: Mailbox, database: str
) -> None:
    await begin("bob@strasse.example.org")
    await mail.deliver_due()

    # For us the same address, for the mail of the world another domain.
    await sign_ups.send_again(SignUpAddress(email="bob@straße.example.org"), visit_by())
    await deliver_again()

    assert [arrived["X-RcptTo"] for arrived in mailbox.mails] == ["bob@strasse.example.org"] * 2


async def test_each_letter_carries_the_link_of_its_own_sign_up(
    mailbox: Mailbox, database: str
) -> None:
    """Else the link of who signs up last would take the place of everybody else's."""
    chosen = [f"{PASSWORD} {number}" for number in range(2)]
    for password in chosen:
        await begin(password=password)
    await mail.deliver_due()
    await sign_ups.send_again(SignUpAddress(email=NEW), visit_by())
    await deliver_again()

    tokens = [link_in(arrived).rpartition("/")[2] for arrived in mailbox.mails]
    fitting = [[await fits(token, password) for password in chosen] for token in tokens]
    assert sorted(fitting[:2]) == sorted(fitting[2:]) == [[False, True], [True, False]]


async def test_an_unconfirmed_sign_up_ends_after_a_day(
    mailbox: Mailbox, traveller: time_machine.Traveller, database: str
) -> None:
    await begin()
    token = await mailed_token(mailbox)

    traveller.move_to(START + timedelta(days=1))
    with pytest.raises(LinkSpent):
        await confirm(token)
    traveller.shift(1)

    assert await act(sign_ups.purge) == 1
    assert await count(SignUp) == 0


async def test_an_unconfirmed_address_is_an_unknown_one(mailbox: Mailbox, database: str) -> None:
    await begin()
    await mail.deliver_due()

    await recovery.ask_for_link(ForgottenPassword(email=NEW), visit_by())
    await mail.deliver_due()

    assert [arrived["Subject"] for arrived in mailbox.mails] == ["Confirm your address"]
    assert not await opens()


async def test_a_mailbox_is_not_flooded_by_sign_ups(database: str) -> None:
    for _ in range(3):
        await begin()

    with pytest.raises(TooManyAttempts):
        await begin()
    for _ in range(3):
        await sign_ups.send_again(SignUpAddress(email=NEW), visit_by())
    with pytest.raises(TooManyAttempts):
        await sign_ups.send_again(SignUpAddress(email=NEW), visit_by())
