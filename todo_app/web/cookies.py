"""How every cookie of ours is set and taken back: no script reads it, no other site sends it."""

from __future__ import annotations

from typing import TypeVar

from starlette.responses import Response

from todo_app.core.settings import get_settings

AnyResponse = TypeVar("AnyResponse", bound=Response)


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
