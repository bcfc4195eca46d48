from __future__ import annotations

import json
import logging
import re
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest

from tests.api.answers import AUTH, JSON, TASKS, add_task, all_tasks, assert_problem, path_of
from todo_app.api import problems
from todo_app.api.gate import BODY_MAX_BYTES
from todo_app.core import tasks
from todo_app.core.errors import TodoError, Unavailable


def _family(kind: type[TodoError]) -> set[type[TodoError]]:
    return {kind}.union(*(_family(child) for child in kind.__subclasses__()))


def test_promise_16_every_refusal_of_core_has_an_answer() -> None:
    assert _family(TodoError) - {TodoError} == problems.STATUS_BY_ERROR.keys()


@pytest.mark.parametrize(
    "path", ["/api/", "/api/v1", "/api/v1/", "/api/v1/nothing", "/api/v2/tasks", f"{TASKS}/"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS"])
async def test_an_unknown_address_is_a_problem(
    visitor: httpx.AsyncClient, method: str, path: str
) -> None:
    assert_problem(await visitor.request(method, path), 404)


@pytest.mark.parametrize(
    "task_id", ["7", "x", "null", "%00", "%ff", "%ED%A0%80", "%2e%2e", "0" * 5_000]
)
async def test_a_malformed_id_answers_as_an_unknown_one(
    alice: httpx.AsyncClient, task_id: str
) -> None:
    known = await alice.get(f"{TASKS}/{uuid4()}")
    response = await alice.get(f"{TASKS}/{task_id}")
    assert_problem(response, 404)
    assert (response.content, response.headers) == (known.content, known.headers)


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        (TASKS, {"GET", "HEAD", "OPTIONS", "POST"}),
        (f"{TASKS}/7", {"GET", "HEAD", "OPTIONS", "PATCH", "DELETE"}),
        (f"{TASKS}/7/complete", {"OPTIONS", "POST"}),
        (f"{AUTH}/me", {"GET", "HEAD", "OPTIONS", "PATCH"}),
        (f"{AUTH}/signin", {"OPTIONS", "POST"}),
        ("/api/docs", {"GET", "HEAD", "OPTIONS"}),
        ("/api/docs/assets/swagger-ui.css", {"GET", "HEAD", "OPTIONS"}),
        ("/api/v1/openapi.json", {"GET", "HEAD", "OPTIONS"}),
    ],
)
async def test_another_method_is_told_all_that_the_address_can_do(
    visitor: httpx.AsyncClient, path: str, allowed: set[str]
) -> None:
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"} - allowed:
        response = await visitor.request(method, path)
        assert_problem(response, 405)
        assert set(response.headers["allow"].split(", ")) == allowed
    response = await visitor.options(path)
    assert (response.status_code, response.content) == (204, b"")
    assert set(response.headers["allow"].split(", ")) == allowed


async def test_head_answers_what_get_answers_without_the_body(alice: httpx.AsyncClient) -> None:
    task = await add_task(alice)
    for path in (TASKS, path_of(task), f"{AUTH}/me", "/api/docs", f"{TASKS}/{uuid4()}"):
        get, head = await alice.get(path), await alice.head(path)
        assert head.content == b""
        assert (head.status_code, head.headers) == (get.status_code, get.headers)
    assert (await alice.head(path_of(task, "/complete"))).status_code == 405


@pytest.mark.parametrize(
    "media_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonp",
        "application/merge-patch+json",
        "application/",
        "\u00e9",
        "",
    ],
)
async def test_a_body_that_does_not_say_it_is_json_is_refused(
    alice: httpx.AsyncClient, media_type: str
) -> None:
    task = await add_task(alice)
    headers = [(b"Content-Type", media_type.encode("latin-1"))]
    for method, path in (
        ("POST", TASKS),
        ("POST", f"{AUTH}/signin"),
        ("PATCH", path_of(task)),
        ("POST", path_of(task, "/complete")),
        ("DELETE", path_of(task)),
    ):
        response = await alice.request(method, path, content=b'{"title": "x"}', headers=headers)
        assert_problem(response, 415)
    assert await all_tasks(alice) == [task]


@pytest.mark.parametrize(
    "media_type", ["application/json", "Application/JSON", "application/json; charset=utf-8"]
)
async def test_json_may_be_named_in_any_case_and_with_a_charset(
    alice: httpx.AsyncClient, media_type: str
) -> None:
    headers = {"Content-Type": media_type}
    response = await alice.post(TASKS, content=b'{"title": "x"}', headers=headers)
    assert response.status_code == 201


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32-le", "latin-1"])
async def test_json_is_in_utf_8(alice: httpx.AsyncClient, encoding: str) -> None:
    body = '{"title": "Caf\u00e9"}'.encode(encoding)
    assert_problem(await alice.post(TASKS, content=body, headers=JSON), 400)


