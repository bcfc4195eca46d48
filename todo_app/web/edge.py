"""The outermost ASGI layer: who may come in, as whom, and what every answer carries.

The session cookie ends here. It is verified, stripped, and what it proves is handed on under an
id that nobody outside can name; no handler, no state and no log ever holds the cookie.
"""

from __future__ import annotations

import asyncio
import logging
from contextvars import ContextVar
from http import HTTPStatus
from urllib.parse import parse_qs, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from todo_app.core import bus, links, references, sessions, tokens
from todo_app.core.errors import Unauthenticated, Unavailable
from todo_app.core.origins import is_loopback
from todo_app.core.settings import get_settings
from todo_app.core.tokens import Claims
from todo_app.web import (
    connections,
    frames,
    handshakes,
    headers,
    reflex_private,
    routes,
    state_tokens,
    theme,
)
from todo_app.web.connections import Connection
from todo_app.web.cookies import form_cookie, link_cookie, session_cookie, step_cookie
from todo_app.web.messages import message

log = logging.getLogger(__name__)

SOCKET_PATH = "/_event"
CLAIMS_KEY = "todo_app.claims"
STEP_KEY = "todo_app.step"
LINK_KEY = "todo_app.link"
FORM_KEY = "todo_app.form"
CLIENT_TOKEN_MAX_CHARACTERS = 128
SESSION_ENDED = 4401
_CLOSED_FRAMEWORK_PATHS = ("/_health", "/_upload", "/_all_routes", "/auth-codespace")

_connection: ContextVar[Connection | None] = ContextVar("connection", default=None)


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
        reflex_private.issue_tokens_with(_new_state_token)
        reflex_private.admit_events_with(frames.admitted)
        bus.subscribe(connections.end_connections_of)

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
                headers.share(answer_headers, Headers(scope=scope).get("origin"))
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
            reference = references.current()
            log.exception("unexpected error, reference %s", reference)
            if not started:
                text = f"Something went wrong. If it happens again, tell us reference {reference}."
                await PlainTextResponse(text, 500)(scope, receive, send_guarded)

    async def _serve_socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        send = handshakes.dressed(scope, receive, send)
        head = Headers(scope=scope)
        query = parse_qs(scope["query_string"].decode("latin-1"))
        client_token = query.get("token", [""])[0]
        if (
            head.get("origin") != get_settings().origin
            or not 0 < len(client_token) <= CLIENT_TOKEN_MAX_CHARACTERS
            or not scope["path"].startswith(SOCKET_PATH)
        ):
            await handshakes.refuse(scope, receive, send, HTTPStatus.FORBIDDEN)
            return
        cookies = _cookies(head)
        cookie = cookies.get(session_cookie(), "")
        try:
            claims = await living_claims(cookie) if cookie else None
        except Unavailable as refusal:
            later = refusal.retry_after_seconds
            await handshakes.refuse(
                scope, receive, send, HTTPStatus.SERVICE_UNAVAILABLE, retry_after_seconds=later
            )
            return
        connection = Connection(claims, bool(cookie), cookies.get(form_cookie(), ""))
        _connection.set(connection)
        state_token = state_tokens.bound_token(state_tokens.identity_of(claims), client_token)
        connection.state_tokens.append(state_token)
        query["token"] = [state_token]
        sealed = {
            **scope,
            "query_string": urlencode(query, doseq=True).encode(),
            "headers": _without_credentials(scope, connection.id),
        }
        await self._connect(connection, sealed, receive, send)

    async def _connect(
        self, connection: Connection, scope: Scope, receive: Receive, send: Send
    ) -> None:
        connections.add(connection)
        connection.task = asyncio.create_task(self.app(scope, receive, send))  # type: ignore[arg-type]
        try:
            await connection.task
        except asyncio.CancelledError:
            if not connection.is_ended:
                connection.task.cancel()
                raise
        finally:
            connections.drop_later(connection)
        if connection.is_ended:
            await send({"type": "websocket.close", "code": SESSION_ENDED, "reason": "session"})


def _new_state_token() -> str:
    connection = _connection.get()
    token = state_tokens.new_token(state_tokens.identity_of(connection and connection.claims))
    # The framework names itself by such a token too, when it starts.
    if connection is not None:
        connection.state_tokens.append(token)
    return token


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
    scope[FORM_KEY] = cookies.get(form_cookie(), "")
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
    # As browsers send them: other programs on this host may put anything into cookies of theirs.
    return cookie_parser("; ".join(head.getlist("cookie")))


def _without_credentials(scope: Scope, connection_id: str) -> list[tuple[bytes, bytes]]:
    kept = [pair for pair in scope["headers"] if pair[0] not in {b"cookie", b"authorization"}]
    return [*kept, (b"authorization", connection_id.encode())]
