"""Where the page of API tokens sends its form. It answers in JSON, to a script of the page alone.

A new token is a secret: it never becomes a variable of a state, which the server would keep.
"""

from __future__ import annotations

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from todo_app.core import api_tokens
from todo_app.core.api_tokens import TokenDraft
from todo_app.core.database import transaction
from todo_app.core.errors import TodoError
from todo_app.web import routes
from todo_app.web.form_posts import actor_of, form_fields, visit_of
from todo_app.web.messages import FIELD_MESSAGES, message


async def make_token(request: Request) -> JSONResponse:
    """Make a token for who is signed in: `{"token"}`, or `{"error"}` in a sentence."""
    fields = await form_fields(request)
    days = fields.get("expires_in_days", "")
    try:
        actor = await actor_of(request)
        draft = TokenDraft.model_validate(
            {
                "name": fields.get("name", ""),
                "scope": fields.get("scope", ""),
                "expires_in_days": int(days) if days.isdecimal() and len(days) < 4 else 0,  # noqa: PLR2004 - a year
            }
        )
        async with transaction(actor.user_id) as db:
            made = await api_tokens.create_token(db, actor, draft, visit_of(request))
    except ValidationError:
        return JSONResponse({"error": FIELD_MESSAGES["token"]}, 422)
    except TodoError as refusal:
        return JSONResponse({"error": message(refusal)}, 422)
    return JSONResponse({"token": made.token})


token_routes = [Route(routes.TOKEN_FORM, make_token, methods=["POST"])]
