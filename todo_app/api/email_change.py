"""Changing the address of an account over HTTP."""

from __future__ import annotations

from fastapi import APIRouter, status
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
from todo_app.core import email_change
from todo_app.core.email_change import EmailChange, EmailConfirmation, PendingEmail
from todo_app.core.errors import NotFound

router = APIRouter(
    prefix="/v1/auth/email",
    tags=["auth"],
    route_class=JsonRoute,
    generate_unique_id_function=operation_id,
)


@router.get("", response_model=PendingEmail, responses=documented(401, 404))
async def get_pending_email(actor: CurrentActor, db: ReadDb) -> Response:
    """The address that waits for its confirmation, and until when."""
    pending = await email_change.get_pending(db, actor)
    if pending is None:
        raise NotFound
    return json_answer(pending.model_dump_json())


@router.delete(
    "",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    responses=documented(401, 404),
)
async def drop_pending_email(actor: CurrentActor, db: Db) -> Response:
    """Take back the change that waits: its link is good for nothing from now on."""
    await email_change.drop_pending(db, actor)
    return no_content()


@router.post(
    "",
    status_code=status.HTTP_202_ACCEPTED,
    response_class=Response,
    responses=documented(400, 401, 409, 413, 415, 422, 429),
)
async def ask_for_email_change(
    change: EmailChange, actor: CurrentActor, visit: ClientVisit
) -> Response:
    """Have a link mailed to the new address that makes it the one of the account.

    The old address is told, and stays in use until then. The link is good for a day.
    """
    await email_change.ask_for_change(actor, change, visit)
    return Response(status_code=status.HTTP_202_ACCEPTED, headers={"Cache-Control": "no-store"})


@router.post(
    "/confirm",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    responses=documented(400, 409, 413, 415, 422, 429),
)
async def confirm_email_change(confirmation: EmailConfirmation, visit: ClientVisit) -> Response:
    """Confirm the new address with the token of its link, the last part of it."""
    await email_change.confirm_change(confirmation, visit)
    return no_content()
