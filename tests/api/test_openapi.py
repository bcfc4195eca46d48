from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest

from tests.api.answers import assert_problem
from tests.api.walk import DOCUMENT, OPERATIONS
from todo_app.api.app import create_api
from todo_app.api.docs import SCRIPT

SCHEMA_WORDS = {
    "$ref",
    "additionalProperties",
    "anyOf",
    "const",
    "default",
    "description",
    "enum",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "pattern",
    "properties",
    "required",
    "title",
    "type",
    "writeOnly",
}


def _operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _nodes(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for child in value.values():
            yield from _nodes(child)
    elif isinstance(value, list):
        for child in value:
            yield from _nodes(child)


async def test_the_document_is_served_as_it_was_made(visitor: httpx.AsyncClient) -> None:
    response = await visitor.get("/api/v1/openapi.json")
    assert response.headers["content-type"] == "application/json"
    assert response.json() == DOCUMENT


def test_it_is_openapi_3_1_for_the_api_prefix() -> None:
    assert DOCUMENT["openapi"].startswith("3.1.")
    assert DOCUMENT["servers"] == [{"url": "/api"}]
    assert all(path.startswith("/v1/") for path in DOCUMENT["paths"])


def test_every_operation_has_an_id_of_its_own_and_says_what_it_does() -> None:
    ids = [operation["operationId"] for _, _, operation in _operations()]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch("[a-z_]+", one) for one in ids)
    assert all(operation["summary"] for _, _, operation in _operations())
    assert all(operation["description"] for _, _, operation in _operations())


def test_every_reference_leads_somewhere() -> None:
    for node in _nodes(DOCUMENT):
        if "$ref" in node:
            place: Any = DOCUMENT
            for part in node["$ref"].removeprefix("#/").split("/"):
                place = place[part]


def test_every_schema_is_used_and_says_only_what_json_schema_knows() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    used = {node["$ref"].rpartition("/")[2] for node in _nodes(DOCUMENT) if "$ref" in node}
    assert used == schemas.keys()
    for schema in schemas.values():
        assert schema.keys() <= SCHEMA_WORDS
        for field in schema["properties"].values():
            assert field.keys() <= SCHEMA_WORDS


def test_every_name_in_a_path_is_a_parameter() -> None:
    for path, _, operation in _operations():
        declared = {one["name"] for one in operation.get("parameters", []) if one["in"] == "path"}
        assert declared == set(re.findall(r"{(\w+)}", path))


def test_every_error_is_documented_as_a_problem() -> None:
    for _, _, operation in _operations():
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                assert response["content"] == {
                    "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
                }


def test_every_operation_with_an_identity_documents_its_lack() -> None:
    for _, _, operation in _operations():
        if operation.get("security"):
            assert operation["security"] == [{"bearer": []}]
            assert {"401", "403", "429"} <= operation["responses"].keys()
    scheme = DOCUMENT["components"]["securitySchemes"]["bearer"]
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")


def test_what_changes_one_task_documents_its_precondition() -> None:
    for _, method, operation in _operations():
        names = {parameter["name"] for parameter in operation.get("parameters", [])}
        if "task_id" in names and method != "get":
            assert "If-Match" in names
            assert "412" in operation["responses"]


def test_an_api_can_be_made_more_than_once() -> None:
    assert create_api().openapi() == DOCUMENT
    assert len(OPERATIONS) == 76


class _Page(HTMLParser):
    """The addresses and the inline scripts, styles and handlers of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.inline: list[str] = []
        self._open = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open = tag
        for name, value in attrs:
            if name in {"src", "href", "action"}:
                self.addresses.append(value or "")
            elif name.startswith("on") or name == "style":
                self.inline.append(name)

    def handle_data(self, data: str) -> None:
        if self._open in {"script", "style"} and data.strip():
            self.inline.append(data)

    def handle_endtag(self, tag: str) -> None:
        del tag
        self._open = ""


@pytest.fixture
async def page(visitor: httpx.AsyncClient) -> _Page:
    response = await visitor.get("/api/docs")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    parsed = _Page()
    parsed.feed(response.text)
    return parsed


def test_the_page_has_nothing_inline(page: _Page) -> None:
    assert page.inline == []


async def test_the_page_needs_nothing_from_outside(page: _Page, visitor: httpx.AsyncClient) -> None:
    assert len(page.addresses) == 5
    for address in page.addresses:
        assert not re.match(r"[a-z]+:|//", address)
        response = await visitor.get(str(httpx.URL("http://todo.test/api/docs").join(address)))
        assert response.status_code == 200
        assert response.content
    assert "http" not in SCRIPT
    assert "validatorUrl: null" in SCRIPT


async def test_the_script_and_styles_are_served_as_what_they_are(
    visitor: httpx.AsyncClient,
) -> None:
    for path, media_type in (
        ("/api/docs/start.js", "text/javascript"),
        ("/api/docs/assets/swagger-ui-bundle.js", "text/javascript"),
        ("/api/docs/assets/swagger-ui.css", "text/css"),
        ("/api/docs/assets/favicon.png", "image/png"),
    ):
        response = await visitor.get(path)
        assert response.headers["content-type"].partition(";")[0] == media_type


async def test_an_asset_that_did_not_change_is_not_sent_again(visitor: httpx.AsyncClient) -> None:
    path = "/api/docs/assets/swagger-ui.css"
    etag = (await visitor.get(path)).headers["etag"]
    assert (await visitor.get(path, headers={"If-None-Match": etag})).status_code == 304


@pytest.mark.parametrize("name", ["nothing.js", "%2e%2e%2f__init__.py", "%00", "x" * 5_000])
async def test_no_other_file_is_served(visitor: httpx.AsyncClient, name: str) -> None:
    assert_problem(await visitor.get(f"/api/docs/assets/{name}"), 404)
