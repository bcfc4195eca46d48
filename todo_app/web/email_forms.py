"""The form endpoints that change the address of an account: asked for, then confirmed."""

from __future__ import annotations

from pydantic import SecretStr, ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Route

from todo_app.core import email_change, sessions
from todo_app.core.email_change import EmailChange, EmailConfirmation
from todo_app.core.errors import InvalidInput, LinkSpent, TodoError, Unauthenticated
from todo_app.core.tokens import Claims
from todo_app.web import edge, routes
from todo_app.web.form_posts import (
    form_fields,
    redirect,
    refused,
    visit_of,
    with_form_cookie,
)
from todo_app.web.forms import DONE_LIFETIME_SECONDS, RefusedForm
from todo_app.web.messages import FIELD_MESSAGES, message
from todo_app.web.session_cookies import without_cookies


async def ask_for_email_change(request: Request) -> RedirectResponse:
    """Have a link sent to the address that the account of who is signed in is to have."""
    claims: Claims | None = request.scope[edge.CLAIMS_KEY]
    fields = await form_fields(request)
    typed = {"email": fields.get("new_email", "")}
    if claims is None:
        return redirect(routes.sign_in_path(routes.ACCOUNT, ended=True))
    try:
        change = EmailChange(
            new_email=typed["email"],
            current_password=SecretStr(fields.get("password", "")),
        )
        actor = await sessions.authenticate(claims)
        await email_change.ask_for_change(actor, change, visit_of(request))
    except Unauthenticated:
        return redirect(routes.sign_in_path(routes.ACCOUNT, ended=True))
    except ValidationError:
        return refused("email", typed, {"new_email": FIELD_MESSAGES["email"]})
    except InvalidInput as refusal:
        return refused("email", typed, {"password": message(refusal)})
    except TodoError as refusal:
        return refused("email", typed, {"form": message(refusal)})
    done = RefusedForm(form="email", errors={}, is_done=True)
    return with_form_cookie(redirect(routes.ACCOUNT), done, DONE_LIFETIME_SECONDS)


async def confirm_email(request: Request) -> RedirectResponse:
    """Make the address that this browser's link was mailed to the one of its account."""
    confirmation = EmailConfirmation(token=request.scope[edge.LINK_KEY])
    try:
        await email_change.confirm_change(confirmation, visit_of(request))
    except LinkSpent:
        return without_cookies(redirect(routes.LINK_SPENT), edge.link_cookie())
    except TodoError as refusal:
        return refused("confirm-email", {}, {"form": message(refusal)})
    return without_cookies(redirect(routes.EMAIL_CHANGED), edge.link_cookie())


email_routes = [
    Route(routes.EMAIL_FORM, ask_for_email_change, methods=["POST"]),
    Route(routes.CONFIRM_EMAIL_FORM, confirm_email, methods=["POST"]),
]
