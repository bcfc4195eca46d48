"""A mail server in this process: what it takes is a mail that arrived."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.servers import free_port

ARRIVAL_SECONDS = 20
_LINK = re.compile(r"https?://\S+/auth/link/\S+")


@dataclass(eq=False)
class Mailbox:
    """Everything that arrived, whoever it was for, and how the server answers."""

    port: int
    mails: list[EmailMessage] = field(default_factory=list)
    answer: str = "250 OK"
    is_asked: threading.Event = field(default_factory=threading.Event)
    may_answer: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """The `SMTP_URL` of this server."""
        return f"smtp://127.0.0.1:{self.port}"

    def mails_to(self, address: str) -> list[EmailMessage]:
        """What arrived for an address."""
        return [mail for mail in self.mails if mail["X-RcptTo"] == address]

    def forget(self, address: str) -> None:
        """Throw away what arrived for an address."""
        self.mails = [mail for mail in self.mails if mail["X-RcptTo"] != address]

    def wait_for(self, address: str, count: int = 1) -> EmailMessage:
        """The last of as many mails for an address, once all have arrived."""
        deadline = time.monotonic() + ARRIVAL_SECONDS
        while len(found := self.mails_to(address)) < count:
            assert time.monotonic() < deadline, f"{len(found)} of {count} mails to {address}"
            time.sleep(0.05)
        return found[-1]

    async def handle_DATA(  # noqa: N802 - the name is the server's
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Take a mail, or say what was set."""
        self.is_asked.set()
        await asyncio.to_thread(self.may_answer.wait)
        if self.answer.startswith("2"):
            content = envelope.original_content or b""
            mail = message_from_bytes(content, policy=policy.default)
            mail["X-RcptTo"] = ",".join(envelope.rcpt_tos)
            self.mails.append(mail)
        return self.answer


class Server(Controller):  # type: ignore[misc] - the library has no types
    """A server that leaves no connection behind."""

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - the library's own
        super().__init__(*arguments, **options)
        self.sessions: list[SMTP] = []

    def factory(self) -> SMTP:
        """What speaks with one client."""
        self.sessions.append(super().factory())  # type: ignore[no-untyped-call]
        return self.sessions[-1]

    async def hang_up(self) -> None:
        """Close what clients left open."""
        for session in self.sessions:
            if session.transport is not None:
                session.transport.close()
        await asyncio.sleep(0)


@contextmanager
def running_mailbox(
    *,
    takes_unicode: bool = True,
    **options: Any,  # noqa: ANN401 - the server's own
) -> Iterator[Mailbox]:
    """A mail server that takes everything until it is told otherwise."""
    mailbox = Mailbox(free_port())
    mailbox.may_answer.set()
    server = Server(
        mailbox,
        hostname="127.0.0.1",
        port=mailbox.port,
        enable_SMTPUTF8=takes_unicode,
        **options,
    )
    server.start()
    try:
        yield mailbox
    finally:
        mailbox.may_answer.set()
        asyncio.run_coroutine_threadsafe(server.hang_up(), server.loop).result(ARRIVAL_SECONDS)
        server.stop()


def text_of(mail: EmailMessage) -> str:
    """The plain body."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def html_of(mail: EmailMessage) -> str:
    """The HTML body."""
    body = mail.get_body(("html",))
    assert body is not None
    return str(body.get_content())


def link_in(mail: EmailMessage) -> str:
    """The one link that does something."""
    [link] = set(_LINK.findall(text_of(mail)))
    return str(link)
