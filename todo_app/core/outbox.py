"""Rows of the outbox: what is to be sent, to whom, and until when. Sending lives in `mail`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import clock
from todo_app.core.models import OutboxMessage, SignUp

SIGN_UP_LIFETIME = timedelta(hours=1)


def put(
    db: AsyncSession,
    kind: str,
    recipient: str,
    details: Mapping[str, Any],
    *,
    lifetime: timedelta,
    user_id: UUID | None = None,
) -> None:
    """Put a letter into the outbox, in the transaction of what it is about."""
    now = clock.now()
    db.add(
        OutboxMessage(
            user_id=user_id,
            kind=kind,
            recipient=recipient,
            details=json.dumps(details),
            created_at=now,
            due_at=now,
            expires_at=now + lifetime,
        )
    )


def put_sign_up(db: AsyncSession, sign_up: SignUp) -> None:
    """Put the letter of one sign-up into the outbox.

    It names its sign-up: several may wait for one address, and addresses that count as the same
    may be mailboxes of different people.
    """
    details = {"sign_up_id": str(sign_up.id)}
    put(db, "sign_up", sign_up.email, details, lifetime=SIGN_UP_LIFETIME)
