"""Timed work: rows whose time is over are deleted, mail is sent."""

from __future__ import annotations

import asyncio
import logging
from typing import NoReturn

from todo_app.core import (
    api_tokens,
    audit,
    closing,
    encryption,
    idempotency,
    links,
    mail,
    second_factor,
    sessions,
    sign_ups,
    trash,
)
from todo_app.core.database import transaction
from todo_app.core.errors import Unavailable

log = logging.getLogger(__name__)

INTERVAL_SECONDS = 3_600
MAIL_INTERVAL_SECONDS = 2
"""The outbox is looked at by the clock and never because something was just put into it: how long
an answer takes is not to tell whether a mail is on its way."""


async def run_forever() -> NoReturn:
    """Purge now and then every hour, and bring seeds under the newest key."""
    while True:
        try:
            if encryption.is_possible():
                async with transaction() as db:
                    await second_factor.encrypt_seeds_anew(db)
            await purge()
        except Unavailable:
            log.warning("purge put off: the database does not answer")
        await asyncio.sleep(INTERVAL_SECONDS)


async def purge() -> None:
    """Delete the rows whose time is over."""
    for function in (
        closing.purge,
        sessions.purge_expired,
        api_tokens.purge,
        idempotency.purge,
        links.purge,
        sign_ups.purge,
        trash.purge,
        audit.purge,
        second_factor.purge,
    ):
        count = 1
        while count:
            async with transaction() as db:
                count = await function(db)
            if count:
                log.info("purged %d rows by %s", count, function.__qualname__)


async def send_mail_forever() -> NoReturn:
    """Send what is in the outbox, every few seconds."""
    while True:
        try:
            await mail.deliver_due()
        except Unavailable:
            log.warning("mail put off: the database does not answer")
        await asyncio.sleep(MAIL_INTERVAL_SECONDS)
