"""A forgotten password over HTTP."""

from __future__ import annotations

from fastapi import APIRouter, status
from starlette.responses import Response

from todo_app.api.deps import ClientVisit, JsonRoute, no_content, operation_id
from todo_app.api.problems import documented
from todo_app.core import recovery
from todo_app.core.recovery import ForgottenPassword, PasswordReset

router = APIRouter(
    prefix="/v1/auth/password",
    tags=["auth"],
    route_class=JsonRoute,
    generate_unique_id_function=operation_id,
)


@router.post(
    "/forgotten",
    status_code=status.HTTP_202_ACCEPTED,
    response_class=Response,
    responses=documented(400, 409, 413, 415, 422, 429),
)
async def ask_for_reset(forgotten: ForgottenPassword, visit: ClientVisit) -> Response:
    """Have a link mailed that is good for one reset within 30 minutes.

    The answer is the same whether or not there is such an account.
    """
    await recovery.ask_for_link(forgotten, visit)
    return Response(status_code=status.HTTP_202_ACCEPTED, headers={"Cache-Control": "no-store"})


@router.post(
    "/reset",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    responses=documented(400, 413, 415, 422, 429),
)
async def reset_password(reset: PasswordReset, visit: ClientVisit) -> Response:
    """Set the password with the token of a mailed link.

    Every session of the account ends, its API tokens are revoked and its passkeys removed. The
    token is the last part of the link. Sign in afterwards: nobody is signed in by a reset.
    """
    await recovery.reset_password(reset, visit)
    return no_content()
