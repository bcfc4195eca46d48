"""The theme that a person chose, on its way to their browser: it shows from the first frame on.

The framework keeps the theme in the browser, and applies it before the first paint. So that a
choice made elsewhere shows as early, it comes with the page, in a cookie that a script in the head
takes over; a state would bring it after the first paint, as a flash.
"""

from __future__ import annotations

import reflex as rx
from starlette.datastructures import MutableHeaders
from starlette.types import Scope

from todo_app.core import accounts, sessions
from todo_app.core.accounts import Theme
from todo_app.core.database import reading
from todo_app.core.errors import NotFound, Unauthenticated
from todo_app.core.settings import get_settings
from todo_app.core.tokens import Claims

SCOPE_KEY = "todo_app.theme"
COOKIE = "todo_theme"
LIFETIME_SECONDS = 60

_SCRIPT = """
try {
  const cookie = /(?:^|; )((?:__Host-)?todo_theme)=(system|light|dark)(?:;|$)/;
  const [, name, chosen] = document.cookie.match(cookie) ?? [];
  if (chosen) {
    const root = document.documentElement;
    const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
    const shown = chosen === "system" ? (isDark ? "dark" : "light") : chosen;
    const secure = name.startsWith("__Host-") ? "; Secure" : "";
    document.cookie = name + "=; Path=/; Max-Age=0; SameSite=Lax" + secure;
    localStorage.setItem("theme", chosen);
    root.classList.remove("light", "dark");
    root.classList.add(shown);
    root.style.colorScheme = shown;
  }
} catch (error) { /* A browser that keeps nothing shows the theme of its system. */ }
"""


def script() -> rx.Component:
    """What takes the theme over, in the head of every page; the policy knows it by its hash."""
    return rx.el.script(_SCRIPT)


async def chosen_by(claims: Claims) -> Theme | None:
    """The theme of whose session it is, or None if it ended meanwhile. Raises Unavailable."""
    try:
        actor = await sessions.authenticate(claims)
        async with reading(actor.user_id) as db:
            return (await accounts.get_account(db, actor)).theme
    except (Unauthenticated, NotFound):
        return None


def hand_over(answer: MutableHeaders, scope: Scope) -> None:
    """Add the cookie to the answer that is a page."""
    theme: Theme | None = scope.get(SCOPE_KEY)
    if theme is not None and answer.get("content-type", "").startswith("text/html"):
        prefix, secure = ("__Host-", "; Secure") if get_settings().is_https else ("", "")
        answer.append(
            "Set-Cookie",
            f"{prefix}{COOKIE}={theme}; Path=/; Max-Age={LIFETIME_SECONDS}; SameSite=Lax{secure}",
        )
