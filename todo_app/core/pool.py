"""A pool of connections that serves who waits for one in the order they came.

SQLAlchemy's lets whoever asks next take what was given back, and who was woken for it waits again
behind all others: with 200 requests at once, some of them wait until they are refused.
"""

from __future__ import annotations

import asyncio
from collections import deque

from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry
from sqlalchemy.util.concurrency import await_
from sqlalchemy.util.queue import AsyncAdaptedQueue, Empty


class _Queue(AsyncAdaptedQueue[ConnectionPoolEntry]):
    """What is given back goes to who has waited longest, and is nobody else's in between."""

    def __init__(self, maxsize: int = 0, use_lifo: bool = False) -> None:  # noqa: FBT001, FBT002 - as it is called
        super().__init__(maxsize, use_lifo)
        self._waiting: deque[asyncio.Future[ConnectionPoolEntry]] = deque()

    def put_nowait(self, item: ConnectionPoolEntry) -> None:
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(item)
                return
        super().put_nowait(item)

    def get(
        self,
        block: bool = True,  # noqa: FBT001, FBT002 - as it is called
        timeout: float | None = None,
    ) -> ConnectionPoolEntry:
        try:
            return self.get_nowait()
        except Empty:
            if not block:
                raise
        return await_(self._wait(timeout))

    async def _wait(self, seconds: float | None) -> ConnectionPoolEntry:
        waiter: asyncio.Future[ConnectionPoolEntry] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        try:
            async with asyncio.timeout(seconds):
                return await waiter
        except (TimeoutError, asyncio.CancelledError) as end:
            if waiter.done() and not waiter.cancelled():
                # It was given something at the very moment at which it gave up.
                self.put_nowait(waiter.result())
            elif waiter in self._waiting:
                self._waiting.remove(waiter)
            if isinstance(end, TimeoutError):
                raise Empty from None
            raise


class Pool(AsyncAdaptedQueuePool):
    """A pool in which nobody is overtaken."""

    _queue_class = _Queue
    _sqla_logger_namespace = "sqlalchemy.pool"
