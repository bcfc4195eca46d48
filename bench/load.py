"""A load generator in a process of its own: each connection asks again as soon as it is answered.

HTTP/1.1 by hand, because a client library would cost more than the server it measures.
Run as `python -m bench.load SECONDS`, with a port and a request for each connection as JSON on the
standard input.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from collections.abc import Callable
from itertools import count

NUMBER = b"00000000"
"""What is another number in each request that has it, as long as this."""
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_WAIT = re.compile(rb"\r\nretry-after: *(\d+)", re.IGNORECASE)
_PATIENCE_SECONDS = 60
_numbers = count(1)


class Connection(asyncio.Protocol):
    """One connection. Who is answered 503 comes again when it was told to."""

    def __init__(self, request: bytes, when_answered: Callable[[], None]) -> None:
        self._request = request
        self._when_answered = when_answered
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
        if length is None or not head.startswith((b"HTTP/1.1 20", b"HTTP/1.1 503")):
            sys.exit(f"refused: {self._answer[:500]!r}")
        if len(body) < int(length.group(1)):
            return
        self._answer = b""
        wait = _WAIT.search(head) if head.startswith(b"HTTP/1.1 503") else None
        if wait is None:
            self._when_answered()
            self._ask()
        else:
            asyncio.get_running_loop().call_later(int(wait.group(1)), self._ask)

    def _ask(self) -> None:
        self._transport.write(self._request.replace(NUMBER, b"%08d" % next(_numbers)))


async def put_load(seconds: float, requests: list[tuple[int, str]]) -> float:
    """Answers per second."""
    answers = 0

    def count_answer() -> None:
        nonlocal answers
        answers += 1

    async def wait_for(count: int, seconds: float) -> None:
        until = time.perf_counter() + seconds
        while answers < count and time.perf_counter() < until:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)

    loop = asyncio.get_running_loop()
    for port, request in requests:
        connection = Connection(request.encode(), count_answer)
        await loop.create_connection(lambda made=connection: made, "127.0.0.1", port)  # type: ignore[misc]
    # The first answers pay for new connections on every level, and come before those are many.
    await wait_for(len(requests), seconds)
    answers = 0
    started = time.perf_counter()
    await asyncio.sleep(seconds)
    await wait_for(1, _PATIENCE_SECONDS)
    return answers / (time.perf_counter() - started)


if __name__ == "__main__":
    print(asyncio.run(put_load(float(sys.argv[1]), json.load(sys.stdin))))
