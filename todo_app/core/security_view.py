"""What Settings > Security shows, in one query: sessions, ways to sign in, and what happened."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import CompoundSelect, Integer, String, Uuid, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import TypeEngine
from sqlmodel import col

from todo_app.core import access, audit, second_factor, sessions
from todo_app.core.access import Actor
from todo_app.core.audit import EventView
from todo_app.core.models import Passkey, UtcDateTime
from todo_app.core.second_factor import SecondFactorView
from todo_app.core.sessions import SessionView
from todo_app.core.unions import part_of

_TYPES: dict[str, TypeEngine[Any]] = {
    "id": Uuid(),
    "kind": String(),
    "device": String(),
    "address": String(),
    "created_at": UtcDateTime(),
    "last_used_at": UtcDateTime(),
    "expires_at": UtcDateTime(),
    "details": String(),
    "name": String(),
    "number": Integer(),
}


class WaysIn(BaseModel):
    """The names of the passkeys, oldest first, and the second factor."""

    model_config = ConfigDict(frozen=True)

    passkeys: list[str]
    codes: SecondFactorView


class SecurityView(BaseModel):
    """Living sessions and the last events, as they are listed apart, and the ways to sign in."""

    model_config = ConfigDict(frozen=True)

    sessions: list[SessionView]
    ways: WaysIn
    events: list[EventView]


async def get_security(db: AsyncSession, actor: Actor) -> SecurityView:
    """What keeps the actor's account safe, and what happened to that."""
    parts: dict[str, list[Any]] = {"session": [], "passkey": [], "factor": [], "event": []}
    for row in await db.execute(_query(actor)):
        parts[row.part].append(row)
    here = sorted(parts["session"], key=lambda row: (row.last_used_at, row.id), reverse=True)
    here.sort(key=lambda row: row.id != actor.session_id)
    passkeys = sorted(parts["passkey"], key=lambda row: (row.created_at, row.id))
    latest = sorted(parts["event"], key=lambda row: (row.created_at, row.id), reverse=True)
    created_at, confirmed_at, codes_left = next(
        ((row.created_at, row.last_used_at, row.number) for row in parts["factor"]),
        (None, None, None),
    )
    return SecurityView(
        sessions=[SessionView.of(row, actor) for row in here],
        ways=WaysIn(
            passkeys=[row.name for row in passkeys],
            codes=second_factor.view_of(created_at, confirmed_at, codes_left),
        ),
        events=[EventView.of(row) for row in latest],
    )


def _query(actor: Actor) -> CompoundSelect[Any]:
    """Rows of each part; `last_used_at` of the factor is when it was confirmed."""
    listed = sessions.listed(actor).subquery().c
    events = audit.latest(actor, audit.LIST_MAX).subquery().c
    shared = ("id", "kind", "device", "address", "created_at")
    times = ("last_used_at", "expires_at")
    kept = second_factor.kept(actor).subquery().c
    factor = {
        "created_at": kept.created_at,
        "last_used_at": kept.confirmed_at,
        "number": kept.codes_left,
    }
    passkey = {
        "id": col(Passkey.id),
        "created_at": col(Passkey.created_at),
        "name": col(Passkey.name),
    }
    return union_all(
        part_of(_TYPES, "session", {name: listed[name] for name in (*shared, *times)}),
        part_of(_TYPES, "event", {name: events[name] for name in (*shared, "details")}),
        part_of(_TYPES, "passkey", passkey).where(access.own_passkeys(actor)),
        part_of(_TYPES, "factor", factor),
    )
