"""Memory: of a process that serves nobody, and of each page that is open at it."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from bench.figures import Figure
from bench.socket_page import open_page
from bench.stage import Account, open_accounts, processes_behind
from tests.web.backend import Backend

PAGES = 1_000
PAGES_OF_A_SESSION = 100
TASKS = 20
AT_ONCE = 10
MOST_OF_A_PROCESS = 300
MOST_OF_A_PAGE = 400
SETTLE_SECONDS = 2
_MEBIBYTE, _KIBIBYTE = 1024**2, 1024


def measure(backend: Backend) -> list[Figure]:
    """The memory of one process, without pages and with `PAGES` of them, each with `TASKS` rows."""
    accounts = open_accounts(backend.origin, backend.engine, PAGES // PAGES_OF_A_SESSION, TASKS)
    idle, full = asyncio.run(_open_all(backend, accounts))
    return [
        Figure("Memory: one process without pages", idle / _MEBIBYTE, "MiB", MOST_OF_A_PROCESS),
        Figure(
            f"Memory: each of {PAGES:,} open pages",
            (full - idle) / PAGES / _KIBIBYTE,
            "KiB",
            MOST_OF_A_PAGE,
        ),
    ]


async def _open_all(backend: Backend, accounts: list[Account]) -> tuple[int, int]:
    port = backend.port
    turn = asyncio.Semaphore(AT_ONCE)
    async with AsyncExitStack() as pages:

        async def open_one(account: Account, number: int) -> None:
            async with turn:
                page = await pages.enter_async_context(
                    open_page(
                        port,
                        "/today",
                        origin=backend.origin,
                        cookie=account.cookie,
                        # One network may hold only so many sockets.
                        address=f"203.0.113.{number}",
                    )
                )
                await page.load()

        # The first page makes what all of them share.
        await open_one(accounts[0], 0)
        idle = _memory_bytes(port)
        await asyncio.gather(
            *(
                open_one(account, number)
                for number, account in enumerate(accounts)
                for _ in range(PAGES_OF_A_SESSION - (number == 0))
            )
        )
        await asyncio.sleep(SETTLE_SECONDS)
        return idle, _memory_bytes(port)


def _memory_bytes(port: int) -> int:
    """What the processes behind a port hold; what they share counts once."""
    return sum(int(process.memory_full_info().pss) for process in processes_behind(port))
