from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
import time_machine
from pydantic import SecretStr, ValidationError
from sqlalchemy import delete, func, select, text
from sqlmodel import col

from tests.cast import (
    PASSWORD,
    act,
    credentials_of,
    email_of,
    events_of,
    is_alive,
    letters_waiting,
    sign_in,
    sign_in_api,
    sign_up,
    visit_by,
)
from tests.mailbox import Mailbox, link_in, text_of
from todo_app.core import (
    api_sessions,
    api_tokens,
    clock,
    closing,
    links,
    mail,
    passwords,
    recovery,
    second_factor,
    sessions,
    settings,
)
from todo_app.core.access import Actor
from todo_app.core.api_tokens import TokenDraft
from todo_app.core.credentials import Credentials
from todo_app.core.database import reading, transaction
from todo_app.core.errors import (
    CodeNeeded,
    InvalidInput,
    LinkSpent,
    MailOff,
    TooManyAttempts,
    Unauthenticated,
    WrongCredentials,
)
from todo_app.core.models import MailedLink, User
from todo_app.core.recovery import ForgottenPassword, PasswordReset
from todo_app.core.second_factor import Confirmation

NEW = "teapot over eight rivers"
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def traveller() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as found:
        yield found


async def ask(email: str, address: str = "192.0.2.1") -> None:
    await recovery.ask_for_link(ForgottenPassword(email=email), visit_by(address=address))


async def mailed_token(mailbox: Mailbox, name: str = "alice") -> str:
    """The token of a link that was asked for and arrived."""
    await ask(email_of(name))
    await mail.deliver_due()
    return link_in(mailbox.mails_to(email_of(name))[-1]).rpartition("/")[2]


async def reset(token: str, new: str = NEW, address: str = "192.0.2.1") -> None:
    request = PasswordReset(token=token, new_password=SecretStr(new))
    await recovery.reset_password(request, visit_by(address=address))


async def opens(password: str, name: str = "alice") -> bool:
    found = Credentials(email=email_of(name), password=SecretStr(password))
    try:
        await sessions.sign_in_web(found, visit_by())
    except WrongCredentials:
        return False
    return True


async def test_who_reads_the_mail_of_an_account_chooses_its_password(
    mailbox: Mailbox, alice: Actor, bob: Actor
) -> None:
    token = await mailed_token(mailbox)

    await reset(token)

    assert [await opens(NEW), await opens(PASSWORD)] == [True, False]
    assert [await opens(NEW, "bob"), await opens(PASSWORD, "bob")] == [False, True]


async def test_a_reset_ends_every_session_and_api_token_of_the_account_and_nobody_elses(
    mailbox: Mailbox, alice: Actor, bob: Actor
) -> None:
    draft = TokenDraft(name="Script")
    made, his = [
        await act(api_tokens.create_token, actor, draft, visit_by()) for actor in (alice, bob)
    ]
    phone = await sign_in("alice")
    pair = await sign_in_api()
    token = await mailed_token(mailbox)

    await reset(token)

    assert [await is_alive(one) for one in (alice, phone, bob)] == [False, False, True]
    with pytest.raises(Unauthenticated):
        await api_tokens.authenticate(made.token, visit_by("api"))
    assert await api_tokens.authenticate(his.token, visit_by("api"))
    with pytest.raises(Unauthenticated):
        await api_sessions.refresh(pair.refresh_token, visit_by("api"))


async def test_the_owner_is_told_of_a_reset_by_mail_and_in_their_activity(
    mailbox: Mailbox, alice: Actor
) -> None:
    token = await mailed_token(mailbox)

    await reset(token)
    await mail.deliver_due()

    told = mailbox.mails_to(email_of("alice"))[-1]
    assert told["Subject"] == "Your password was changed"
    assert "by a mailed link" in text_of(told)
    kinds = [event.kind for event in await events_of(alice)]
    assert kinds[:2] == ["password_reset", "password_reset_asked"]


