"""The second factor over HTTP: codes at sign-in, and the codes for recovery."""

from __future__ import annotations

from fastapi import APIRouter, status
from pydantic import BaseModel, ConfigDict, SecretStr
from starlette.responses import Response

from todo_app.api.deps import (
    ClientVisit,
    CurrentActor,
    Db,
    JsonRoute,
    ReadDb,
    json_answer,
    operation_id,
)
from todo_app.api.problems import documented
from todo_app.core import second_factor
from todo_app.core.access import Actor
from todo_app.core.database import transaction
from todo_app.core.second_factor import Confirmation, Enrolment, SecondFactorView

router = APIRouter(
    prefix="/v1/auth/second-factor",
    tags=["auth"],
    route_class=JsonRoute,
    generate_unique_id_function=operation_id,
)


class CurrentPassword(BaseModel):
    """The password of who is signed in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    current_password: SecretStr


class RecoveryCodes(BaseModel):
    """Codes that stand in for the second factor, each of them once. They are never told again."""

    model_config = ConfigDict(frozen=True)

    recovery_codes: list[str]


@router.get("", response_model=SecondFactorView, responses=documented(401))
async def get_second_factor(actor: CurrentActor, db: ReadDb) -> Response:
    """Whether a code is asked for at sign-in, since when, and how many recovery codes are left.

    `is_possible` is false on a server without a key to keep seeds with; `is_begun` says that a
    seed waits for its first code.
    """
    return json_answer((await second_factor.get_second_factor(db, actor)).model_dump_json())


@router.post("", response_model=Enrolment, responses=documented(401, 409))
async def begin_second_factor(actor: CurrentActor, db: Db) -> Response:
    """Make a seed for an authenticator app, for an hour; nothing changes until it is confirmed."""
    return json_answer((await second_factor.begin_enrolment(db, actor)).model_dump_json())


@router.post(
    "/confirm",
    response_model=RecoveryCodes,
    responses=documented(400, 401, 404, 413, 415, 422, 429),
)
async def confirm_second_factor(
    confirmation: Confirmation, actor: CurrentActor, visit: ClientVisit
) -> Response:
    """Ask for codes from now on, by a first one of the app, and end every other session."""
    await second_factor.switch_on(actor, confirmation, visit)
    return await _new_codes(actor)


@router.post(
    "/recovery-codes",
    response_model=RecoveryCodes,
    responses=documented(400, 401, 404, 413, 415, 422, 429),
)
async def renew_recovery_codes(
    request: CurrentPassword, actor: CurrentActor, visit: ClientVisit
) -> Response:
    """Make ten recovery codes in place of those before, and end every other session."""
    await second_factor.drop_recovery_codes(actor, request.current_password, visit)
    return await _new_codes(actor)


@router.post(
    "/off",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    responses=documented(400, 401, 404, 413, 415, 422, 429),
)
async def switch_off_second_factor(
    request: CurrentPassword, actor: CurrentActor, visit: ClientVisit
) -> Response:
    """Ask for no code any more, and end every other session."""
    await second_factor.switch_off(actor, request.current_password, visit)
    return Response(status_code=status.HTTP_204_NO_CONTENT, headers={"Cache-Control": "no-store"})


async def _new_codes(actor: Actor) -> Response:
    async with transaction(actor.user_id) as db:
        codes = await second_factor.make_recovery_codes(db, actor)
    return json_answer(RecoveryCodes(recovery_codes=codes).model_dump_json())
