"""How a socket is refused: by an answer of HTTP, with the headers that every answer carries."""

from __future__ import annotations

from http import HTTPStatus

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from todo_app.web import headers


def dressed(scope: Scope, receive: Receive, send: Send) -> Send:
    """The way out of a socket that is not open yet: whoever refuses it, the answer has headers."""
    is_open = False

    async def dressed_send(message: Message) -> None:
        nonlocal is_open
        if message["type"] == "websocket.accept":
            is_open = True
        elif message["type"] == "websocket.close" and not is_open:
            # The framework's own way to refuse, which leaves the answer to the server.
            refusal = PlainTextResponse(HTTPStatus.FORBIDDEN.phrase, HTTPStatus.FORBIDDEN)
            await refusal(scope, receive, dressed_send)
            return
        elif message["type"] == "websocket.http.response.start":
            headers.protect(MutableHeaders(scope=message), scope["path"], message["status"])
        await send(message)

    return dressed_send


async def refuse(
    scope: Scope,
    receive: Receive,
    send: Send,
    status: HTTPStatus,
    *,
    retry_after_seconds: int | None = None,
) -> None:
    """Answer a handshake with no socket."""
    await receive()
    later = {} if retry_after_seconds is None else {"Retry-After": str(retry_after_seconds)}
    await PlainTextResponse(status.phrase, status, later)(scope, receive, send)
