"""Whatever a client sends, the answer is never a server error."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest

from tests.api.answers import JSON, TASKS, add_task, all_tasks, assert_problem, path_of
from tests.api.walk import BODIES, OPERATIONS, Operation
from todo_app.core import throttle

with_body = pytest.mark.parametrize(
    "operation", [one for one in OPERATIONS if one.takes_body], ids=lambda one: one.id
)
every = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.id)

BROKEN = [
    b"",
    b" ",
    b"{",
    b"}",
    b'{"title": }',
    b'{"title": "x",}',
    b"{'title': 'x'}",
    b'{"title": "x"} {}',
    b'{"title": "\xff"}',
    b'{"title": "\xed\xa0\x80"}',
    b'{"title": "\xc0\x80"}',
    b'{"title": "\x00"}',
    b'{"title": "\x1f"}',
    b"\xef\xbb\xbf{}",
    b"\xff\xfe{\x00}\x00",
    b"\x00" * 100,
    b"[" * 100_000,
    b'{"title":' * 100_000,
    b"[" * 100_000 + b"]" * 100_000,
    b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    b"NaN",
    b"-Infinity",
    b"nul",
    b"9" * 5_000,
    b'{"priority": ' + b"9" * 5_000 + b"}",
    b'{"priority": 1e' + b"9" * 300 + b"}",
]
WHOLE: list[object] = [None, True, 0, "text", [], {}, [{}], [[]]]
VALUES: list[object] = [
    None,
    True,
    -1,
    0,
    1.5,
    2**31,
    2**63,
    -(2**63) - 1,
    10**400,
    float("nan"),
    float("inf"),
    1e308,
    "",
    " ",
    "\x00",
    "a\x00b",
    "\ud800",
    "\udfff\ud800",
    "\u202e\u2066",
    "\x1b[31m",
    "\U0010ffff",
    "\ufdfa" * 500,
    "e\u0301" * 400,
    "\u0344" * 500,
    "x" * 100_000,
    "\ufdfa" * 64 + "@example.org",
    "x@" + "\ufdfa" * 60 + ".org",
    "x@[127.0.0.1]",
    "'; DROP TABLE tasks; --",
    "2026-11-21",
    "0000-00-00",
    "0001-01-01",
    "9999-12-31",
    "\u0662\u0660\u0662\u0666-11-21",
    "Europe/../../etc/passwd",
    "{00000000-0000-0000-0000-000000000000}",
    [],
    {},
    [[[[]]]],
    {"date": None},
    {"date": 2**63},
    {"date": "9999-12-31", "time": "24:00", "zone": "UTC"},
    {"date": "0001-01-01", "time": "00:00", "zone": "Pacific/Kiritimati"},
    {"date": "9999-12-31", "time": "23:59", "zone": "Pacific/Niue"},
    {"date": "2026-11-21", "time": "\x00", "zone": "\x00"},
    {"date": "2026-11-21", "time": "15:00\n", "zone": "UTC"},
]
UNKNOWN_NAMES = [
    "code",
    "user_id",
    "__proto__",
    "model_config",
    "",
    "\x00",
    "\ud800",
    "~/",
    "x" * 9_999,
]
HEADERS = ["If-Match", "If-None-Match", "Idempotency-Key"]
"""What an operation may read."""
COMMON_HEADERS = ["Authorization", "User-Agent", "X-Forwarded-For", "Content-Length"]
COMMON_HEADERS += ["Accept", "Cookie", "Host"]
"""What is read before it is known which operation is asked for."""
A_FEW = {"sign_in", "create_task", "list_tasks"}
HEADER_VALUES = [b"", b"\xff\xfe", b"\x00", b'"' * 10_000, b"9" * 5_000, b"W/" * 5_000, b",,"]


def _bodies(operation: Operation) -> Iterator[bytes]:
    good = BODIES[operation.id]
    yield from BROKEN
    yield from (json.dumps(whole).encode() for whole in WHOLE)
    for name in operation.fields:
        for value in VALUES:
            yield json.dumps({**good, name: value}).encode()
    for name in UNKNOWN_NAMES:
        yield json.dumps({**good, name: "x"}).encode()
    yield b'{"title": "one", "title": "two"}'
    yield json.dumps(dict.fromkeys(map(str, range(20_000)), 1)).encode()


@with_body
async def test_no_body_makes_a_server_error(
    operation: Operation, database: str, alice: httpx.AsyncClient
) -> None:
    task = await add_task(alice)
    path = operation.path(task["id"])
    bodies = list(_bodies(operation))
    if not database.startswith("sqlite"):
        bodies = [body for body in bodies if operation.understands(body)]
    for body in bodies:
        throttle.reset()
        response = await alice.request(operation.method, path, content=body, headers=JSON)
        assert response.status_code < 500, (body[:200], response.text)
        if response.is_error:
            assert_problem(response, response.status_code)
        elif response.content:
            response.json()
    assert (await alice.get(TASKS)).status_code == 200


@with_body
async def test_what_is_no_json_is_refused(operation: Operation, visitor: httpx.AsyncClient) -> None:
    for body in BROKEN:
        response = await visitor.request(
            operation.method, operation.path("7"), content=body, headers=JSON
        )
        assert 400 <= response.status_code < 500
        assert_problem(response, response.status_code)


@every
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_no_header_and_no_query_makes_a_server_error(
    operation: Operation, alice: httpx.AsyncClient
) -> None:
    task = await add_task(alice)
    for query in ("?", "?%ff=%00", "?a[]=1&a[]=2", "?" + "&" * 5_000, "?=\u00e9"):
        path = operation.path(task["id"]) + query
        response = await alice.request(operation.method, path, **operation.request)
        assert response.status_code < 500, response.text
    for name in HEADERS + (COMMON_HEADERS if operation.id in A_FEW else []):
        for value in HEADER_VALUES:
            response = await alice.request(
                operation.method,
                operation.path(task["id"]),
                headers=[(name.encode(), value)],
                **operation.request,
            )
            assert response.status_code < 500, (name, value[:100], response.text)
            if response.is_error:
                assert_problem(response, response.status_code)


@pytest.mark.parametrize(
    "title", ["a\x00b", "\x00", "\ud800", "x\udc00y", "\x1b[31m", "\x7f", "\x85", "a\x08b"]
)
async def test_text_that_cannot_be_stored_is_refused(alice: httpx.AsyncClient, title: str) -> None:
    task = await add_task(alice)
    for field in ("title", "notes"):
        for method, path in (("POST", TASKS), ("PATCH", path_of(task))):
            body = json.dumps({"title": "x", field: title}).encode()
            response = await alice.request(method, path, content=body, headers=JSON)
            problem = assert_problem(response, 422)
            assert [error["pointer"] for error in problem["errors"]] == [f"/{field}"]
    assert await all_tasks(alice) == [task]


async def test_text_is_normalised(alice: httpx.AsyncClient) -> None:
    task = await add_task(alice, title="  Cafe\u0301\nnow ", notes="one\r\ntwo\rthree")
    assert (task["title"], task["notes"]) == ("Caf\u00e9 now", "one\ntwo\nthree")


async def test_an_email_that_grows_when_it_is_folded_is_no_server_error(
    nobody: httpx.AsyncClient,
) -> None:
    for email in ("\ufdfa" * 60 + "@example.org", "\u0390" * 60 + "@example.org"):
        draft = {"email": email, "password": "kettle under seven clouds"}
        response = await nobody.post("/api/v1/auth/signup", json=draft)
        assert response.status_code in {201, 422}, response.text
