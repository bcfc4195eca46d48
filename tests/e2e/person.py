"""Somebody with an account, in a browser and at the REST API."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

import httpx

from tests.cast import PASSWORD
from tests.e2e.program import Program

TIME_ZONE = "Europe/Lisbon"


@dataclass(frozen=True, slots=True)
class Person:
    """An account of a test's own."""

    origin: str
    email: str
    password: str
    cookies: dict[str, str]
    api: httpx.Client

    def add_task(self, title: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        """A new task, by the REST API."""
        answer = self.api.post("/tasks", json={"title": title, **fields})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def titles(self, **query: str) -> list[str]:
        """The titles of every task as they are stored, oldest first."""
        found: list[str] = []
        cursor: dict[str, str] = {}
        while True:
            page = self.api.get("/tasks", params={"limit": "200", **query, **cursor}).json()
            found += [task["title"] for task in page["items"]]
            if page["next_cursor"] is None:
                return found
            cursor = {"cursor": page["next_cursor"]}

    def task(self, task_id: str) -> dict[str, Any]:
        """A task as it is stored."""
        return dict(self.api.get(f"/tasks/{task_id}").json())


def new_email(name: str = "alice") -> str:
    """An address nobody had before."""
    return f"{name}-{secrets.token_hex(6)}@example.org"


def new_person(program: Program, name: str = "Alice Adams") -> Person:
    """Open an account as the form does, and sign in at the API too."""
    email = new_email()
    fields = {"email": email, "name": name, "password": PASSWORD, "time_zone": TIME_ZONE}
    with program.client(Origin=program.origin) as form:
        answer = form.post("/auth/sign-up", data=fields)
        assert answer.headers.get("location") == f"{program.origin}/today", answer.text
        cookies = dict(form.cookies)
    api = program.client()
    api.base_url = f"{program.address}/api/v1"
    tokens = api.post("/auth/signin", json={"email": email, "password": PASSWORD}).json()
    api.headers["Authorization"] = f"Bearer {tokens['access_token']}"
    return Person(program.origin, email, PASSWORD, cookies, api)
