"""The headers that every answer carries: security, and how long it may be kept."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from http import HTTPStatus

from starlette.datastructures import MutableHeaders

from todo_app.core.settings import get_settings
from todo_app.web import reflex_private

_YEAR_SECONDS = 31_536_000
_BARE_POLICY = (
    "default-src 'none'; form-action 'none'; base-uri 'none'; object-src 'none'; "
    "frame-ancestors 'none'"
)
"""Of what is no page: shown by itself, it may load and send nothing."""
WORKER = "/sw.js"
_WORKER_POLICY = _BARE_POLICY.replace(
    "default-src 'none'", "default-src 'none'; connect-src 'self'"
)
"""Of what opens the pages without a network: it fetches them, and nothing from elsewhere."""
_INLINE_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)


def protect(answer: MutableHeaders, path: str, status: int) -> None:
    """Add the security headers to an answer, and the cache rule of its path."""
    for name, value in _security_headers():
        answer[name] = value
    # A page that has not changed takes on the policy of the answer that says so.
    is_page = status == HTTPStatus.NOT_MODIFIED or answer.get("content-type", "").startswith(
        "text/html"
    )
    bare_policy = _WORKER_POLICY if path == WORKER else _BARE_POLICY
    answer["Content-Security-Policy"] = _page_policy() if is_page else bare_policy
    if path.startswith("/assets/") and status < HTTPStatus.BAD_REQUEST:
        answer["Cache-Control"] = f"public, max-age={_YEAR_SECONDS}, immutable"
    elif answer.get("content-type", "").startswith(("text/html", "application/", "text/plain")):
        # Pages too: a page that comes back from the browser's memory would show a person's
        # tasks to whoever presses Back after sign-out.
        answer["Cache-Control"] = "no-store"


def share(answer: MutableHeaders, origin: str | None) -> None:
    """Let our own pages read an answer where they are served apart from the backend."""
    settings = get_settings()
    if settings.backend_origin == settings.origin:
        return
    answer.add_vary_header("Origin")
    if origin == settings.origin:
        answer["Access-Control-Allow-Origin"] = settings.origin
        answer["Access-Control-Allow-Credentials"] = "true"


@cache
def _security_headers() -> tuple[tuple[str, str], ...]:
    headers = [
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("X-Frame-Options", "DENY"),
    ]
    if get_settings().is_https:
        subdomains = f"max-age={_YEAR_SECONDS}; includeSubDomains"
        headers.append(("Strict-Transport-Security", subdomains))
    return tuple(headers)


@cache
def _page_policy() -> str:
    socket = get_settings().origin.replace("http", "ws", 1)
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' {' '.join(_inline_script_hashes())}".strip(),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "font-src 'self'",
            "manifest-src 'self'",
            "worker-src 'self'",
            f"connect-src 'self' {socket}",
            "form-action 'self'",
            "base-uri 'none'",
            "object-src 'none'",
            "frame-ancestors 'none'",
        )
    )


def _inline_script_hashes() -> list[str]:
    """The hashes of the scripts that the build wrote into its pages (CSP level 2)."""
    scripts: set[str] = set()
    for page in reflex_private.static_files().rglob("*.html"):
        scripts.update(_INLINE_SCRIPT.findall(page.read_text("utf-8")))
    digests = (hashlib.sha256(script.encode()).digest() for script in scripts)
    return sorted(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
