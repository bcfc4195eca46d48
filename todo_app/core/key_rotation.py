"""Taking new keys into use: each comes first in its ring, the old ones stay behind it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from pydantic import SecretStr

from todo_app.core.key_rings import new_key, write_draft
from todo_app.core.settings import get_settings


class NewRing(NamedTuple):
    """A ring with a new key in front, for the next start of the program."""

    setting: str
    keys: list[SecretStr]
    file: Path | None
    """Where it was written, or None where the operator has to set it."""


def rotate_signing_keys() -> NewRing:
    """Put a new key in front of those that sign tokens; all before it stay.

    Where the program keeps the ring it is written there; else nothing is changed.
    """
    settings = get_settings()
    is_set = bool(settings.jwt_secret.get_secret_value())
    keys = [new_key(), *settings.signing_keys]
    return _new_ring("JWT_SECRET", keys, None if is_set else settings.kept_signing_keys)


def rotate_encryption_keys() -> NewRing:
    """Put a new key in front of those that encrypt seeds of second factors; all before it stay.

    The server encrypts the seeds anew when it starts with the ring; until then it knows the old.
    """
    settings = get_settings()
    is_kept = settings.environment == "development" and not settings.encryption_key
    file = settings.kept_encryption_keys if is_kept else None
    return _new_ring("ENCRYPTION_KEY", [new_key(), *settings.encryption_keys], file)


def _new_ring(setting: str, keys: list[str], file: Path | None) -> NewRing:
    if file is not None:
        write_draft(file, "\n".join(keys)).replace(file)
    return NewRing(setting, [SecretStr(key) for key in keys], file)
