"""The form endpoints of Settings > Account: take everything along, and close the account."""

from __future__ import annotations

from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from todo_app.core import account_export, closing
from todo_app.core.closing import Closing
from todo_app.core.database import transaction
from todo_app.core.errors import InvalidInput, TodoError, Unauthenticated
from todo_app.web import routes
from todo_app.web.cookies import form_cookie, session_cookie, without_cookies
from todo_app.web.form_posts import actor_of, form_fields, redirect, refused, visit_of
from todo_app.web.messages import message


async def export_account(request: Request) -> Response:
    """Everything that the account holds, as a file."""
    try:
        actor = await actor_of(request)
        async with transaction(actor.user_id) as db:
            document = await account_export.export_account(db, actor, visit_of(request))
    except Unauthenticated:
        return redirect(routes.sign_in_path(routes.ACCOUNT, ended=True))
    disposition = {"Content-Disposition": account_export.content_disposition()}
    return Response(document, headers=disposition, media_type="application/json")


async def close_account(request: Request) -> RedirectResponse:
    """Close the account of who is signed in; this session ends with all others."""
    fields = await form_fields(request)
    wanted = Closing(
        current_password=SecretStr(fields.get("current_password", "")),
        email=fields.get("email", ""),
    )
    try:
        actor = await actor_of(request)
        await closing.close_account(actor, wanted, visit_of(request))
    except Unauthenticated:
        return redirect(routes.sign_in_path(routes.ACCOUNT, ended=True))
    except InvalidInput as refusal:
        return refused("close", {}, {refusal.field: message(refusal)})
    except TodoError as refusal:
        return refused("close", {}, {"form": message(refusal)})
    answer = redirect(f"{routes.SIGN_IN}?closed=1")
    return without_cookies(answer, session_cookie(), form_cookie())


account_routes = [
    Route(routes.EXPORT_FORM, export_account, methods=["POST"]),
    Route(routes.CLOSE_FORM, close_account, methods=["POST"]),
]
