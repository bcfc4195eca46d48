"""Quick add: how long reading one long line takes."""

from __future__ import annotations

import statistics
import time
from datetime import UTC, datetime

from bench.figures import Figure
from todo_app.core.quick_add import parse

CHARACTERS = 500
ROUNDS = 200
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
_SENTENCE = (
    "Write to Ann about the 2nd floor #home @mail p2 every other tuesday and friday at 7pm "
    "starting 1 dec until 24.12. !30m, "
)


def measure() -> list[Figure]:
    """The median of many readings of a line full of pieces."""
    line = (_SENTENCE * CHARACTERS)[:CHARACTERS]
    taken = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        parse(line, NOW, "Europe/Berlin")
        taken.append((time.perf_counter() - begun) * 1_000)
    median = statistics.median(taken)
    return [Figure(f"Quick add: a line of {CHARACTERS} characters", median, "ms", 2)]
