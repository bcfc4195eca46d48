"""The outermost ASGI layer: each request and event gets its reference, and is measured."""

from __future__ import annotations

import logging
import time
from functools import cache

from starlette.datastructures import MutableHeaders
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from todo_app.core import metrics, references
from todo_app.web import reflex_private, routes

log = logging.getLogger(__name__)

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SERVER_ERROR = 500
# To find one by its labels takes longer than to add to it.
_events = cache(metrics.EVENTS.labels)


class Watch:
    """Wraps everything else."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        reflex_private.watch_events_with(references.begin, _note_event)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "http":
            await self._watch_request(scope, receive, send)
        elif scope["type"] == "websocket":
            references.begin()
            with metrics.SOCKETS.track_inprogress():
                await self.app(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _watch_request(self, scope: Scope, receive: Receive, send: Send) -> None:
        reference = references.begin()
        path, started, status = scope["path"], time.perf_counter(), 0

        async def watched_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-Id"] = reference
            await send(message)

        try:
            await self.app(scope, receive, watched_send)
        finally:
            seconds = time.perf_counter() - started
            method = scope["method"] if scope["method"] in _METHODS else "other"
            route = _route_of(scope, path)
            metrics.REQUESTS.labels(method, route, status).observe(seconds)
            # The pattern, and never the path: links that are mailed carry a token in theirs.
            log.log(
                logging.WARNING if status >= _SERVER_ERROR else logging.DEBUG,
                "%s %s answered %d in %.0f ms",
                method,
                route,
                status,
                1_000 * seconds,
            )


def _route_of(scope: Scope, path: str) -> str:
    """The pattern of a path: there are only so many of them."""
    route = scope.get("route")
    if isinstance(route, Route):
        return f"{scope.get('root_path', '')}{route.path}"
    page = routes.page_path(path)
    return page if page == "/" or page in routes.PAGES else "other"


def _note_event(handler: str, seconds: float, has_failed: bool) -> None:
    _events(handler, "failed" if has_failed else "handled").observe(seconds)
