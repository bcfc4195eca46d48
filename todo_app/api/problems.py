"""Every error as problem+json (RFC 9457): the map from what core refuses to what HTTP answers.

No answer holds what the client sent, a trace, a version or a statement.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route

from todo_app.api.sentences import SENTENCE_BY_FLAW, SENTENCE_BY_REASON, SENTENCE_BY_TYPE
from todo_app.core import references
from todo_app.core.errors import (
    ChangedSince,
    CodeNeeded,
    CodesOff,
    Conflict,
    EmailTaken,
    Forbidden,
    InboxStays,
    InvalidCursor,
    InvalidFilter,
    InvalidInput,
    KeyInUse,
    KeyReused,
    LimitReached,
    LinkSpent,
    MailOff,
    NameTaken,
    NotFound,
    NothingToUndo,
    NotRecurring,
    RefreshRefused,
    RefreshTokenReused,
    StaleVersion,
    SyncExpired,
    TodoError,
    TooManyAttempts,
    Unauthenticated,
    Unavailable,
    UnusableRule,
    WrongCode,
    WrongCredentials,
    WrongPasskey,
)

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
ERRORS_MAX = 50
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: all that is the same whenever it occurs."""

    status: int
    name: str
    title: str
    detail: str


class FieldProblem(BaseModel):
    """What is wrong with one value. It names the place, never the value."""

    pointer: str | None = Field(
        default=None, description="JSON pointer (RFC 6901) into the body; empty is all of it."
    )
    parameter: str | None = Field(default=None, description="The query parameter or header.")
    message: str
    start: int | None = Field(
        default=None, description="Of a filter: where the flaw begins, in Unicode code points."
    )
    end: int | None = Field(default=None, description="Of a filter: where the flaw ends.")


class Problem(BaseModel):
    """An error as RFC 9457 describes it."""

    type: str = Field(description="Identifies the kind of problem; stable.")
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] | None = Field(
        default=None, description="With 422: what is wrong, value by value."
    )
    current: dict[str, Any] | None = Field(
        default=None, description="With 412: the resource as it is now."
    )
    field: str | None = Field(
        default=None,
        description="With 409 at undo: what was changed since; `id` is the thing itself.",
    )
    person: str | None = Field(
        default=None, description="With 409 at undo: who changed it, if somebody else did."
    )
    operation: int | None = Field(
        default=None, description="Of a batch: which operation was refused, counted from 0."
    )
    limit: int | None = Field(default=None, description="With `limit-reached`: how many.")
    reference: str | None = Field(
        default=None, description="With 500: what to quote when reporting it."
    )


NOT_FOUND = Kind(404, "not-found", "Not found", "Nothing is here, or it is not yours.")
FORBIDDEN = Kind(
    403,
    "insufficient-scope",
    "Insufficient scope",
    "This token may not do that. Sign in, or use one with the scope `write` to change things.",
)
CONFLICT = Kind(409, "conflict", "Conflict", "It is already there in another form.")
CHANGED_SINCE = Kind(
    409,
    "changed-since",
    "Changed since",
    "It cannot be taken back: something of it was changed after it.",
)
NOTHING_TO_UNDO = Kind(
    409, "nothing-to-undo", "Nothing to undo", "There is no such step, or it is taken back already."
)
NAME_TAKEN = Kind(409, "name-taken", "Name taken", "Another one has this name already.")
INBOX_STAYS = Kind(
    409, "inbox-stays", "The Inbox stays", "The Inbox cannot be renamed, archived or deleted."
)
LIMIT_REACHED = Kind(
    409, "limit-reached", "Limit reached", "There are as many as there may be: `limit`."
)
KEY_REUSED = Kind(
    422,
    "key-reused",
    "Idempotency key reused",
    "This Idempotency-Key came first with another request.",
)
KEY_IN_USE = Kind(
    409,
    "key-in-use",
    "Idempotency key in use",
    "The first request with this Idempotency-Key is still running. Try again later.",
)
NOT_RECURRING = Kind(
    409, "not-recurring", "Not recurring", "This task does not repeat: it has no occurrences."
)
STALE = Kind(
    412,
    "stale-version",
    "Changed meanwhile",
    "It was changed since you read it. `current` is how it is now.",
)
INVALID = Kind(422, "invalid-input", "Invalid input", "Some values cannot be accepted.")
BAD_CURSOR = Kind(
    400, "invalid-cursor", "Invalid cursor", "The cursor is not from this list with these filters."
)
SYNC_EXPIRED = Kind(
    410, "sync-expired", "Token expired", "Read everything anew: ask without `since`."
)
EMAIL_TAKEN = Kind(
    409, "email-taken", "Email taken", "An account with this email address exists already."
)
WRONG_CREDENTIALS = Kind(
    401,
    "wrong-credentials",
    "Wrong credentials",
    "No account has this email address and password together.",
)
CODE_NEEDED = Kind(
    401,
    "code-needed",
    "Code needed",
    "The account has a second factor. Send email and password again, with `code`.",
)
WRONG_CODE = Kind(
    401, "wrong-code", "Wrong code", "The code is not right, or was used before. Send the next one."
)
UNAUTHENTICATED = Kind(
    401,
    "unauthenticated",
    "Not signed in",
    "Send a valid access token as `Authorization: Bearer`.",
)
REFRESH_REFUSED = Kind(
    401, "refresh-refused", "Refresh token refused", "It was used, or is over. Sign in again."
)
LINK_SPENT = Kind(400, "link-spent", "Link no longer good", "It was used, or has run out.")
MAIL_OFF = Kind(409, "mail-off", "No mail", "This server sends no mail. Ask who runs it.")
CODES_OFF = Kind(409, "codes-off", "No codes", "This server keeps no seeds. Ask who runs it.")
TOO_MANY = Kind(
    429, "too-many-attempts", "Too many attempts", "Wait as long as `Retry-After` says."
)
UNAVAILABLE = Kind(
    503, "unavailable", "Unavailable", "This cannot be answered right now. Try again soon."
)
BAD_JSON = Kind(400, "malformed-json", "Malformed JSON", "The body is not JSON in UTF-8.")
BAD_IF_MATCH = Kind(
    400, "malformed-if-match", "Malformed If-Match", 'If-Match takes `*` or ETags like `"3"`.'
)
NOT_ALLOWED = Kind(
    405, "method-not-allowed", "Method not allowed", "`Allow` lists what this address can do."
)
TOO_LARGE = Kind(413, "body-too-large", "Body too large", "A body may have at most 1 MiB.")
NOT_JSON = Kind(415, "unsupported-media-type", "Unsupported media type", "Send `application/json`.")
UNEXPECTED = Kind(
    500, "unexpected", "Unexpected error", "Something went wrong here. `reference` names it."
)

