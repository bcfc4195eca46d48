"""Which state on the server a page gets: one of its own session, whatever token it brings.

The framework finds a state by a token that the client chooses. It is sealed to an identity at the
edge, so that nobody reaches the state of another by bringing theirs.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from uuid import UUID

from todo_app.core.settings import get_settings
from todo_app.core.tokens import Claims

_SEALED = re.compile(r"[0-9a-f]{16}-[0-9a-f]{32}-[0-9a-f]{32}")


def identity_of(claims: Claims | None) -> str:
    """The name of whom a state belongs to: one session, or the anonymous."""
    return session_identity(claims.sid) if claims else "anonymous"


def session_identity(session_id: UUID) -> str:
    """The name of a session as the owner of a state."""
    return f"session:{session_id}"


def state_prefix(identity: str) -> str:
    """How every state token of an identity starts."""
    return _mac("prefix", identity)[:16]


def bound_token(identity: str, client_token: str) -> str:
    """The state token of an identity for what the client calls its token.

    One that is sealed for this identity already stays, so that a reload keeps its state; any
    other, another identity's too, leads to a state of its own.
    """
    nonce = client_token[17:49]
    if _SEALED.fullmatch(client_token) and hmac.compare_digest(
        _sealed(identity, nonce), client_token
    ):
        return client_token
    return _sealed(identity, _mac("nonce", identity, client_token)[:32])


def new_token(identity: str) -> str:
    """A state token of an identity that no client has yet."""
    return _sealed(identity, secrets.token_hex(16))


def _mac(*parts: str) -> str:
    key = hashlib.sha256(b"state token v1" + get_settings().signing_keys[0].encode()).digest()
    return hmac.new(key, "|".join(parts).encode(), hashlib.sha256).hexdigest()


def _sealed(identity: str, nonce: str) -> str:
    return f"{state_prefix(identity)}-{nonce}-{_mac('token', identity, nonce)[:32]}"
