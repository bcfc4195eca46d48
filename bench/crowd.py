"""A crowd: 1, 50 and 200 people at once, at one process and at two, beside what it all comes to.

Each has an account and a connection of their own. Two processes share a PostgreSQL and a Redis, and
the connections are spread over them as Caddy would.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

from sqlalchemy import select, update

from bench import crowded_pages, quota, stage
from bench.figures import Figure
from bench.load import NUMBER
from bench.stage import Account
from bench.wire import Request, in_rounds
from tests.cast import PASSWORD
from tests.servers import running_postgresql, running_redis
from tests.web.backend import Backend
from todo_app.core.models import TASKS, User
from todo_app.core.passwords import hash_password

SIZES = (1, 50, 200)
LONE_SIZE = 50
TASKS_OF_EACH = 50
ROUNDS = 3
ROUND_SECONDS = 0.6
HASHING_SECONDS = 2.0
"""A sign-in takes a quarter of a second of a core, whoever is asked; who has to come again does so
after two seconds."""
HELD = ("search", "create")
"""A read and a write, of which two processes that are held to a `SHARE` of a core do more."""
SHARE = 0.2
HELD_SECONDS = 1.5
LEAST_SHARE = 0.8
LEAST_OF_TWO = 1.6
CORES = 5
"""What two processes, PostgreSQL and who puts the load need before two can be twice as fast."""
_NUMBER = NUMBER.decode()


@dataclass(frozen=True, slots=True)
class Place:
    """What is asked: the product alone, both processes of a pair or one of them, and the floors.

    Requests go to the pair; events to the product alone too, whose pages are in memory as those of
    their floor are.
    """

    alone: Backend
    pair: tuple[Backend, Backend]
    floor_port: int
    counter_port: int


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the crowd, one of their tasks, and where they come from."""

    account: Account
    task_id: UUID
    address: str

    def product(self, port: int, method: str, path: str, **body: str) -> Request:
        """A request to the API, by its token."""
        text = _json(body)
        token = self.account.access_token
        return Request(port, f"/api/v1{path}", token, method, text, self.address)

    def floor(self, port: int, method: str, path: str, **body: str) -> Request:
        """A request to the floor, which believes whose it is."""
        return Request(port, f"/users/{self.account.user_id}{path}", "", method, _json(body))


Ask = Callable[[Person, int], Request]


@dataclass(frozen=True, slots=True)
class Act:
    """What the crowd does, and what the floor of it is asked."""

    what: str
    product: Ask
    floor: Ask
    lone: Ask | None = None
    """A single statement, which is less than what is to be durable; it has no limit."""
    seconds: float = ROUND_SECONDS


def _title() -> dict[str, str]:
    return {"title": f"Water the plants, {_NUMBER}"}


ACTS = (
    Act(
        "search",
        lambda person, port: person.product(port, "GET", f"/search?q={quote('balcony orchid')}"),
        lambda person, port: person.floor(port, "GET", f"/search?q={quote('balcony orchid')}"),
    ),
    Act(
        "patch",
        lambda person, port: person.product(port, "PATCH", f"/tasks/{person.task_id}", **_title()),
        lambda person, port: person.floor(port, "PATCH", f"/tasks/{person.task_id}", **_title()),
        lambda person, port: person.floor(
            port, "PATCH", f"/bare-tasks/{person.task_id}", **_title()
        ),
    ),
    Act(
        "create",
        lambda person, port: person.product(port, "POST", "/tasks", **_title()),
        lambda person, port: person.floor(port, "POST", "/tasks", **_title()),
        lambda person, port: person.floor(port, "POST", "/bare-tasks", **_title()),
    ),
    Act(
        "quick add",
        lambda person, port: person.product(
            port, "POST", "/tasks/quick", text=f"Water the plants, {_NUMBER} tomorrow at 5pm p2"
        ),
        lambda person, port: person.floor(port, "POST", "/tasks", **_title()),
    ),
    Act(
        "sign-in",
        lambda person, port: person.product(
            port, "POST", "/auth/signin", email=person.account.email, password=PASSWORD
        ),
        lambda person, port: Request(
            port,
            "/sign-in",
            method="POST",
            body=_json({"email": person.account.email, "password": PASSWORD}),
        ),
        seconds=HASHING_SECONDS,
    ),
)


def measure(folder: Path) -> list[Figure]:
    """Every act and the bare event, by crowds of every size."""
    with _running(folder) as place:
        crowd = _gather(place)
        found = [figure for act in ACTS for figure in _measure_act(act, place, crowd)]
        for act in ACTS:
            if act.what in HELD:
                found += _measure_pair(act, place, crowd[:LONE_SIZE])
        pages = [(person.account.cookie, person.address) for person in crowd]
        for size in SIZES:
            found += _measure_events(size, place, pages[:size])
    return found


@contextmanager
def _running(folder: Path) -> Iterator[Place]:
    with ExitStack() as running:
        postgresql = running.enter_context(running_postgresql("fsync=on"))
        redis = running.enter_context(running_redis())
        url = postgresql.fresh_database()
        # All three let the same people in.
        settings = {"JWT_SECRET": secrets.token_urlsafe(48)}

        def start(name: str, **more: str) -> Backend:
            product = stage.running_product(folder / name, url, **settings, **more)
            return running.enter_context(product)

        alone = start("alone")
        settings |= {"PUBLIC_URL": alone.origin, "REDIS_URL": redis.url}
        pair = start("first"), start("second")
        floors = (
            running.enter_context(stage.running_floor(name, folder / name, url))
            for name in ("api", "counter")
        )
        yield Place(alone, pair, *floors)


