from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator

import pytest
import redis.asyncio

from tests.servers import Redis, free_port
from todo_app.core import bus, relay
from todo_app.core.bus import News, SessionEnded
from todo_app.core.models import new_id

NEWS = SessionEnded(new_id())
PATIENCE_SECONDS = 10


@pytest.fixture
def heard() -> Iterator[list[News]]:
    news: list[News] = []
    bus.subscribe(news.append)
    yield news
    bus.unsubscribe(news.append)


@pytest.fixture
async def elsewhere(
    redis_server: Redis, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[redis.asyncio.Redis]:
    """Another process at the same Redis, while the relay of this one runs."""
    monkeypatch.setattr(relay, "CHANNEL", f"todo:{new_id()}")
    monkeypatch.setattr(relay, "RETRY_SECONDS", 0.05)
    running = asyncio.create_task(relay.Relay(redis_server.url).run())
    async with redis.asyncio.Redis.from_url(redis_server.url) as client:
        await listening(client)
        yield client
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def listening(client: redis.asyncio.Redis) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (await client.pubsub_numsub(relay.CHANNEL))[0][1] < 1:  # noqa: ASYNC110 - Redis's
            await asyncio.sleep(0.01)


async def until(heard: list[News], count: int) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(heard) < count:  # noqa: ASYNC110 - listeners are not to wait
            await asyncio.sleep(0.01)


def frame(sender: str = "another", kind: str = "SessionEnded", **content: str) -> str:
    return json.dumps([sender, kind, content or {"session_id": str(NEWS.session_id)}])


async def test_what_another_process_tells_is_heard_here(
    elsewhere: redis.asyncio.Redis, heard: list[News]
) -> None:
    await elsewhere.publish(relay.CHANNEL, frame())
    await until(heard, 1)
    assert heard == [NEWS]


async def test_what_is_told_here_is_sent_once_and_not_heard_twice(
    elsewhere: redis.asyncio.Redis, heard: list[News]
) -> None:
    async with elsewhere.pubsub() as subscription:
        await subscription.subscribe(relay.CHANNEL)
        bus.tell(NEWS)
        sent = []
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not sent:
                message = await subscription.get_message(ignore_subscribe_messages=True, timeout=1)
                sent += [json.loads(message["data"])] if message else []
        assert sent[0][1:] == ["SessionEnded", {"session_id": str(NEWS.session_id)}]
        await elsewhere.publish(relay.CHANNEL, frame(session_id=str(new_id())))
        await until(heard, 2)
    assert heard[0] == NEWS
    assert len(heard) == 2


async def test_what_cannot_be_read_is_passed_over(
    elsewhere: redis.asyncio.Redis, heard: list[News]
) -> None:
    for bad in ("", "[]", "{}", frame(kind="Unheard"), frame(session_id="no")):
        await elsewhere.publish(relay.CHANNEL, bad)
    await elsewhere.publish(relay.CHANNEL, frame())
    await until(heard, 1)
    assert heard == [NEWS]


async def test_a_lost_connection_is_made_again(
    elsewhere: redis.asyncio.Redis, heard: list[News]
) -> None:
    await elsewhere.client_kill_filter(_type="pubsub")
    await listening(elsewhere)
    await elsewhere.publish(relay.CHANNEL, frame())
    await until(heard, 1)
    assert heard == [NEWS]


async def test_a_command_tells_as_it_ends_what_it_did(
    redis_server: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "CHANNEL", f"todo:{new_id()}")
    monkeypatch.setenv("REDIS_URL", redis_server.url)
    async with (
        redis.asyncio.Redis.from_url(redis_server.url) as client,
        client.pubsub() as subscription,
    ):
        await subscription.subscribe(relay.CHANNEL)
        await listening(client)

        async with relay.telling():
            bus.tell(NEWS)

        # The first one is that of the subscription itself.
        sent = [await subscription.get_message(timeout=PATIENCE_SECONDS) for _ in range(2)]
    assert json.loads(sent[1]["data"])[1:] == ["SessionEnded", {"session_id": str(NEWS.session_id)}]


async def test_a_command_whose_redis_is_away_does_its_work(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("REDIS_URL", f"redis://:hunter2@127.0.0.1:{free_port()}/0")

    async with relay.telling():
        bus.tell(NEWS)

    assert "other processes could not be told" in caplog.text
    assert "hunter2" not in caplog.text
