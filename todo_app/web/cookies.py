"""Our cookies: their names, and how each is set and taken back. No script reads them."""

from __future__ import annotations

from typing import TypeVar

from starlette.responses import Response

from todo_app.core.settings import get_settings

AnyResponse = TypeVar("AnyResponse", bound=Response)


def session_cookie() -> str:
    """The name of the session cookie."""
    return _guarded("todo_session")


def step_cookie() -> str:
    """The name of the cookie between the two steps of signing in."""
    return _guarded("todo_step")


def form_cookie() -> str:
    """The name of the cookie that carries a refused form back to its page."""
    return _guarded("todo_form")


def link_cookie() -> str:
    """The name of the cookie that carries the token of a mailed link from its page to its form."""
    return _guarded("todo_link")


def _guarded(name: str) -> str:
    """A name whose prefix the browser itself guards on https."""
    return f"__Host-{name}" if get_settings().is_https else name


def with_cookie(answer: AnyResponse, name: str, value: str, lifetime_seconds: float) -> AnyResponse:
    """An answer that sets a cookie."""
    answer.set_cookie(
        name,
        value,
        max_age=int(lifetime_seconds),
        httponly=True,
        samesite="lax",
        secure=get_settings().is_https,
    )
    return answer


def without_cookies(answer: AnyResponse, *names: str) -> AnyResponse:
    """An answer that takes cookies back."""
    for name in names:
        answer.delete_cookie(name, secure=get_settings().is_https, httponly=True, samesite="lax")
    return answer
