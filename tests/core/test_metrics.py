from __future__ import annotations

import asyncio
import socket

import httpx
import pytest

from todo_app.core import metrics
from todo_app.core.settings import get_settings


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_figures_are_shown_once_the_process_before_has_left_their_port(
    database: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(metrics, "_TRY_AGAIN_SECONDS", 0.01)
    with socket.create_server(("127.0.0.1", 0)) as before:
        port = before.getsockname()[1]
        monkeypatch.setenv("METRICS_PORT", str(port))
        get_settings.cache_clear()
        serving = asyncio.create_task(metrics.serve_forever())
        await asyncio.sleep(0.05)
    assert caplog.text.count("no metrics yet") == 1

    async with asyncio.timeout(10), httpx.AsyncClient() as http:
        while True:
            try:
                shown = await http.get(f"http://127.0.0.1:{port}/metrics")
                break
            except httpx.ConnectError:
                await asyncio.sleep(0.01)
    assert "todo_request_seconds" in shown.text

    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
