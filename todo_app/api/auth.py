"""Accounts and sign-in over HTTP. Answers with tokens are never stored on the way."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from todo_app.api.deps import (
    ClientVisit,
    CurrentActor,
    Db,
    JsonRoute,
    ReadDb,
    json_answer,
    no_content,
    operation_id,
)
from todo_app.api.problems import documented
from todo_app.core import accounts, api_sessions, audit, closing, password_change, sessions
from todo_app.core.account_views import AccountView
from todo_app.core.accounts import AccountPatch
from todo_app.core.api_sessions import TokenPair
from todo_app.core.audit import EventPage
from todo_app.core.closing import ClosedView, Closing
from todo_app.core.credentials import Credentials
from todo_app.core.password_change import PasswordChange
from todo_app.core.sessions import SessionView

router = APIRouter(
    prefix="/v1/auth",
    tags=["auth"],
    route_class=JsonRoute,
    generate_unique_id_function=operation_id,
)


class SignInRequest(Credentials):
    """What to sign in with; `code` is for accounts with a second factor alone."""

    code: str = ""


class RefreshRequest(BaseModel):
    """The refresh token to trade in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    refresh_token: str


class SessionList(BaseModel):
    """The sessions of a person."""

    model_config = ConfigDict(frozen=True)

    items: list[SessionView]


@router.post(
    "/signin", response_model=TokenPair, responses=documented(400, 401, 413, 415, 422, 429)
)
async def sign_in(request: SignInRequest, visit: ClientVisit) -> Response:
    """Begin a session: an access token for some minutes, and a refresh token for the next pair.

    `expires_in` is in seconds. An account with a second factor answers its right password with the
    problem `code-needed`: send both again with a `code` of the app, or a recovery code.
    """
    pair = await api_sessions.sign_in(request, visit, request.code)
    return json_answer(pair.model_dump_json())


@router.post(
    "/refresh", response_model=TokenPair, responses=documented(400, 401, 413, 415, 422, 429)
)
async def refresh(request: RefreshRequest, visit: ClientVisit) -> Response:
    """Trade a refresh token for the next pair of tokens.

    Each is good for one use. One that comes back ends the session.
    """
    pair = await api_sessions.refresh(request.refresh_token, visit)
    return json_answer(pair.model_dump_json())


@router.post(
    "/signout",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    responses=documented(401),
)
async def sign_out(db: Db, actor: CurrentActor) -> Response:
    """End the session; its tokens are worth nothing from now on."""
    await sessions.sign_out(db, actor)
    return no_content()


@router.post(
    "/password",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    responses=documented(400, 401, 413, 415, 422, 429),
)
async def change_password(
    change: PasswordChange, actor: CurrentActor, visit: ClientVisit
) -> Response:
    """Change the password and end every session but this one.

    API tokens work on, unless `revoke_api_tokens` is true.
    Wrong current passwords are counted together with wrong ones at sign-in.
    """
    await password_change.change_password(actor, change, visit)
    return no_content()


@router.post(
    "/close",
    response_model=ClosedView,
    responses=documented(400, 401, 413, 415, 422, 429),
)
async def close_account(request: Closing, actor: CurrentActor, visit: ClientVisit) -> Response:
    """Close the account and end every session, this one too.

    It takes the current password and the address in full. Until `deleted_at` its owner gets it
    back by signing in; then it is deleted with everything in it.
    """
    return json_answer((await closing.close_account(actor, request, visit)).model_dump_json())


@router.get("/sessions", response_model=SessionList, responses=documented(401))
async def list_sessions(actor: CurrentActor, db: ReadDb) -> Response:
    """The sessions that live, on the web and by the API: this one first, then the last used.

    `device` is in words, as far as the device told the truth; `last_used_at` is to within ten
    minutes; `expires_at` is when the session ends if it is not used again.
    """
    found = await sessions.list_sessions(db, actor)
    return json_answer(SessionList(items=found).model_dump_json())


@router.delete(
    "/sessions",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    responses=documented(401),
)
async def end_other_sessions(db: Db, actor: CurrentActor) -> Response:
    """End every session but this one; `POST /v1/auth/signout` ends this one."""
    await sessions.end_other_sessions(db, actor)
    return no_content()


@router.delete(
    "/sessions/{session_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    responses=documented(401, 404),
)
async def end_session(session_id: UUID, db: Db, actor: CurrentActor) -> Response:
    """End one session, which may be this one; its tokens are worth nothing from now on."""
    await sessions.end_session(db, actor, session_id)
    return no_content()


@router.get("/events", response_model=EventPage, responses=documented(400, 401, 422))
async def list_events(
    actor: CurrentActor,
    db: ReadDb,
    limit: Annotated[int, Query(ge=1, le=audit.PAGE_MAX)] = audit.LIST_MAX,
    cursor: Annotated[str | None, Query(max_length=audit.CURSOR_MAX_CHARACTERS)] = None,
) -> Response:
    """What concerns the safety of the account, the latest first, for 180 days."""
    page = await audit.page_events(db, actor, limit=limit, cursor=cursor)
    return json_answer(page.model_dump_json())


@router.get("/me", response_model=AccountView, responses=documented(401))
async def get_account(actor: CurrentActor, db: ReadDb) -> Response:
    """The account that is signed in."""
    return json_answer((await accounts.get_account(db, actor)).model_dump_json())


@router.patch("/me", response_model=AccountView, responses=documented(400, 401, 413, 415, 422))
async def update_account(patch: AccountPatch, db: Db, actor: CurrentActor) -> Response:
    """Change the fields that are sent."""
    return json_answer((await accounts.update_account(db, actor, patch)).model_dump_json())
