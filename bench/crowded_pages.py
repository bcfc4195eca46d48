"""Events of many open pages at once, each of which sends the next when the last is answered."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack

from bench.events import CLOSE_NOTICE, COUNT
from bench.socket_page import SocketPage, open_page

ROUNDS = 3
ROUND_SECONDS = 1.0
AT_ONCE = 10


async def measure(
    origin: str,
    places: Mapping[str, Sequence[int]],
    people: Sequence[tuple[str, str]],
    counter_port: int,
) -> dict[str, float]:
    """Events per second of pages that these people have open, at each of the places by its name.

    People are a cookie and an address; a place is the ports they are spread over. The `floor` is
    the bare counter.
    """
    rates: dict[str, list[float]] = defaultdict(list)
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
        for _ in range(ROUNDS):
            for name, pages in crowds.items():
                event = COUNT if name == "floor" else CLOSE_NOTICE
                rates[name].append(await _events_per_second(pages, event))
    return {name: statistics.median(found) for name, found in rates.items()}


async def _events_per_second(pages: Sequence[SocketPage], event: str) -> float:
    count = 0
    started = time.perf_counter()
    until = started + ROUND_SECONDS

    async def send(page: SocketPage) -> None:
        nonlocal count
        while time.perf_counter() < until:
            await page.time_event(event)
            count += 1

    await asyncio.gather(*(send(page) for page in pages))
    return count / (time.perf_counter() - started)
