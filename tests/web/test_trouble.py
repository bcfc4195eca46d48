"""What a screen says that cannot be shown."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import reflex as rx

from tests.cast import sign_up
from tests.web.page import Page, open_page
from todo_app.core import history, session_memory, sessions, task_lists
from todo_app.core.errors import Unavailable
from todo_app.web.messages import MESSAGES


@pytest.fixture
async def page(app: rx.App, database: str) -> AsyncIterator[Page]:
    await sign_up("alice")
    async with open_page(app, "alice") as opened:
        yield opened


async def fail(*_args: object, **_options: object) -> None:
    raise Unavailable


async def break_down(*_args: object, **_options: object) -> None:
    msg = "secret"
    raise RuntimeError(msg)


def trouble(page: Page) -> str:
    text: str = page.shown["trouble_rx_state_"]
    return text


async def test_a_screen_says_that_the_database_fails_and_is_whole_again_after_it(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(task_lists, "list_with_progress", fail)
        await page.open("/inbox")
        assert trouble(page) == MESSAGES[Unavailable]
        patch.setattr(history, "list_changes", fail)
        await page.open("/history")
        assert trouble(page) == MESSAGES[Unavailable]

    await page.open("/inbox")
    assert trouble(page) == ""
    assert page.shown["showing_rx_state_"] == "inbox"


async def test_it_says_so_too_if_nobody_can_tell_who_it_is_for(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "authenticate", fail)
    session_memory._seen.clear()

    await page.open("/inbox")

    assert trouble(page) == MESSAGES[Unavailable]


async def test_what_nobody_expected_is_told_by_its_reference_alone(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(task_lists, "list_with_progress", break_down)

    await page.open("/inbox")

    assert "tell us reference" in trouble(page)
    assert "secret" not in trouble(page)
