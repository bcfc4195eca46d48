"""The form endpoints of a sign-up that is confirmed by mail."""

from __future__ import annotations

from pydantic import SecretStr, ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Route

from todo_app.core import sessions, sign_ups
from todo_app.core.credentials import Credentials
from todo_app.core.errors import EmailTaken, InvalidInput, LinkSpent, TodoError
from todo_app.core.sign_ups import SignUpAddress, SignUpConfirmation
from todo_app.web import edge, routes
from todo_app.web.cookies import link_cookie, without_cookies
from todo_app.web.form_posts import form_fields, redirect, refused, visit_of
from todo_app.web.messages import FIELD_MESSAGES, message
from todo_app.web.session_cookies import signed_in


async def send_again(request: Request) -> RedirectResponse:
    """Have the link sent again that confirms a sign-up."""
    fields = await form_fields(request)
    try:
        address = SignUpAddress(email=fields.get("email", ""))
        await sign_ups.send_again(address, visit_of(request))
    except ValidationError:
        return refused("sign-up-sent", fields, {"email": FIELD_MESSAGES["email"]})
    except TodoError as refusal:
        return refused("sign-up-sent", fields, {"form": message(refusal)})
    return redirect(f"{routes.SIGN_UP_SENT}?again=1")


async def confirm_sign_up(request: Request) -> RedirectResponse:
    """Open the account that this browser's link was mailed for, and begin a session in it."""
    fields = await form_fields(request)
    password = SecretStr(fields.get("password", ""))
    confirmation = SignUpConfirmation(token=request.scope[edge.LINK_KEY], password=password)
    try:
        account = await sign_ups.confirm(confirmation, visit_of(request))
        credentials = Credentials(email=account.email, password=password)
        token = await sessions.sign_in_web(credentials, visit_of(request))
    except (LinkSpent, EmailTaken):
        return without_cookies(redirect(routes.LINK_SPENT), link_cookie())
    except InvalidInput as refusal:
        return refused("confirm-sign-up", {}, {refusal.field: message(refusal)})
    except TodoError as refusal:
        return refused("confirm-sign-up", {}, {"form": message(refusal)})
    return without_cookies(await signed_in(request, token, ""), link_cookie())


sign_up_routes = [
    Route(routes.SIGN_UP_AGAIN_FORM, send_again, methods=["POST"]),
    Route(routes.CONFIRM_SIGN_UP_FORM, confirm_sign_up, methods=["POST"]),
]
