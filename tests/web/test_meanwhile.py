"""What a page prepares to show while the database writes, and what becomes of it if that fails."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import reflex as rx
from sqlalchemy import Connection

from tests.cast import add_task, sign_up
from tests.web.browser import LIST
from tests.web.page import Page, open_page
from todo_app.core.errors import Unavailable
from todo_app.web.messages import MESSAGES


@pytest.fixture
async def page(app: rx.App, database: str) -> AsyncIterator[Page]:
    await add_task(await sign_up("alice"), "Water the plants")
    async with open_page(app, "alice") as opened:
        await opened.open("/inbox")
        yield opened


def row(page: Page) -> dict[str, Any]:
    [sent] = page.shown["rows_rx_state_"]
    shown: dict[str, Any] = page.shown["changed_rx_state_"].get(sent["id"], sent)
    return shown


async def tick(page: Page, stamp: int) -> None:
    await page.do(f"{LIST}.set_completed", task_id=row(page)["id"], is_completed=True, stamp=stamp)


async def test_a_tick_that_cannot_be_written_down_shows_as_none(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = page.shown["counts_rx_state_"]

    def show_and_fail(connection: Connection) -> None:
        driver: Any = connection.connection.driver_connection
        driver.while_committing()
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(Connection, "commit", show_and_fail)
        await tick(page, 10)

    assert page.shown["notice_rx_state_"]["text"] == MESSAGES[Unavailable]
    assert (row(page)["stamp"], row(page)["is_completed"]) == (10, False)
    assert page.shown["counts_rx_state_"] == counts

    await tick(page, 20)
    assert (row(page)["stamp"], row(page)["is_completed"]) == (20, True)
    assert page.shown["counts_rx_state_"] == {**counts, "inbox": 0}
    assert page.shown["notice_rx_state_"]["can_undo"]