def _gather(place: Place) -> list[Person]:
    """As many people as the largest crowd has, with passwords hashed as they are by default."""
    engine = place.alone.engine
    accounts = stage.open_accounts(place.alone.origin, engine, max(SIZES), TASKS_OF_EACH)
    password_hash = asyncio.run(hash_password(PASSWORD))
    ids = select(TASKS.c.user_id, TASKS.c.id)
    with engine.begin() as connection:
        connection.execute(update(User).values(password_hash=password_hash))
        tasks = dict(connection.execute(ids).all())
    return [
        # One network may try so many passwords at once, and hold so many sockets.
        Person(account, tasks[account.user_id], f"203.0.{number}.1")
        for number, account in enumerate(accounts)
    ]


def _measure_act(act: Act, place: Place, crowd: Sequence[Person]) -> list[Figure]:
    found = []
    for size in SIZES:
        # One person is at one process at a time.
        names = ("one",) if size == 1 else ("one", "two")
        loads = {
            name: [
                act.product(person, ports[number % len(ports)])
                for number, person in enumerate(crowd[:size])
            ]
            for name in names
            for ports in [_ports(place, name)]
        }
        loads["floor"] = [act.floor(person, place.floor_port) for person in crowd[:size]]
        if act.lone is not None and size == LONE_SIZE:
            loads["lone"] = [act.lone(person, place.floor_port) for person in crowd[:size]]
        rounds = in_rounds(loads, rounds=ROUNDS, seconds=act.seconds)
        found += _figures(f"REST: {act.what}", size, rounds, "one")
    return found


def _measure_events(size: int, place: Place, pages: Sequence[tuple[str, str]]) -> list[Figure]:
    names = ("alone",) if size == 1 else ("alone", "one", "two")
    places = {name: _ports(place, name) for name in names}
    rounds = asyncio.run(
        crowded_pages.measure(place.alone.origin, places, pages, place.counter_port)
    )
    rates = [{name: turn.rate for name, turn in one.items()} for one in rounds]
    milliseconds = {
        name: 1_000
        * sum(one[name].processor_seconds for one in rounds)
        / sum(one[name].events for one in rounds)
        for name in ("alone", "floor")
    }
    # What others on the machine do matters less to it, so it is told beside the rate.
    what = f"Event, {_people(size)}, processor time"
    spent = Figure(what, milliseconds["alone"], "ms", None, floor=milliseconds["floor"])
    return [*_figures("Event", size, rates, "alone"), spent]


def _measure_pair(act: Act, place: Place, crowd: Sequence[Person]) -> list[Figure]:
    """Two processes beside one on any number of cores: each may use a fifth of one, and no more."""
    loads = {
        name: [
            act.product(person, ports[number % len(ports)]) for number, person in enumerate(crowd)
        ]
        for name in ("one", "two")
        for ports in [_ports(place, name)]
    }
    with quota.held(_ports(place, "two"), SHARE) as is_held:
        if not is_held:
            return []
        middle = _middle(in_rounds(loads, rounds=ROUNDS, seconds=HELD_SECONDS), "two", "one")
    return [
        Figure(
            f"REST: {act.what}, two processes beside one, each held to {SHARE:g} cores",
            middle["two"],
            "/s",
            LEAST_OF_TWO,
            floor=middle["one"],
            at_least=True,
        )
    ]


def _ports(place: Place, name: str) -> list[int]:
    """The ports of the product alone, of one process of the pair, or of both."""
    first, second = place.pair
    backends = {"alone": [place.alone], "one": [first], "two": [first, second]}[name]
    return [backend.port for backend in backends]


def _figures(
    what: str, size: int, rounds: Sequence[Mapping[str, float]], product: str
) -> list[Figure]:
    def beside(name: str, floor: str, least: float | None, how: str = "") -> Figure:
        middle = _middle(rounds, name, floor)
        return Figure(
            f"{what}, {_people(size)}{how}",
            middle[name],
            "/s",
            least,
            floor=middle[floor],
            at_least=True,
        )

    found = [beside(product, "floor", LEAST_SHARE)]
    if "lone" in rounds[0]:
        found.append(beside(product, "lone", None, ", beside a single statement"))
    if "two" in rounds[0]:
        least = LEAST_OF_TWO if (os.cpu_count() or 1) >= CORES else None
        found.append(beside("two", "one", least, ", two processes beside one"))
    return found


def _middle(rounds: Sequence[Mapping[str, float]], name: str, floor: str) -> Mapping[str, float]:
    """The round in which the one is the median multiple of the other."""
    return sorted(rounds, key=lambda one: one[name] / one[floor])[len(rounds) // 2]


def _people(size: int) -> str:
    return "1 connection" if size == 1 else f"{size} connections"


def _json(body: dict[str, Any]) -> str:
    return json.dumps(body) if body else ""
