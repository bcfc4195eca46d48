"""The cookies that say who is signed in, or half way there, set by form endpoints."""

from __future__ import annotations

from contextlib import suppress
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from todo_app.core import first_step, sessions
from todo_app.core.database import transaction
from todo_app.core.errors import Unauthenticated
from todo_app.core.settings import get_settings
from todo_app.core.tokens import Claims
from todo_app.web import edge, routes
from todo_app.web.form_posts import redirect

AnyResponse = TypeVar("AnyResponse", bound=Response)


async def signed_in(request: Request, token: str, next_path: str) -> RedirectResponse:
    """Signing in again is a new session: the one this browser had ends."""
    await end_session(request)
    answer = redirect(routes.safe_next(next_path))
    _set(answer, edge.session_cookie(), token, get_settings().session_days * 86_400)
    return without_cookies(answer, edge.form_cookie(), edge.step_cookie())


def with_step_cookie(answer: AnyResponse, step_token: str) -> AnyResponse:
    """An answer after the first of two steps."""
    _set(answer, edge.step_cookie(), step_token, int(first_step.LIFETIME.total_seconds()))
    return without_cookies(answer, edge.form_cookie())


def without_cookies(answer: AnyResponse, *names: str) -> AnyResponse:
    """An answer that takes cookies back."""
    for name in names:
        answer.delete_cookie(name, secure=get_settings().is_https, httponly=True, samesite="lax")
    return answer


async def end_session(request: Request) -> None:
    """End the session that the request's cookie proves."""
    claims: Claims | None = request.scope[edge.CLAIMS_KEY]
    if claims is None:
        return
    with suppress(Unauthenticated):
        actor = await sessions.authenticate(claims)
        async with transaction(actor.user_id) as db:
            await sessions.sign_out(db, actor)


def _set(answer: Response, name: str, value: str, lifetime_seconds: int) -> None:
    answer.set_cookie(
        name,
        value,
        max_age=lifetime_seconds,
        httponly=True,
        samesite="lax",
        secure=get_settings().is_https,
    )
