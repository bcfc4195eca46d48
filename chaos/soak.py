"""Hours of the same load: memory and open files of the program do not grow."""

from __future__ import annotations

import asyncio
import statistics
import time
from dataclasses import dataclass
from itertools import pairwise

import psutil

from chaos import clients, histories
from chaos.stage import Stage

CLIENTS = 4
PAGES = 4
LOOK_SECONDS = 2
PAGE_SECONDS = 5
"""How long a page is open before another takes its place."""
MOST_GROWTH = 1.1
MOST_NEW_FILES = 5


@dataclass(slots=True)
class Soak:
    """The medians of the second quarter and of the last."""

    requests: int
    megabytes: tuple[float, float]
    files: tuple[float, float]

    @property
    def is_good(self) -> bool:
        """Whether neither grew."""
        before, after = self.megabytes
        return after <= MOST_GROWTH * before and self.files[1] <= self.files[0] + MOST_NEW_FILES


async def soak(stage: Stage, seconds: float) -> Soak:
    """Write by REST and open and close pages for so long."""
    samples: list[tuple[float, int]] = []
    until = time.monotonic() + seconds
    async with clients.arriving(stage, CLIENTS) as people, clients.at_work(people):
        looking = asyncio.create_task(_look(stage, until, samples))
        while time.monotonic() < until:
            left = until - time.monotonic()
            await histories.observe(stage, PAGES, min(PAGE_SECONDS, left))
        await looking
    bounds = [len(samples) * part // 4 for part in range(5)]
    quarters = [samples[start:end] for start, end in pairwise(bounds)]
    memory, files = (
        tuple(statistics.median(sample[kind] for sample in quarters[part]) for part in (1, 3))
        for kind in (0, 1)
    )
    requests = sum(person.journal.answers.total() for person in people)
    return Soak(requests, (memory[0], memory[1]), (files[0], files[1]))


async def _look(stage: Stage, until: float, samples: list[tuple[float, int]]) -> None:
    parent = psutil.Process(stage.process.pid)
    while time.monotonic() < until:
        family = [parent, *parent.children(recursive=True)]
        memory = sum(process.memory_info().rss for process in family) / 2**20
        samples.append((memory, sum(process.num_fds() for process in family)))
        await asyncio.sleep(LOOK_SECONDS)
