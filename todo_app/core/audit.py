"""The audit log: what happened to the safety of an account, for its owner and for operators.

A row for each event, and once it is committed a line of JSON in the log `todo_app.audit`. Neither
ever holds a password, a token, or what somebody typed as an email: that may be a password too.
"""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal, cast, get_args
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Select,
    Uuid,
    delete,
    literal,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from todo_app.core import access, bus, clock
from todo_app.core.access import Actor
from todo_app.core.bus import AccountChanged
from todo_app.core.commits import after_commit
from todo_app.core.database import reading
from todo_app.core.devices import device_name
from todo_app.core.errors import InvalidCursor
from todo_app.core.models import SecurityEvent, Session, User, UtcDateTime
from todo_app.core.visits import UNKNOWN_ADDRESS, Visit, network

log = logging.getLogger("todo_app.audit")

LIST_MAX = 50
PAGE_MAX = 200
CURSOR_MAX_CHARACTERS = 200
KEPT_DAYS = 180

Kind = Literal[
    "signed_up",
    "signed_in",
    "sign_in_failed",
    "signed_out",
    "session_ended",
    "password_changed",
    "password_change_failed",
    "refresh_token_reused",
    "api_token_made",
    "api_token_revoked",
    "spent_token_used",
    "permission_denied",
    "second_factor_on",
    "second_factor_off",
    "second_factor_failed",
    "recovery_codes_renewed",
    "recovery_code_used",
    "password_reset_asked",
    "password_reset",
    "account_exported",
    "account_closed",
    "account_reopened",
    "account_disabled",
    "account_enabled",
    "email_change_asked",
    "email_changed",
    "email_change_dropped",
    "passkey_added",
    "passkey_removed",
    "passkey_failed",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
_PROOFS_OF_A_PLACE: tuple[Kind, ...] = ("signed_in", "password_reset")


class EventView(BaseModel):
    """A security event as the owner of the account sees it. `created_at` is UTC."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    kind: Kind
    created_at: datetime
    address: str
    device: str
    """In words."""
    details: dict[str, str]

    @classmethod
    def of(cls, row: SecurityEvent) -> EventView:
        """The view of a row."""
        return cls(
            id=row.id,
            kind=cast("Kind", row.kind),
            created_at=row.created_at,
            address=row.address,
            device=device_name(row.device),
            details=json.loads(row.details),
        )


class EventPage(BaseModel):
    """A part of the list of events. `next_cursor` is null where the list ends."""

    model_config = ConfigDict(frozen=True)

    items: list[EventView]
    next_cursor: str | None


def record(
    db: AsyncSession,
    kind: Kind,
    user_id: UUID | None,
    visit: Visit | None,
    **details: str,
) -> None:
    """Write down an event in the transaction it is part of; nobody's account is None."""
    address = visit.address if visit else UNKNOWN_ADDRESS
    _add(db, kind, user_id, address, visit.device if visit else "", details)


async def record_in_session(db: AsyncSession, kind: Kind, session_id: UUID, **details: str) -> None:
    """Write down an event of a session, at the address and with the device it began with."""
    session = await db.get(Session, session_id)
    if session is not None:
        _add(db, kind, session.user_id, session.address, session.device, details)


async def page_events(
    db: AsyncSession, actor: Actor, *, limit: int, cursor: str | None = None
) -> EventPage:
    """A part of the events of the actor's account, the latest first. Raises InvalidCursor."""
    place = tuple_(col(SecurityEvent.created_at), col(SecurityEvent.id))
    query = latest(actor, limit + 1)
    if cursor is not None:
        query = query.where(place < tuple_(*_place_of(cursor)))
    found = await db.scalars(query)
    items = [EventView.of(row) for row in found]
    last = items[limit - 1] if len(items) > limit else None
    return EventPage(items=items[:limit], next_cursor=last and _cursor_at(last))


def latest(actor: Actor, limit: int) -> Select[SecurityEvent]:
    """The query of so many of the last events of the actor's account."""
    return (
        select(SecurityEvent)
        .where(access.own_events(actor))
        .order_by(col(SecurityEvent.created_at).desc(), col(SecurityEvent.id).desc())
        .limit(limit)
    )


def _cursor_at(event_view: EventView) -> str:
    place = f"{event_view.created_at.isoformat()} {event_view.id}"
    return base64.urlsafe_b64encode(place.encode()).decode()


def _place_of(cursor: str) -> tuple[ColumnElement[datetime], ColumnElement[UUID]]:
    try:
        moment, _, event_id = base64.urlsafe_b64decode(cursor).decode().partition(" ")
        at = datetime.fromisoformat(moment)
        if at.tzinfo is None:
            raise InvalidCursor
        return (
            literal(at, UtcDateTime()),
            literal(UUID(event_id), Uuid()),
        )
    except (ValueError, UnicodeError, OverflowError):
        raise InvalidCursor from None


async def is_known_place(account: str, visit: Visit) -> bool:
    """Whether somebody signed in to this canonical address from this network before.

    To set its password anew by a mailed link is as good. One entry of an index tells each: who asks
    has shown no password yet, and would learn from the time of anything longer which accounts there
    are.
    """
    here = network(visit.address)
    user_id = select(col(User.id)).where(col(User.email_canonical) == account).scalar_subquery()
    # The first from here on in order, not one that is equal: PostgreSQL looks for one of many that
    # are equal by reading the table, as it expects to come upon one soon.
    nearest = [
        select(col(SecurityEvent.network))
        .where(
            col(SecurityEvent.user_id) == user_id,
            col(SecurityEvent.kind) == kind,
            col(SecurityEvent.network) >= here,
        )
        .order_by(col(SecurityEvent.network))
        .limit(1)
        .scalar_subquery()
        for kind in _PROOFS_OF_A_PLACE
    ]
    async with reading() as db:
        return here in (await db.execute(select(*nearest))).one()


async def purge(db: AsyncSession) -> int:
    """Delete the events older than `KEPT_DAYS` and return how many."""
    oldest = clock.now() - timedelta(days=KEPT_DAYS)
    gone = await db.execute(delete(SecurityEvent).where(col(SecurityEvent.created_at) < oldest))
    return cast("CursorResult[Any]", gone).rowcount


def _add(
    db: AsyncSession,
    kind: Kind,
    user_id: UUID | None,
    address: str,
    device: str,
    details: Mapping[str, str],
) -> None:
    now = clock.now()
    db.add(
        SecurityEvent(
            user_id=user_id,
            kind=kind,
            created_at=now,
            address=address,
            network=network(address),
            device=device,
            details=json.dumps(details),
        )
    )
    if user_id is not None:
        bus.publish_after_commit(db, AccountChanged(user_id))
    # JSON in ASCII: no line break and no control character of a sender's reaches the log.
    fields = {
        "event": kind,
        "at": now.isoformat(),
        "user_id": str(user_id) if user_id else None,
        "address": address,
        "device": device,
        **details,
    }
    line = json.dumps(fields)

    def tell(_session: object) -> None:
        log.info("%s", line, extra={"fields": fields})

    after_commit(db.sync_session, tell)
