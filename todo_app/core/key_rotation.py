"""Taking a new key into use: it comes first in its ring, the old ones stay behind it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from pydantic import SecretStr

from todo_app.core.settings import get_settings, new_key, write_draft


class NewRing(NamedTuple):
    """A ring with a new key in front, for the next start of the program."""

    setting: str
    keys: list[SecretStr]
    file: Path | None
    """Where it was written, or None where the operator has to set it."""


def rotate_signing_keys() -> NewRing:
    """Put a new key in front of those that sign tokens.

    Where the program keeps the ring it is written there; else nothing is changed.
    """
    settings = get_settings()
    keys = [new_key(), *settings.signing_keys]
    file = None if settings.jwt_secret.get_secret_value() else settings.kept_signing_keys
    if file is not None:
        write_draft(file, "\n".join(keys)).replace(file)
    return NewRing("JWT_SECRET", [SecretStr(key) for key in keys], file)
