from __future__ import annotations

import asyncio
import gc
import logging
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr
from sqlalchemy import func, select

from tests.cast import PASSWORD, act, email_of, sign_up, visit_by
from tests.mailbox import Mailbox, html_of, running_mailbox, text_of
from todo_app.core import letters, mail, settings, sign_ups, smtp
from todo_app.core.access import Actor
from todo_app.core.accounts import AccountDraft
from todo_app.core.database import reading, transaction
from todo_app.core.errors import NotFound
from todo_app.core.letters import Letter
from todo_app.core.models import OutboxMessage
from todo_app.core.smtp import NotSent, Refused, SmtpServer, smtp_server

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def traveller() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as found:
        yield found


async def post(actor: Actor) -> None:
    await act(mail.tell_owner, "password_changed", actor.user_id, visit_by())


async def count_waiting() -> int:
    async with reading() as db:
        return (await db.execute(select(func.count()).select_from(OutboxMessage))).scalar_one()


async def test_a_letter_arrives_in_text_and_html_and_leaves_the_outbox(
    mailbox: Mailbox, alice: Actor
) -> None:
    await post(alice)

    assert await mail.deliver_due() == 1

    [arrived] = mailbox.mails_to(email_of("alice"))
    assert arrived["From"] == "Todo App <todo@localhost>"
    assert arrived["To"] == email_of("alice")
    assert arrived["Subject"] == "Your password was changed"
    assert arrived["Auto-Submitted"] == "auto-generated"
    assert "address 192.0.2.1" in text_of(arrived)
    assert "<p>The password of your account was changed" in html_of(arrived)
    assert await count_waiting() == 0
    assert await mail.deliver_due() == 0


async def test_a_letter_about_what_is_taken_back_is_not_sent(
    mailbox: Mailbox, alice: Actor
) -> None:
    async def tell_and_fail() -> None:
        async with transaction() as db:
            await mail.tell_owner(db, "password_changed", alice.user_id, visit_by())
            raise NotFound

    with pytest.raises(NotFound):
        await tell_and_fail()

    assert await mail.deliver_due() == 0
    assert mailbox.mails == []


async def test_of_many_processes_one_sends_a_letter(mailbox: Mailbox, alice: Actor) -> None:
    for _ in range(5):
        await post(alice)

    sent = await asyncio.gather(*(mail.deliver_due() for _ in range(4)))

    assert sum(sent) == len(mailbox.mails) == 5
    assert len({arrived["Message-ID"] for arrived in mailbox.mails}) == 5
    assert await count_waiting() == 0


# Who is killed closes nothing.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_a_letter_whose_sender_was_killed_is_sent_by_the_next_one(
    mailbox: Mailbox, database: str
) -> None:
    with time_machine.travel(START) as traveller:
        await post(await sign_up("alice"))
        mailbox.may_answer.clear()
        killed = asyncio.create_task(mail.deliver_due())
        await asyncio.to_thread(mailbox.is_asked.wait)
        killed.cancel()
        await asyncio.wait([killed])
        mailbox.may_answer.set()
        assert await mail.deliver_due() == 0

        traveller.shift(mail.CLAIM)
        assert await mail.deliver_due() == 1

    # What it left open is not to be found in the middle of another test.
    del killed
    gc.collect()
    assert len({arrived["Message-ID"] for arrived in mailbox.mails}) == 1
    assert await count_waiting() == 0


async def test_a_server_that_is_away_is_tried_again_ever_more_rarely(
    mailbox: Mailbox, traveller: time_machine.Traveller, database: str
) -> None:
    await post(await sign_up("alice"))
    mailbox.answer = "451 Later"

    pauses = []
    for _ in range(3):
        assert await mail.deliver_due() == 0
        async with reading() as db:
            due_at = (await db.scalars(select(OutboxMessage.due_at))).one()
        pauses.append(int((due_at - mail.clock.now()).total_seconds()))
        traveller.move_to(due_at)
    mailbox.answer = "250 OK"

    assert pauses == [30, 60, 120]
    assert await mail.deliver_due() == 1


