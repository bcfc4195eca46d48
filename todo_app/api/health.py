"""Whether this process lives, and whether it can serve: for supervisors and load balancers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from todo_app.api import problems
from todo_app.core import readiness
from todo_app.core.errors import Unavailable

NO_STORE = {"Cache-Control": "no-store"}


async def show_live(_request: Request) -> Response:
    """This process answers."""
    return JSONResponse({"status": "live"}, headers=NO_STORE)


async def show_ready(request: Request) -> Response:
    """The database answers too, and has our tables.

    Without Redis requests are served as ever: who took this process out of service for it would
    turn a loss of comfort into a loss of all.
    """
    if not await readiness.can_serve():
        return await problems.answer_refusal(request, Unavailable())
    if await readiness.is_redis_gone():
        return JSONResponse({"status": "degraded", "missing": ["redis"]}, headers=NO_STORE)
    return JSONResponse({"status": "ready"}, headers=NO_STORE)


def _read_only(
    show: Callable[[Request], Awaitable[Response]],
) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        if request.method in {"GET", "HEAD"}:
            return await show(request)
        return problems.problem(problems.NOT_ALLOWED, headers={"Allow": "GET, HEAD"})

    return answer


_ALL_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

health_routes = [
    Route("/health/live", _read_only(show_live), methods=_ALL_METHODS, name="live"),
    Route("/health/ready", _read_only(show_ready), methods=_ALL_METHODS, name="ready"),
]
"""For the root of the server, outside of the API."""
