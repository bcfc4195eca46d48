"""The security events of a person over HTTP."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.api.answers import AUTH, assert_problem
from tests.cast import sign_in_api

EVENTS = f"{AUTH}/events"


async def page_of(client: httpx.AsyncClient, **query: object) -> dict[str, Any]:
    response = await client.get(EVENTS, params=query)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


async def test_every_event_is_on_one_page_the_latest_first(
    alice: httpx.AsyncClient, bob: httpx.AsyncClient
) -> None:
    for _ in range(5):
        await sign_in_api()
    everything = (await page_of(alice))["items"]

    kinds, cursor = [], {}
    while True:
        page = await page_of(alice, limit=2, **cursor)
        assert len(page["items"]) <= 2
        kinds += [one["id"] for one in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}

    assert kinds == [one["id"] for one in everything]
    assert [one["kind"] for one in everything] == [*["signed_in"] * 6, "signed_up"]
    assert everything[0].keys() == {"id", "kind", "created_at", "address", "device", "details"}
    assert len((await page_of(bob))["items"]) == 2


@pytest.mark.parametrize("cursor", ["", "x", "e30=", "MjAyNg==", "OTk5OTktMDEtMDEgeA=="])
async def test_a_cursor_that_is_none_of_ours_is_refused(
    alice: httpx.AsyncClient, cursor: str
) -> None:
    assert_problem(await alice.get(EVENTS, params={"cursor": cursor}), 400)


@pytest.mark.parametrize("limit", ["0", "201", "x"])
async def test_a_page_is_bounded(alice: httpx.AsyncClient, limit: str) -> None:
    assert_problem(await alice.get(EVENTS, params={"limit": limit}), 422)
