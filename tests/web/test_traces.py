"""Reflex's hook for OpenTelemetry: off by itself, and turned on from outside."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.web.backend import ROOT, Backend, running_backend
from tests.web.browser import LIST, browser

TRACING = Path(__file__).parent / "tracing"


async def test_a_request_and_an_event_become_spans_that_tell_nothing_of_people(
    tmp_path: Path,
) -> None:
    spans = tmp_path / "spans"
    path = f"{TRACING}:{ROOT}"
    with running_backend(tmp_path, PYTHONPATH=path, SPANS=str(spans)) as backend:
        with browser(backend) as alice:
            alice.sign_up("Alice")
            async with alice.tab("/today") as tab:
                await tab.add("Water the plants")
                token = tab.token
        found = [json.loads(line) for line in spans.read_text("utf-8").splitlines()]

    requests = {(span.get("http.request.method"), span.get("url.path")) for span in found}
    assert ("POST", "/auth/sign-up") in requests
    events = {span["reflex.event.name"] for span in found if "reflex.event.name" in span}
    assert any(name.startswith(LIST) for name in events)
    text = spans.read_text("utf-8")
    for secret in (alice.email, alice.token, token, "Water the plants"):
        assert secret not in text


def test_without_it_nothing_of_it_is_on(sqlite_backend: Backend) -> None:
    program = (
        "import sys; import todo_app.todo_app; from reflex_base import otel; "
        "print(otel.enabled, otel.asgi_middleware, 'opentelemetry.sdk' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=sqlite_backend.environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.split() == ["False", "None", "False"]
