"""The paths of the web face, and which of them are pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qs, urlencode
from uuid import UUID

from todo_app.core.filters.reader import MAX_CHARACTERS
from todo_app.core.outlines import KindOfPage, PageOf

TODAY = "/today"
INBOX = "/inbox"
UPCOMING = "/upcoming"
COMPLETED = "/completed"
SEARCH = "/search"
PROJECT = "/project"
LABEL = "/label"
FILTER = "/filter"
HISTORY = "/history"
TRASH = "/trash"
ARCHIVE = "/archive"
ACCOUNT = "/settings/account"
PREFERENCES = "/settings/preferences"
SECURITY = "/settings/security"
API_TOKENS = "/settings/tokens"
SECOND_FACTOR = "/settings/security/codes"
PASSKEYS = "/settings/security/passkeys"
SIGN_IN = "/sign-in"
SIGN_IN_CODE = "/sign-in/code"
SIGN_UP = "/sign-up"
FORGOTTEN_PASSWORD = "/forgot-password"  # noqa: S105 - a path
RESET_SENT = "/link-sent"
RESET_PASSWORD = "/reset-password"  # noqa: S105 - a path
SIGN_UP_SENT = "/sign-up-sent"
CONFIRM_SIGN_UP = "/confirm-sign-up"
CONFIRM_EMAIL = "/confirm-email"
EMAIL_CHANGED = "/email-changed"
LINK_SPENT = "/link-spent"

SIGN_IN_FORM = "/auth/sign-in"
SIGN_IN_CODE_FORM = "/auth/sign-in/code"
SIGN_UP_FORM = "/auth/sign-up"
SIGN_OUT_FORM = "/auth/sign-out"
PASSWORD_FORM = "/auth/password"  # noqa: S105 - a path
EXPORT_FORM = "/auth/export"
CLOSE_FORM = "/auth/close"
TOKEN_FORM = "/auth/tokens"  # noqa: S105 - the same
SECOND_FACTOR_ON_FORM = "/auth/codes/on"
SECOND_FACTOR_OFF_FORM = "/auth/codes/off"
RECOVERY_CODES_FORM = "/auth/codes/renew"
SEED_IMAGE = "/auth/codes/seed.svg"
FORGOTTEN_PASSWORD_FORM = "/auth/forgot-password"  # noqa: S105 - a path
RESET_PASSWORD_FORM = "/auth/reset-password"  # noqa: S105 - a path
SIGN_UP_AGAIN_FORM = "/auth/sign-up-again"
CONFIRM_SIGN_UP_FORM = "/auth/confirm-sign-up"
EMAIL_FORM = "/auth/email"
CONFIRM_EMAIL_FORM = "/auth/confirm-email"
PASSKEY_CHALLENGE = "/auth/passkeys/challenge"
PASSKEY_SIGN_IN_FORM = "/auth/passkeys/sign-in"
NEW_PASSKEY_CHALLENGE = "/auth/passkeys/new"
ADD_PASSKEY_FORM = "/auth/passkeys/add"
REMOVE_PASSKEY_FORM = "/auth/passkeys/remove"

OPEN_TASK = "task"
"""The query parameter that names the task in the panel, so that Back closes it again."""

OPEN_PLACE = "id"
"""The query parameter that names the project, the label or the filter of a page."""

TYPED = "show"
"""The query parameter that holds what is typed: a filter which is not saved, or a search."""

_TASK_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

HOME = TODAY
SETTINGS = ACCOUNT
PRIVATE_PAGES = frozenset(
    {
        TODAY,
        UPCOMING,
        INBOX,
        COMPLETED,
        SEARCH,
        PROJECT,
        LABEL,
        FILTER,
        HISTORY,
        TRASH,
        ARCHIVE,
        ACCOUNT,
        PREFERENCES,
        SECURITY,
        SECOND_FACTOR,
        PASSKEYS,
        API_TOKENS,
    }
)
KINDS_OF_PLACES: Mapping[str, KindOfPage] = {
    PROJECT: "project",
    LABEL: "label",
}
"""What the pages show whose address names it."""
PUBLIC_PAGES = frozenset({SIGN_IN, SIGN_IN_CODE, SIGN_UP})
OPEN_PAGES = frozenset(
    {
        FORGOTTEN_PASSWORD,
        RESET_SENT,
        RESET_PASSWORD,
        CONFIRM_EMAIL,
        EMAIL_CHANGED,
        LINK_SPENT,
        SIGN_UP_SENT,
        CONFIRM_SIGN_UP,
    }
)
"""For everybody: a link in a mail may be opened by somebody who is signed in."""
PAGES = PRIVATE_PAGES | PUBLIC_PAGES | OPEN_PAGES


def is_id(text: str) -> bool:
    """Whether it has the form of the ids in our addresses."""
    return _TASK_ID.fullmatch(text) is not None


def place_path(page: str, place_id: str) -> str:
    """The address of a project, a label or a filter."""
    return f"{page}?{OPEN_PLACE}={place_id}"


def named_here(place_id: str, typed: str | None) -> str:
    """What the addresses of tasks in a list say first: its place, and what is typed there."""
    named = {} if typed is None else {TYPED: typed}
    query = urlencode(({OPEN_PLACE: place_id} if place_id else {}) | named)
    return f"{query}&" if query else ""


def page_named(address: str) -> PageOf | None:
    """What the address of a page names: a project, a label, or what filters are about."""
    path, _, query = address.partition("?")
    if page_path(path) == FILTER:
        return PageOf("filter", None)
    kind = KINDS_OF_PLACES.get(page_path(path))
    place_id = parse_qs(query).get(OPEN_PLACE, [""])[0]
    return PageOf(kind, UUID(place_id)) if kind and is_id(place_id) else None


def page_path(path: str) -> str:
    """A path as the pages are named: without the slash that static files add."""
    return "/" + path.strip("/")


def safe_next(wanted: str) -> str:
    """Where to go after signing in: a private page of ours, with what it names, or home."""
    path, _, query = wanted.partition("?")
    if path not in PRIVATE_PAGES:
        return HOME
    named = {name: values[0] for name, values in parse_qs(query).items()}
    kept = {name: named[name] for name in (OPEN_PLACE, OPEN_TASK) if is_id(named.get(name, ""))}
    if len(typed := named.get(TYPED, "")) in range(1, MAX_CHARACTERS + 1):
        kept[TYPED] = typed
    return f"{path}?{urlencode(kept, errors='replace')}" if kept else path


def sign_in_code_path(wanted: str) -> str:
    """The page of the second step that leads back to where one was."""
    next_path = safe_next(wanted)
    return SIGN_IN_CODE if next_path == HOME else f"{SIGN_IN_CODE}?{urlencode({'next': next_path})}"


def sign_in_path(wanted: str, *, ended: bool = False) -> str:
    """The sign-in page that leads back to where one was, and says so if a session has `ended`."""
    query = {}
    if (next_path := safe_next(wanted)) != HOME:
        query["next"] = next_path
    if ended:
        query["ended"] = "1"
    return f"{SIGN_IN}?{urlencode(query)}" if query else SIGN_IN