async def test_a_missing_body_is_invalid(alice: httpx.AsyncClient) -> None:
    problem = assert_problem(await alice.post(TASKS), 422)
    assert problem["errors"] == [{"pointer": "", "message": "is required"}]


def _task_of_bytes(size: int) -> bytes:
    return b'{"title": "x"' + b" " * (size - 14) + b"}"


async def test_the_largest_body_is_read(alice: httpx.AsyncClient) -> None:
    response = await alice.post(TASKS, content=_task_of_bytes(BODY_MAX_BYTES), headers=JSON)
    assert response.status_code == 201


async def test_a_larger_body_is_refused_before_it_is_read(alice: httpx.AsyncClient) -> None:
    body = _task_of_bytes(BODY_MAX_BYTES + 1)
    response = await alice.post(TASKS, content=body, headers=JSON)
    assert_problem(response, 413)
    assert response.headers["connection"] == "close"
    for content_length in ("1048577", "9" * 5_000):
        headers = {**JSON, "Content-Length": content_length}
        assert_problem(await alice.post(TASKS, content=_forbidden(), headers=headers), 413)
    assert await all_tasks(alice) == []


@pytest.mark.parametrize("content_length", [None, "5", "x", "-1"])
async def test_a_larger_body_is_refused_whatever_length_it_claims(
    alice: httpx.AsyncClient, content_length: str | None
) -> None:
    task = await add_task(alice)
    headers = dict(JSON)
    if content_length:
        headers["Content-Length"] = content_length
    for method, path in (
        ("POST", TASKS),
        ("PATCH", path_of(task)),
        ("POST", f"{AUTH}/signin"),
    ):
        response = await alice.request(method, path, content=_chunks(), headers=headers)
        assert_problem(response, 413)
        assert response.headers["connection"] == "close"
    assert await all_tasks(alice) == [task]


async def _forbidden() -> AsyncIterator[bytes]:
    pytest.fail("the body was read")
    yield b""


async def _chunks() -> AsyncIterator[bytes]:
    yield b'{"title": "x"'
    for _ in range(32):
        yield b" " * 65_536
    yield b"}"


async def test_the_unforeseen_is_logged_once_and_answered_with_its_reference(
    alice: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr(tasks, "get_task", fail)
    with caplog.at_level(logging.DEBUG):
        response = await alice.get(f"{TASKS}/{uuid4()}")
    problem = assert_problem(response, 500)
    assert re.fullmatch(r"[0-9a-f]{16}", problem["reference"])
    for secret in ("secret", "RuntimeError", "Traceback", ".py"):
        assert secret not in response.text
    logged = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert [problem["reference"] in record.getMessage() for record in logged] == [True]
    assert logged[0].exc_info is not None


async def test_what_is_unavailable_says_when_to_come_back(
    alice: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise Unavailable(retry_after_seconds=7)

    monkeypatch.setattr(tasks, "get_task", fail)
    response = await alice.get(f"{TASKS}/{uuid4()}")
    assert_problem(response, 503)
    assert response.headers["retry-after"] == "7"


async def test_a_commit_that_fails_never_answered_well(
    alice: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr("sqlalchemy.Connection.commit", fail)
        assert_problem(await alice.post(TASKS, json={"title": "Lost"}), 503)
    assert await all_tasks(alice) == []


async def test_an_invalid_answer_never_echoes_what_was_sent(alice: httpx.AsyncClient) -> None:
    canary = "canary-in-the-mine"
    for fields in (
        {"title": [canary]},
        {"title": "x", "priority": canary},
        {"title": "x", "id": canary},
        {"title": "x", "due": canary},
        {"title": "x", "due": {"date": canary, "time": canary, "zone": canary}},
        {"title": "x", f"{canary} in a name": canary},
        {"title": "x", "other": {"deep": canary}},
        {"email": canary, "password": canary},
        canary,
        [canary],
    ):
        for path in (TASKS, f"{AUTH}/signup", f"{AUTH}/signin", f"{AUTH}/refresh"):
            response = await alice.post(path, content=json.dumps(fields), headers=JSON)
            assert response.status_code in {401, 422}
            assert canary not in response.text
    response = await alice.get(TASKS, params={"sort": canary, "cursor": canary})
    assert canary not in response.text


async def test_a_flood_of_flaws_is_cut(alice: httpx.AsyncClient) -> None:
    fields = {f"field_{number}": 1 for number in range(10_000)}
    problem = assert_problem(await alice.post(TASKS, json=fields), 422)
    assert len(problem["errors"]) == problems.ERRORS_MAX
