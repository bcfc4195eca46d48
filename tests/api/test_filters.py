from __future__ import annotations

from typing import get_args

import httpx
import pytest

from tests.api.answers import TASKS, add_task, assert_problem
from todo_app.api.sentences import SENTENCE_BY_FLAW
from todo_app.core.errors import Flaw


async def titles(client: httpx.AsyncClient, **params: object) -> list[str]:
    response = await client.get(TASKS, params=params)
    assert response.status_code == 200, response.text
    return [task["title"] for task in response.json()["items"]]


async def test_a_filter_chooses_what_is_listed(
    alice: httpx.AsyncClient, charlie: httpx.AsyncClient
) -> None:
    await add_task(alice, title="Some day", priority=1)
    await add_task(alice, title="Long ago", priority=2, due={"date": "2020-02-02"})
    await add_task(alice, title="Not this")

    assert await titles(alice, filter="p1 | overdue", sort="planned") == ["Long ago", "Some day"]
    assert await titles(alice, filter="p1 | overdue", priority=2) == ["Long ago"]
    assert await titles(charlie, filter="all | done") == []


@pytest.mark.parametrize(
    ("text", "message", "start", "end"),
    [
        ("p1 & \U0001f600 | p2", "has a word that is not known", 5, 6),
        ("due before: soon", "has a date that cannot be read", 12, 16),
        ("(p1", "has a ( without a )", 0, 1),
        ("", "is empty", 0, 0),
    ],
)
async def test_a_flaw_in_a_filter_is_answered_with_its_place(
    alice: httpx.AsyncClient, text: str, message: str, start: int, end: int
) -> None:
    problem = assert_problem(await alice.get(TASKS, params={"filter": text}), 422)

    place = {"parameter": "filter", "message": message, "start": start, "end": end}
    assert problem["errors"] == [place]


def test_every_flaw_of_a_filter_has_a_sentence() -> None:
    assert set(get_args(Flaw)) == SENTENCE_BY_FLAW.keys()
