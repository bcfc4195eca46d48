"""How long the body of a form may be. It is read here, so that no answer leaves half of it behind.

What nobody waited for would close the connection on the next request, without a word.
"""

from __future__ import annotations

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FORM_MAX_BYTES = 32_768
_DRAINED_MAX_BYTES = 1_048_576
"""How much of a body that is too long is read: who still sends may not see an answer."""


class FormLimit:
    """ASGI middleware around the form endpoints, inside of the edge."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, whatever length it claims to have."""
        is_form = scope["type"] == "http" and scope["path"].startswith("/auth/")
        if not is_form or scope["method"] in {"GET", "HEAD"}:
            await self.app(scope, receive, send)
            return
        body, received_bytes, has_more = bytearray(), 0, True
        while has_more and received_bytes <= _DRAINED_MAX_BYTES:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            part = message.get("body", b"")
            received_bytes += len(part)
            if received_bytes <= FORM_MAX_BYTES:
                body += part
            has_more = message.get("more_body", False)
        if received_bytes > FORM_MAX_BYTES:
            refusal = PlainTextResponse("This form is too long.", 413, {"Connection": "close"})
            await refusal(scope, receive, send)
            return
        await self.app(scope, _read_again(bytes(body), receive), send)


def _read_again(body: bytes, receive: Receive) -> Receive:
    """The body in one message, then what comes after it."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return waiting.pop() if waiting else await receive()

    return receive_again
