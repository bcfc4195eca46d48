"""The cast tries every operation that the OpenAPI document names."""

from __future__ import annotations

import base64
import json
import re
import time
from uuid import UUID

import httpx
import jwt
import pytest
from starlette.applications import Starlette

from tests.api.answers import AUTH, TASKS, add_task, all_tasks, assert_problem, path_of
from tests.api.conftest import client_of
from tests.api.walk import OPERATIONS, Operation
from todo_app.core import throttle, tokens
from todo_app.core.models import new_id

BELONGINGS = {"project_id", "section_id", "label_id"}
"""What has a cast of its own, in test_project_cast.py."""
UNKNOWN = UUID("0190a1b2-0000-7000-8000-000000000000")

private = pytest.mark.parametrize(
    "operation", [one for one in OPERATIONS if one.needs_identity], ids=lambda one: one.id
)
of_a_task = pytest.mark.parametrize(
    "operation", [one for one in OPERATIONS if one.is_about_one_task], ids=lambda one: one.id
)


def test_every_id_in_a_path_is_tried_by_strangers() -> None:
    names = {name for one in OPERATIONS for name in re.findall(r"{(\w+)}", one.template)}
    # The others: in test_sessions, test_api_tokens, test_changes and test_saved_filters.
    assert names == {"task_id", "session_id", "token_id", "change_id", "filter_id", *BELONGINGS}


def test_only_the_way_in_needs_no_identity() -> None:
    public = {one.id for one in OPERATIONS if not one.needs_identity}
    by_mail = {"ask_for_reset", "reset_password", "confirm_email_change"} | {
        "confirm_sign_up",
        "send_sign_up_again",
    }
    assert public == {"sign_up", "sign_in", "refresh"} | by_mail


@private
async def test_nobody_is_told_to_sign_in_and_changes_nothing(
    operation: Operation, alice: httpx.AsyncClient, nobody: httpx.AsyncClient
) -> None:
    task = await add_task(alice)
    response = await nobody.request(
        operation.method, operation.path(task["id"]), **operation.request
    )
    assert_problem(response, 401)
    assert response.headers["www-authenticate"] == "Bearer"
    assert await all_tasks(alice) == [task]


@of_a_task
@pytest.mark.parametrize("headers", [{}, {"If-Match": '"1"'}, {"If-Match": '"9"'}])
async def test_promise_12_a_strangers_task_answers_byte_for_byte_as_an_unknown_one(
    operation: Operation,
    headers: dict[str, str],
    alice: httpx.AsyncClient,
    bob: httpx.AsyncClient,
    charlie: httpx.AsyncClient,
) -> None:
    task = await add_task(alice)
    for stranger in (bob, charlie):
        foreign, unknown, malformed = [
            await stranger.request(
                operation.method, operation.path(task_id), headers=headers, **operation.request
            )
            for task_id in (task["id"], UNKNOWN, "malformed")
        ]
        assert_problem(foreign, 404)
        assert (foreign.content, foreign.headers) == (unknown.content, unknown.headers)
        assert (foreign.content, foreign.headers) == (malformed.content, malformed.headers)
    assert await all_tasks(alice) == [task]


@of_a_task
async def test_the_owner_is_let_in(operation: Operation, alice: httpx.AsyncClient) -> None:
    task = await add_task(alice, recurrence={"text": "every day"})
    request = operation.request
    if operation.id == "move_task":
        request = {"json": {"project_id": task["project_id"]}}
    response = await alice.request(operation.method, operation.path(task["id"]), **request)
    assert response.is_success


async def test_everybody_lists_their_own_tasks_only(
    alice: httpx.AsyncClient, bob: httpx.AsyncClient, charlie: httpx.AsyncClient
) -> None:
    hers, his = await add_task(alice), await add_task(bob)
    assert await all_tasks(alice) == [hers]
    assert await all_tasks(bob) == [his]
    assert await all_tasks(charlie) == []


