"""A request as it goes over the wire, and many of them at once."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.stage import ROOT


@dataclass(frozen=True, slots=True)
class Request:
    """A request that is sent as it is, but for a `load.NUMBER` in it."""

    port: int
    path: str
    access_token: str = ""
    method: str = "GET"
    body: str = ""
    address: str = ""
    """Where it says to come from."""

    @property
    def headers(self) -> dict[str, str]:
        """The headers of it."""
        head = {"Host": f"localhost:{self.port}"}
        if self.access_token:
            head["Authorization"] = f"Bearer {self.access_token}"
        if self.address:
            head["X-Forwarded-For"] = self.address
        if self.body:
            head["Content-Type"] = "application/json"
            head["Content-Length"] = str(len(self.body.encode()))
        return head

    def __str__(self) -> str:
        """What goes over the wire."""
        head = [f"{name}: {value}" for name, value in self.headers.items()]
        return "\r\n".join([f"{self.method} {self.path} HTTP/1.1", *head, "", self.body])


def by_turns(
    loads: Mapping[str, Sequence[Request]], *, rounds: int, seconds: float
) -> dict[str, float]:
    """Answers per second to each of these loads: the medians of rounds in which each has a turn."""
    rates = in_rounds(loads, rounds=rounds, seconds=seconds)
    return {name: statistics.median(one[name] for one in rates) for name in loads}


def in_rounds(
    loads: Mapping[str, Sequence[Request]], *, rounds: int, seconds: float
) -> list[dict[str, float]]:
    """Answers per second to each of these loads, in rounds in which each has a turn."""
    sent = [[(request.port, str(request)) for request in requests] for requests in loads.values()]
    done = subprocess.run(
        [sys.executable, "-m", "bench.load", str(rounds), str(seconds)],
        input=json.dumps(sent),
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return [dict(zip(loads, rates, strict=True)) for rates in json.loads(done.stdout)]
