"""Everything that an account holds, as its owner may take it along: one JSON document.

What belongs to an account is found by the foreign keys of the tables, so that a new table is in the
export or is named here with a reason; a test holds that. No secret leaves, and no hash of one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import access, audit, clock
from todo_app.core.access import Actor
from todo_app.core.errors import Unauthenticated
from todo_app.core.models import SQLModel
from todo_app.core.visits import Visit

FORMAT = "todo-app-account"
VERSION = 1

EXPORTED: Mapping[str, frozenset[str]] = {
    "users": frozenset(
        {"password_hash", "email_canonical", "disabled_at", "closed_at", "remind_at"}
    ),
    "sessions": frozenset(),
    "api_tokens": frozenset({"token_hash"}),
    "passkeys": frozenset({"credential_id", "public_key", "sign_count"}),
    "security_events": frozenset({"network"}),
    "projects": frozenset(),
    "sections": frozenset(),
    "tasks": frozenset(),
    "occurrences": frozenset(),
    "labels": frozenset(),
    "task_labels": frozenset(),
    "saved_filters": frozenset(),
    "changes": frozenset(),
}
"""What is in the export, table by table, and the columns that are not."""

ABOUT_IDENTITY = frozenset({"sessions", "api_tokens", "passkeys", "security_events"})
"""What an API token, which reaches nothing about proving who its owner is, does not get."""

WITHHELD: Mapping[str, str] = {
    "totp_factors": "the secret that codes are made of",
    "recovery_codes": "hashes of credentials, worth nothing to anybody",
    "mailed_links": "hashes of credentials, worth nothing to anybody",
    "refresh_tokens": "hashes of credentials, worth nothing to anybody",
    "idempotency_keys": "copies of answers about rows that are exported themselves",
    "outbox": "mail on its way, about events that are exported themselves",
    "search_texts": "what is exported itself, folded for the search",
    "change_heads": "the end of the chain whose links are exported themselves",
}
"""What belongs to an account and is not in its export, and why."""


async def export_account(db: AsyncSession, actor: Actor, visit: Visit) -> str:
    """The JSON of everything, the trash included, each table in the order of its keys.

    For who came in with an API token, of everything but what is `ABOUT_IDENTITY`.
    Raises Unauthenticated if the account was deleted meanwhile.
    """
    rows: dict[str, list[dict[str, Any]]] = {}
    reached = EXPORTED.keys() - (frozenset() if access.reaches_identity(actor) else ABOUT_IDENTITY)
    for table in owned_tables():
        if table.name in reached:
            columns = [one for one in table.columns if one.name not in EXPORTED[table.name]]
            found = await db.execute(
                select(*columns).where(is_owned(table, actor)).order_by(*table.primary_key)
            )
            rows[table.name] = [dict(row) for row in found.mappings()]
    accounts = rows.pop("users")
    if not accounts:
        raise Unauthenticated
    audit.record(db, "account_exported", actor.user_id, visit)
    head = {"format": FORMAT, "version": VERSION, "exported_at": clock.now()}
    return json.dumps({**head, "account": accounts[0], **rows}, default=_plain, ensure_ascii=False)


def content_disposition() -> str:
    """The header that makes an export a file of today."""
    return f'attachment; filename="todo-app-{clock.now():%Y-%m-%d}.json"'


def owned_tables() -> list[Table]:
    """The table of accounts, and every table with rows that go when an account goes."""
    owned: list[Table] = []
    for table in SQLModel.metadata.sorted_tables:
        if table.name == "users" or any(
            key.column.table in owned and key.ondelete == "CASCADE" for key in table.foreign_keys
        ):
            owned.append(table)
    return owned


def is_owned(table: Table, actor: Actor) -> ColumnElement[bool]:
    """The condition that a row of a table belongs to the actor's account."""
    if table.name == "users":
        return access.own_account(actor)
    if "user_id" in table.columns:
        return table.columns["user_id"] == actor.user_id
    key = next(key for key in table.foreign_keys if key.ondelete == "CASCADE")
    parent = key.column.table
    return key.parent.in_(select(key.column).where(is_owned(parent, actor)))


def _plain(value: object) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(type(value).__name__)
