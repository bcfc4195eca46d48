from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from todo_app.core import bus
from todo_app.core.bus import SessionEnded
from todo_app.core.database import transaction
from todo_app.core.errors import NotFound, RefreshTokenReused, TodoError
from todo_app.core.models import new_id

NEWS = SessionEnded(new_id())


@pytest.fixture
def heard() -> Iterator[list[SessionEnded]]:
    news: list[SessionEnded] = []
    bus.subscribe(news.append)
    yield news
    bus.unsubscribe(news.append)


async def publish_and_raise(error: TodoError) -> None:
    async with transaction() as db:
        bus.publish_after_commit(db, NEWS)
        raise error


async def test_news_is_told_after_the_commit_and_once(
    database: str, heard: list[SessionEnded]
) -> None:
    async with transaction() as db:
        bus.publish_after_commit(db, NEWS)
        assert heard == []

    assert heard == [NEWS]
    async with transaction() as db:
        pass
    assert heard == [NEWS]


async def test_news_that_is_taken_back_is_never_told(
    database: str, heard: list[SessionEnded]
) -> None:
    with pytest.raises(NotFound):
        await publish_and_raise(NotFound())

    assert heard == []


async def test_news_of_a_refusal_that_keeps_its_writes_is_told(
    database: str, heard: list[SessionEnded]
) -> None:
    with pytest.raises(RefreshTokenReused):
        await publish_and_raise(RefreshTokenReused())

    assert heard == [NEWS]


async def test_who_subscribes_twice_hears_once(database: str, heard: list[SessionEnded]) -> None:
    bus.subscribe(heard.append)

    async with transaction() as db:
        bus.publish_after_commit(db, NEWS)

    assert heard == [NEWS]


async def test_a_listener_that_fails_harms_neither_the_others_nor_the_commit(
    database: str, heard: list[SessionEnded], caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_news: SessionEnded) -> None:
        raise ValueError

    bus.unsubscribe(heard.append)
    bus.subscribe(fail)
    bus.subscribe(heard.append)
    with caplog.at_level(logging.ERROR, bus.log.name):
        async with transaction() as db:
            bus.publish_after_commit(db, NEWS)
    bus.unsubscribe(fail)

    assert heard == [NEWS]
    assert "a listener failed on SessionEnded" in caplog.text
