"""JSON Web Tokens: issue and verify, one key ring. Whether a session still lives is not asked here.

RFC 7519, with the advice of RFC 8725: one algorithm, one audience for each kind of token.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Annotated, Literal, get_args
from uuid import UUID

import jwt
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from todo_app.core.errors import Unauthenticated
from todo_app.core.models import new_id
from todo_app.core.settings import get_settings

Kind = Literal["web", "access", "mfa", "passkey", "new_passkey"]
KINDS: tuple[Kind, ...] = get_args(Kind)

ISSUER = "todo-app"
ALGORITHM = "HS256"
LEEWAY_SECONDS = 10
TOKEN_MAX_CHARACTERS = 4_096

_REQUIRED = ["iss", "aud", "typ", "sub", "sid", "jti", "iat", "nbf", "exp"]
_Seconds = Annotated[int, Field(strict=True, ge=0, lt=2**53)]


class Claims(BaseModel):
    """What a verified token says. Times are seconds since 1970 in UTC."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    iss: str
    aud: str
    typ: Kind
    sub: UUID
    sid: UUID
    jti: UUID
    iat: _Seconds
    nbf: _Seconds
    exp: _Seconds
    prf: Annotated[str, Field(strict=True)] | None = None
    """The fingerprint of the password that was right; in a token of the MFA step alone."""

    @model_validator(mode="after")
    def _has_a_proof_where_one_belongs(self) -> Claims:
        if (self.prf is not None) != (self.typ == "mfa"):
            raise ValueError
        return self


def issue(
    kind: Kind,
    *,
    user_id: UUID,
    session_id: UUID,
    now: datetime,
    lifetime: timedelta,
    proof: str | None = None,
) -> str:
    """A signed token of one kind for a session, good from `now` for `lifetime`.

    A token of the MFA step names the session that it may begin, and the proof of the first step.
    """
    kid, key = next(iter(_keys().items()))
    seconds = int(now.timestamp())
    payload = {
        "iss": ISSUER,
        "aud": _audience(kind),
        "typ": kind,
        "sub": str(user_id),
        "sid": str(session_id),
        "jti": str(new_id()),
        "iat": seconds,
        "nbf": seconds,
        "exp": int((now + lifetime).timestamp()),
    }
    if proof is not None:
        payload["prf"] = proof
    return jwt.encode(payload, key, algorithm=ALGORITHM, headers={"kid": kid})


def verify(kind: Kind, token: str) -> Claims:
    """The claims of a token of this kind.

    Raises Unauthenticated for every flaw alike, so that nobody learns which one it was.
    """
    try:
        return _verified(kind, token)
    except jwt.ExpiredSignatureError:
        raise Unauthenticated(has_run_out=True) from None
    except (jwt.PyJWTError, ValidationError, UnicodeError, KeyError, ValueError, TypeError):
        raise Unauthenticated from None


def _verified(kind: Kind, token: str) -> Claims:
    if len(token) > TOKEN_MAX_CHARACTERS:
        raise Unauthenticated
    payload = jwt.decode(
        token,
        _keys()[_key_id(token.partition(".")[0])],
        algorithms=[ALGORITHM],
        audience=_audience(kind),
        issuer=ISSUER,
        leeway=LEEWAY_SECONDS,
        options={"require": _REQUIRED, "enforce_minimum_key_length": True},
    )
    claims = Claims.model_validate(payload)
    if claims.typ != kind:
        raise Unauthenticated
    return claims


@lru_cache(maxsize=64)
def _key_id(head: str) -> str:
    # All tokens of a key begin alike, so that this need not be read again in every request.
    return str(jwt.get_unverified_header(f"{head}..")["kid"])


def _audience(kind: Kind) -> str:
    return f"{ISSUER}/{kind}"


@cache
def _keys() -> dict[str, bytes]:
    """The key ring by key id; the first one signs."""
    keys = (key.encode() for key in get_settings().signing_keys)
    return {hashlib.sha256(key).hexdigest()[:12]: key for key in keys}
