"""The form endpoints of a forgotten password, and the way from any mailed link to its page.

The token of a link goes from the address into a cookie at once: it stays out of the history of the
browser, of the state of the page, and the page works without scripts.
"""

from __future__ import annotations

from pydantic import SecretStr, ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Route

from todo_app.core import links, recovery
from todo_app.core.database import reading
from todo_app.core.errors import InvalidInput, LinkSpent, TodoError
from todo_app.core.links import Purpose
from todo_app.core.recovery import ForgottenPassword, PasswordReset
from todo_app.web import edge, routes
from todo_app.web.cookies import link_cookie, with_cookie, without_cookies
from todo_app.web.form_posts import form_fields, redirect, refused, visit_of
from todo_app.web.messages import FIELD_MESSAGES, message

_PAGES: dict[str, tuple[Purpose, str]] = {
    "reset-password": ("reset-password", routes.RESET_PASSWORD),
    "confirm-sign-up": ("confirm-sign-up", routes.CONFIRM_SIGN_UP),
    "confirm-email": ("confirm-email", routes.CONFIRM_EMAIL),
}
"""Where the links of each purpose lead."""


async def open_link(request: Request) -> RedirectResponse:
    """Lead from a mailed link to its page, where it is used; looking at it changes nothing.

    Programs that check mail for dangers open every link in it.
    """
    found = _PAGES.get(request.path_params["purpose"])
    if found is None:
        return redirect(routes.LINK_SPENT)
    purpose, page = found
    token = request.path_params["token"]
    try:
        async with reading() as db:
            await links.look_up(db, purpose, token)
    except LinkSpent:
        return redirect(routes.LINK_SPENT)
    lifetime_seconds = links.LIFETIMES[purpose].total_seconds()
    return with_cookie(redirect(page), link_cookie(), token, lifetime_seconds)


async def ask_for_reset(request: Request) -> RedirectResponse:
    """Have a link sent by which a password can be set anew."""
    fields = await form_fields(request)
    try:
        forgotten = ForgottenPassword(email=fields.get("email", ""))
        await recovery.ask_for_link(forgotten, visit_of(request))
    except ValidationError:
        return refused("forgotten-password", fields, {"email": FIELD_MESSAGES["email"]})
    except TodoError as refusal:
        return refused("forgotten-password", fields, {"form": message(refusal)})
    return redirect(routes.RESET_SENT)


async def reset_password(request: Request) -> RedirectResponse:
    """Set the password by the link that this browser came with; one signs in afterwards."""
    fields = await form_fields(request)
    reset = PasswordReset(
        token=request.scope[edge.LINK_KEY],
        new_password=SecretStr(fields.get("new_password", "")),
    )
    try:
        await recovery.reset_password(reset, visit_of(request))
    except LinkSpent:
        return without_cookies(redirect(routes.LINK_SPENT), link_cookie())
    except InvalidInput as refusal:
        return refused("reset-password", {}, {refusal.field: message(refusal)})
    except TodoError as refusal:
        return refused("reset-password", {}, {"form": message(refusal)})
    return without_cookies(redirect(f"{routes.SIGN_IN}?reset=1"), link_cookie())


recovery_routes = [
    Route(f"{links.PATH}/{{purpose}}/{{token}}", open_link, methods=["GET"]),
    Route(routes.FORGOTTEN_PASSWORD_FORM, ask_for_reset, methods=["POST"]),
    Route(routes.RESET_PASSWORD_FORM, reset_password, methods=["POST"]),
]
