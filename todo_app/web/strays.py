"""What asks for no path of ours, as `OPTIONS *` and `CONNECT` do."""

from __future__ import annotations

from http import HTTPStatus

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from todo_app.web import headers


class Strays:
    """ASGI middleware around the finished app, whose router would lead them to where Host says."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or scope["path"].startswith("/"):
            await self.app(scope, receive, send)
            return
        refusal = PlainTextResponse(HTTPStatus.BAD_REQUEST.phrase, HTTPStatus.BAD_REQUEST)
        headers.protect(refusal.headers, scope["path"], refusal.status_code)
        await refusal(scope, receive, send)
