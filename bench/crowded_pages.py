"""Events of many open pages at once, each of which sends the next when the last is answered."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from psutil import Process

from bench.events import CLOSE_NOTICE, COUNT
from bench.socket_page import SocketPage, open_page
from bench.stage import processes_behind

ROUNDS = 5
ROUND_SECONDS = 1.0
"""Longer than the longest search for garbage, a third of a second for the floor with 200 pages."""
ROUNDS_OF_ONE = 80
ROUND_OF_ONE_SECONDS = 0.1
"""One page is a ping-pong between two processes, which each have to be woken for every event: it is
as quick as what else the machine does lets it be. So it has short turns, and many: what disturbs
lasts for longer than two of them, and slows the product and its floor alike."""
AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class Turn:
    """So many events in so many seconds, and the processor time of the server for all of them."""

    events: int
    seconds: float
    processor_seconds: float

    @property
    def rate(self) -> float:
        """Events per second."""
        return self.events / self.seconds


async def measure(
    origin: str,
    places: Mapping[str, Sequence[int]],
    people: Sequence[tuple[str, str]],
    counter_port: int,
) -> list[dict[str, Turn]]:
    """Of each round the turn of each of the places, by its name; the `floor` is the bare counter.

    The pages are of people, who are a cookie and an address; a place is the ports they are spread
    over.
    """
    count, seconds = ROUNDS, ROUND_SECONDS
    if len(people) == 1:
        count, seconds = ROUNDS_OF_ONE, ROUND_OF_ONE_SECONDS
    async with AsyncExitStack() as stack:
        turn = asyncio.Semaphore(AT_ONCE)

        async def open_one(port: int, path: str, **who: str) -> SocketPage:
            async with turn:
                page = await stack.enter_async_context(open_page(port, path, **who))
                await page.load()
                return page

        crowds = {
            name: await asyncio.gather(
                *(
                    open_one(
                        ports[number % len(ports)],
                        "/today",
                        origin=origin,
                        cookie=cookie,
                        address=address,
                    )
                    for number, (cookie, address) in enumerate(people)
                )
            )
            for name, ports in places.items()
        }
        crowds["floor"] = await asyncio.gather(*(open_one(counter_port, "/") for _ in people))
        processes = {
            name: [process for port in ports for process in processes_behind(port)]
            for name, ports in {**places, "floor": [counter_port]}.items()
        }
        rounds = [
            {
                name: await _take_turn(
                    pages, processes[name], COUNT if name == "floor" else CLOSE_NOTICE, seconds
                )
                for name, pages in crowds.items()
            }
            for _ in range(1 + count)
        ]
    # The first events of a page pay for what it keeps.
    return rounds[1:]


async def _take_turn(
    pages: Sequence[SocketPage], processes: Sequence[Process], event: str, seconds: float
) -> Turn:
    count = 0
    before = _processor_seconds(processes)
    started = time.perf_counter()
    until = started + seconds

    async def send(page: SocketPage) -> None:
        nonlocal count
        while time.perf_counter() < until:
            await page.time_event(event)
            count += 1

    await asyncio.gather(*(send(page) for page in pages))
    taken = time.perf_counter() - started
    return Turn(count, taken, _processor_seconds(processes) - before)


def _processor_seconds(processes: Sequence[Process]) -> float:
    times = [process.cpu_times() for process in processes]
    return sum(time.user + time.system for time in times)
