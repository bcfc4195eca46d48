"""Fifty clients of both faces on one account: what each saw fits one order of all that was done."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

import httpx

from chaos import clients
from chaos.stage import Stage
from tests.web.backend import Backend
from tests.web.browser import QUICK_ADD, Browser, Tab, browser

TASKS = "/api/v1/tasks"
DONE, STALE, UNAVAILABLE = 200, 412, 503


@dataclass(slots=True)
class History:
    """What came of it."""

    increments: int = 0
    refused_increments: int = 0
    unanswered: int = 0
    """Answered 503: done or not done."""
    reads: int = 0
    register_writes: int = 0
    anomalies: list[str] = field(default_factory=list)


async def observe(stage: Stage, client_count: int, seconds: float) -> History:
    """Half of the clients count by REST on one task; the others tick tasks of theirs in pages."""
    history = History()
    async with clients.arriving(stage, 1) as [alice]:
        opened = await alice.http.post(TASKS, json={"title": "0"})
        counter = f"{TASKS}/{opened.json()['id']}"
        until = time.monotonic() + seconds
        counting = Counting(alice.http, counter, history)
        place = Backend(
            stage.address, stage.origin, stage.folder / "log", stage.engine, stage.environment
        )
        with browser(place) as hers:
            await asyncio.to_thread(hers.sign_in, alice.email)
            await asyncio.gather(
                *(counting.work(until) for _ in range(client_count // 2)),
                *(
                    _tick(hers, alice.http, until, history)
                    for _ in range(client_count - client_count // 2)
                ),
            )
        final = (await alice.http.get(counter)).json()
        number, most = int(final["title"]), history.increments + history.unanswered
        if not history.increments <= number <= most or final["version"] != number + 1:
            history.anomalies.append(f"{history.increments} to {most} increments made {number}")
    return history


@dataclass(slots=True)
class Counting:
    """A number that many count up, each from what it saw."""

    http: httpx.AsyncClient
    path: str
    history: History
    begun: int = 0

    async def work(self, until: float) -> None:
        """Read, and set the number to one more if it is still the same."""
        seen = 0
        while time.monotonic() < until:
            at_least = self.history.increments
            found = await self.http.get(self.path)
            if found.status_code == UNAVAILABLE:
                continue
            answer = found.json()
            value = int(answer["title"])
            self.history.reads += 1
            if not max(at_least, seen) <= value <= self.begun:
                self.history.anomalies.append(f"read {value}, not {at_least} to {self.begun}")
            seen = value
            self.begun += 1
            changed = await self.http.patch(
                self.path,
                json={"title": str(value + 1)},
                headers={"If-Match": f'"{answer["version"]}"'},
            )
            if changed.status_code == DONE:
                self.history.increments += 1
            elif changed.status_code == STALE:
                self.history.refused_increments += 1
                self.begun -= 1
            elif changed.status_code == UNAVAILABLE:
                self.history.unanswered += 1
            else:
                self.history.anomalies.append(f"an increment was answered {changed.status_code}")


async def _tick(page: Browser, http: httpx.AsyncClient, until: float, history: History) -> None:
    """Add a task in a page, tick and untick it there, and look at it by REST each time."""
    async with page.tab("/today") as tab:
        entry = tab.entry("A register")
        await tab.ask(f"{QUICK_ADD}.add_tasks", entries=[entry])
        is_completed = False
        while time.monotonic() < until:
            is_completed = not is_completed
            told = _told(tab)
            await tab.tick(entry["id"], is_completed=is_completed)
            answer = await http.get(f"{TASKS}/{entry['id']}")
            if _told(tab) not in {False, None, told} or answer.status_code == UNAVAILABLE:
                history.unanswered += 1
                continue
            history.register_writes += 1
            history.reads += 1
            seen = answer.json()
            if (seen.get("completed_at") is not None) is not is_completed:
                history.anomalies.append(f"ticked {is_completed}, read {seen.get('completed_at')}")


def _told(tab: Tab) -> Any:  # noqa: ANN401 - what a page was sent
    """The last toast, by its number, if it was about an error."""
    notice = tab.shown.get("auth_state.notice", {})
    return notice.get("is_error") and notice["number"]
