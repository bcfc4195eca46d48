"""What signs somebody in besides the password, at a glance and in one query."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from todo_app.core import access, recovery_codes, second_factor
from todo_app.core.access import Actor
from todo_app.core.models import Passkey, TotpFactor, User
from todo_app.core.second_factor import SecondFactorView


class WaysIn(BaseModel):
    """The names of the passkeys, oldest first, and the second factor."""

    model_config = ConfigDict(frozen=True)

    passkeys: list[str]
    codes: SecondFactorView


async def get_ways_in(db: AsyncSession, actor: Actor) -> WaysIn:
    """What the actor has switched on."""
    found = await db.execute(
        select(TotpFactor, col(Passkey.name), recovery_codes.left(actor))
        .select_from(User)
        .outerjoin(TotpFactor, col(TotpFactor.user_id) == col(User.id))
        .outerjoin(Passkey, col(Passkey.user_id) == col(User.id))
        .where(access.own_account(actor))
        .order_by(col(Passkey.created_at), col(Passkey.id))
    )
    rows = found.all()
    factor, _, codes_left = rows[0] if rows else (None, None, None)
    return WaysIn(
        passkeys=[name for _, name, _ in rows if name is not None],
        codes=second_factor.view_of(factor, codes_left),
    )
