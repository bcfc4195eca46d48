"""What every change of how an account is opened has in common, the password itself aside."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import audit, credentials, mail, sessions
from todo_app.core.access import Actor
from todo_app.core.database import transaction
from todo_app.core.errors import InvalidInput, WrongCredentials
from todo_app.core.visits import Visit

Kind = Literal[
    "second_factor_on",
    "second_factor_off",
    "recovery_codes_renewed",
    "passkey_added",
    "passkey_removed",
]


@asynccontextmanager
async def changing(
    actor: Actor, current_password: SecretStr, visit: Visit, kind: Kind
) -> AsyncIterator[AsyncSession]:
    """The transaction of such a change, for whoever knows the password.

    Nobody signs in while it lasts. It is written down and told by mail, and all other sessions end
    with it. The password is checked before, because hashing may not happen inside.
    Raises InvalidInput for the password, TooManyAttempts, Unauthenticated if the account was closed
    meanwhile, Unavailable.
    """
    proof = await credentials.prove_current(actor, current_password, visit)
    async with transaction() as db:
        try:
            await credentials.check_still_stands(db, proof, for_change=True)
        except WrongCredentials:
            raise InvalidInput("current_password", "wrong") from None
        yield db
        audit.record(db, kind, actor.user_id, visit)
        await mail.tell_owner(db, kind, actor.user_id, visit)
        await sessions.end_other_sessions(db, actor)
