"""Changing a password, by somebody who is signed in and knows the current one."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from todo_app.core import (
    api_tokens,
    audit,
    credentials,
    email_change,
    links,
    mail,
    passwords,
    sessions,
)
from todo_app.core.access import Actor
from todo_app.core.database import transaction
from todo_app.core.errors import InvalidInput
from todo_app.core.visits import Visit


class PasswordChange(BaseModel):
    """The current password and the one to take its place."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    current_password: SecretStr
    new_password: SecretStr
    revoke_api_tokens: Annotated[bool, Field(strict=True)] = False
    """Whether programs are shut out with everybody else."""


async def change_password(actor: Actor, change: PasswordChange, visit: Visit) -> None:
    """Give the actor's account another password, end all its other sessions and tell its owner.

    It opens its own transactions, because hashing may not happen inside one. Wrong current
    passwords are counted together with wrong ones at sign-in.
    Raises InvalidInput, with `wrong` for the current password and the reasons of the policy for
    the new one, TooManyAttempts, Unauthenticated if the account was closed meanwhile, Unavailable.
    """
    email = await credentials.own_email(actor)
    new_password = change.new_password.get_secret_value()
    passwords.check_policy(new_password, email=email, field="new_password")
    proof = await credentials.prove_current(actor, change.current_password, visit)
    new_hash = await passwords.hash_password(new_password)
    async with transaction() as db:
        if not await credentials.replace_hash(db, proof, new_hash):
            raise InvalidInput("current_password", "wrong")
        audit.record(db, "password_changed", actor.user_id, visit)
        await sessions.end_other_sessions(db, actor)
        if change.revoke_api_tokens:
            await api_tokens.revoke_all_tokens(db, actor.user_id, visit)
        await links.drop(db, actor.user_id, "reset-password")
        await email_change.take_back(db, actor.user_id)
        await mail.tell_owner(db, "password_changed", actor.user_id, visit)
