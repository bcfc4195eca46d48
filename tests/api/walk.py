"""Every operation of the API, read from its own OpenAPI document."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi.routing import APIRoute
from pydantic import BaseModel

from todo_app.api.app import create_api

API = create_api()
DOCUMENT: dict[str, Any] = API.openapi()
ROOT: str = DOCUMENT["servers"][0]["url"]

SOME_ID = "0190a1b2-0000-7000-8000-000000000001"
BODIES: dict[str, dict[str, Any]] = {
    "sign_up": {"email": "dora@example.org", "password": "kettle under seven clouds"},
    "sign_in": {"email": "dora@example.org", "password": "kettle under seven clouds"},
    "refresh": {"refresh_token": "none"},
    "ask_for_reset": {"email": "dora@example.org"},
    "ask_for_email_change": {
        "new_email": "dora@example.net",
        "current_password": "kettle under seven clouds",
    },
    "confirm_email_change": {"token": "none"},
    "confirm_sign_up": {"token": "none", "password": "kettle under seven clouds"},
    "send_sign_up_again": {"email": "dora@example.org"},
    "reset_password": {"token": "none", "new_password": "kettle under eight clouds"},
    "update_account": {"name": "Dora"},
    "change_password": {
        "current_password": "kettle under seven clouds",
        "new_password": "kettle under eight clouds",
    },
    "close_account": {
        "current_password": "kettle under seven clouds",
        "email": "alice@example.org",
    },
    "create_token": {"name": "Backup script"},
    "confirm_second_factor": {
        "code": "000000",
        "current_password": "kettle under seven clouds",
    },
    "renew_recovery_codes": {"current_password": "kettle under seven clouds"},
    "switch_off_second_factor": {"current_password": "kettle under seven clouds"},
    "create_filter": {"name": "Late", "query": "overdue"},
    "update_filter": {"name": "Later"},
    "move_filter": {"before": SOME_ID},
    "create_task": {"title": "Water the plants"},
    "create_quick_task": {"text": "Water the plants every day"},
    "run_batch": {"operations": [{"op": "create", "task": {"title": "Water the plants"}}]},
    "update_task": {"title": "Water the roses"},
    "move_task": {"project_id": SOME_ID},
    "create_project": {"name": "Garden"},
    "update_project": {"name": "Orchard"},
    "move_project": {"before": SOME_ID},
    "create_section": {"project_id": SOME_ID, "name": "Spring"},
    "update_section": {"name": "Summer"},
    "move_section": {"after": SOME_ID},
    "create_label": {"name": "errand"},
    "update_label": {"name": "chore"},
    "merge_label": {"into": SOME_ID},
}
"""A good body for each operation that takes one."""

QUERIES: dict[str, dict[str, Any]] = {"search_tasks": {"q": "water"}}
"""A good query for each operation that needs one."""

_MODELS: dict[str, type[BaseModel]] = {
    route.name: route.body_field.field_info.annotation
    for route in API.routes
    if isinstance(route, APIRoute) and route.body_field
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path."""

    id: str
    method: str
    template: str
    needs_identity: bool
    takes_body: bool

    @property
    def fields(self) -> list[str]:
        """The fields that its body may have."""
        operation = DOCUMENT["paths"][self.template][self.method.lower()]
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        name = schema["$ref"].rpartition("/")[2]
        return list(DOCUMENT["components"]["schemas"][name]["properties"])

    def understands(self, body: bytes) -> bool:
        """Whether a body is one for it; any other is refused before a database is asked."""
        try:
            _MODELS[self.id].model_validate(json.loads(body))
        except ValueError:
            return False
        except RecursionError:
            pass
        return True

    @property
    def is_about_one_task(self) -> bool:
        """Whether a task is named in the path."""
        return "{task_id}" in self.template

    def path(self, any_id: UUID | str) -> str:
        """The address, with the id where one belongs."""
        return ROOT + re.sub(r"{\w+_id}", str(any_id), self.template)

    @property
    def request(self) -> dict[str, Any]:
        """The rest of a good request."""
        query = {"params": QUERIES[self.id]} if self.id in QUERIES else {}
        return query | ({"json": BODIES[self.id]} if self.takes_body else {})


def _walk() -> Iterator[Operation]:
    for template, path in DOCUMENT["paths"].items():
        for method, operation in path.items():
            yield Operation(
                id=operation["operationId"],
                method=method.upper(),
                template=template,
                needs_identity=bool(operation.get("security")),
                takes_body="requestBody" in operation,
            )


OPERATIONS = list(_walk())
