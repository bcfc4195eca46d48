"""Exports over HTTP."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from todo_app.api.deps import ClientVisit, CurrentActor, Db, JsonRoute, json_answer, operation_id
from todo_app.api.problems import documented
from todo_app.core import account_export

router = APIRouter(
    prefix="/v1/exports",
    tags=["exports"],
    route_class=JsonRoute,
    generate_unique_id_function=operation_id,
)


@router.get(
    "/account",
    response_class=Response,
    responses={
        200: {"content": {"application/json": {"schema": {"type": "object"}}}},
        **documented(401),
    },
)
async def export_account(db: Db, actor: CurrentActor, visit: ClientVisit) -> Response:
    """Everything that the account holds, the trash and the history included, without secrets.

    With an API token it is without `sessions`, `api_tokens`, `passkeys` and `security_events`.
    """
    answer = json_answer(await account_export.export_account(db, actor, visit))
    answer.headers["Content-Disposition"] = account_export.content_disposition()
    return answer
