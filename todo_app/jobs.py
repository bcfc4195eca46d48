"""Timed work: rows whose time is over are deleted, people are reminded, mail is sent.

Of all processes one does it: the one that holds the lock. When it dies, in the middle too, another
takes over within seconds and does it from the start; what was done already is not there any more.
Mail needs no lock, because each letter is claimed by one process; nor do reminders, which are told
by the one that holds the account.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import NoReturn
from uuid import UUID

from todo_app.core import (
    accounts,
    api_tokens,
    audit,
    clock,
    closing,
    database,
    due_reminders,
    encryption,
    idempotency,
    links,
    mail,
    metrics,
    second_factor,
    sessions,
    sign_ups,
    trash,
)
from todo_app.core.database import reading, transaction
from todo_app.core.errors import Unavailable

log = logging.getLogger(__name__)

INTERVAL_SECONDS = 3_600
LOOK_SECONDS = 5
"""How often a process looks whether the one that does the work is gone."""
MAIL_INTERVAL_SECONDS = 1
"""The outbox is looked at by the clock and never because something was just put into it: how long
an answer takes is not to tell whether a mail is on its way."""

REMINDERS_INTERVAL_SECONDS = 2
"""One look at an index, wherever nobody is to be reminded."""


async def run_forever() -> NoReturn:
    """Do the work of every hour, now and then every hour, unless another process does."""
    due_at = time.monotonic()
    while True:
        try:
            async with database.candidacy("jobs") as is_chosen:
                while True:
                    if await is_chosen() and time.monotonic() >= due_at:
                        await do_hourly_work()
                        due_at = time.monotonic() + INTERVAL_SECONDS
                    await asyncio.sleep(LOOK_SECONDS)
        except Unavailable:
            log.warning("jobs put off: the database does not answer")
        except Exception:
            log.exception("jobs failed, and are tried again")
        await asyncio.sleep(LOOK_SECONDS)


async def do_hourly_work() -> None:
    """Purge, and bring seeds under the newest key. Raises Unavailable."""
    if encryption.is_possible():
        async with transaction() as db:
            await second_factor.encrypt_seeds_anew(db)
    await purge()
    metrics.JOB_SUCCESS.labels("hourly").set(clock.now().timestamp())


async def purge() -> None:
    """Delete the rows whose time is over."""
    for function in (
        closing.purge,
        sessions.purge_expired,
        api_tokens.purge,
        links.purge,
        sign_ups.purge,
        audit.purge,
        second_factor.purge,
    ):
        await _purge_all(function)
    async with reading() as db:
        user_ids = await accounts.every_account(db)
    for user_id in user_ids:
        await _purge_all(idempotency.purge, user_id)
        await _purge_all(trash.purge, user_id)


async def _purge_all(purge: Callable[..., Awaitable[int]], *user_id: UUID) -> None:
    """Call a function, for an account if it is one for each, until it finds nothing more."""
    count = 1
    while count:
        async with transaction(*user_id) as db:
            count = await purge(db, *user_id)
        if count:
            log.info("purged %d rows by %s.%s", count, purge.__module__, purge.__name__)


async def send_mail_forever() -> NoReturn:
    """Send what is in the outbox, every few seconds."""
    await _do_every(MAIL_INTERVAL_SECONDS, mail.deliver_due, "mail")


async def remind_forever() -> NoReturn:
    """Tell people what it is time for, every few seconds."""
    await _do_every(REMINDERS_INTERVAL_SECONDS, due_reminders.tell_due, "reminders")


async def _do_every(seconds: int, work: Callable[[], Awaitable[int]], name: str) -> NoReturn:
    while True:
        try:
            await work()
        except Unavailable:
            log.warning("%s put off: the database does not answer", name)
        await asyncio.sleep(seconds)
