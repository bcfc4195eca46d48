"""What every page has, by its components."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import reflex as rx

from todo_app.web import routes

Element = dict[str, Any]


def elements(app: rx.App, path: str) -> Iterator[Element]:
    """Every element of a page, as the framework renders it."""
    waiting = [app._unevaluated_pages[path.strip("/")].component().render()]  # type: ignore[operator]
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict):
            if "props" in found:
                yield found
            waiting += found.values()
        elif isinstance(found, list):
            waiting += found


def properties(element: Element) -> dict[str, str]:
    """The plain properties of an element."""
    pairs = (prop.partition(":")[::2] for prop in element["props"])
    return {name: value.strip('"') for name, value in pairs}


def test_promise_1_every_password_is_masked_and_known_to_password_managers(app: rx.App) -> None:
    fields = [
        properties(element)
        for path in sorted(routes.PAGES)
        for element in elements(app, path)
        if element["name"] == '"input"' and "password" in properties(element).get("name", "")
    ]

    assert len(fields) > 10
    for field in fields:
        assert field["type"] == "password", field
        assert field["autoComplete"] in {"current-password", "new-password"}, field
        assert not {"onPaste", "readOnly", "maxLength"} & field.keys(), field


@pytest.mark.parametrize("path", sorted(routes.PRIVATE_PAGES))
def test_promise_4_every_private_page_has_the_way_out(app: rx.App, path: str) -> None:
    shown = [json.dumps(element["props"]) for element in elements(app, path)]

    assert any(routes.SIGN_OUT_FORM in one for one in shown)
