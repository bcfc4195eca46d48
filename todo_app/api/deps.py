"""What operations depend on: the database, who asks, preconditions, idempotency.

All of it is async: a plain function would be sent through the thread pool.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any, Protocol
from uuid import UUID

from fastapi import Depends, Header, Request
from fastapi.openapi.models import HTTPBearer
from fastapi.routing import APIRoute
from fastapi.security.base import SecurityBase
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.exceptions import HTTPException
from starlette.responses import Response

from todo_app.api.problems import NOT_JSON, MalformedIfMatch, documented
from todo_app.core import access, api_sessions, api_tokens, idempotency, visits
from todo_app.core.access import Actor
from todo_app.core.database import reading, transaction
from todo_app.core.errors import Forbidden, Unauthenticated
from todo_app.core.idempotency import KEY_MAX_CHARACTERS, KeptAnswer
from todo_app.core.settings import get_settings
from todo_app.core.visits import Visit

ROOT = "/api"
"""Where the API is mounted."""
NO_VERSION = 0
"""A version that no row has: what an ETag asks for that we never issued."""

_OPAQUE = re.compile(r'(W/)?("[\x21\x23-\x7e\x80-\xff]*")')
_ETAG_OF_VERSION = re.compile(r'"([1-9][0-9]{0,8})"', re.ASCII)

Responses = dict[int | str, dict[str, Any]]


class _Bearer(SecurityBase):
    """The actor of an access token or an API token; no cookie and nothing else is looked at."""

    def __init__(self) -> None:
        self.model = HTTPBearer(
            description="The `access_token` of `POST /v1/auth/signin`, or an API token, which "
            "reaches as far as its scope, and under `/v1/auth` only `GET /v1/auth/me`."
        )
        self.scheme_name = "bearer"

    async def __call__(self, request: Request) -> Actor:
        values = request.headers.getlist("authorization")
        scheme, _, token = values[0].partition(" ") if len(values) == 1 else ("", "", "")
        if scheme.lower() != "bearer":
            raise Unauthenticated
        token = token.strip(" ")
        visit = await _client_visit(request)
        if not token.startswith(api_tokens.PREFIX):
            return await api_sessions.authenticate(token, visit)
        actor = await api_tokens.authenticate(token, visit)
        path: str = request.scope["route"].path
        try:
            access.check_reach(
                actor,
                changes=request.method not in {"GET", "HEAD"},
                is_about_identity=path.startswith("/v1/auth/")
                and (request.method, path) != ("GET", "/v1/auth/me"),
            )
        except Forbidden:
            await api_tokens.note_denial(actor, visit)
            raise
        return actor


CurrentActor = Annotated[Actor, Depends(_Bearer())]
"""Who asks. Raises Unauthenticated, Forbidden, TooManyAttempts, Unavailable."""


async def _db(actor: CurrentActor) -> AsyncIterator[AsyncSession]:
    async with transaction(actor.user_id) as db:
        yield db


async def _read_db(actor: CurrentActor) -> AsyncIterator[AsyncSession]:
    async with reading(actor.user_id) as db:
        yield db


Db = Annotated[AsyncSession, Depends(_db, scope="function")]
"""One transaction of who asks. It is committed before the answer is sent: no answer is a lie."""
ReadDb = Annotated[AsyncSession, Depends(_read_db, scope="function")]
"""A session for a single read of who asks."""


async def _client_visit(request: Request) -> Visit:
    return visits.visit(
        "api",
        peer=request.client.host if request.client else None,
        forwarded_for=request.headers.getlist("x-forwarded-for"),
        trusted_hops=get_settings().trusted_proxy_hops,
        user_agent=request.headers.get("user-agent", ""),
    )


ClientVisit = Annotated[Visit, Depends(_client_visit)]
"""Where somebody who may not be known yet comes from."""


def operation_id(route: APIRoute) -> str:
    """The name of an operation in OpenAPI: the name of its function."""
    return route.name


class JsonRoute(APIRoute):
    """A route that takes no body but JSON, whatever the operation does with it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The framework's handler behind the check of the media type."""
        handle = super().get_route_handler()
        if self.methods == {"GET"}:
            return handle

        async def handle_json(request: Request) -> Response:
            media_type = request.headers.get("content-type", "").partition(";")[0]
            is_json = media_type.strip().lower() == "application/json"
            if not is_json and await request.body():
                raise HTTPException(NOT_JSON.status)
            return await handle(request)

        return handle_json


@dataclass(frozen=True, slots=True)
class IfMatch:
    """The versions of a resource that a change is meant for; None is any."""

    versions: frozenset[int] | None

    async def expected_version(self, current_version: Callable[[], Awaitable[int]]) -> int | None:
        """The one version to expect; the current one is only asked for when several would do."""
        if self.versions is None:
            return None
        if len(self.versions) == 1:
            return next(iter(self.versions))
        version = await current_version()
        return version if version in self.versions else NO_VERSION


async def _if_match(
    if_match: Annotated[
        list[str] | None,
        Header(
            alias="If-Match",
            description="ETags of the versions to change; a stale one is refused with 412.",
        ),
    ] = None,
) -> IfMatch:
    if if_match is None:
        return IfMatch(None)
    etags = _read_etags(",".join(if_match))
    if etags is None:
        raise MalformedIfMatch
    # The comparison is strong (RFC 9110, section 13.1.1): a weak ETag matches nothing.
    return IfMatch(None if etags == ["*"] else frozenset(map(_version, etags)))


async def _if_none_match(
    if_none_match: Annotated[
        list[str] | None,
        Header(
            alias="If-None-Match",
            description="ETags that the client has; if one is current, the answer is 304.",
        ),
    ] = None,
) -> frozenset[str]:
    etags = _read_etags(",".join(if_none_match or ())) or []
    # The comparison is weak (section 13.1.2).
    return frozenset(etag.removeprefix("W/") for etag in etags)


