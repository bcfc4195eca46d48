"""The form endpoints of passkeys, and the challenges that a script of the page asks for before."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

from pydantic import SecretStr, ValidationError
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from todo_app.core import passkeys
from todo_app.core.access import Actor
from todo_app.core.errors import InvalidInput, NotFound, TodoError, Unauthenticated
from todo_app.core.passkeys import Challenge, PasskeyDraft
from todo_app.web import edge, routes
from todo_app.web.form_posts import (
    accepted,
    actor_of,
    form_fields,
    redirect,
    refused,
    visit_of,
)
from todo_app.web.messages import FIELD_MESSAGES, NEEDS_SCRIPT, STEP_IS_OVER, message
from todo_app.web.session_cookies import signed_in, with_step_cookie

_HTTP_CONFLICT = 409
_HTTP_UNAUTHORIZED = 401
_HTTP_UNPROCESSABLE = 422


async def ask_to_sign_in(_request: Request) -> Response:
    """A challenge for any passkey that the browser has."""
    return _asked(passkeys.begin_sign_in())


async def sign_in(request: Request) -> RedirectResponse:
    """Begin a session by a passkey."""
    fields = await form_fields(request)
    if not fields.get("credential"):
        return refused("sign-in", fields, {"form": NEEDS_SCRIPT})
    try:
        token = await passkeys.sign_in(
            fields["credential"], request.scope[edge.STEP_KEY], visit_of(request)
        )
    except Unauthenticated:
        return refused("sign-in", fields, {"form": STEP_IS_OVER})
    except TodoError as refusal:
        return refused("sign-in", fields, {"form": message(refusal)})
    return await signed_in(request, token, fields.get("next", ""))


async def ask_for_new(request: Request) -> Response:
    """A challenge for a new passkey of who is signed in and knows the password."""
    try:
        actor = await actor_of(request)
        password = SecretStr((await form_fields(request)).get("current_password", ""))
        return _asked(await passkeys.begin_registration(actor, password, visit_of(request)))
    except (Unauthenticated, NotFound):
        return PlainTextResponse(message(Unauthenticated()), _HTTP_UNAUTHORIZED)
    except InvalidInput as refusal:
        return PlainTextResponse(message(refusal), _HTTP_UNPROCESSABLE)
    except TodoError as refusal:
        return PlainTextResponse(message(refusal), _HTTP_CONFLICT)


async def add(request: Request) -> RedirectResponse:
    """Keep a new passkey."""
    fields = await form_fields(request)

    async def register(actor: Actor) -> None:
        draft = PasskeyDraft(
            name=fields.get("name", ""),
            credential=fields.get("credential", ""),
            current_password=SecretStr(fields.get("current_password", "")),
        )
        await passkeys.register(actor, draft, request.scope[edge.STEP_KEY], visit_of(request))

    return await _change(request, fields, register)


async def remove(request: Request) -> RedirectResponse:
    """Let a passkey open the account no more."""
    fields = await form_fields(request)

    async def remove_one(actor: Actor) -> None:
        try:
            passkey_id = UUID(fields.get("passkey_id", ""))
        except ValueError:
            raise NotFound from None
        password = SecretStr(fields.get("remove_password", ""))
        await passkeys.remove(actor, passkey_id, password, visit_of(request))

    return await _change(request, fields, remove_one)


passkey_routes = [
    Route(routes.PASSKEY_CHALLENGE, ask_to_sign_in, methods=["POST"]),
    Route(routes.PASSKEY_SIGN_IN_FORM, sign_in, methods=["POST"]),
    Route(routes.NEW_PASSKEY_CHALLENGE, ask_for_new, methods=["POST"]),
    Route(routes.ADD_PASSKEY_FORM, add, methods=["POST"]),
    Route(routes.REMOVE_PASSKEY_FORM, remove, methods=["POST"]),
]


def _asked(challenge: Challenge) -> Response:
    answer = Response(challenge.options, media_type="application/json")
    return with_step_cookie(answer, challenge.token)


async def _change(
    request: Request, fields: Mapping[str, str], change: Callable[[Actor], Awaitable[None]]
) -> RedirectResponse:
    try:
        await change(await actor_of(request))
    except Unauthenticated:
        return redirect(routes.sign_in_path(routes.PASSKEYS, ended=True))
    except ValidationError:
        return refused("passkeys", fields, {"name": FIELD_MESSAGES["passkey_name"]})
    except InvalidInput as refusal:
        field = {"credential": "form"}.get(refusal.field, refusal.field)
        # The field of the one passkey that was to be removed.
        field = f"remove-{fields['passkey_id']}" if "passkey_id" in fields else field
        return refused("passkeys", fields, {field: message(refusal)})
    except NotFound:
        return redirect(routes.PASSKEYS)
    except TodoError as refusal:
        return refused("passkeys", fields, {"form": message(refusal)})
    return accepted("passkeys")
