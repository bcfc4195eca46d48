"""How often a screen asks the database, counted on the way of the events that open it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest
import reflex as rx
from sqlalchemy import event

from tests.cast import act, add_task, sign_up
from tests.core.test_projects import add_project
from tests.web.browser import LIVE, QUICK_ADD
from tests.web.page import Page, open_page
from todo_app.core import clock, saved_filters, session_memory, tasks
from todo_app.core.access import Actor
from todo_app.core.database import get_engine, get_reading_engine
from todo_app.core.models import new_id
from todo_app.core.saved_filters import FilterDraft
from todo_app.core.task_views import Due
from todo_app.web import routes

MOST_QUERIES = 3


@contextmanager
def counting() -> Iterator[list[str]]:
    """The statements that are executed meanwhile."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    engines = [engine.sync_engine for engine in (get_engine(), get_reading_engine())]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield statements
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
async def page(app: rx.App, database: str) -> AsyncIterator[Page]:
    """A page of Alice's, who has a little of everything."""
    await furnish(await sign_up("alice"))
    async with open_page(app, "alice") as opened:
        yield opened


async def furnish(alice: Actor) -> None:
    garden = await add_project(alice, "Garden")
    for days in range(3):
        due = Due(date=f"2020-01-0{days + 1}", time="08:00", zone="Asia/Tokyo")
        await add_task(alice, f"Dig {days}", project_id=garden.id, labels=["errand"], due=due)
    done = await add_task(alice, "Rake", due=Due(date=clock.today(alice.time_zone)))
    await act(tasks.complete_task, alice, done.id)
    draft = FilterDraft(name="Late", query="overdue & #Garden & @errand")
    await act(saved_filters.create_filter, alice, draft)


async def test_opening_a_screen_takes_three_queries_at_most(page: Page) -> None:
    with counting() as statements:
        await page.open("/today")
    assert len(statements) <= MOST_QUERIES, "who it is that opens their first page among them"
    assert page.shown["rows_rx_state_"][-1]["heading"] == "Done today"
    session_memory.forget(page.session_id)
    with counting() as statements:
        await page.open("/today")
    assert len(statements) <= MOST_QUERIES, "whether their session still lives among them"
    ids = {
        kind: page.shown[f"{name}_rx_state_"][0]["id"]
        for kind, name in (("project", "projects"), ("label", "labels"), ("filter", "filters"))
    }
    counted: dict[str, int] = {}
    for path in (
        *("/today", "/upcoming", "/inbox", "/completed", "/search"),
        *("/history", "/archive", "/trash"),
        *(f"/{kind}?id={place_id}" for kind, place_id in ids.items()),
        *("/filter", "/settings/account", "/settings/preferences", "/settings/security"),
        *("/settings/tokens", "/settings/security/codes", "/settings/security/passkeys"),
    ):
        with counting() as statements:
            await page.open(path)
        counted[path.partition("?")[0] + ("?" if "?" in path else "")] = len(statements)

    assert {path.removesuffix("?") for path in counted} == routes.PRIVATE_PAGES
    assert page.shown["trouble_rx_state_"] == ""
    assert {path: count for path, count in counted.items() if count > MOST_QUERIES} == {}
    assert max(counted.values()) > 1


async def test_the_names_to_complete_with_are_read_again_when_there_are_others_only(
    page: Page,
) -> None:
    await page.open("/inbox")
    await page.do(f"{QUICK_ADD}.show_names")
    counted = []
    for number, line in enumerate(("Sow #Shed @rain", "Dig #Shed @rain", "Mow #Shed /Roof")):
        entry = {"id": str(new_id()), "title": line, "off": "", "place": "/inbox", "age": number}
        with counting() as statements:
            await page.do(f"{QUICK_ADD}.add_tasks", entries=[entry])
            await page.do(f"{LIVE}.refresh")
        counted.append(sum("sections.name" in one and "JOIN" in one for one in statements))

    assert counted == [1, 0, 1]
    assert "/Roof" in [one["written"] for one in page.shown["names_rx_state_"]]
