"""The outermost ASGI layer: who may come in, as whom, and what every answer carries.

The session cookie ends here. It is verified, stripped, and what it proves is handed on under an
id that nobody outside can name; no handler, no state and no log ever holds the cookie.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import re
import secrets
from contextvars import ContextVar
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import NoReturn
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import UUID

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from todo_app.core import bus, links, session_memory, sessions, tokens
from todo_app.core.bus import News, SessionEnded
from todo_app.core.database import reading
from todo_app.core.errors import TodoError, Unauthenticated, Unavailable
from todo_app.core.origins import is_loopback
from todo_app.core.settings import get_settings
from todo_app.core.tokens import Claims
from todo_app.web import frames, headers, reflex_private, routes, theme
from todo_app.web.messages import message

log = logging.getLogger(__name__)

SOCKET_PATH = "/_event"
CLAIMS_KEY = "todo_app.claims"
STEP_KEY = "todo_app.step"
LINK_KEY = "todo_app.link"
CLIENT_TOKEN_MAX_CHARACTERS = 128
LINGER_SECONDS = 10
SESSION_ENDED = 4401
_SWEEP_AT_ONCE = 500
_CLOSED_FRAMEWORK_PATHS = ("/_health", "/_upload", "/_all_routes", "/auth-codespace")
_SEALED = re.compile(r"[0-9a-f]{16}-[0-9a-f]{32}-[0-9a-f]{32}")


@dataclass(eq=False)
class Connection:
    """One open socket and what its handshake proved."""

    claims: Claims | None
    had_cookie: bool
    flash: str
    id: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    task: asyncio.Task[None] | None = None
    is_ended: bool = False
    place: reflex_private.Place | None = None
    """Where its page was when it last sent an event."""
    awaits_refresh: bool = False

    @property
    def is_open(self) -> bool:
        """Whether something can still be sent to it."""
        return not self.is_ended and self.task is not None and not self.task.done()

    def end(self) -> None:
        """Close the socket because its session is over; the page comes back as a stranger."""
        self.is_ended = True
        if self.task is not None:
            self.task.cancel()


SWEEP_SECONDS = 30

_connections: dict[str, Connection] = {}
_identity: ContextVar[str] = ContextVar("identity", default="anonymous")


def connection_of(event_headers: dict[str, str]) -> Connection | None:
    """The connection that an event came by; closed ones answer for a few seconds more."""
    return _connections.get(event_headers.get("authorization", ""))


def open_connections_of(user_id: UUID) -> list[Connection]:
    """The open sockets of an account, in whatever session."""
    return [
        connection
        for connection in _connections.values()
        if connection.is_open and connection.claims and connection.claims.sub == user_id
    ]


def end_connections_of(news: News) -> None:
    """Close the sockets of a session that was ended, and drop what its pages showed."""
    if not isinstance(news, SessionEnded):
        return
    for connection in list(_connections.values()):
        if connection.claims is not None and connection.claims.sid == news.session_id:
            connection.end()
    reflex_private.purge_states(state_prefix(_session_identity(news.session_id)))


async def sweep_forever() -> NoReturn:
    """Close the sockets whose session ran out, or was ended by another process."""
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        try:
            await sweep()
        except Unavailable:
            log.warning("sweep put off: the database does not answer")


async def sweep() -> None:
    """Close the sockets whose session is over. Raises Unavailable."""
    open_ids = {
        connection.claims.sid
        for connection in _connections.values()
        if connection.claims is not None and not connection.is_ended
    }
    ids = list(open_ids)
    for start in range(0, len(ids), _SWEEP_AT_ONCE):
        async with reading() as db:
            ended = await sessions.ended_among(db, ids[start : start + _SWEEP_AT_ONCE])
        for session_id in ended:
            session_memory.forget(session_id)
            end_connections_of(SessionEnded(session_id))


def flash_of(event_headers: dict[str, str]) -> str:
    """The form cookie that came with an event's socket, once: a form comes back one time."""
    connection = connection_of(event_headers)
    if connection is None:
        return ""
    flash, connection.flash = connection.flash, ""
    return flash


def session_cookie() -> str:
    """The name of the session cookie; on https the browser itself guards the prefix."""
    return "__Host-todo_session" if get_settings().is_https else "todo_session"


def step_cookie() -> str:
    """The name of the cookie between the two steps of signing in."""
    return "__Host-todo_step" if get_settings().is_https else "todo_step"


