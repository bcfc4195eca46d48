"""The REST API: requests per second beside a bare route, and statements for each request."""

from __future__ import annotations

import http.client
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import text

from bench.figures import Figure
from bench.stage import Account
from bench.wire import Request, by_turns
from tests.web.backend import Backend
from todo_app.core.sessions import REUSE_SECONDS

CONNECTIONS = 16
ROUNDS = 9
ROUND_SECONDS = 1.2
COUNTED = 3
LEAST_SHARE = 0.8
LOG_EVERY_STATEMENT = ("logging_collector=on", "log_line_prefix=%p ")
"""What the PostgreSQL must be started with."""
# Whom a statement is for travels with it, and takes no time of its own on the way.
_STATEMENT = re.compile(
    r"^(\d+) LOG:  (?:statement|execute [^:]+): (?!SELECT set_config)(.*)$", re.MULTILINE
)


def measure(backend: Backend, floor_port: int, account: Account) -> list[Figure]:
    """List and get, product and floor in turn."""
    port = backend.port
    ((task_id,),) = backend.rows(
        "SELECT id FROM tasks WHERE user_id = :user_id ORDER BY created_at LIMIT 1",
        user_id=account.user_id,
    )
    bare = f"/users/{account.user_id}/tasks"
    token = account.access_token
    listing = Request(port, "/api/v1/tasks?limit=50", token)
    getting = Request(port, f"/api/v1/tasks/{task_id}", token)
    return [
        _compare("REST: list of 50 of 10,000", listing, Request(floor_port, f"{bare}?limit=50")),
        _compare("REST: one of 10,000", getting, Request(floor_port, f"{bare}/{task_id}")),
        *_count_statements("REST: statements of a list", backend, listing),
    ]


def _compare(what: str, product: Request, floor: Request) -> Figure:
    loads = {"product": [product] * CONNECTIONS, "floor": [floor] * CONNECTIONS}
    rates = by_turns(loads, rounds=ROUNDS, seconds=ROUND_SECONDS)
    return Figure(what, rates["product"], "/s", LEAST_SHARE, floor=rates["floor"], at_least=True)


def _count_statements(what: str, backend: Backend, request: Request) -> list[Figure]:
    """What PostgreSQL itself logs, once the session was just looked at and once it was not.

    The least of a few: the jobs of the server ask in between.
    """
    asked, known = [], []
    with _logging_every_statement(backend) as statements:
        for _ in range(COUNTED):
            time.sleep(REUSE_SECONDS + 0.1)
            for found in (asked, known):
                statements()
                _ask(request)
                found.append(len(statements()))
    return [
        Figure(f"{what}, session asked for again", min(asked), "", 2),
        Figure(f"{what}, session just seen", min(known), "", 1),
    ]


@contextmanager
def _logging_every_statement(backend: Backend) -> Iterator[Callable[[], list[str]]]:
    """Yields what returns the statements of everybody else since it was last called."""
    with backend.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        own = connection.scalar(text("SELECT pg_backend_pid()"))
        connection.execute(text("ALTER SYSTEM SET log_statement = 'all'"))
        connection.execute(text("SELECT pg_reload_conf()"))
        read_bytes = 0

        def statements() -> list[str]:
            nonlocal read_bytes
            # A backend takes a new setting, and the collector a line, a moment later.
            time.sleep(0.2)
            log = connection.scalar(text("SELECT pg_read_file(pg_current_logfile())")) or ""
            new, read_bytes = log[read_bytes:], len(log)
            return [statement for pid, statement in _STATEMENT.findall(new) if int(pid) != own]

        yield statements
        connection.execute(text("ALTER SYSTEM RESET log_statement"))
        connection.execute(text("SELECT pg_reload_conf()"))


def _ask(request: Request) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", request.port)
    connection.request("GET", request.path, headers=request.headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    if answer.status != 200:
        raise RuntimeError(f"{request.path} answered {answer.status}")
