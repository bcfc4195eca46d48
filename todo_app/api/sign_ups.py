"""Signing up over HTTP, confirmed by mail where the server sends any."""

from __future__ import annotations

from fastapi import APIRouter, status
from starlette.responses import Response

from todo_app.api.deps import ROOT, ClientVisit, JsonRoute, json_answer, operation_id
from todo_app.api.problems import documented
from todo_app.core import accounts, mail, sign_ups, throttle
from todo_app.core.account_views import AccountView
from todo_app.core.accounts import AccountDraft
from todo_app.core.sign_ups import SignUpAddress, SignUpConfirmation

router = APIRouter(
    prefix="/v1/auth/signup",
    tags=["auth"],
    route_class=JsonRoute,
    generate_unique_id_function=operation_id,
)
_SENT = {"description": "A mail is on its way; the account opens when it is confirmed."}


@router.post(
    "",
    response_model=AccountView,
    status_code=status.HTTP_201_CREATED,
    responses={202: _SENT, **documented(400, 409, 413, 415, 422, 429)},
)
async def sign_up(draft: AccountDraft, visit: ClientVisit) -> Response:
    """Open an account. A server that sends mail asks for the address to be confirmed first: 202.

    That answer is the same whether or not the address has an account already.
    """
    throttle.admit_sign_up(visit)
    if mail.reaches_people():
        await sign_ups.begin(draft, visit)
        return _accepted()
    return _opened(await accounts.sign_up(draft, visit))


@router.post(
    "/confirm",
    response_model=AccountView,
    status_code=status.HTTP_201_CREATED,
    responses=documented(400, 409, 413, 415, 422, 429),
)
async def confirm_sign_up(confirmation: SignUpConfirmation, visit: ClientVisit) -> Response:
    """Open the account with the token of the mailed link and the password that was chosen."""
    return _opened(await sign_ups.confirm(confirmation, visit))


@router.post(
    "/again",
    status_code=status.HTTP_202_ACCEPTED,
    response_class=Response,
    responses=documented(400, 409, 413, 415, 422, 429),
)
async def send_sign_up_again(address: SignUpAddress, visit: ClientVisit) -> Response:
    """Have the mail sent again. The answer is the same whether or not anybody signed up."""
    await sign_ups.send_again(address, visit)
    return _accepted()


def _opened(account: AccountView) -> Response:
    return json_answer(account.model_dump_json(), status=201, location=f"{ROOT}/v1/auth/me")


def _accepted() -> Response:
    return Response(status_code=status.HTTP_202_ACCEPTED, headers={"Cache-Control": "no-store"})
