"""The FastAPI app that is mounted at `/api`: routes, errors, the OpenAPI document."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from todo_app.api import (
    api_tokens,
    auth,
    changes,
    email_change,
    exports,
    filters,
    labels,
    problems,
    projects,
    quick_add,
    recovery,
    search,
    second_factor,
    sections,
    sign_ups,
    tasks,
    trash,
)
from todo_app.api.deps import ROOT
from todo_app.api.docs import add_docs
from todo_app.api.gate import Gate
from todo_app.core.errors import TodoError

DESCRIPTION = """\
Tasks and accounts as JSON. Sign in with `POST /v1/auth/signin` and send the access token as
`Authorization: Bearer`; programs send an API token of `POST /v1/auth/tokens` instead.

Times are RFC 3339 in UTC. Every error is `application/problem+json` (RFC 9457). Changes take
`If-Match` with the `ETag` of what they are meant for; POST takes an `Idempotency-Key`.
"""
FRAMEWORK_ERRORS = ("HTTPValidationError", "ValidationError")
REFERENCE = "#/components/schemas/{model}"


ROOMS = (
    auth,
    recovery,
    email_change,
    sign_ups,
    api_tokens,
    second_factor,
    quick_add,
    tasks,
    search,
    filters,
    changes,
    exports,
    projects,
    sections,
    labels,
    trash,
)


class Api(FastAPI):
    """FastAPI with problems in its OpenAPI document instead of the framework's own errors."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document."""
        if self.openapi_schema is None:
            _document_problems(super().openapi())
        return super().openapi()


def _document_problems(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for name in FRAMEWORK_ERRORS:
        schemas.pop(name, None)
    problem = problems.Problem.model_json_schema(ref_template=REFERENCE)
    schemas |= {"Problem": problem, **problem.pop("$defs")}
    for path in document["paths"].values():
        for operation in path.values():
            if operation.get("security"):
                operation["responses"] |= _json(problems.documented(403, 429))
            content = operation["responses"].get("422", {}).get("content", {})
            # The framework's own: a malformed id is answered as an unknown one here.
            if "application/json" in content:
                del operation["responses"]["422"]


def _json(responses: dict[int | str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {str(status): response for status, response in responses.items()}


def create_api() -> FastAPI:
    """The API. Its own paths begin with `/v1` and `/docs`."""
    api = Api(
        title="Todo App API",
        version="1",
        description=DESCRIPTION,
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        servers=[{"url": ROOT}],
        root_path_in_servers=False,
        redirect_slashes=False,
        exception_handlers={
            TodoError: problems.answer_refusal,
            RequestValidationError: problems.answer_invalid,
            HTTPException: problems.answer_http,
        },
    )
    api.add_middleware(Gate)
    # Not included but taken over: an included router matches every request twice.
    for room in ROOMS:
        api.router.routes.extend(room.router.routes)
    add_docs(api)
    return api
