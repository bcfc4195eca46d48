"""The API against its own OpenAPI document: whatever is sent, no answer is an error of ours."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from starlette.applications import Starlette

from tests.api.walk import DOCUMENT
from tests.cast import meddling, sign_up_api
from tests.conftest import forget_process
from todo_app.core.database import dispose
from todo_app.core.models import SQLModel

SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations()]
EXAMPLES = 12
"""For each operation; the same ones in every run."""


@pytest.fixture
def token(migrated_sqlite: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The access token of somebody with an account."""
    monkeypatch.setenv("DATABASE_URL", migrated_sqlite)
    forget_process()

    async def prepare() -> str:
        async with meddling() as db:
            for table in reversed(SQLModel.metadata.sorted_tables):
                await db.execute(table.delete())
        found = await sign_up_api("alice")
        await dispose()
        return found

    yield asyncio.run(prepare())
    asyncio.run(dispose())


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.label)
def test_promise_15_no_request_that_the_document_allows_or_forbids_makes_an_error_of_ours(
    operation: schemathesis.APIOperation, token: str, server: Starlette
) -> None:
    async def send(case: schemathesis.Case) -> httpx.Response:
        sent = case.as_transport_kwargs(base_url="http://todo.test/api")
        sent["headers"] = {**(sent.get("headers") or {}), "Authorization": f"Bearer {token}"}
        sent.pop("cookies", None)
        transport = httpx.ASGITransport(server, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport) as client:
            return await client.request(**sent)

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def try_it(case: schemathesis.Case) -> None:
        answer = runner.run(send(case))
        assert answer.status_code < 500, answer.text
        known = {int(status) for status in operation.definition.raw["responses"]}
        # A path or a method that is none is refused before any operation is found.
        assert answer.status_code in known | {404, 405}, answer.text

    with asyncio.Runner() as runner:
        try:
            try_it()
        finally:
            runner.run(dispose())
