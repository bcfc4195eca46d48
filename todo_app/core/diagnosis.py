"""What a doctor asks of an installation: each thing it stands on, with a plain verdict.

It looks and changes nothing: no folder, no database and no key is made by it.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import stat
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple, cast
from urllib.parse import urlsplit

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import func, inspect, make_url, select
from sqlalchemy.orm import Session
from sqlmodel import col

from todo_app.core import (
    clock,
    database,
    encryption,
    migrations,
    readiness,
    row_security,
    second_factor,
    smtp,
)
from todo_app.core.database import reading
from todo_app.core.errors import Unavailable
from todo_app.core.models import SecurityEvent
from todo_app.core.settings import SettingsError, get_settings, prepare_data_dir

ANSWER_SECONDS = 5
LEAST_FREE_BYTES = 200 * 1024 * 1024
CLOCK_TOLERANCE = timedelta(seconds=5)
_FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class Finding(NamedTuple):
    """What was found out about one thing. Nothing in it is a secret."""

    about: str
    is_well: bool | None
    """None where it cannot be told, for something else is not well."""
    verdict: str


class _Ill(Exception):  # noqa: N818 - named by outcome
    """Something is not as it has to be; the message says what to do."""


async def examine() -> list[Finding]:
    """Look at everything. Raises SettingsError."""
    findings: dict[str, Finding] = {}
    for about, look, needed in (
        ("settings", _settings, None),
        ("data folder", _data_folder, None),
        ("disk", _disk, None),
        ("database", _database, None),
        ("migrations", _migrations, "database"),
        ("row security", _row_security, "migrations"),
        ("keys", _keys, "migrations"),
        ("Redis", _redis, None),
        ("mail", _mail, None),
        ("clock", _clock, "migrations"),
    ):
        if needed is None or findings[needed].is_well:
            findings[about] = await _finding(about, look)
        else:
            findings[about] = Finding(about, is_well=None, verdict=f"cannot be told: see {needed}")
    return list(findings.values())


async def _finding(about: str, look: Callable[[], Awaitable[str]]) -> Finding:
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return Finding(about, is_well=True, verdict=await look())
    except (_Ill, SettingsError) as finding:
        return Finding(about, is_well=False, verdict=str(finding))
    except TimeoutError:
        return Finding(about, is_well=False, verdict=f"no answer within {ANSWER_SECONDS} seconds")
    except Unavailable:
        return Finding(about, is_well=False, verdict="the database does not answer")


async def _settings() -> str:
    settings = get_settings()
    if settings.environment == "production" and not settings.is_https:
        raise _Ill(f"people come by {settings.origin}, unencrypted: set PUBLIC_URL to https://…")
    return f"{settings.environment}, for people at {settings.origin}"


async def _data_folder() -> str:
    folder = get_settings().data_dir
    if not folder.exists():
        raise _Ill(f"{folder.resolve()} is not there yet: python -m todo_app migrate")
    prepare_data_dir(folder)
    open_files = [
        path.name
        for path in sorted(folder.iterdir())
        if path.name.startswith(("jwt_secret", "encryption_key"))
        and path.is_file()
        and path.stat().st_mode & _FOR_OTHERS
    ]
    if open_files:
        raise _Ill(f"others can read {', '.join(open_files)} in {folder}: chmod 600")
    return f"{folder.resolve()} can be written"


async def _disk() -> str:
    folder = get_settings().data_dir.resolve()
    there = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(there).free
    text = f"{free // 1024**2:,} MiB free for {folder}"
    if free < LEAST_FREE_BYTES:
        raise _Ill(f"{text}: make room, or nothing can be saved soon")
    return text


async def _database() -> str:
    url = make_url(get_settings().sqlalchemy_url)
    dialect = url.get_backend_name()
    # SQLite would make the file by looking into it.
    if dialect == "sqlite" and not _exists(url.database or ""):
        raise _Ill(f"{url.database} is not there yet: python -m todo_app migrate")
    if not await database.is_ready():
        raise _Ill(f"{dialect} does not answer: check DATABASE_URL, and that it runs")
    return f"{dialect} answers"


def _exists(path: str) -> bool:
    return Path(path).exists()


async def _migrations() -> str:
    known = migrations.known_revisions()
    async with reading() as db:
        if not await db.run_sync(_has_revision):
            raise _Ill("the database has no tables yet: python -m todo_app migrate")
    found = await readiness.database_revision()
    if found is not None and found not in known:
        raise _Ill(migrations.too_new(f"it is at {found}"))
    if found != known[0]:
        raise _Ill(
            f"the database is at {found}, the program at {known[0]}: python -m todo_app migrate"
        )
    return f"the database is at {found}, as the program is"


def _has_revision(db: Session) -> bool:
    return inspect(db.connection()).has_table("alembic_version")


async def _keys() -> str:
    settings = get_settings()
    if settings.jwt_secret.get_secret_value() or settings.kept_signing_keys.exists():
        # Read, because a kept file may be damaged; where there is none, reading would make one.
        _ = settings.signing_keys
    is_set = bool(settings.encryption_key.get_secret_value())
    is_kept = settings.environment == "development" and settings.kept_encryption_keys.exists()
    async with reading() as db:
        seeds = await second_factor.stored_seeds(db)
    if not (is_set or is_kept):
        if seeds:
            raise _Ill(f"ENCRYPTION_KEY is missing: {len(seeds)} second factors cannot be checked")
        return "no ENCRYPTION_KEY yet, so no codes as a second factor"
    lost = len(seeds) - sum(map(encryption.is_readable, seeds))
    if lost:
        raise _Ill(
            f"ENCRYPTION_KEY lacks the key of {lost} of {len(seeds)} second factors: put it behind "
            "the others"
        )
    return f"every second factor can be read ({len(seeds)})"


async def _row_security() -> str:
    if database.get_engine().dialect.name == "sqlite":
        return "SQLite has none: access is checked by the program alone"
    async with reading() as db:
        lock = await (await db.connection()).run_sync(row_security.lock)
    if not lock.holds:
        raise _Ill(f"it does not hold the role of DATABASE_URL: {row_security.ADVICE}")
    if lock.is_owner:
        return f"holds the program, which could lift it: {row_security.ADVICE}"
    return "holds the program, whose role owns nothing"


async def _redis() -> str:
    url = get_settings().redis_url.get_secret_value()
    if not url:
        return "not set up, and not needed for one process"
    client = Redis.from_url(url, socket_timeout=ANSWER_SECONDS)
    try:
        await cast("Awaitable[bool]", client.ping())
    except (RedisError, OSError) as error:
        raise _Ill(f"no answer ({type(error).__name__}): check REDIS_URL") from error
    finally:
        await client.aclose()
    return "answers"


async def _mail() -> str:
    url = get_settings().smtp_url.get_secret_value()
    if not url:
        return "not set up: nobody gets mail"
    try:
        await smtp.greet(smtp.smtp_server(url), urlsplit(get_settings().origin).hostname or "")
    except smtp.NotSent as error:
        raise _Ill(f"the server lets nobody in ({error}): check SMTP_URL") from error
    return "the server lets us in"


async def _clock() -> str:
    now = clock.now()
    async with reading() as db:
        latest = await db.scalar(select(func.max(col(SecurityEvent.created_at))))
        theirs = await db.scalar(select(func.now()))
    if isinstance(theirs, datetime):
        theirs = theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC)
        if abs(theirs - now) > CLOCK_TOLERANCE:
            raise _Ill(f"{now:%H:%M:%S} here, {theirs:%H:%M:%S} at the database: set both clocks")
    if latest is not None and latest - now > CLOCK_TOLERANCE:
        raise _Ill(f"{now:%Y-%m-%d %H:%M}, but something happened at {latest:%Y-%m-%d %H:%M} (UTC)")
    return f"{now:%Y-%m-%d %H:%M} UTC, zone of this machine {os.environ.get('TZ') or 'as set up'}"