STATUS_BY_ERROR: Mapping[type[TodoError], Kind] = {
    NotFound: NOT_FOUND,
    Forbidden: FORBIDDEN,
    Conflict: CONFLICT,
    ChangedSince: CHANGED_SINCE,
    NothingToUndo: NOTHING_TO_UNDO,
    NameTaken: NAME_TAKEN,
    InboxStays: INBOX_STAYS,
    LimitReached: LIMIT_REACHED,
    KeyReused: KEY_REUSED,
    KeyInUse: KEY_IN_USE,
    NotRecurring: NOT_RECURRING,
    StaleVersion: STALE,
    InvalidInput: INVALID,
    UnusableRule: INVALID,
    InvalidCursor: BAD_CURSOR,
    InvalidFilter: INVALID,
    SyncExpired: SYNC_EXPIRED,
    EmailTaken: EMAIL_TAKEN,
    WrongCredentials: WRONG_CREDENTIALS,
    CodeNeeded: CODE_NEEDED,
    WrongCode: WRONG_CODE,
    WrongPasskey: WRONG_CODE,
    Unauthenticated: UNAUTHENTICATED,
    RefreshRefused: REFRESH_REFUSED,
    RefreshTokenReused: REFRESH_REFUSED,
    LinkSpent: LINK_SPENT,
    MailOff: MAIL_OFF,
    CodesOff: CODES_OFF,
    TooManyAttempts: TOO_MANY,
    Unavailable: UNAVAILABLE,
}
"""What each refusal of core answers; a test proves that none is missing."""

_KIND_BY_STATUS = {
    kind.status: kind for kind in (BAD_JSON, NOT_FOUND, NOT_ALLOWED, TOO_LARGE, NOT_JSON)
}
# RFC 6750, section 3.
_CHALLENGES = {401: "Bearer", 403: 'Bearer error="insufficient_scope"'}
_RETRY_AFTER = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}}
_DOCUMENTED_HEADERS = {
    401: {"WWW-Authenticate": {"description": "`Bearer`.", "schema": {"type": "string"}}},
    403: {"WWW-Authenticate": {"description": "What is missing.", "schema": {"type": "string"}}},
    429: _RETRY_AFTER,
    503: _RETRY_AFTER,
}


class MalformedIfMatch(HTTPException):
    """An If-Match header that RFC 9110 does not know."""

    def __init__(self) -> None:
        super().__init__(BAD_IF_MATCH.status)


