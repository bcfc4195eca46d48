"""Events of many open pages at once, each of which sends the next when the last is answered."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack

from bench.events import CLOSE_NOTICE, COUNT
from bench.socket_page import SocketPage, open_page
from bench.stage import processes_behind

ROUNDS = 7
ROUND_SECONDS = 1.5
"""Longer than the longest search for garbage, a third of a second for the floor with 200 pages."""
AT_ONCE = 10


async def measure(
    origin: str,
    places: Mapping[str, Sequence[int]],
    people: Sequence[tuple[str, str]],
    counter_port: int,
) -> list[dict[str, tuple[float, float]]]:
    """Of each round: events per second at each of the places by its name, and seconds for each.

    The seconds are processor time of the server. The pages are of people, who are a cookie and an
    address; a place is the ports they are spread over. The `floor` is the bare counter.
    """
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
        ports_of = {**places, "floor": [counter_port]}
        rounds = [
            {
                name: await _one_round(
                    pages, ports_of[name], COUNT if name == "floor" else CLOSE_NOTICE
                )
                for name, pages in crowds.items()
            }
            for _ in range(1 + ROUNDS)
        ]
    # The first events of a page pay for what it keeps.
    return rounds[1:]


async def _one_round(
    pages: Sequence[SocketPage], ports: Sequence[int], event: str
) -> tuple[float, float]:
    count = 0
    before = _processor_seconds(ports)
    started = time.perf_counter()
    until = started + ROUND_SECONDS

    async def send(page: SocketPage) -> None:
        nonlocal count
        while time.perf_counter() < until:
            await page.time_event(event)
            count += 1

    await asyncio.gather(*(send(page) for page in pages))
    rate = count / (time.perf_counter() - started)
    return rate, (_processor_seconds(ports) - before) / count


def _processor_seconds(ports: Sequence[int]) -> float:
    times = [process.cpu_times() for port in ports for process in processes_behind(port)]
    return sum(time.user + time.system for time in times)