async def test_every_flawed_token_gets_the_same_answer(
    alice: httpx.AsyncClient, server: Starlette
) -> None:
    good = alice.headers["authorization"].removeprefix("Bearer ")
    responses = []
    for token in _flawed_tokens(good):
        headers = [(b"Authorization", b"Bearer " + token)]
        throttle.reset()
        async with client_of(server) as client:
            responses.append(await client.get(f"{AUTH}/me", headers=headers))
    assert_problem(responses[0], 401)
    assert {response.content for response in responses} == {responses[0].content}
    assert {str(response.headers) for response in responses} == {str(responses[0].headers)}
    assert (await alice.get(f"{AUTH}/me")).status_code == 200


def _flawed_tokens(good: str) -> list[bytes]:
    """What an attacker makes of a good token, with and without the key."""
    head, body, signature = good.split(".")
    claims = jwt.decode(good, options={"verify_signature": False})
    kid, key = next(iter(tokens._keys().items()))
    now = int(time.time())

    def signed(header: dict[str, object] | None = None, **changes: object) -> str:
        changed = {name: value for name, value in (claims | changes).items() if value is not None}
        headers = {"kid": kid, **(header or {})}
        return jwt.encode(changed, key, algorithm="HS256", headers=headers)

    def segment(value: object) -> str:
        text = value if isinstance(value, bytes) else json.dumps(value).encode()
        return base64.urlsafe_b64encode(text).decode().rstrip("=")

    unsigned = [{"alg": alg, "typ": "JWT", "kid": kid} for alg in ("none", "None", "NONE", "")]
    texts = [
        "",
        ".",
        "..",
        "...",
        "null",
        head,
        f"{head}.{body}",
        f"{head}.{body}.",
        f"{head}..{signature}",
        f".{body}.{signature}",
        f"{good}.{signature}",
        f"{good}x",
        f"{good} x",
        f"{good},{good}",
        good[:-2],
        good.swapcase(),
        *(f"{segment(header)}.{body}." for header in unsigned),
        *(f"{segment(header)}.{body}.{signature}" for header in unsigned),
        f"{segment(b'[' * 2_900)}.{body}.{signature}",
        f"{head}.{segment(b'[' * 2_700)}.{signature}",
        f"{segment(b'not json')}.{body}.{signature}",
        f"{segment([])}.{body}.{signature}",
        f"{segment({'alg': 'HS256', 'kid': None})}.{body}.{signature}",
        f"{segment({'alg': 'HS256', 'kid': {}})}.{body}.{signature}",
        f"{segment({'alg': 'HS256', 'kid': chr(0xD800)})}.{body}.{signature}",
        f"{segment({'alg': 'RS256', 'kid': kid})}.{body}.{signature}",
        "x" * 100_000,
        f"{head}.{segment(claims | {'sub': str(UNKNOWN)})}.{signature}",
        signed({"kid": "../../etc/passwd"}),
        signed({"kid": ""}),
        jwt.encode(claims, b"x" * 32, algorithm="HS256", headers={"kid": kid}),
        jwt.encode(claims, key * 2, algorithm="HS512", headers={"kid": kid}),
        *(signed(**{name: None}) for name in claims),
        *(signed(typ=typ) for typ in ("web", "refresh", "", "ACCESS")),
        *(signed(aud=aud) for aud in ("todo-app/web", "todo-app", [], ["todo-app/web"])),
        signed(iss="todo-ap"),
        signed(exp=now - 60),
        signed(exp=0),
        signed(exp=-1),
        signed(exp=str(now + 600)),
        signed(exp=10**400),
        signed(exp=float(now + 600) + 0.5),
        signed(nbf=now + 600),
        signed(iat=now + 600),
        signed(sub=str(UNKNOWN)),
        signed(sub="x"),
        signed(sid=str(new_id())),
        signed(sid="\x00"),
        signed(jti="x"),
        signed(admin=True),
    ]
    return [*(text.encode() for text in texts), good.encode() + b"\xff", b"\xed\xa0\x80"]


async def test_a_key_of_somebody_else_does_not_open_her_list(
    alice: httpx.AsyncClient, charlie: httpx.AsyncClient
) -> None:
    task = await add_task(alice)
    headers = {"Idempotency-Key": "shared"}
    await alice.post(path_of(task, "/complete"), headers=headers)
    assert_problem(await charlie.post(path_of(task, "/complete"), headers=headers), 404)
    assert (await charlie.get(TASKS)).json()["items"] == []
