"""What every request to the API passes first: HEAD, the size of bodies, the unforeseen."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from todo_app.api import problems

BODY_MAX_BYTES = 1_048_576
_NUL = b"\0"
"""JSON has it in UTF-16 and UTF-32 always, and in UTF-8 never."""
_LAST = {"Connection": "close"}
"""On a connection with the rest of a body that nobody read, no other request is answered."""


class Gate:
    """ASGI middleware around the routes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}
            send = _without_body(send)
        if _declared_bytes(scope) > BODY_MAX_BYTES:
            await problems.problem(problems.TOO_LARGE, headers=_LAST)(scope, receive, send)
            return
        has_started = False

        async def watched_send(message: Message) -> None:
            nonlocal has_started
            has_started = True
            await send(message)

        try:
            await self._app(scope, _limited(receive), watched_send)
        except Exception as error:
            if has_started:
                raise
            await problems.unexpected(error)(scope, receive, send)


def _declared_bytes(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value[:20])
    return 0


def _limited(receive: Receive) -> Receive:
    """Count the body as it comes in: what is declared may be a lie, or missing when chunked."""
    received_bytes = 0

    async def limited_receive() -> Message:
        nonlocal received_bytes
        message = await receive()
        body: bytes = message.get("body", b"")
        received_bytes += len(body)
        if received_bytes > BODY_MAX_BYTES:
            raise HTTPException(problems.TOO_LARGE.status, headers=_LAST)
        if _NUL in body:
            raise HTTPException(problems.BAD_JSON.status)
        return message

    return limited_receive


def _without_body(send: Send) -> Send:
    async def bodiless_send(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return bodiless_send
