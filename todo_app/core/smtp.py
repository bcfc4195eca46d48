"""The mail server: how `SMTP_URL` names it, and one message handed over to it."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Literal
from urllib.parse import unquote, urlsplit

import aiosmtplib

SEND_SECONDS = 60
"""How long handing over one message may take, from the connection to the last answer."""
_FAREWELL_SECONDS = 5
_DEFAULT_PORTS = {"smtp": 587, "smtps": 465}
_IN_THE_CLEAR = "starttls=no"
_FIRST_PERMANENT_CODE = 500
_ADVICE = "must look like smtp://user:password@host:587 or smtps://user:password@host:465"


class NotSent(Exception):  # noqa: N818 - named by outcome
    """The server did not take a message now; a later try can succeed."""


class Refused(NotSent):
    """The server will never take this message."""


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail is handed over, and how the way there is kept secret."""

    host: str
    port: int
    username: str | None
    password: str | None
    encryption: Literal["tls", "starttls", "none"]


def smtp_server(url: str) -> SmtpServer:
    """What a URL says: `smtps://` is TLS from the start, `smtp://` demands STARTTLS.

    A server on this machine, or one with `?starttls=no`, is spoken to in the clear.
    Raises ValueError, whose message repeats nothing of the URL: it holds a password.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError(_ADVICE) from None
    has_more = parts.path.strip("/") or parts.fragment or parts.query not in {"", _IN_THE_CLEAR}
    if parts.scheme not in _DEFAULT_PORTS or not host or has_more:
        raise ValueError(_ADVICE)
    is_clear = parts.query == _IN_THE_CLEAR or _is_here(host)
    return SmtpServer(
        host=host,
        port=port or _DEFAULT_PORTS[parts.scheme],
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        encryption="tls" if parts.scheme == "smtps" else "none" if is_clear else "starttls",
    )


async def hand_over(message: EmailMessage, server: SmtpServer, own_host: str) -> None:
    """Give a message to the server. Raises NotSent, and Refused where trying again is no use."""
    client = _client(server, own_host)
    try:
        async with asyncio.timeout(SEND_SECONDS):
            await client.connect()
            await client.send_message(message)
        # It is taken: whatever goes wrong with the farewell, it must not be sent again.
        with contextlib.suppress(aiosmtplib.SMTPException, OSError):
            await client.quit(timeout=_FAREWELL_SECONDS)
    except aiosmtplib.SMTPRecipientsRefused as error:
        raise _failure(error.recipients[0]) from error
    except aiosmtplib.SMTPDataError as error:
        raise _failure(error) from error
    except aiosmtplib.SMTPNotSupported as error:
        # This server will never take an address that has more than ASCII in it. Were it our own, it
        # is for the operator to mend, and no letter is to be lost by it.
        kind = NotSent if str(message["To"]).isascii() else Refused
        raise kind(type(error).__name__) from error
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
        # What a server says may repeat the address: the kind of failure has to do.
        raise NotSent(type(error).__name__) from error
    finally:
        client.close()


async def greet(server: SmtpServer, own_host: str) -> None:
    """Connect, sign in and take leave, without a message. Raises NotSent."""
    client = _client(server, own_host)
    try:
        await client.connect()
        await client.quit(timeout=_FAREWELL_SECONDS)
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
        raise NotSent(type(error).__name__) from error
    finally:
        client.close()


def _client(server: SmtpServer, own_host: str) -> aiosmtplib.SMTP:
    return aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        username=server.username,
        password=server.password,
        use_tls=server.encryption == "tls",
        start_tls=server.encryption == "starttls",
        local_hostname=own_host,
        timeout=SEND_SECONDS,
    )


def _failure(error: aiosmtplib.SMTPResponseException) -> NotSent:
    kind = Refused if error.code >= _FIRST_PERMANENT_CODE else NotSent
    return kind(f"{type(error).__name__} {error.code}")


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
