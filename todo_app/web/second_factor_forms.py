"""The form endpoints of the second factor, and the picture of a seed that waits for its code."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable, Mapping

import segno
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from todo_app.core import second_factor
from todo_app.core.access import Actor
from todo_app.core.database import reading
from todo_app.core.errors import InvalidInput, NotFound, TodoError, Unauthenticated
from todo_app.core.second_factor import Confirmation
from todo_app.core.visits import Visit
from todo_app.web import routes
from todo_app.web.form_posts import (
    accepted,
    actor_of,
    form_fields,
    redirect,
    refused,
    visit_of,
)
from todo_app.web.messages import message

_Change = Callable[[Actor, SecretStr, Visit], Awaitable[None]]


async def switch_on(request: Request) -> RedirectResponse:
    """Ask for codes at sign-in from now on."""
    fields = await form_fields(request)

    async def confirm(actor: Actor, current_password: SecretStr, visit: Visit) -> None:
        code = fields.get("code", "")
        confirmation = Confirmation(code=code, current_password=current_password)
        await second_factor.switch_on(actor, confirmation, visit)

    return await _change(request, fields, "on_password", confirm)


async def switch_off(request: Request) -> RedirectResponse:
    """Ask for no codes any more."""
    fields = await form_fields(request)
    return await _change(request, fields, "off_password", second_factor.switch_off)


async def renew_recovery_codes(request: Request) -> RedirectResponse:
    """Take the recovery codes back; the page makes new ones as it opens."""
    fields = await form_fields(request)
    return await _change(request, fields, "renew_password", second_factor.drop_recovery_codes)


async def show_seed(request: Request) -> Response:
    """The seed that waits for its first code, as a QR code that is drawn here and kept nowhere."""
    try:
        actor = await actor_of(request)
        async with reading(actor.user_id) as db:
            enrolment = await second_factor.get_enrolment(db, actor)
    except Unauthenticated:
        return PlainTextResponse("Not found", 404)
    except NotFound:
        # A page that was just reloaded still shows what was there before its form was sent.
        return Response(status_code=204)
    picture = io.BytesIO()
    segno.make(enrolment.uri, error="m").save(picture, kind="svg", scale=5, light="#fff")
    return Response(picture.getvalue(), headers={"Cache-Control": "no-store"}, media_type=_SVG)


_SVG = "image/svg+xml"

second_factor_routes = [
    Route(routes.SECOND_FACTOR_ON_FORM, switch_on, methods=["POST"]),
    Route(routes.SECOND_FACTOR_OFF_FORM, switch_off, methods=["POST"]),
    Route(routes.RECOVERY_CODES_FORM, renew_recovery_codes, methods=["POST"]),
    Route(routes.SEED_IMAGE, show_seed, methods=["GET"]),
]


async def _change(
    request: Request, fields: Mapping[str, str], password_field: str, change: _Change
) -> RedirectResponse:
    try:
        actor = await actor_of(request)
        await change(actor, SecretStr(fields.get(password_field, "")), visit_of(request))
    except Unauthenticated:
        return redirect(routes.sign_in_path(routes.SECOND_FACTOR, ended=True))
    except InvalidInput as refusal:
        field = password_field if refusal.field == "current_password" else refusal.field
        return refused("codes", {}, {field: message(refusal)})
    except NotFound:
        return redirect(routes.SECOND_FACTOR)
    except TodoError as refusal:
        return refused("codes", {}, {"form": message(refusal)})
    return accepted("codes")