async def test_a_letter_nobody_took_in_its_lifetime_is_given_up(
    mailbox: Mailbox,
    traveller: time_machine.Traveller,
    database: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await post(await sign_up("alice"))

    traveller.shift(mail.NOTICE_LIFETIME)

    assert await mail.deliver_due() == 0
    assert await count_waiting() == 0
    assert mailbox.mails == []
    assert "was never sent" in caplog.text


async def test_a_letter_that_the_server_will_never_take_is_dropped_without_naming_anybody(
    mailbox: Mailbox, alice: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    # The server of the test writes its own lines, where another test lowered what is logged.
    caplog.set_level(logging.WARNING, "mail.log")
    mailbox.answer = f"554 No mailbox {email_of('alice')}"
    await post(alice)

    await mail.deliver_due()

    assert await count_waiting() == 0
    assert "was refused: SMTPDataError 554" in caplog.text
    assert email_of("alice") not in caplog.text


@pytest.mark.parametrize(
    ("address", "arrives_at"),
    [("bob@straße.example.org", "bob@xn--strae-oqa.example.org"), ("jörg@example.org", None)],
)
async def test_a_server_that_knows_ascii_alone_gets_what_can_be_said_in_it(
    database: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    address: str,
    arrives_at: str | None,
) -> None:
    with running_mailbox(takes_unicode=False) as plain:
        monkeypatch.setenv("SMTP_URL", plain.url)
        settings.get_settings.cache_clear()
        draft = AccountDraft(email=address, password=SecretStr(PASSWORD))
        await sign_ups.begin(draft, visit_by())

        await mail.deliver_due()

    assert await count_waiting() == 0
    assert [arrived["To"] for arrived in plain.mails] == ([arrives_at] if arrives_at else [])
    assert ("was refused: SMTPNotSupported" in caplog.text) is (arrives_at is None)


async def test_a_letter_that_cannot_be_made_does_not_hold_up_the_others(
    mailbox: Mailbox, alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await post(alice)
    await post(alice)
    write, answers = letters.write, iter([RuntimeError("broken"), None])

    async def write_or_fail(*args: object) -> Letter | None:
        if failure := next(answers):
            raise failure
        return await write(*args)

    monkeypatch.setattr(letters, "write", write_or_fail)

    assert await mail.deliver_due() == 1
    assert await count_waiting() == 1


async def test_without_a_server_development_prints_the_letter_to_the_log(
    alice: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await post(alice)

    await mail.deliver_due()

    assert f"mail to {email_of('alice')}: Your password was changed" in caplog.text
    assert await count_waiting() == 0


async def test_without_a_server_production_writes_no_letter(
    alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENVIRONMENT", "production")
    monkeypatch.setenv("JWT_SECRET", "kJ8s2-Qx_vB5nM7wE3rT9yU1iO4pA6dF0gH")
    settings.get_settings.cache_clear()

    await post(alice)

    assert await count_waiting() == 0


def test_every_kind_of_letter_has_its_writer() -> None:
    assert letters._WRITERS.keys() | letters._NOTICES.keys() == set(letters.KINDS)
    assert not letters._WRITERS.keys() & letters._NOTICES.keys()


def test_a_letter_escapes_what_it_shows() -> None:
    letter = Letter("a@b.org", "A & B", ("<b>bold</b>",), "/auth/link/x?a=1&b=2", "Go <on>")

    assert "<b>" not in letter.html
    assert "&lt;b&gt;bold" in letter.html
    assert "A &amp; B" in letter.html
    assert 'href="http://localhost:8000/auth/link/x?a=1&amp;b=2"' in letter.html


@pytest.mark.parametrize("header", ["Subject", "To"])
async def test_a_line_break_cannot_add_a_header(header: str) -> None:
    message = OutboxMessage(created_at=START)
    evil = "x@example.org\r\nBcc: everybody@example.org"
    to, subject = ("a@b.org", evil) if header == "Subject" else (evil, "Subject")
    letter = Letter(to, subject, ("Text",))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SMTP_URL", "smtp://127.0.0.1:9")
        settings.get_settings.cache_clear()

        with pytest.raises(ValueError, match=r"newline|linefeed"):
            await mail._send(message, letter)


async def test_an_address_in_any_script_gets_its_letter(mailbox: Mailbox) -> None:
    message = OutboxMessage(created_at=START)

    await mail._send(message, Letter("пример@bücher.example", "Grüße", ("Schön",)))

    [arrived] = mailbox.mails
    assert arrived["To"] == "пример@xn--bcher-kva.example"
    assert arrived["Subject"] == "Grüße"


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.org", ("mail.example.org", 587, None, None, "starttls")),
        ("smtp://u:p%40ss@h.example:25", ("h.example", 25, "u", "p@ss", "starttls")),
        ("smtps://a%40b.org:s@h.example", ("h.example", 465, "a@b.org", "s", "tls")),
        ("smtp://relay:1025?starttls=no", ("relay", 1025, None, None, "none")),
        ("smtp://localhost:1025", ("localhost", 1025, None, None, "none")),
        ("smtp://[::1]:25", ("::1", 25, None, None, "none")),
    ],
)
def test_the_url_says_where_and_how_safely(url: str, server: tuple[str, ...]) -> None:
    assert smtp_server(url) == SmtpServer(*server)


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.org",
        "http://mail.example.org",
        "smtp://",
        "smtp://:hunter2@",
        "smtp://u:hunter2@h:port",
        "smtp://u:hunter2@h/path",
        "smtp://u:hunter2@h?starttls=maybe",
        "smtp://[::1",
    ],
)
def test_a_url_that_names_no_mail_server_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(ValueError, match="must look like smtp://") as refusal:
        smtp_server(url)

    assert "hunter2" not in str(refusal.value)


def own_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths


def knows(username: str, password: str) -> Callable[..., AuthResult]:
    """The check of a server that has one user."""

    def check(
        server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: LoginPassword
    ) -> AuthResult:
        is_right = (given.login, given.password) == (username.encode(), password.encode())
        return AuthResult(success=is_right, handled=is_right)

    return check


@pytest.fixture
def strict_mailbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """A server that demands STARTTLS and a password, as most do."""
    certificate, key = own_certificate(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    options = {"tls_context": context, "require_starttls": True, "auth_required": True}
    with running_mailbox(authenticator=knows("ann", "p@ss"), **options) as started:
        yield started


async def hand_over(mailbox: Mailbox, password: str) -> None:
    message = mail.EmailMessage()
    message["From"], message["To"] = "a@example.org", "b@example.org"
    server = SmtpServer("localhost", mailbox.port, "ann", password, "starttls")
    await smtp.hand_over(message, server, "here")


async def test_the_way_to_the_server_is_encrypted_before_the_password_goes_it(
    strict_mailbox: Mailbox,
) -> None:
    await hand_over(strict_mailbox, "p@ss")

    assert len(strict_mailbox.mails) == 1


async def test_a_wrong_password_is_no_reason_to_drop_a_letter(strict_mailbox: Mailbox) -> None:
    with pytest.raises(NotSent) as failure:
        await hand_over(strict_mailbox, "wrong")

    assert not isinstance(failure.value, Refused)


async def test_a_certificate_that_nobody_vouches_for_is_not_believed(
    strict_mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")

    with pytest.raises(NotSent):
        await hand_over(strict_mailbox, "p@ss")


async def test_a_server_without_starttls_is_not_given_the_password(mailbox: Mailbox) -> None:
    with pytest.raises(NotSent):
        await hand_over(mailbox, "p@ss")

    assert not mailbox.is_asked.is_set()
