"""A load generator in a process of its own: one request, again and again, over open connections.

HTTP/1.1 by hand, because a client library would cost more than the server it measures.
Run as `python -m bench.load PORT CONNECTIONS SECONDS`, with the request on the standard input.
"""

from __future__ import annotations

import asyncio
import json
import re
import statistics
import sys
import time

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Connection(asyncio.Protocol):
    """One connection that asks again as soon as it is answered."""

    def __init__(self, request: bytes, latencies: list[float]) -> None:
        self._request = request
        self._latencies = latencies
        self._answer = b""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Ask for the first time."""
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        """Collect an answer, check that it is one, and ask again."""
        self._answer += data
        head, end, body = self._answer.partition(b"\r\n\r\n")
        if not end:
            return
        length = _LENGTH.search(head)
        if not head.startswith(b"HTTP/1.1 200") or length is None:
            sys.exit(f"refused: {self._answer[:500]!r}")
        if len(body) == int(length.group(1)):
            self._latencies.append(time.perf_counter() - self._asked)
            self._answer = b""
            self._ask()

    def _ask(self) -> None:
        self._asked = time.perf_counter()
        self._transport.write(self._request)


async def put_load(port: int, connections: int, seconds: float, request: bytes) -> dict[str, float]:
    """Requests per second and their median latency in milliseconds."""
    latencies: list[float] = []
    loop = asyncio.get_running_loop()
    for _ in range(connections):
        await loop.create_connection(lambda: Connection(request, latencies), "127.0.0.1", port)
    # The first answers pay for new connections on every level.
    await asyncio.sleep(seconds / 10)
    latencies.clear()
    started = time.perf_counter()
    await asyncio.sleep(seconds)
    elapsed = time.perf_counter() - started
    return {
        "per_second": len(latencies) / elapsed,
        "p50_milliseconds": 1_000 * statistics.median(latencies),
    }


if __name__ == "__main__":
    answer = put_load(
        int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), sys.stdin.buffer.read()
    )
    print(json.dumps(asyncio.run(answer)))
