"""Passkeys (WebAuthn): registered by somebody who is signed in, and signing in with nothing else.

One is both factors at once: the authenticator has to verify its owner. A challenge is the digest of
a short-lived token that the browser keeps in a cookie, so that nothing is stored until it is
answered; what it makes, a passkey or a session, has the id that the token names, so that it is
answered once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Annotated, NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

import webauthn
from pydantic import BaseModel, ConfigDict, Field, SecretStr
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from todo_app.core import access, accounts, audit, clock, credentials, sessions, throttle, tokens
from todo_app.core.access import Actor
from todo_app.core.database import reading, transaction
from todo_app.core.errors import (
    Conflict,
    InvalidInput,
    NotFound,
    WrongPasskey,
)
from todo_app.core.models import Passkey, new_id
from todo_app.core.settings import get_settings
from todo_app.core.text import Name
from todo_app.core.visits import Visit
from todo_app.core.way_in_change import changing

PRODUCT = "Todo App"
CHALLENGE_LIFETIME = timedelta(minutes=5)
PASSKEYS_MAX = 20
_NOBODY = UUID(int=0)
"""Whose challenge it is before anybody is known."""
_REQUIRED = UserVerificationRequirement.REQUIRED


class Challenge(NamedTuple):
    """What the browser is asked (`options`, JSON), and the token for the cookie beside it."""

    options: str
    token: str


class PasskeyDraft(BaseModel):
    """A passkey that a browser has made, what to call it, and the password of the account."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[Name, Field(min_length=1)]
    credential: str
    current_password: SecretStr


class PasskeyView(BaseModel):
    """A passkey as its owner sees it. Times are UTC."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    name: str
    created_at: datetime
    last_used_at: datetime | None

    @classmethod
    def of(cls, passkey: Passkey) -> PasskeyView:
        """The view of a row."""
        return cls.model_validate(passkey, from_attributes=True)


async def list_passkeys(db: AsyncSession, actor: Actor) -> list[PasskeyView]:
    """The actor's passkeys, oldest first; there are at most `PASSKEYS_MAX`."""
    return [PasskeyView.of(passkey) for passkey in await _own_passkeys(db, actor)]


async def begin_registration(actor: Actor, current_password: SecretStr, visit: Visit) -> Challenge:
    """Ask the browser for a new passkey, for whoever knows the password.

    Not without: an authenticator keeps what it made, even if nobody wants to know it then.
    It opens its own transactions. Raises InvalidInput for the password, Conflict if there are as
    many as there may be, TooManyAttempts, Unauthenticated, Unavailable.
    """
    await credentials.prove_current(actor, current_password, visit)
    async with reading(actor.user_id) as db:
        account = await accounts.get_account(db, actor)
        known = await _own_passkeys(db, actor)
    if len(known) >= PASSKEYS_MAX:
        raise Conflict
    token = _token("new_passkey", actor.user_id, actor.session_id)
    options = webauthn.generate_registration_options(
        rp_id=_relying_party(),
        rp_name=PRODUCT,
        user_id=actor.user_id.bytes,
        user_name=account.email,
        user_display_name=account.name,
        challenge=_challenge(token),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=_REQUIRED
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=base64url_to_bytes(passkey.credential_id))
            for passkey in known
        ],
    )
    return Challenge(webauthn.options_to_json(options), token)


async def register(actor: Actor, draft: PasskeyDraft, token: str, visit: Visit) -> PasskeyView:
    """Keep a passkey that answers the challenge of this token, and end all other sessions.

    It opens its own transactions, because hashing may not happen inside one.
    Raises InvalidInput for the password and for the passkey, Conflict if there are as many as there
    may be or it is known, TooManyAttempts, Unauthenticated, Unavailable.
    """
    passkey = _verified_registration(actor, draft, token)
    async with changing(actor, draft.current_password, visit, "passkey_added") as db:
        if len(await _own_passkeys(db, actor)) >= PASSKEYS_MAX:
            raise Conflict
        db.add(passkey)
        try:
            await db.flush()
        except IntegrityError:
            raise Conflict from None
    return PasskeyView.of(passkey)


async def remove(actor: Actor, passkey_id: UUID, current_password: SecretStr, visit: Visit) -> None:
    """Let a passkey open the account no more, and end all other sessions.

    It opens its own transactions. Raises InvalidInput for the password, NotFound,
    TooManyAttempts, Unauthenticated, Unavailable.
    """
    async with changing(actor, current_password, visit, "passkey_removed") as db:
        found = await db.scalars(
            select(Passkey).where(access.own_passkeys(actor), col(Passkey.id) == passkey_id)
        )
        passkey = found.one_or_none()
        if passkey is None:
            raise NotFound
        await db.delete(passkey)


