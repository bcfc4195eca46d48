from __future__ import annotations

import httpx
import pytest

from tests.api.answers import add_task, assert_problem

SEARCH = "/api/v1/search"


async def test_search_answers_with_tasks_and_where_the_words_are(
    alice: httpx.AsyncClient, charlie: httpx.AsyncClient
) -> None:
    task = await add_task(alice, title="Buy milk", notes="At the caf\u00e9")

    response = await alice.get(SEARCH, params={"q": "mil cafe"})

    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    assert response.json() == {
        "tasks": [
            {
                "task": task,
                "title_marks": [{"start": 4, "end": 8}],
                "excerpt": {"text": "At the caf\u00e9", "marks": [{"start": 7, "end": 11}]},
            }
        ],
        "names": [],
    }
    nothing = await charlie.get(SEARCH, params={"q": "mil cafe"})
    assert nothing.json() == {"tasks": [], "names": []}


async def test_search_returns_at_most_so_many_tasks(alice: httpx.AsyncClient) -> None:
    for _ in range(3):
        await add_task(alice, title="Buy milk")

    found = (await alice.get(SEARCH, params={"q": "milk", "limit": 2})).json()

    assert len(found["tasks"]) == 2


@pytest.mark.parametrize(
    ("params", "parameter"),
    [
        ({}, "q"),
        ({"q": "x" * 201}, "q"),
        ({"q": "x", "limit": 0}, "limit"),
        ({"q": "x", "limit": 51}, "limit"),
    ],
)
async def test_a_query_out_of_bounds_is_refused(
    alice: httpx.AsyncClient, params: dict[str, object], parameter: str
) -> None:
    problem = assert_problem(await alice.get(SEARCH, params=params), 422)
    assert [error["parameter"] for error in problem["errors"]] == [parameter]


@pytest.mark.parametrize("query", ["", "%00", "%ff", '"', "'", "* OR *", "-", "\U0001f600", "^:()"])
async def test_no_text_is_a_server_error(alice: httpx.AsyncClient, query: str) -> None:
    response = await alice.get(f"{SEARCH}?q={query}")
    assert response.status_code == 200
    assert response.json() == {"tasks": [], "names": []}