def form_cookie() -> str:
    """The name of the cookie that carries a refused form back to its page."""
    return "__Host-todo_form" if get_settings().is_https else "todo_form"


def link_cookie() -> str:
    """The name of the cookie that carries the token of a mailed link from its page to its form."""
    return "__Host-todo_link" if get_settings().is_https else "todo_link"


def state_prefix(identity: str) -> str:
    """How every state token of an identity starts."""
    return _mac("prefix", identity)[:16]


def identity_of(claims: Claims | None) -> str:
    """The name of whom a state belongs to: one session, or the anonymous."""
    return _session_identity(claims.sid) if claims else "anonymous"


def bound_token(identity: str, client_token: str) -> str:
    """The state token of an identity for what the client calls its token.

    One that is sealed for this identity already stays, so that a reload keeps its state; any
    other, another identity's too, leads to a state of its own.
    """
    nonce = client_token[17:49]
    if _SEALED.fullmatch(client_token) and hmac.compare_digest(
        _sealed(identity, nonce), client_token
    ):
        return client_token
    return _sealed(identity, _mac("nonce", identity, client_token)[:32])


async def living_claims(cookie: str) -> Claims | None:
    """What a session cookie proves, if its session still lives. Raises Unavailable."""
    try:
        claims = tokens.verify("web", cookie)
        await sessions.authenticate(claims)
    except Unauthenticated:
        return None
    return claims


