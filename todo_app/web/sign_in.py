"""The form endpoints that take passwords and set the session cookie: native POST in, 303 out."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import SecretStr, ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Route

from todo_app.core import (
    accounts,
    mail,
    password_change,
    second_step,
    sessions,
    sign_ups,
    throttle,
    tokens,
)
from todo_app.core.accounts import AccountDraft, known_zone
from todo_app.core.credentials import Credentials
from todo_app.core.errors import (
    CodeNeeded,
    EmailTaken,
    InvalidInput,
    TodoError,
    Unauthenticated,
    WrongCode,
)
from todo_app.core.password_change import PasswordChange
from todo_app.web import edge, routes
from todo_app.web.cookies import form_cookie, session_cookie, step_cookie, without_cookies
from todo_app.web.form_posts import (
    accepted,
    actor_of,
    form_fields,
    redirect,
    refused,
    visit_of,
)
from todo_app.web.messages import FIELD_MESSAGES, STEP_IS_OVER, message
from todo_app.web.session_cookies import (
    end_session,
    signed_in,
    with_step_cookie,
)


async def sign_in(request: Request) -> RedirectResponse:
    """Check email and password and begin a session."""
    fields = await form_fields(request)
    try:
        token = await sessions.sign_in_web(_credentials(fields), visit_of(request))
    except CodeNeeded as first_step:
        answer = redirect(routes.sign_in_code_path(fields.get("next", "")))
        return with_step_cookie(answer, first_step.step_token)
    except TodoError as refusal:
        return refused("sign-in", fields, {"form": message(refusal)})
    return await signed_in(request, token, fields.get("next", ""))


async def sign_in_by_code(request: Request) -> RedirectResponse:
    """Check the code of the second step and begin the session that the first was for."""
    fields = await form_fields(request)
    try:
        step = tokens.verify("mfa", request.scope[edge.STEP_KEY])
        token = await second_step.sign_in_by_code(step, fields.get("code", ""), visit_of(request))
    except Unauthenticated:
        return refused("sign-in", fields, {"form": STEP_IS_OVER})
    except WrongCode as refusal:
        return refused("code", fields, {"code": message(refusal)})
    except TodoError as refusal:
        return refused("code", fields, {"form": message(refusal)})
    return await signed_in(request, token, fields.get("next", ""))


async def sign_up(request: Request) -> RedirectResponse:
    """Open an account and begin a session in it, or have its address confirmed first."""
    fields = await form_fields(request)
    try:
        throttle.admit_sign_up(visit_of(request))
        draft = AccountDraft(
            email=fields.get("email", ""),
            password=SecretStr(fields.get("password", "")),
            name=fields.get("name", ""),
            time_zone=known_zone(fields.get("time_zone", "")),
        )
        if mail.reaches_people():
            await sign_ups.begin(draft, visit_of(request))
            return redirect(routes.SIGN_UP_SENT)
        await accounts.sign_up(draft, visit_of(request))
        token = await sessions.sign_in_web(_credentials(fields), visit_of(request))
    except ValidationError as error:
        return refused("sign-up", fields, _field_errors(error))
    except InvalidInput as refusal:
        return refused("sign-up", fields, {refusal.field: message(refusal)})
    except EmailTaken as refusal:
        return refused("sign-up", fields, {"email": message(refusal)})
    except TodoError as refusal:
        return refused("sign-up", fields, {"form": message(refusal)})
    return await signed_in(request, token, "")


async def sign_out(request: Request) -> RedirectResponse:
    """End the session of this browser, in all of its tabs."""
    await end_session(request)
    answer = redirect(routes.SIGN_IN)
    return without_cookies(answer, session_cookie(), form_cookie(), step_cookie())


async def change_password(request: Request) -> RedirectResponse:
    """Change the password of who is signed in; all other sessions end."""
    fields = await form_fields(request)
    change = PasswordChange(
        current_password=SecretStr(fields.get("current_password", "")),
        new_password=SecretStr(fields.get("new_password", "")),
        revoke_api_tokens="revoke_api_tokens" in fields,
    )
    try:
        actor = await actor_of(request)
        await password_change.change_password(actor, change, visit_of(request))
    except Unauthenticated:
        return redirect(routes.sign_in_path(routes.SECURITY, ended=True))
    except InvalidInput as refusal:
        return refused("password", {}, {refusal.field: message(refusal)})
    except TodoError as refusal:
        return refused("password", {}, {"form": message(refusal)})
    return accepted("password")


form_routes = [
    Route(routes.SIGN_IN_FORM, sign_in, methods=["POST"]),
    Route(routes.SIGN_IN_CODE_FORM, sign_in_by_code, methods=["POST"]),
    Route(routes.SIGN_UP_FORM, sign_up, methods=["POST"]),
    Route(routes.SIGN_OUT_FORM, sign_out, methods=["POST"]),
    Route(routes.PASSWORD_FORM, change_password, methods=["POST"]),
]


def _credentials(fields: Mapping[str, str]) -> Credentials:
    return Credentials(
        email=fields.get("email", ""), password=SecretStr(fields.get("password", ""))
    )


def _field_errors(error: ValidationError) -> dict[str, str]:
    names = {str(detail["loc"][0]) for detail in error.errors(include_input=False)}
    return {name: FIELD_MESSAGES[name] for name in ("email", "name") if name in names} or {
        "form": FIELD_MESSAGES["unusable"]
    }
