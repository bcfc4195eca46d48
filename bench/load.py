"""A load generator in a process of its own: each connection asks again as soon as it is answered.

HTTP/1.1 by hand, because a client library would cost more than the server it measures.
Loads have turns, in rounds. A turn ends when all that was asked is answered: what nobody waits for
any more would else keep the cores from the next ones, 200 sign-ins for half a minute.
Run as `python -m bench.load ROUNDS SECONDS`, with the loads as JSON on the standard input: of each
connection a port and a request.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from collections.abc import Callable
from functools import partial
from itertools import count

NUMBER = b"00000000"
"""What is another number in each request that has it, as long as this."""
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_WAIT = re.compile(rb"\r\nretry-after: *(\d+)", re.IGNORECASE)
_WARM_SECONDS = 0.5
_PATIENCE_SECONDS = 60
_LEAVE_SECONDS = 2.5
"""Longer than all the passwords take that a process of the product lets wait."""
_numbers = count(1)


class Connection(asyncio.Protocol):
    """One connection. Who is answered 503 comes again when it was told to."""

    def __init__(self, request: bytes, when_answered: Callable[[], None]) -> None:
        self._request = request
        self._when_answered = when_answered
        self._answer = b""
        self._is_waiting = self._is_leaving = False
        self.left = asyncio.get_running_loop().create_future()

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
        self._is_waiting = False
        wait = _WAIT.search(head) if head.startswith(b"HTTP/1.1 503") else None
        if wait is None:
            self._when_answered()
        if self._is_leaving:
            self._transport.close()
        elif wait is None:
            self._ask()
        else:
            asyncio.get_running_loop().call_later(int(wait.group(1)), self._ask)

    def connection_lost(self, error: Exception | None) -> None:
        """Note that it is closed."""
        del error
        self.left.set_result(None)

    def leave(self) -> None:
        """Ask nothing more, and close once everything is answered."""
        self._is_leaving = True
        if not self._is_waiting:
            self._transport.close()

    def break_off(self) -> None:
        """Close at once."""
        self._transport.abort()

    def _ask(self) -> None:
        if not self._is_leaving:
            self._is_waiting = True
            self._transport.write(self._request.replace(NUMBER, b"%08d" % next(_numbers)))


async def put_loads(
    rounds: int, seconds: float, loads: list[list[tuple[int, str]]]
) -> list[list[float]]:
    """Answers per second to each load, of each round."""
    return [[await _put_load(seconds, requests) for requests in loads] for _ in range(rounds)]


async def _put_load(seconds: float, requests: list[tuple[int, str]]) -> float:
    answers, answered_at = 0, 0.0

    def count_answer() -> None:
        nonlocal answers, answered_at
        answers, answered_at = answers + 1, time.perf_counter()

    async def wait_for(count: int, seconds: float) -> None:
        until = time.perf_counter() + seconds
        while answers < count and time.perf_counter() < until:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)

    loop = asyncio.get_running_loop()
    connections = []
    for port, request in requests:
        make = partial(Connection, request.encode(), count_answer)
        _, connection = await loop.create_connection(make, "127.0.0.1", port)
        connections.append(connection)
    # The first answers pay for new connections on every level, and come before those are many.
    await wait_for(len(requests), _WARM_SECONDS)
    answers = 0
    started = time.perf_counter()
    await asyncio.sleep(seconds)
    await wait_for(1, _PATIENCE_SECONDS)
    # Up to the last answer: of a few that take long, a part of one more would count as none.
    rate = answers / (answered_at - started)
    await _leave(connections)
    return rate


async def _leave(connections: list[Connection]) -> None:
    for connection in connections:
        connection.leave()
    all_left = [connection.left for connection in connections]
    await asyncio.wait(all_left, timeout=_LEAVE_SECONDS)
    for connection in connections:
        connection.break_off()
    await asyncio.wait(all_left)


if __name__ == "__main__":
    put = put_loads(int(sys.argv[1]), float(sys.argv[2]), json.load(sys.stdin))
    print(json.dumps(asyncio.run(put)))
