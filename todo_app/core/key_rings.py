"""Keys as settings and files hold them: several in a ring, the newest first."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path

from zxcvbn import zxcvbn

SECRET_MIN_BYTES = 32
SECRET_MIN_DISTINCT = 10
_MIN_GUESSES = 10**15
_READ_CHARACTERS = 72
"""What zxcvbn takes at most; a key that is good so far is good."""

# In a key from a generator each of them is less likely than that somebody guesses it.
_EXAMPLES = ("change-me", "changeme", "example", "secret", "password", "replace-me", "insecure")
_PUBLISHED = frozenset(
    {
        # The tutorial of FastAPI.
        "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
        # RFC 7515, appendix A.1.
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
    }
)


def key_ring(text: str) -> list[str]:
    """The keys that a setting or a file holds, the newest first."""
    return [key for part in re.split(r"[,\n]", text) if (key := part.strip())]


def is_weak(key: str) -> bool:
    """Whether a key is an example, or too simple: of few signs, sequences, repetitions, words."""
    return (
        len(set(key)) < SECRET_MIN_DISTINCT
        or key in _PUBLISHED
        or any(word in key.lower() for word in _EXAMPLES)
        or zxcvbn(key[:_READ_CHARACTERS])["guesses"] < _MIN_GUESSES
    )


def new_key() -> str:
    """A key that nobody can guess."""
    return secrets.token_urlsafe(48)


def write_draft(path: Path, text: str) -> Path:
    """A file beside `path` that its owner alone can read, to be put in its place."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    return draft
