"""The cookies that say who is signed in, or half way there, set by form endpoints."""

from __future__ import annotations

from contextlib import suppress

from starlette.requests import Request
from starlette.responses import RedirectResponse

from todo_app.core import first_step, sessions
from todo_app.core.database import transaction
from todo_app.core.errors import Unauthenticated
from todo_app.core.settings import get_settings
from todo_app.web import routes
from todo_app.web.cookies import (
    AnyResponse,
    form_cookie,
    session_cookie,
    step_cookie,
    with_cookie,
    without_cookies,
)
from todo_app.web.form_posts import actor_of, redirect


async def signed_in(request: Request, token: str, next_path: str) -> RedirectResponse:
    """Signing in again is a new session: the one this browser had ends."""
    await end_session(request)
    lifetime_seconds = get_settings().session_days * 86_400
    answer = redirect(routes.safe_next(next_path))
    with_cookie(answer, session_cookie(), token, lifetime_seconds)
    return without_cookies(answer, form_cookie(), step_cookie())


def with_step_cookie(answer: AnyResponse, step_token: str) -> AnyResponse:
    """An answer after the first of two steps."""
    with_cookie(answer, step_cookie(), step_token, first_step.LIFETIME.total_seconds())
    return without_cookies(answer, form_cookie())


async def end_session(request: Request) -> None:
    """End the session that the request's cookie proves."""
    with suppress(Unauthenticated):
        actor = await actor_of(request)
        async with transaction(actor.user_id) as db:
            await sessions.sign_out(db, actor)