Precondition = Annotated[IfMatch, Depends(_if_match)]
"""`If-Match` of a change. A malformed one is answered 400."""
KnownEtags = Annotated[frozenset[str], Depends(_if_none_match)]
"""`If-None-Match` of a read. A malformed one is as good as none."""


ETAG = {"ETag": {"description": "The version, in quotes.", "schema": {"type": "string"}}}
LOCATION = {"Location": {"description": "The address of it.", "schema": {"type": "string"}}}
CHANGED: Responses = {
    200: {"headers": ETAG},
    **documented(400, 401, 404, 409, 412, 413, 415, 422),
}
"""How a change of one thing is answered, as the document says it."""


def created(view: type[BaseModel], noun: str) -> Responses:
    """How the creation of something with an id of the client's choice is answered."""
    headers = ETAG | LOCATION
    again = f"A {noun} of yours has this id already."
    return {
        200: {"model": view, "description": again, "headers": headers},
        201: {"headers": headers},
        **documented(400, 401, 404, 409, 413, 415, 422),
    }


def etag(version: int) -> str:
    """The ETag of a version."""
    return f'"{version}"'


@dataclass(frozen=True, slots=True)
class Idempotency:
    """Lets a POST act once for each `Idempotency-Key`."""

    db: AsyncSession
    actor: Actor
    request: Request
    key: str | None

    async def once(self, act: Callable[[], Awaitable[Response]]) -> Response:
        """The answer of `act`, or the one it gave when the same request came first."""
        if self.key is None:
            return await act()
        body = await self.request.body()
        line = f"{self.request.method} {self.request.url.path}\n"
        request_hash = hashlib.sha256(line.encode() + body).hexdigest()
        kept = await idempotency.find_answer(self.db, self.actor, self.key, request_hash)
        if kept is None:
            response = await act()
            await idempotency.keep_answer(
                self.db, self.actor, self.key, request_hash, _kept(response)
            )
            return response
        return json_answer(kept.body, status=kept.status, etag=kept.etag, location=kept.location)


async def _idempotency(
    request: Request,
    db: Db,
    actor: CurrentActor,
    idempotency_key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            description="Chosen by the client, new for each new request. Sent again within a day, "
            "the same request gets the first answer and does nothing.",
            min_length=1,
            max_length=KEY_MAX_CHARACTERS,
            pattern=r"^[\x21-\x7e]+$",
        ),
    ] = None,
) -> Idempotency:
    return Idempotency(db, actor, request, idempotency_key)


Once = Annotated[Idempotency, Depends(_idempotency)]
"""`Idempotency-Key` of a POST."""


class Versioned(Protocol):
    """A view with a version."""

    @property
    def id(self) -> UUID:
        """What it is the view of."""

    @property
    def version(self) -> int:
        """Which of its versions."""

    def model_dump_json(self) -> str:
        """It as JSON."""


async def expected_version(
    if_match: IfMatch,
    get: Callable[[AsyncSession, Actor, UUID], Awaitable[Versioned]],
    db: AsyncSession,
    actor: Actor,
    row_id: UUID,
) -> int | None:
    """The version that a change of a row is meant for; None is any. Raises NotFound."""

    async def current_version() -> int:
        return (await get(db, actor, row_id)).version

    return await if_match.expected_version(current_version)


def view_answer(view: Versioned, *, is_new: bool = False, path: str | None = None) -> Response:
    """A view with its version as the ETag; with the path of its kind, where to find it."""
    return json_answer(
        view.model_dump_json(),
        status=201 if is_new else 200,
        etag=etag(view.version),
        location=None if path is None else f"{ROOT}{path}/{view.id}",
    )


def json_answer(
    body: str | bytes, *, status: int = 200, etag: str | None = None, location: str | None = None
) -> Response:
    """An answer that is JSON already, so that nothing is checked or written twice."""
    headers = {"Cache-Control": "no-store"}
    if etag is not None:
        headers["ETag"] = etag
    if location is not None:
        headers["Location"] = location
    return Response(body, status, headers, "application/json")


def no_content() -> Response:
    """Done, and nothing to say."""
    return Response(status_code=204, headers={"Cache-Control": "no-store"})


def query_parameters(query: type[BaseModel]) -> list[dict[str, Any]]:
    """What OpenAPI says about the query parameters that a model holds."""
    properties: dict[str, dict[str, Any]] = query.model_json_schema()["properties"]
    return [
        {
            "name": name,
            "in": "query",
            "description": schema.pop("description", ""),
            "schema": schema,
        }
        for name, schema in properties.items()
    ]


def _kept(response: Response) -> KeptAnswer:
    return KeptAnswer(
        status=response.status_code,
        body=bytes(response.body).decode(),
        location=response.headers.get("location"),
        etag=response.headers.get("etag"),
    )


def _read_etags(text: str) -> list[str] | None:
    """The ETags of a list, `["*"]` for any, or None if it is no such list."""
    if text.strip(" \t") == "*":
        return ["*"]
    # A comma may be part of an ETag, so the list is read from the left.
    etags: list[str] = []
    rest = text.strip(" \t,")
    while rest:
        found = _OPAQUE.match(rest)
        if found is None:
            return None
        etags.append(found.group())
        rest = rest[found.end() :].lstrip(" \t")
        if rest and not rest.startswith(","):
            return None
        rest = rest.lstrip(" \t,")
    return etags or None


def _version(etag_text: str) -> int:
    found = _ETAG_OF_VERSION.fullmatch(etag_text)
    return int(found.group(1)) if found else NO_VERSION
