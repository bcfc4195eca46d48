"""What row-level security costs: the same product with it, and without."""

from __future__ import annotations

import secrets
from contextlib import ExitStack
from pathlib import Path

from bench import stage
from bench.figures import Figure
from bench.load import NUMBER
from bench.rest import CONNECTIONS
from bench.wire import Request, by_turns
from tests.servers import running_postgresql

TASKS_OF_EACH = 200
ROUNDS = 7
ROUND_SECONDS = 1.2
LEAST_SHARE = 0.9
REQUESTS = (
    ("list of 50", "GET", "?limit=50", ""),
    ("create", "POST", "", f'{{"title": "Water the plants, {NUMBER.decode()}"}}'),
)


def measure(folder: Path) -> list[Figure]:
    """A read and a write, by an account for each connection; the `floor` is without it."""
    with ExitStack() as running:
        url = running.enter_context(running_postgresql("fsync=on")).fresh_database()
        secret = secrets.token_urlsafe(48)
        product = stage.running_product(folder / "locked", url, JWT_SECRET=secret)
        locked = running.enter_context(product)
        unlocked = stage.running_unlocked(folder / "unlocked", url, JWT_SECRET=secret)
        ports = {"with": locked.port, "without": running.enter_context(unlocked)}
        people = stage.open_accounts(locked.origin, locked.engine, CONNECTIONS, TASKS_OF_EACH)
        found = []
        for what, method, query, body in REQUESTS:
            loads = {
                name: [
                    Request(port, f"/api/v1/tasks{query}", person.access_token, method, body)
                    for person in people
                ]
                for name, port in ports.items()
            }
            rates = by_turns(loads, rounds=ROUNDS, seconds=ROUND_SECONDS)
            found.append(
                Figure(
                    f"REST: {what}, row-level security beside none",
                    rates["with"],
                    "/s",
                    LEAST_SHARE,
                    floor=rates["without"],
                    at_least=True,
                )
            )
        return found
