"""The form endpoints that change the address of an account: asked for, then confirmed."""

from __future__ import annotations

from pydantic import SecretStr, ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Route

from todo_app.core import email_change
from todo_app.core.email_change import EmailChange, EmailConfirmation
from todo_app.core.errors import InvalidInput, LinkSpent, TodoError, Unauthenticated
from todo_app.web import edge, routes
from todo_app.web.cookies import link_cookie, without_cookies
from todo_app.web.form_posts import (
    accepted,
    actor_of,
    form_fields,
    redirect,
    refused,
    visit_of,
)
from todo_app.web.messages import FIELD_MESSAGES, message


async def ask_for_email_change(request: Request) -> RedirectResponse:
    """Have a link sent to the address that the account of who is signed in is to have."""
    fields = await form_fields(request)
    typed = {"email": fields.get("new_email", "")}
    try:
        actor = await actor_of(request)
        change = EmailChange(
            new_email=typed["email"],
            current_password=SecretStr(fields.get("password", "")),
        )
        await email_change.ask_for_change(actor, change, visit_of(request))
    except Unauthenticated:
        return redirect(routes.sign_in_path(routes.ACCOUNT, ended=True))
    except ValidationError:
        return refused("email", typed, {"new_email": FIELD_MESSAGES["email"]})
    except InvalidInput as refusal:
        return refused("email", typed, {"password": message(refusal)})
    except TodoError as refusal:
        return refused("email", typed, {"form": message(refusal)})
    return accepted("email")


async def confirm_email(request: Request) -> RedirectResponse:
    """Make the address that this browser's link was mailed to the one of its account."""
    confirmation = EmailConfirmation(token=request.scope[edge.LINK_KEY])
    try:
        await email_change.confirm_change(confirmation, visit_of(request))
    except LinkSpent:
        return without_cookies(redirect(routes.LINK_SPENT), link_cookie())
    except TodoError as refusal:
        return refused("confirm-email", {}, {"form": message(refusal)})
    return without_cookies(redirect(routes.EMAIL_CHANGED), link_cookie())


email_routes = [
    Route(routes.EMAIL_FORM, ask_for_email_change, methods=["POST"]),
    Route(routes.CONFIRM_EMAIL_FORM, confirm_email, methods=["POST"]),
]