class Edge:
    """Wraps the whole backend."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        reflex_private.issue_tokens_with(lambda: _sealed(_identity.get(), secrets.token_hex(16)))
        reflex_private.admit_events_with(frames.admitted)
        bus.subscribe(end_connections_of)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "websocket":
            await self._serve_socket(scope, receive, send)
        elif scope["type"] == "http":
            await self._serve_request(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _serve_request(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def send_guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                answer_headers = MutableHeaders(scope=message)
                headers.protect(answer_headers, scope["path"], message["status"])
                theme.hand_over(answer_headers, scope)
            await send(message)

        try:
            answer = await _answer_at_the_door(scope) or self.app
            await answer(scope, receive, send_guarded)
        except Unavailable as refusal:
            if not started:
                answer = PlainTextResponse(
                    message(refusal), 503, {"Retry-After": str(refusal.retry_after_seconds)}
                )
                await answer(scope, receive, send_guarded)
        except Exception:
            # The last resort: whatever slipped through is logged once and never shown.
            reference = secrets.token_hex(6)
            log.exception("unexpected error, reference %s", reference)
            if not started:
                text = f"Something went wrong. If it happens again, tell us reference {reference}."
                await PlainTextResponse(text, 500)(scope, receive, send_guarded)

    async def _serve_socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        head = Headers(scope=scope)
        query = parse_qs(scope["query_string"].decode("latin-1"))
        client_token = query.get("token", [""])[0]
        if (
            head.get("origin") != get_settings().origin
            or not 0 < len(client_token) <= CLIENT_TOKEN_MAX_CHARACTERS
        ):
            await _refuse(receive, send)
            return
        cookies = _cookies(head)
        cookie = cookies.get(session_cookie(), "")
        try:
            claims = await living_claims(cookie) if cookie else None
        except TodoError:
            await _refuse(receive, send)
            return
        connection = Connection(claims, bool(cookie), cookies.get(form_cookie(), ""))
        identity = identity_of(claims)
        _identity.set(identity)
        query["token"] = [bound_token(identity, client_token)]
        await self._connect(
            connection,
            {
                **scope,
                "query_string": urlencode(query, doseq=True).encode(),
                "headers": _without_credentials(scope, connection.id),
            },
            receive,
            send,
        )

    async def _connect(
        self, connection: Connection, scope: Scope, receive: Receive, send: Send
    ) -> None:
        _connections[connection.id] = connection
        connection.task = asyncio.create_task(self.app(scope, receive, send))  # type: ignore[arg-type]
        try:
            await connection.task
        except asyncio.CancelledError:
            if not connection.is_ended:
                connection.task.cancel()
                raise
        finally:
            # What was clicked just before a tab closed is still on its way to its handler.
            asyncio.get_running_loop().call_later(
                LINGER_SECONDS, _connections.pop, connection.id, None
            )
        if connection.is_ended:
            await send({"type": "websocket.close", "code": SESSION_ENDED, "reason": "session"})


async def _answer_at_the_door(scope: Scope) -> Response | None:
    """The answer to a request that goes no further; else its scope is left without credentials.

    Raises Unavailable: who cannot be asked for is not taken for a stranger.
    """
    head = Headers(scope=scope)
    path = scope["path"]
    settings = get_settings()
    if path.startswith((SOCKET_PATH, *_CLOSED_FRAMEWORK_PATHS)):
        return PlainTextResponse("Not found", 404)
    page = routes.page_path(path)
    if page in {"/", *routes.PAGES} and _is_our_alias(head.get("host", "")):
        query = scope["query_string"].decode("latin-1")
        return RedirectResponse(f"{settings.origin}{path}{'?' if query else ''}{query}", 307)
    if path.startswith("/api"):
        scope["headers"] = [pair for pair in scope["headers"] if pair[0] != b"cookie"]
        return None
    # A mailed link is opened from elsewhere; it leads to a page and changes nothing.
    is_link = path.startswith(f"{links.PATH}/") and scope["method"] == "GET"
    is_form = path.startswith("/auth/") and path != routes.SEED_IMAGE and not is_link
    if is_form and head.get("origin") != settings.origin:
        return PlainTextResponse("This form can only be sent from its own site.", 403)
    cookies = _cookies(head)
    cookie, step = cookies.get(session_cookie(), ""), cookies.get(step_cookie(), "")
    needs_identity = page in routes.PAGES or path.startswith("/auth/")
    claims = await living_claims(cookie) if cookie and needs_identity else None
    scope[CLAIMS_KEY], scope[STEP_KEY] = claims, step
    scope[LINK_KEY] = cookies.get(link_cookie(), "")
    if claims is not None and page in routes.PRIVATE_PAGES:
        scope[theme.SCOPE_KEY] = await theme.chosen_by(claims)
    scope["headers"] = [pair for pair in scope["headers"] if pair[0] != b"cookie"]
    if page == routes.SIGN_IN_CODE and claims is None and not step:
        return RedirectResponse(settings.origin + routes.SIGN_IN, 303)
    return _page_guard(scope, page, claims, had_cookie=bool(cookie))


def _page_guard(
    scope: Scope, page: str, claims: Claims | None, *, had_cookie: bool
) -> Response | None:
    """Send strangers to sign-in and members away from it, before a page is even loaded."""
    if scope["method"] not in {"GET", "HEAD"}:
        return None
    origin = get_settings().origin
    if page == "/":
        return RedirectResponse(origin + routes.HOME, 303)
    if page in routes.PRIVATE_PAGES and claims is None:
        here = f"{page}?{scope['query_string'].decode('latin-1')}"
        return RedirectResponse(origin + routes.sign_in_path(here, ended=had_cookie), 303)
    if page in routes.PUBLIC_PAGES and claims is not None:
        wanted = parse_qs(scope["query_string"].decode("latin-1")).get("next", [""])[0]
        return RedirectResponse(origin + routes.safe_next(wanted), 303)
    if page in routes.PAGES:
        # The file itself: the static server would redirect to a path with a slash behind it.
        scope["path"] = f"{page}.html"
        scope["raw_path"] = scope["path"].encode()
    return None


def _is_our_alias(host: str) -> bool:
    """Whether a loopback name is used where the public URL has another one."""
    public = urlsplit(get_settings().origin)
    try:
        asked = urlsplit(f"//{host}")
        has_our_port = asked.port == public.port
    except ValueError:
        return False
    return (
        is_loopback(public.hostname or "")
        and is_loopback(asked.hostname or "")
        and has_our_port
        and host != public.netloc
    )


def _cookies(head: Headers) -> dict[str, str]:
    try:
        jar: SimpleCookie = SimpleCookie(head.get("cookie", ""))
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in jar.items()}


def _without_credentials(scope: Scope, connection_id: str) -> list[tuple[bytes, bytes]]:
    kept = [pair for pair in scope["headers"] if pair[0] not in {b"cookie", b"authorization"}]
    return [*kept, (b"authorization", connection_id.encode())]


async def _refuse(receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.close", "code": 1008})


def _session_identity(session_id: UUID) -> str:
    return f"session:{session_id}"


def _mac(*parts: str) -> str:
    key = hashlib.sha256(b"state token v1" + get_settings().signing_keys[0].encode()).digest()
    return hmac.new(key, "|".join(parts).encode(), hashlib.sha256).hexdigest()


def _sealed(identity: str, nonce: str) -> str:
    return f"{state_prefix(identity)}-{nonce}-{_mac('token', identity, nonce)[:32]}"
