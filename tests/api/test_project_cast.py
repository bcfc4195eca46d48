"""The cast tries what is around tasks: projects, sections, labels, and ids in bodies."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from tests.api.answers import TASKS, add_task, assert_problem
from tests.api.test_cast import BELONGINGS, UNKNOWN
from tests.api.walk import OPERATIONS, ROOT, Operation

V1 = f"{ROOT}/v1"
Ids = dict[str, str]

of_a_belonging = pytest.mark.parametrize(
    "operation",
    [one for one in OPERATIONS if BELONGINGS & set(re.findall(r"{(\w+)}", one.template))],
    ids=lambda one: one.id,
)
# Where an id can be sent in a body, and of what it is.
WITH_IDS = (
    ("/tasks", "project_id", "project_id"),
    ("/tasks", "section_id", "section_id"),
    ("/tasks", "parent_id", "task_id"),
    ("/sections", "project_id", "project_id"),
    ("/projects/{project_id}/move", "before", "project_id"),
    ("/projects/{project_id}/move", "after", "project_id"),
    ("/sections/{section_id}/move", "before", "section_id"),
    ("/labels/{label_id}/merge", "into", "label_id"),
    ("/tasks/{task_id}/move", "before", "task_id"),
    ("/tasks/{task_id}/move", "after", "task_id"),
    ("/tasks/{task_id}/move", "parent_id", "task_id"),
    ("/tasks/{task_id}/move", "section_id", "section_id"),
    ("/tasks/{task_id}/move", "project_id", "project_id"),
)


async def made(client: httpx.AsyncClient, name: str) -> Ids:
    """One of each of a person's."""
    ids: Ids = {}
    for kind, body in (
        ("project", {"name": f"{name} project"}),
        ("section", {"name": f"{name} section"}),
        ("label", {"name": f"{name} label"}),
        ("task", {"title": f"{name} task", "labels": [f"{name} label"]}),
    ):
        more = {"project_id": ids["project_id"]} if kind in {"section", "task"} else {}
        response = await client.post(f"{V1}/{kind}s", json=body | more)
        assert response.status_code == 201, response.text
        ids[f"{kind}_id"] = response.json()["id"]
    return ids


async def everything(client: httpx.AsyncClient) -> list[Any]:
    """All that a person has."""
    projects = (await client.get(f"{V1}/projects")).json()["items"]
    sections = [
        (await client.get(f"{V1}/projects/{project['id']}/sections")).json() for project in projects
    ]
    others = [(await client.get(f"{V1}/{what}")).json() for what in ("labels", "tasks", "trash")]
    return [projects, sections, *others]


def filled(template: str, ids: Ids) -> str:
    return re.sub(r"{(\w+)}", lambda found: ids[found.group(1)], template)


@of_a_belonging
async def test_what_is_a_strangers_answers_byte_for_byte_as_what_is_not(
    operation: Operation,
    alice: httpx.AsyncClient,
    charlie: httpx.AsyncClient,
    nobody: httpx.AsyncClient,
) -> None:
    hers = await made(alice, "Her")
    before = await everything(alice)
    for headers in ({}, {"If-Match": '"1"'}):
        foreign, unknown = [
            await charlie.request(
                operation.method,
                ROOT + filled(operation.template, ids),
                headers=headers,
                **operation.request,
            )
            for ids in (hers, dict.fromkeys(hers, str(UNKNOWN)))
        ]
        assert_problem(foreign, 404)
        assert (foreign.content, foreign.headers) == (unknown.content, unknown.headers)
    path = ROOT + filled(operation.template, hers)
    assert_problem(await nobody.request(operation.method, path, **operation.request), 401)
    assert await everything(alice) == before


@of_a_belonging
async def test_the_owner_is_let_in(operation: Operation, alice: httpx.AsyncClient) -> None:
    hers, others = await made(alice, "Her"), await made(alice, "Other")
    body = dict(operation.request.get("json", {}))
    if operation.id == "move_section":
        draft = {"project_id": hers["project_id"], "name": "Next"}
        body["after"] = (await alice.post(f"{V1}/sections", json=draft)).json()["id"]
    elif operation.id == "move_project":
        body["before"] = others["project_id"]
    elif operation.id == "merge_label":
        body["into"] = others["label_id"]
    response = await alice.request(
        operation.method, ROOT + filled(operation.template, hers), json=body or None
    )
    assert response.is_success, response.text


@pytest.mark.parametrize(("template", "field", "kind"), WITH_IDS)
async def test_a_foreign_id_in_a_body_is_refused_as_an_unknown_one(
    alice: httpx.AsyncClient, charlie: httpx.AsyncClient, template: str, field: str, kind: str
) -> None:
    hers, his = await made(alice, "Her"), await made(charlie, "His")
    before = await everything(alice), await everything(charlie)
    body = {"title": "x"} if template == "/tasks" else {}
    body |= {"name": "x"} if template == "/sections" else {}
    answers = []
    for wanted in (hers[kind], str(UNKNOWN)):
        response = await charlie.post(V1 + filled(template, his), json={**body, field: wanted})
        problem = assert_problem(response, 422)
        assert problem["errors"] == [{"pointer": f"/{field}", "message": "does not exist"}]
        answers.append((response.content, response.headers))
    assert answers[0] == answers[1]
    assert (await everything(alice), await everything(charlie)) == before


@pytest.mark.parametrize("field", ["project", "section", "parent"])
async def test_a_foreign_place_lists_nothing(
    alice: httpx.AsyncClient, charlie: httpx.AsyncClient, field: str
) -> None:
    hers = await made(alice, "Her")
    await add_task(alice, parent_id=hers["task_id"])
    wanted = hers["task_id" if field == "parent" else f"{field}_id"]
    answer = await charlie.get(TASKS, params={field: wanted})
    assert answer.json() == {"items": [], "next_cursor": None}
    assert (await charlie.get(TASKS, params={"label": "Her label"})).json()["items"] == []
