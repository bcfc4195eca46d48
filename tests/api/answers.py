"""What tests of the API ask of answers again and again."""

from __future__ import annotations

import json
from typing import Any

import httpx

TASKS = "/api/v1/tasks"
AUTH = "/api/v1/auth"
JSON = {"Content-Type": "application/json"}


def assert_problem(response: httpx.Response, status: int) -> dict[str, Any]:
    """The members of a problem, after a look at what all of them have."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["cache-control"] == "no-store"
    problem: dict[str, Any] = response.json()
    assert problem["status"] == status
    assert problem["type"].startswith("urn:todo-app:problem:")
    assert problem["title"]
    assert problem["detail"]
    return problem


def escaped(value: object) -> bytes:
    """JSON with escapes, which can hold what UTF-8 cannot."""
    return json.dumps(value).encode()


async def add_task(client: httpx.AsyncClient, **fields: object) -> dict[str, Any]:
    """A new task."""
    response = await client.post(TASKS, json={"title": "Water the plants", **fields})
    assert response.status_code == 201, response.text
    task: dict[str, Any] = response.json()
    return task


def path_of(task: dict[str, Any], action: str = "") -> str:
    """The address of a task, or of something to do with it."""
    return f"{TASKS}/{task['id']}{action}"


async def all_tasks(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    """Every task of a person."""
    response = await client.get(TASKS, params={"limit": 200})
    items: list[dict[str, Any]] = response.json()["items"]
    return items
