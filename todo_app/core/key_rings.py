"""Keys as settings and files hold them: several in a ring, the newest first."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path

SECRET_MIN_BYTES = 32
SECRET_MIN_DISTINCT = 10
_EXAMPLES = ("change-me", "changeme", "example", "your-secret", "secret-key", "replace-me")


def key_ring(text: str) -> list[str]:
    """The keys that a setting or a file holds, the newest first."""
    return [key for part in re.split(r"[,\n]", text) if (key := part.strip())]


def is_weak(key: str) -> bool:
    """Whether a key is an example, or too simple."""
    return len(set(key)) < SECRET_MIN_DISTINCT or any(word in key.lower() for word in _EXAMPLES)


def new_key() -> str:
    """A key that nobody can guess."""
    return secrets.token_urlsafe(48)


def write_draft(path: Path, text: str) -> Path:
    """A file beside `path` that its owner alone can read, to be put in its place."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    return draft
