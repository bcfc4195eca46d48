"""What is measured, for Prometheus. No label holds anything that a person or a client chose."""

from __future__ import annotations

import asyncio
import logging
from wsgiref.simple_server import WSGIServer

from prometheus_client import Gauge, Histogram, start_http_server

from todo_app.core import clock, database, mail, passwords
from todo_app.core.errors import Unavailable
from todo_app.core.settings import get_settings

log = logging.getLogger(__name__)

OUTBOX_SECONDS = 15
"""How often the outbox is looked at."""
_TRY_AGAIN_SECONDS = 1
_LATENCIES = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

REQUESTS = Histogram(
    "todo_request_seconds",
    "Requests, by the pattern of their path.",
    ["method", "route", "status"],
    buckets=_LATENCIES,
)
EVENTS = Histogram(
    "todo_event_seconds",
    "Events of pages, from the moment their turn has come.",
    ["handler", "outcome"],
    buckets=_LATENCIES,
)
SOCKETS = Gauge("todo_sockets", "Open pages.")
JOB_SUCCESS = Gauge(
    "todo_job_last_success_timestamp_seconds", "When this process last did a timed job.", ["job"]
)
_HASHING = Gauge("todo_hashing", "Passwords that are being hashed, or wait for it.")
_CONNECTIONS = Gauge(
    "todo_database_connections", "Connections to the database that are in use.", ["pool"]
)
_OUTBOX = Gauge("todo_outbox_letters", "Letters that are not sent yet.")
_OUTBOX_AGE = Gauge("todo_outbox_oldest_seconds", "The age of the oldest of them.")

_HASHING.set_function(passwords.count_waiting)
_CONNECTIONS.labels("transactions").set_function(
    lambda: database.count_in_use(database.get_engine())
)
_CONNECTIONS.labels("reads").set_function(
    lambda: database.count_in_use(database.get_reading_engine())
)


async def serve_forever() -> None:
    """Show what is measured on a port of its own, if the settings name one."""
    settings = get_settings()
    if not settings.metrics_port:
        return
    server = await _listen(settings.metrics_host, settings.metrics_port)
    try:
        while True:
            await _look_at_outbox()
            await asyncio.sleep(OUTBOX_SECONDS)
    finally:
        server.shutdown()
        server.server_close()


async def _listen(host: str, port: int) -> WSGIServer:
    """Listen once the address can be used: a process that this one replaces still has it."""
    has_told = False
    while True:
        try:
            return start_http_server(port, host)[0]
        except OSError as error:
            if not has_told:
                log.warning("no metrics yet: %s:%d cannot be used (%s)", host, port, error.strerror)
            has_told = True
        await asyncio.sleep(_TRY_AGAIN_SECONDS)


async def _look_at_outbox() -> None:
    try:
        async with database.reading() as db:
            count, oldest = await mail.count_unsent(db)
    except Unavailable:
        return
    _OUTBOX.set(count)
    _OUTBOX_AGE.set((clock.now() - oldest).total_seconds() if oldest else 0)
