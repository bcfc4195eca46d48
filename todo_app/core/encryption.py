"""What is stored encrypted: the seeds of second factors. The keys are those of `ENCRYPTION_KEY`."""

from __future__ import annotations

import base64
import logging
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from todo_app.core.errors import Unavailable
from todo_app.core.settings import get_settings

log = logging.getLogger(__name__)

_PURPOSE = b"todo-app seed v1"


def is_possible() -> bool:
    """Whether there is a key to encrypt with."""
    return bool(get_settings().encryption_keys)


def encrypt(text: str) -> str:
    """The text, to be read with this key ring alone. Raises Unavailable without a key."""
    return MultiFernet(_ring()).encrypt(text.encode()).decode()


def decrypt(encrypted: str) -> str:
    """What was encrypted. Raises Unavailable where its key is gone."""
    try:
        return MultiFernet(_ring()).decrypt(encrypted).decode()
    except InvalidToken:
        log.error("ENCRYPTION_KEY lacks the key of a stored seed")  # noqa: TRY400 - no secret traces
        raise Unavailable from None


def is_readable(encrypted: str) -> bool:
    """Whether there is a key that this was encrypted with. Raises Unavailable without any key."""
    try:
        MultiFernet(_ring()).decrypt(encrypted)
    except InvalidToken:
        return False
    return True


def is_of_newest_key(encrypted: str) -> bool:
    """Whether only the newest key is needed to read this. Raises Unavailable without a key."""
    try:
        _ring()[0].decrypt(encrypted)
    except InvalidToken:
        return False
    return True


@cache
def _ring() -> tuple[Fernet, ...]:
    """The keys, the newest first; derived once in the life of the process."""
    keys = get_settings().encryption_keys
    if not keys:
        log.error("ENCRYPTION_KEY is missing, and seeds of second factors cannot be read")
        raise Unavailable
    return tuple(Fernet(_derived(key)) for key in keys)


def _derived(key: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(key.encode())
    return base64.urlsafe_b64encode(derived)
