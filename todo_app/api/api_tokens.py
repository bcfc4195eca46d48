"""API tokens over HTTP. A token cannot be used here: who holds one cannot make the next."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, status
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from todo_app.api.deps import (
    ROOT,
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
from todo_app.core import api_tokens
from todo_app.core.api_tokens import NewToken, TokenDraft, TokenView

router = APIRouter(
    prefix="/v1/auth/tokens",
    tags=["auth"],
    route_class=JsonRoute,
    generate_unique_id_function=operation_id,
)


class TokenList(BaseModel):
    """The tokens of a person."""

    model_config = ConfigDict(frozen=True)

    items: list[TokenView]


@router.post(
    "",
    response_model=NewToken,
    status_code=status.HTTP_201_CREATED,
    responses=documented(400, 401, 413, 415, 422),
)
async def create_token(
    draft: TokenDraft, db: Db, actor: CurrentActor, visit: ClientVisit
) -> Response:
    """Make a token for a program; `token` is in this answer and never again.

    It is sent like an access token. `read` changes nothing; `write` does what its owner can, but
    for all that is under `/v1/auth`: there it reads `GET /v1/auth/me` only. Its owner is told by
    mail that it was made.
    """
    made = await api_tokens.create_token(db, actor, draft, visit)
    return json_answer(made.model_dump_json(), status=201, location=f"{ROOT}/v1/auth/tokens")


@router.get("", response_model=TokenList, responses=documented(401))
async def list_tokens(actor: CurrentActor, db: ReadDb) -> Response:
    """The tokens that were not revoked, the newest first, expired ones too."""
    found = await api_tokens.list_tokens(db, actor)
    return json_answer(TokenList(items=found).model_dump_json())


@router.delete(
    "/{token_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    responses=documented(401, 404),
)
async def revoke_token(token_id: UUID, db: Db, actor: CurrentActor) -> Response:
    """Make a token worth nothing from now on."""
    await api_tokens.revoke_token(db, actor, token_id)
    return no_content()