async def test_a_link_works_once(mailbox: Mailbox, alice: Actor) -> None:
    token = await mailed_token(mailbox)
    await reset(token)

    with pytest.raises(LinkSpent):
        await reset(token, f"{NEW} again")

    assert await opens(NEW)


async def test_promise_8_of_two_parallel_uses_of_one_link_one_succeeds(
    mailbox: Mailbox, alice: Actor
) -> None:
    token = await mailed_token(mailbox)
    tries = [f"{NEW} {number}" for number in range(6)]

    answers = await asyncio.gather(
        *(reset(token, password) for password in tries), return_exceptions=True
    )

    assert [answer for answer in answers if not isinstance(answer, LinkSpent)] == [None]
    assert await opens(tries[answers.index(None)])


async def test_a_reset_spends_every_link_of_the_account(mailbox: Mailbox, alice: Actor) -> None:
    first, second = await mailed_token(mailbox), await mailed_token(mailbox)
    await reset(first)

    with pytest.raises(LinkSpent):
        await reset(second, f"{NEW} again")


async def test_a_link_is_good_for_30_minutes_from_its_mail_on(
    mailbox: Mailbox, traveller: time_machine.Traveller, database: str
) -> None:
    await sign_up("alice")
    token = await mailed_token(mailbox)

    traveller.move_to(START + timedelta(minutes=30, seconds=-1))
    assert await act(links.look_up, "reset-password", token)
    traveller.move_to(START + timedelta(minutes=30))
    with pytest.raises(LinkSpent):
        await reset(token)

    assert await opens(PASSWORD)
    traveller.shift(1)
    assert await act(links.purge) == 1


@pytest.mark.parametrize("token", ["", "x", "\ud800", "\x00", "x" * 100_000, "' OR 1=1 --"])
async def test_what_is_no_link_opens_nothing(alice: Actor, token: str) -> None:
    with pytest.raises(LinkSpent):
        await reset(token)


async def test_the_link_is_stored_hashed_and_nowhere_else(mailbox: Mailbox, alice: Actor) -> None:
    token = await mailed_token(mailbox)

    async with reading() as db:
        stored = [
            (await db.execute(text(f"SELECT * FROM {table}"))).all()  # noqa: S608 - our own names
            for table in ("mailed_links", "outbox", "security_events", "users")
        ]
        hashes = (await db.scalars(select(MailedLink.token_hash))).all()
    assert token not in str(stored)
    assert hashes == [links._hash(token)]