def problem(kind: Kind, *, headers: Mapping[str, str] | None = None, **members: object) -> Response:
    """An answer of this kind, with more members where there is more to say."""
    body = {
        "type": f"urn:todo-app:problem:{kind.name}",
        "title": kind.title,
        "status": kind.status,
        "detail": kind.detail,
        **members,
    }
    return Response(
        json.dumps(body),
        kind.status,
        {"Cache-Control": "no-store", **(headers or {})},
        MEDIA_TYPE,
    )


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI says about these error statuses of an operation, and the ones of all."""
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "headers": _DOCUMENTED_HEADERS.get(status, {}),
            "content": {MEDIA_TYPE: schema},
        }
        for status in sorted({*statuses, 500, 503})
    }


async def answer_refusal(request: Request, error: TodoError) -> Response:
    """What core refused."""
    kind = STATUS_BY_ERROR[type(error)]
    answer = partial(problem, kind)
    if error.place is not None:
        answer = partial(answer, operation=error.place)
    match error:
        case InvalidInput(field=field, reason=reason):
            message = SENTENCE_BY_REASON.get(reason, "cannot be accepted")
            return answer(errors=[{"pointer": _pointer([field]), "message": message}])
        case InvalidFilter(reason=reason, start=start, end=end):
            place = {"parameter": "filter"} if request.method == "GET" else {"pointer": "/query"}
            flaw = {**place, "message": SENTENCE_BY_FLAW[reason], "start": start, "end": end}
            return answer(errors=[flaw])
        case ChangedSince():
            return answer(
                detail=_changed(error), field=error.field, person=error.person, token=error.token
            )
        case StaleVersion(current=BaseModel() as current):
            return answer(current=current.model_dump(mode="json"))
        case LimitReached(limit=limit):
            return answer(limit=limit)
    headers = {}
    if isinstance(error, TooManyAttempts | Unavailable):
        headers["Retry-After"] = str(error.retry_after_seconds)
    if kind.status in _CHALLENGES:
        headers["WWW-Authenticate"] = _CHALLENGES[kind.status]
    return answer(headers=headers)


async def answer_invalid(_request: Request, error: RequestValidationError) -> Response:
    """A request whose parts do not have the form that the operation declares."""
    flaws: Sequence[Any] = error.errors()
    if any(flaw["type"] == "json_invalid" for flaw in flaws):
        return problem(BAD_JSON)
    if any(flaw["loc"][0] == "path" for flaw in flaws):
        return problem(NOT_FOUND)
    return problem(INVALID, errors=[_describe(flaw) for flaw in flaws[:ERRORS_MAX]])


async def answer_http(request: Request, error: HTTPException) -> Response:
    """What the framework or a face refused: no such path, no such method, no JSON."""
    if isinstance(error, MalformedIfMatch):
        return problem(BAD_IF_MATCH)
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allow = {"Allow": ", ".join(_allowed_methods(request))}
        if request.method == "OPTIONS":
            return Response(status_code=HTTPStatus.NO_CONTENT, headers=allow)
        return problem(NOT_ALLOWED, headers=allow)
    status = HTTPStatus(error.status_code)
    unnamed = Kind(status, status.name.lower().replace("_", "-"), status.phrase, status.phrase)
    return problem(_KIND_BY_STATUS.get(status, unnamed), headers=error.headers)


def unexpected(error: Exception) -> Response:
    """Log what nobody foresaw, once, and answer with its reference alone."""
    reference = references.current() or references.begin()
    log.error("unexpected error, reference %s", reference, exc_info=error)
    return problem(UNEXPECTED, reference=reference)


def _changed(error: ChangedSince) -> str:
    what = "the thing itself" if error.field == "id" else f"`{error.field}`"
    by = f" by {error.person}" if error.person else ""
    by += f' with the API token "{error.token}"' if error.token else ""
    return f"It cannot be taken back: {what} was changed after it{by}."


def _describe(flaw: Mapping[str, Any]) -> dict[str, str]:
    place, *path = flaw["loc"]
    message = SENTENCE_BY_TYPE.get(flaw["type"]) or flaw["msg"].removeprefix("Value error, ")
    if place == "body":
        return {"pointer": _pointer(path), "message": message}
    name = next((str(part) for part in path if _PLAIN_NAME.fullmatch(str(part))), "")
    return {"parameter": name, "message": message}


def _pointer(path: Sequence[str | int]) -> str:
    """The JSON pointer to a place, cut before a name that is not of the kind we use ourselves."""
    pointer = ""
    for part in path:
        if isinstance(part, str) and not _PLAIN_NAME.fullmatch(part):
            break
        pointer += f"/{part}"
    return pointer


def _allowed_methods(request: Request) -> list[str]:
    """All methods of all routes at this path: the framework names those of one route only."""
    methods = {"OPTIONS"}
    routes: Sequence[BaseRoute] = request.app.routes
    for route in routes:
        if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE:
            methods |= route.methods or set()
    return sorted(methods | ({"HEAD"} if "GET" in methods else set()))
