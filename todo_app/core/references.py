"""The reference of what is being done: of a request, or of an event of a page.

Each log line carries the one that it was written under. Who meets an error that nobody foresaw is
told it, and whoever runs the program finds by it what went before.
"""

from __future__ import annotations

import secrets
from contextvars import ContextVar

_reference: ContextVar[str] = ContextVar("reference", default="")


def begin(reference: str = "") -> str:
    """Begin something, under this reference or a new one, and return it."""
    reference = reference or secrets.token_hex(8)
    _reference.set(reference)
    return reference


def current() -> str:
    """The reference of what is being done; empty outside of everything."""
    return _reference.get()
