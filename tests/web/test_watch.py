"""What an operator sees: log lines that belong together, and figures. No secret is in either."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest
from sqlalchemy import text

from tests.cast import PASSWORD
from tests.servers import free_port
from tests.web.backend import Backend, running_backend
from tests.web.browser import LIST, ROOT_STATE, Browser, browser

PATIENCE_SECONDS = 10
TITLE = "A title for nobody else"
JOIN = "40/_event,"
LOAD = json.dumps(["event", {"name": f"{ROOT_STATE}.hydrate_and_load", "payload": {}}])
MALFORMED: tuple[str | bytes, ...] = (
    *("", "garbage", "2", "9", "²", "b!!!", "bAAAA", "4", "4{", "4" + "[" * 50_000, "47", "4x"),
    *("40/elsewhere,", f"{JOIN}{{", f'{JOIN}"x"', "42/_event,", "42/_event,[", "42/_event,[]"),
    *("42/_event," + "[" * 50_000, "42/_event,{}", "42/_event,5", "42/_event,[5]"),
    *('42/_event,[["event"]]', '42/_event,["ping",1,2]', '42/_event,["connect"]', '42["event",{}]'),
    *('42/_event,["client_error",1,2]', '42/_event,["disconnect"]', "42/_event," + "1" * 200),
    *("43/_event,1[]", "44/_event,{}", '451-/_event,["event",{"_placeholder":true,"num":5}]'),
    *('42/_event,["event",5]', b"\x01\x02", b"4", b'2["x"]'),
)
"""What a stranger may send by the socket of a page."""


@pytest.fixture(scope="module")
def metrics_port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def backend(metrics_port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    settings = {
        "ENVIRONMENT": "production",
        "JWT_SECRET": "3Wr2vN5c-Pq8tY1xZ6bM4kL7sD9fG0hJ",
        "LOG_LEVEL": "debug",
        "METRICS_PORT": str(metrics_port),
    }
    with running_backend(tmp_path_factory.mktemp("watched"), **settings) as started:
        yield started


@pytest.fixture
def alice(backend: Backend) -> Iterator[Browser]:
    with browser(backend) as arrived:
        arrived.sign_up("Alice")
        yield arrived


def lines(backend: Backend) -> list[dict[str, Any]]:
    return [json.loads(line) for line in backend.log_text().splitlines() if line.startswith("{")]


def others(backend: Backend) -> list[str]:
    """What it has printed that is no line of its log."""
    return [line for line in backend.log_text().splitlines() if not line.startswith("{")]


async def test_a_request_is_found_in_the_log_by_the_reference_in_its_answer(
    backend: Backend, alice: Browser
) -> None:
    credentials = {"email": alice.email, "password": PASSWORD}
    answer = alice.http.post("/api/v1/auth/signin", json=credentials)
    reference = answer.headers["x-request-id"]

    # The last line is written once the answer is on its way.
    found: list[dict[str, Any]] = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(found) < 2:
            await asyncio.sleep(0.05)
            found = [line for line in lines(backend) if line.get("reference") == reference]

    assert [(line["logger"], line["message"].partition(" in ")[0]) for line in found] == [
        ("todo_app.audit", "signed_in"),
        ("todo_app.web.watch", "POST /api/v1/auth/signin answered 200"),
    ]


async def test_the_reference_that_a_page_shows_is_that_of_the_error_in_the_log(
    backend: Backend, alice: Browser
) -> None:
    async with alice.tab("/inbox") as tab:
        await tab.add(TITLE)
        with backend.engine.begin() as connection:
            connection.execute(text("UPDATE tasks SET due_date = 'the Ides of March'"))
        await tab.send(f"{LIST}.show_list", name="inbox")
        await tab.until(lambda: "reference" in tab.shown["auth_state.notice"]["text"])
        told = tab.shown["auth_state.notice"]["text"]

    reference = re.search(r"reference (\w+)", told)
    assert reference, told
    failed = [line for line in lines(backend) if line.get("reference") == reference.group(1)]
    assert ["ValueError" in line.get("trace", "") for line in failed] == [True]
    assert TITLE not in backend.log_text()
    assert others(backend) == [f"Todo App is ready at {backend.origin}"], "it is not its log"


async def test_each_malformed_frame_is_one_line_of_the_log_and_the_page_lives_on(
    backend: Backend,
) -> None:
    before, greeted = len(lines(backend)), {"Origin": backend.origin}
    address = f"{backend.address}/_event/?EIO=4&transport=websocket&token=stranger"
    async with (
        asyncio.timeout(PATIENCE_SECONDS),
        aiohttp.ClientSession() as http,
        http.ws_connect(address, headers=greeted) as socket,
    ):
        await socket.send_str(JOIN)
        for packet in MALFORMED:
            await (socket.send_str if isinstance(packet, str) else socket.send_bytes)(packet)
        await socket.send_str(f"42/_event,{LOAD}")
        while "is_hydrated" not in await socket.receive_str():
            pass

    said = [(line["level"], line["message"]) for line in lines(backend)[before:]]
    assert said.count(("warning", "refused a malformed frame")) == len(MALFORMED)
    assert not {"error", "critical"} & {level for level, _ in said}
    assert "Traceback" not in str(said)
    assert others(backend) == [f"Todo App is ready at {backend.origin}"]


async def test_figures_are_on_a_port_of_their_own_and_name_nobody(
    backend: Backend, alice: Browser, metrics_port: int
) -> None:
    async with alice.tab("/today") as tab:
        await tab.add(TITLE)
        alice.get(f"/api/v1/tasks/{TITLE}")
        alice.get("/no/such/path")
        alice.get("/today")
        shown = alice.get(f"http://127.0.0.1:{metrics_port}/metrics").text

    for name in (
        'todo_request_seconds_count{method="GET",route="/api/v1/tasks/{task_id}",status="401"}',
        'todo_request_seconds_count{method="GET",route="other",status="404"}',
        'todo_request_seconds_count{method="POST",route="/auth/sign-up",status="303"}',
        'todo_event_seconds_count{handler="QuickAddState.add_tasks",outcome="handled"}',
        "todo_sockets 1.0",
        "todo_hashing 0.0",
        "todo_outbox_letters 0.0",
        'todo_database_connections{pool="transactions"}',
        'todo_job_last_success_timestamp_seconds{job="hourly"}',
        "process_resident_memory_bytes",
    ):
        assert name in shown
    for secret in (TITLE, alice.email, alice.token, "/no/such/path"):
        assert secret not in shown
    assert alice.get("/metrics").status_code == 404