async def remove_all(db: AsyncSession, user_id: UUID, visit: Visit) -> None:
    """Let no passkey open an account any more."""
    removed = await db.execute(
        delete(Passkey).where(col(Passkey.user_id) == user_id).returning(col(Passkey.id))
    )
    if count := len(removed.all()):
        audit.record(db, "passkey_removed", user_id, visit, count=str(count))


def begin_sign_in() -> Challenge:
    """Ask a browser for any passkey that it has for this server."""
    token = _token("passkey", _NOBODY, new_id())
    options = webauthn.generate_authentication_options(
        rp_id=_relying_party(), challenge=_challenge(token), user_verification=_REQUIRED
    )
    return Challenge(webauthn.options_to_json(options), token)


async def sign_in(credential: str, token: str, visit: Visit) -> str:
    """Begin a web session by a passkey and return the token for its cookie.

    It opens its own transactions. Raises WrongPasskey, Unauthenticated if the challenge is over or
    was answered, TooManyAttempts, Unavailable.
    """
    claims = tokens.verify("passkey", token)
    async with _attempt(visit), transaction() as db:
        passkey = await _claimed_passkey(db, credential)
        passkey.sign_count = _verified_sign_count(passkey, credential, token)
        passkey.last_used_at = clock.now()
        session = await sessions.begin(db, passkey.user_id, visit, claims.sid)
    return sessions.web_token(session)


@asynccontextmanager
async def _attempt(visit: Visit) -> AsyncIterator[None]:
    """Count what fails by network, and write it down to whose passkey it was."""
    with throttle.code_attempt("", visit, can_be_guessed=False):
        try:
            yield
        except WrongPasskey as refusal:
            async with transaction() as db:
                audit.record(db, "passkey_failed", refusal.user_id, visit)
            raise


async def _claimed_passkey(db: AsyncSession, credential: str) -> Passkey:
    """The passkey that a credential says it is, locked. Raises WrongPasskey."""
    try:
        credential_id = str(json.loads(credential)["id"]).encode().decode()
    except (ValueError, KeyError, TypeError, RecursionError):
        raise WrongPasskey from None
    found = await db.scalars(
        select(Passkey)
        .where(col(Passkey.credential_id) == credential_id.replace("\x00", ""))
        .with_for_update()
    )
    passkey = found.one_or_none()
    if passkey is None:
        raise WrongPasskey
    return passkey


def _verified_sign_count(passkey: Passkey, credential: str, token: str) -> int:
    """How often the authenticator has signed, if this is its answer. Raises WrongPasskey."""
    try:
        handle = json.loads(credential)["response"].get("userHandle")
        is_owners = handle is None or base64url_to_bytes(handle) == passkey.user_id.bytes
        verified = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=_challenge(token),
            expected_rp_id=_relying_party(),
            expected_origin=get_settings().origin,
            credential_public_key=base64url_to_bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except Exception:  # noqa: BLE001 - what strangers send goes through parsers that raise anything
        raise WrongPasskey(passkey.user_id) from None
    if not is_owners:
        raise WrongPasskey(passkey.user_id)
    return verified.new_sign_count


def _verified_registration(actor: Actor, draft: PasskeyDraft, token: str) -> Passkey:
    """The row of a passkey that answers the challenge of this token. Raises InvalidInput."""
    try:
        claims = tokens.verify("new_passkey", token)
        verified = webauthn.verify_registration_response(
            credential=draft.credential,
            expected_challenge=_challenge(token),
            expected_rp_id=_relying_party(),
            expected_origin=get_settings().origin,
            require_user_verification=True,
        )
    except Exception:  # noqa: BLE001 - what browsers send goes through parsers that raise anything
        raise InvalidInput("credential", "passkey") from None
    if (claims.sub, claims.sid) != (actor.user_id, actor.session_id):
        raise InvalidInput("credential", "passkey")
    return Passkey(
        id=claims.jti,
        user_id=actor.user_id,
        credential_id=bytes_to_base64url(verified.credential_id),
        public_key=bytes_to_base64url(verified.credential_public_key),
        sign_count=verified.sign_count,
        name=draft.name,
        created_at=clock.now(),
    )


def _token(kind: tokens.Kind, user_id: UUID, session_id: UUID) -> str:
    return tokens.issue(
        kind,
        user_id=user_id,
        session_id=session_id,
        now=clock.now(),
        lifetime=CHALLENGE_LIFETIME,
    )


def _challenge(token: str) -> bytes:
    # The token ends in a signature that nobody can foresee.
    return hashlib.sha256(token.encode()).digest()


def _relying_party() -> str:
    return urlsplit(get_settings().origin).hostname or ""


async def _own_passkeys(db: AsyncSession, actor: Actor) -> list[Passkey]:
    found = await db.scalars(
        select(Passkey)
        .where(access.own_passkeys(actor))
        .order_by(col(Passkey.created_at), col(Passkey.id))
        .limit(PASSKEYS_MAX)
    )
    return list(found)
