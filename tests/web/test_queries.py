"""How often a screen asks the database, counted on the way of the events that open it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest
import reflex as rx
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession

from tests.cast import act, add_task, sign_up
from tests.core.test_projects import add_project
from tests.web.browser import LIVE, QUICK_ADD
from tests.web.page import Page, open_page
from todo_app.core import clock, projects, saved_filters, session_memory, tasks
from todo_app.core.access import Actor
from todo_app.core.database import get_engine, get_reading_engine
from todo_app.core.models import new_id
from todo_app.core.reads import AnyRow, Read
from todo_app.core.said_series import RecurrenceDraft
from todo_app.core.saved_filters import FilterDraft
from todo_app.core.task_views import Due
from todo_app.web import routes

MOST_QUERIES = 3


@contextmanager
def counting() -> Iterator[list[str]]:
    """The statements that are executed meanwhile, those past SQLAlchemy too."""
    statements: list[str] = []
    plain = Read.one_or_none

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    async def read(one: Read, session: AsyncSession, values: Mapping[str, Any]) -> AnyRow | None:
        statements.append(str(one._statement))
        return await plain(one, session, values)

    engines = [engine.sync_engine for engine in (get_engine(), get_reading_engine())]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    with patch.object(Read, "one_or_none", read):
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
    await add_task(alice, "Water", recurrence=RecurrenceDraft(text="every day for 9 times"))
    shed, weed = await add_project(alice, "Shed"), await add_task(alice, "Weed")
    await act(projects.archive_project, alice, shed.id)
    await act(tasks.delete_task, alice, weed.id)
    draft = FilterDraft(name="Late", query="overdue & #Garden & @errand & !due: 4/7")
    await act(saved_filters.create_filter, alice, draft)


# Of what is told at each: something that only a page which could be shown has.
SCREENS = {
    "/today": ("rows", "Dig 2"),
    "/upcoming": ("rows", "Water"),
    "/inbox": ("rows", "Water"),
    "/completed": ("rows", "Rake"),
    "/search": ("signed_in", "True"),
    "/project?id={project}": ("rows", "Dig 0"),
    "/label?id={label}": ("rows", "Dig 1"),
    "/filter?id={filter}": ("rows", "Dig 2"),
    "/filter": ("signed_in", "True"),
    "/filter?show=%23Garden": ("rows", "Dig 1"),
    "/history": ("feed", "Garden"),
    "/archive": ("archive", "Shed"),
    "/trash": ("trash", "Weed"),
    "/settings/account": ("user", "alice@example.org"),
    "/settings/preferences": ("user", "alice@example.org"),
    "/settings/security": ("session_rows", "192.0.2.1"),
    "/settings/security/codes": ("factor", "is_on"),
    "/settings/security/passkeys": ("is_loaded", "True"),
    "/settings/tokens": ("is_loaded", "True"),
}


async def test_every_screen_takes_three_queries_at_most_with_whose_it_is(
    app: rx.App, page: Page
) -> None:
    """Once as the first page of somebody who is asked for, once on the way from another page."""
    await page.open("/today")
    ids = {
        kind: page.shown[f"{name}_rx_state_"][0]["id"]
        for kind, name in (("project", "projects"), ("label", "labels"), ("filter", "filters"))
    }
    taken: dict[str, int] = {}
    for screen, (variable, trace) in SCREENS.items():
        path = screen.format(**ids)
        async with open_page(app, "alice") as first:
            for opened in (first, page):
                session_memory.forget(opened.session_id)
                opened.shown.clear()
                with counting() as statements:
                    await opened.open(path)
                taken[f"{screen} {'first' if opened is first else ''}"] = len(statements)
                if opened is first:
                    assert trace in str(opened.shown[f"{variable}_rx_state_"]), screen
                assert opened.shown.get("trouble_rx_state_", "") == "", screen

    assert {screen.partition("?")[0] for screen in SCREENS} == routes.PRIVATE_PAGES
    assert {screen: number for screen, number in taken.items() if number > MOST_QUERIES} == {}
    assert min(taken.values()) > 0


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
