"""Carries news between the processes of one installation, through Redis where it is set up."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from functools import cache
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError
from redis.asyncio import Redis
from redis.exceptions import RedisError

from todo_app.core import bus
from todo_app.core.bus import CutOff, News
from todo_app.core.models import new_id
from todo_app.core.settings import get_settings

log = logging.getLogger(__name__)

CHANNEL = "todo:news"
RETRY_SECONDS = 1
ANSWER_SECONDS = 2
KEPT_NEWS = 1_000
"""How many news wait for a Redis that is gone; older ones are dropped."""

_KINDS: dict[str, TypeAdapter[Any]] = {kind.__name__: TypeAdapter(kind) for kind in get_args(News)}


class Relay:
    """Tells the other processes what is told here, and here what is told there."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(
            url, socket_timeout=None, socket_connect_timeout=ANSWER_SECONDS
        )
        self._sender = str(new_id())
        self._outbox: deque[str] = deque(maxlen=KEPT_NEWS)
        self._has_news = asyncio.Event()
        self._is_hearing = False
        self._is_subscribed = False
        self._is_cut_off = False

    @property
    def is_cut_off(self) -> bool:
        """Whether Redis was there and is gone, or never was."""
        return self._is_cut_off

    async def run(self) -> None:
        """Carry news until cancelled; a Redis that is gone is asked again every second."""
        bus.subscribe(self._forward)
        try:
            while True:
                self._is_subscribed = False
                try:
                    await self._carry()
                except (RedisError, OSError) as error:
                    if self._is_subscribed:
                        # A connection was lost, which need not mean Redis.
                        continue
                    self._note_loss(error)
                await asyncio.sleep(RETRY_SECONDS)
        finally:
            bus.unsubscribe(self._forward)
            await self._redis.aclose()

    @asynccontextmanager
    async def collecting(self) -> AsyncIterator[None]:
        """Collect what is told meanwhile, and tell it to the other processes at the end, once."""
        bus.subscribe(self._forward)
        try:
            yield
        finally:
            bus.unsubscribe(self._forward)
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    await self._send_waiting()
            except (RedisError, OSError, TimeoutError) as error:
                log.warning("other processes could not be told: %s", type(error).__name__)
            await self._redis.aclose()

    async def _carry(self) -> None:
        async with self._redis.pubsub() as subscription:
            await subscription.subscribe(CHANNEL)
            self._is_subscribed, self._is_cut_off = True, False
            sending = asyncio.create_task(self._send())
            try:
                async for heard in subscription.listen():
                    if heard["type"] == "message":
                        self._hear(heard["data"])
                    if sending.done():
                        sending.result()
            finally:
                sending.cancel()

    def _note_loss(self, error: Exception) -> None:
        if self._is_cut_off:
            return
        log.warning("Redis is gone (%s): pages and news wait for it", type(error).__name__)
        self._is_cut_off = True
        bus.tell(CutOff())

    async def _send(self) -> None:
        while True:
            await self._has_news.wait()
            self._has_news.clear()
            await self._send_waiting()

    async def _send_waiting(self) -> None:
        while self._outbox:
            await self._redis.publish(CHANNEL, self._outbox[0])
            self._outbox.popleft()

    def _forward(self, news: News) -> None:
        if self._is_hearing or isinstance(news, CutOff):
            return
        kind = type(news).__name__
        content = _KINDS[kind].dump_python(news, mode="json")
        self._outbox.append(json.dumps([self._sender, kind, content]))
        self._has_news.set()

    def _hear(self, frame: bytes) -> None:
        try:
            sender, kind, content = json.loads(frame)
            if sender == self._sender:
                return
            news = _KINDS[kind].validate_python(content, strict=False)
        except (ValueError, KeyError, TypeError, ValidationError):
            # Another version of the program may know news that this one does not.
            log.warning("news from another process could not be read")
            return
        self._is_hearing = True
        try:
            bus.tell(news)
        finally:
            self._is_hearing = False


@asynccontextmanager
async def telling() -> AsyncIterator[None]:
    """Around what a command does: the servers that share its Redis hear of it as it ends."""
    url = get_settings().redis_url.get_secret_value()
    async with Relay(url).collecting() if url else nullcontext():
        yield


@cache
def _relay() -> Relay | None:
    url = get_settings().redis_url.get_secret_value()
    return Relay(url) if url else None


def is_cut_off() -> bool:
    """Whether the Redis that is set up is gone."""
    relay = _relay()
    return relay is not None and relay.is_cut_off


async def run_forever() -> None:
    """Carry news for as long as the process lives; without Redis there is nobody to tell."""
    relay = _relay()
    if relay is not None:
        await relay.run()
