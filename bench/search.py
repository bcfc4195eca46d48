"""Search over REST: how long an answer takes, and how much longer in a long account."""

from __future__ import annotations

import statistics
import time
from collections import defaultdict

import httpx

from bench.figures import Figure
from bench.stage import Account
from tests.web.backend import Backend

ROUNDS = 60
MOST_MILLISECONDS = 50
MOST_OF_A_LONG_ACCOUNT = 1.5
QUERIES = ("water", "pla bal", '"not the cactus"', "balcony 77", "orchid from below", "nowhere")
"""What nearly all tasks have, what a third has, what few tasks and names have, what none has."""


def measure(backend: Backend, few: Account, many: Account) -> list[Figure]:
    """The median of the slowest query, and that over all beside a short account, by turns."""
    times: dict[str, list[float]] = defaultdict(list)
    with httpx.Client(base_url=backend.address) as client:
        for number in range(ROUNDS * len(QUERIES)):
            for name, account in (("few", few), ("many", many)):
                headers = {"Authorization": f"Bearer {account.access_token}"}
                query = {"q": QUERIES[number % len(QUERIES)]}
                started = time.perf_counter()
                answer = client.get("/api/v1/search", params=query, headers=headers)
                times[name].append(time.perf_counter() - started)
                answer.raise_for_status()
    p50 = {name: 1_000 * statistics.median(found) for name, found in times.items()}
    turns = len(QUERIES)
    slowest = max(statistics.median(times["many"][number::turns]) for number in range(turns))
    database = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}[backend.engine.dialect.name]
    return [
        Figure(f"Search of 10,000 tasks, {database}", 1_000 * slowest, "ms", MOST_MILLISECONDS),
        Figure(
            f"Search of 10,000 tasks beside 100, {database}",
            p50["many"],
            "ms",
            MOST_OF_A_LONG_ACCOUNT,
            floor=p50["few"],
        ),
    ]
