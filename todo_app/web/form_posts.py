"""What every form endpoint does: ask who sent it, read it, answer 303, bring it back if refused."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse

from todo_app.core import sessions
from todo_app.core.access import Actor
from todo_app.core.errors import Unauthenticated
from todo_app.core.settings import get_settings
from todo_app.core.tokens import Claims
from todo_app.core.visits import Visit, visit
from todo_app.web import edge, routes
from todo_app.web.cookies import form_cookie, with_cookie
from todo_app.web.forms import DONE_LIFETIME_SECONDS, LIFETIME_SECONDS, Form, RefusedForm


async def actor_of(request: Request) -> Actor:
    """Who is signed in where a form comes from. Raises Unauthenticated."""
    claims: Claims | None = request.scope[edge.CLAIMS_KEY]
    if claims is None:
        raise Unauthenticated
    return await sessions.authenticate(claims)


async def form_fields(request: Request) -> Mapping[str, str]:
    """The text fields of a form; a malformed one has none."""
    form = await request.form(max_files=0, max_fields=10)
    fields = {name: value for name, value in form.items() if isinstance(value, str)}
    if fields.get("next") == "":
        # Sent before the page had heard from the server: its address knew already.
        fields["next"] = _wanted_by_page(request.headers.get("referer", ""))
    # Bytes that are not UTF-8 have become this sign: all such passwords would be the same one.
    return {} if any("\ufffd" in value for value in fields.values()) else fields


def visit_of(request: Request) -> Visit:
    """Where a form comes from."""
    return visit(
        "web",
        peer=request.client.host if request.client else None,
        forwarded_for=request.headers.getlist("x-forwarded-for"),
        trusted_hops=get_settings().trusted_proxy_hops,
        user_agent=request.headers.get("user-agent", ""),
    )


def refused(form: Form, fields: Mapping[str, str], errors: dict[str, str]) -> RedirectResponse:
    """Lead back to the page of a form, which is to say what was wrong."""
    brought_back = RefusedForm(
        form=form,
        errors=errors,
        email=_storable(fields.get("email", ""))[:300],
        name=_storable(fields.get("name", ""))[:150],
    )
    answer = redirect(_page_of(form, fields))
    return with_cookie(answer, form_cookie(), brought_back.to_cookie(), LIFETIME_SECONDS)


def accepted(form: Form) -> RedirectResponse:
    """Lead back to the page of a form, which is to say that it is done."""
    done = RefusedForm(form=form, errors={}, is_done=True)
    answer = redirect(_page_of(form, {}))
    return with_cookie(answer, form_cookie(), done.to_cookie(), DONE_LIFETIME_SECONDS)


def _page_of(form: Form, fields: Mapping[str, str]) -> str:
    return {
        "sign-in": routes.sign_in_path(fields.get("next", "")),
        "code": routes.sign_in_code_path(fields.get("next", "")),
        "sign-up": routes.SIGN_UP,
        "password": routes.SECURITY,
        "codes": routes.SECOND_FACTOR,
        "forgotten-password": routes.FORGOTTEN_PASSWORD,
        "reset-password": routes.RESET_PASSWORD,
        "close": routes.ACCOUNT,
        "sign-up-sent": routes.SIGN_UP_SENT,
        "confirm-sign-up": routes.CONFIRM_SIGN_UP,
        "email": routes.ACCOUNT,
        "confirm-email": routes.CONFIRM_EMAIL,
        "passkeys": routes.PASSKEYS,
    }[form]


def redirect(path: str) -> RedirectResponse:
    """See Other, at a path of ours."""
    return RedirectResponse(get_settings().origin + path, 303)


def _wanted_by_page(address: str) -> str:
    """Where a page of ours was to lead to, by its address."""
    if not address.startswith(f"{get_settings().origin}/"):
        return ""
    return parse_qs(urlsplit(address).query).get("next", [""])[0]


def _storable(text: str) -> str:
    return text.encode("utf-8", "ignore").decode()