async def test_the_link_leads_to_the_public_url(
    mailbox: Mailbox, alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENVIRONMENT", "production")
    monkeypatch.setenv("JWT_SECRET", "kJ8s2-Qx_vB5nM7wE3rT9yU1iO4pA6dF0gH")
    monkeypatch.setenv("PUBLIC_URL", "https://todo.example.org")
    settings.get_settings.cache_clear()

    await mailed_token(mailbox)

    link = link_in(mailbox.mails[-1])
    assert link.startswith("https://todo.example.org/auth/link/reset-password/")


async def test_every_address_is_answered_by_the_same_work(
    mailbox: Mailbox, alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no_hashing(*_: object) -> str:
        raise AssertionError

    monkeypatch.setattr(passwords, "hash_password", no_hashing)
    monkeypatch.setattr(passwords, "verify_password", no_hashing)

    await ask(email_of("alice"))
    await ask("nobody@example.org")

    # What differs between the two is done later, by the job.
    kind = "password_forgotten"
    assert await letters_waiting() == [(kind, email_of("alice")), (kind, "nobody@example.org")]
    await mail.deliver_due()
    assert [arrived["To"] for arrived in mailbox.mails] == [email_of("alice")]
    assert await letters_waiting() == []


async def test_any_spelling_of_an_address_finds_its_account(mailbox: Mailbox, alice: Actor) -> None:
    await ask("ALICE@Example.ORG")
    await mail.deliver_due()

    assert [arrived["To"] for arrived in mailbox.mails] == [email_of("alice")]


@pytest.mark.parametrize("email", ["", "alice", "a@b@example.org", "x" * 1_000_000])
def test_what_is_no_address_is_no_forgotten_account(email: str) -> None:
    with pytest.raises(ValidationError):
        ForgottenPassword(email=email)


@pytest.mark.parametrize("email", [email_of("alice"), "nobody@example.org"])
async def test_a_mailbox_is_not_flooded_known_or_not(alice: Actor, email: str) -> None:
    for _ in range(3):
        await ask(email, "203.0.113.1")
    with pytest.raises(TooManyAttempts) as refusal:
        await ask(email.upper(), "203.0.113.1")
    assert 1 <= refusal.value.retry_after_seconds <= 1_800

    for number in range(27):
        await ask(email, f"198.51.100.{number}")
    with pytest.raises(TooManyAttempts):
        await ask(email, "203.0.113.7")


async def test_trying_links_is_slowed(alice: Actor) -> None:
    for _ in range(30):
        with pytest.raises(LinkSpent):
            await reset("guess")

    with pytest.raises(TooManyAttempts):
        await reset("guess")
    with pytest.raises(LinkSpent):
        await reset("guess", address="198.51.100.7")


@pytest.mark.parametrize(
    ("new", "reason"), [("short", "too_short"), (email_of("alice"), "personal")]
)
async def test_a_password_the_policy_refuses_does_not_spend_the_link(
    mailbox: Mailbox, alice: Actor, new: str, reason: str
) -> None:
    token = await mailed_token(mailbox)

    with pytest.raises(InvalidInput) as refusal:
        await reset(token, new)

    assert (refusal.value.field, refusal.value.reason) == ("new_password", reason)
    await reset(token)


async def test_a_closed_account_has_no_link(mailbox: Mailbox, alice: Actor) -> None:
    token = await mailed_token(mailbox)
    async with transaction() as db:
        await db.execute(delete(User).where(col(User.id) == alice.user_id))

    with pytest.raises(LinkSpent):
        await reset(token)
    async with reading() as db:
        rows = await db.execute(select(func.count()).select_from(MailedLink))
    assert rows.scalar_one() == 0


async def test_a_disabled_account_is_mailed_no_link_and_one_mailed_before_is_spent(
    mailbox: Mailbox, alice: Actor
) -> None:
    token = await mailed_token(mailbox)
    await act(closing.disable_account, email_of("alice"))
    before = len(mailbox.mails)

    await ask(email_of("alice"))
    await mail.deliver_due()

    assert len(mailbox.mails) == before
    with pytest.raises(LinkSpent):
        await reset(token)
    assert await letters_waiting() == []


async def test_promise_8_a_second_factor_is_asked_for_after_a_reset_too(
    mailbox: Mailbox, alice: Actor
) -> None:
    seed = (await act(second_factor.begin_enrolment, alice)).seed
    code = pyotp.TOTP(seed).at(clock.now())
    confirmation = Confirmation(code=code, current_password=SecretStr(PASSWORD))
    await second_factor.switch_on(alice, confirmation, visit_by())

    await reset(await mailed_token(mailbox))

    with pytest.raises(CodeNeeded):
        await opens(NEW)


async def test_a_sign_in_with_the_old_password_does_not_slip_in_behind_a_reset(
    mailbox: Mailbox, alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    proof = await sessions.prove(credentials_of("alice"), visit_by())

    async def prove_before_the_reset(*_: object) -> object:
        return proof

    await reset(await mailed_token(mailbox))
    monkeypatch.setattr(sessions, "prove", prove_before_the_reset)

    with pytest.raises(WrongCredentials):
        await sessions.sign_in_web(credentials_of("alice"), visit_by())


async def test_a_server_without_mail_says_so(alice: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENVIRONMENT", "production")
    monkeypatch.setenv("JWT_SECRET", "kJ8s2-Qx_vB5nM7wE3rT9yU1iO4pA6dF0gH")
    settings.get_settings.cache_clear()

    with pytest.raises(MailOff):
        await ask(email_of("alice"))
