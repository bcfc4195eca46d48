"""The paths of the web face, and which of them are pages."""

from __future__ import annotations

from urllib.parse import urlencode

TODAY = "/today"
INBOX = "/inbox"
COMPLETED = "/completed"
SIGN_IN = "/sign-in"
SIGN_UP = "/sign-up"

SIGN_IN_FORM = "/auth/sign-in"
SIGN_UP_FORM = "/auth/sign-up"
SIGN_OUT_FORM = "/auth/sign-out"

OPEN_TASK = "task"
"""The query parameter that names the task in the panel, so that Back closes it again."""

HOME = TODAY
PRIVATE_PAGES = frozenset({TODAY, INBOX, COMPLETED})
PUBLIC_PAGES = frozenset({SIGN_IN, SIGN_UP})


def page_path(path: str) -> str:
    """A path as the pages are named: without the slash that static files add."""
    return "/" + path.strip("/")


def safe_next(path: str) -> str:
    """Where to go after signing in: the given path if it is a page of ours, else home."""
    return path if path in PRIVATE_PAGES else HOME


def sign_in_path(next_path: str, *, ended: bool = False) -> str:
    """The sign-in page that returns to `next_path`, and says so if a session has `ended`."""
    query = {}
    if next_path in PRIVATE_PAGES and next_path != HOME:
        query["next"] = next_path
    if ended:
        query["ended"] = "1"
    return f"{SIGN_IN}?{urlencode(query)}" if query else SIGN_IN
