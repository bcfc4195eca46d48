"""Row-level security as the second lock: what a forgotten filter would let through."""

from __future__ import annotations

import os
import re
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from psycopg._queries import PostgresQuery
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncSession

from tests.cast import act, add_task, peeking
from tests.conftest import forget_process, use_database
from tests.servers import OWNER, PROGRAM, SUPERUSER, as_role
from todo_app.core import (
    backup,
    batches,
    changes,
    clock,
    diagnosis,
    history,
    idempotency,
    labels,
    moves,
    occurrences,
    outlines,
    overview,
    past,
    projects,
    row_security,
    saved_filters,
    search,
    sections,
    sync,
    task_lists,
    tasks,
    trash,
    undo,
)
from todo_app.core.access import Actor
from todo_app.core.backup import BackupError
from todo_app.core.batches import BulkChange
from todo_app.core.database import dispose, reading, transaction
from todo_app.core.errors import NotFound, TodoError
from todo_app.core.idempotency import KeptAnswer
from todo_app.core.labels import LabelDraft, LabelPatch
from todo_app.core.models import SAVED_FILTERS, TASKS, ChangeHead, SQLModel, new_id
from todo_app.core.moves import TaskMove
from todo_app.core.outlines import KindOfPage, PageOf
from todo_app.core.projects import ProjectDraft, ProjectPatch
from todo_app.core.said_series import RecurrenceDraft
from todo_app.core.saved_filters import FilterDraft, FilterPatch
from todo_app.core.sections import SectionDraft, SectionPatch
from todo_app.core.task_lists import TaskFilter
from todo_app.core.task_views import TaskDraft, TaskPatch

SECRET = "Surprise party"
IDENTITY = {
    "api_tokens",
    "mailed_links",
    "outbox",
    "passkeys",
    "recovery_codes",
    "security_events",
    "sessions",
    "totp_factors",
}
"""What is read before anybody is known, or written about who is not: security.md says so."""
LOCKED = [
    table
    for table in SQLModel.metadata.sorted_tables
    if "user_id" in table.c and table.name not in IDENTITY
]
FILTER = re.compile(r"\b\w+\.user_id = (%\(actor_id\w*\)s::UUID)")
"""What `access` adds to a statement."""

Ids = dict[str, UUID]
Attempt = Callable[[Actor, Ids], Awaitable[object]]
Session = Callable[[UUID | None], AbstractAsyncContextManager[AsyncSession]]


@pytest.fixture
def database_url(migrated_postgresql: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """PostgreSQL alone has it."""
    use_database(migrated_postgresql, monkeypatch)
    return migrated_postgresql


@pytest.fixture
def without_filter(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every statement has forgotten what `access` told it: whose rows it is about.

    It forgets on its way to the server: not every one passes what SQLAlchemy tells of.
    """
    plain = PostgresQuery.convert

    def convert(self: PostgresQuery, query: Any, values: Any) -> None:  # noqa: ANN401
        forgetful = FILTER.sub(r"\1 IS NOT NULL", query) if isinstance(query, str) else query
        plain(self, forgetful, values)

    monkeypatch.setattr(PostgresQuery, "convert", convert)


@pytest.fixture
async def hers(alice: Actor) -> Ids:
    """The ids of what Alice has, something of every kind."""
    project, _ = await act(projects.create_project, alice, ProjectDraft(name=SECRET))
    draft = SectionDraft(project_id=project.id, name=SECRET)
    section, _ = await act(sections.create_section, alice, draft)
    label, _ = await act(labels.create_label, alice, LabelDraft(name="surprise"))
    task = await add_task(
        alice,
        SECRET,
        section_id=section.id,
        project_id=project.id,
        labels=["surprise"],
        recurrence=RecurrenceDraft(text="every day"),
    )
    await act(tasks.skip_task, alice, task.id)
    gone = await add_task(alice, SECRET)
    await act(tasks.delete_task, alice, gone.id)
    draft_filter = FilterDraft(name=SECRET, query="search: surprise")
    kept, _ = await act(saved_filters.create_filter, alice, draft_filter)
    async with transaction(alice.user_id) as db:
        answer = KeptAnswer(status=201, body=SECRET)
        await idempotency.keep_answer(db, alice, "key", "hash", answer)
    page = await act(history.list_changes, alice)
    return {
        "task": task.id,
        "gone": gone.id,
        "project": project.id,
        "section": section.id,
        "label": label.id,
        "filter": kept.id,
        "change": page.items[0].id,
        "step": page.items[0].step,
    }


def _trying(operation: Callable[..., Awaitable[object]], kind: str, *more: object) -> Attempt:
    return lambda actor, ids: act(operation, actor, ids[kind], *more)


def _outline(kind: KindOfPage) -> Attempt:
    async def attempt(actor: Actor, ids: Ids) -> object:
        page = PageOf(kind, None if kind == "filter" else ids[kind])
        found = await act(outlines.get_outline, actor, page)
        return found.place, found.sections, found.names

    return attempt


ATTEMPTS: dict[str, Attempt] = {
    "get a task": _trying(tasks.get_task, "task"),
    "change a task": _trying(tasks.update_task, "task", TaskPatch(title="Mine")),
    "complete a task": _trying(tasks.complete_task, "task"),
    "skip a task": _trying(tasks.skip_task, "task"),
    "reopen a task": _trying(tasks.reopen_task, "task"),
    "delete a task": _trying(tasks.delete_task, "task"),
    "restore a task": _trying(tasks.restore_task, "gone"),
    "fold a task": lambda actor, ids: act(
        tasks.set_collapsed, actor, ids["task"], is_collapsed=True
    ),
    "look at a task of the past": lambda actor, ids: act(
        past.get_task_as_of, actor, ids["task"], clock.now()
    ),
    "see its occurrences": _trying(occurrences.get_ledger, "task"),
    "see its next dates": _trying(occurrences.preview, "task", "every day"),
    "change tasks": lambda actor, ids: act(
        batches.change_tasks, actor, [ids["task"]], BulkChange(is_deleted=True)
    ),
    "create a task again": lambda actor, ids: act(
        tasks.create_task, actor, TaskDraft(id=ids["task"], title="Mine")
    ),
    "create a task in a project": lambda actor, ids: act(
        tasks.create_task, actor, TaskDraft(title="Mine", project_id=ids["project"])
    ),
    "create a part of a task": lambda actor, ids: act(
        tasks.create_task, actor, TaskDraft(title="Mine", parent_id=ids["task"])
    ),
    "move a task": lambda actor, ids: act(
        moves.move_task, actor, ids["task"], TaskMove(project_id=actor.user_id)
    ),
    "list tasks": lambda actor, _: act(task_lists.list_tasks, actor, TaskFilter()),
    "list tasks of a project": lambda actor, ids: act(
        task_lists.list_tasks, actor, TaskFilter(project_id=ids["project"])
    ),
    "list tasks with a label": lambda actor, _: act(
        task_lists.list_tasks, actor, TaskFilter(label="surprise")
    ),
    "filter tasks": lambda actor, _: act(
        task_lists.list_tasks, actor, TaskFilter(text="search: surprise | @surprise | no date")
    ),
    "see the outline of a project": _outline("project"),
    "see the outline of a label": _outline("label"),
    "see what a filter may name": _outline("filter"),
    "get a project": _trying(projects.get_project, "project"),
    "list projects": lambda actor, _: act(projects.list_projects, actor),
    "change a project": _trying(projects.update_project, "project", ProjectPatch(name="Mine")),
    "archive a project": _trying(projects.archive_project, "project"),
    "delete a project": _trying(projects.delete_project, "project"),
    "create a project again": lambda actor, ids: act(
        projects.create_project, actor, ProjectDraft(id=ids["project"], name="Mine")
    ),
    "get a section": _trying(sections.get_section, "section"),
    "list sections": _trying(sections.list_sections, "project"),
    "change a section": _trying(sections.update_section, "section", SectionPatch(name="Mine")),
    "delete a section": _trying(sections.delete_section, "section"),
    "create a section in a project": lambda actor, ids: act(
        sections.create_section, actor, SectionDraft(project_id=ids["project"], name="Mine")
    ),
    "get a label": _trying(labels.get_label, "label"),
    "list labels": lambda actor, _: act(labels.list_labels, actor),
    "change a label": _trying(labels.update_label, "label", LabelPatch(name="Mine")),
    "merge a label": lambda actor, ids: act(labels.merge_label, actor, ids["label"], ids["label"]),
    "delete a label": _trying(labels.delete_label, "label"),
    "get a filter": _trying(saved_filters.get_filter, "filter"),
    "list filters": lambda actor, _: act(saved_filters.list_filters, actor),
    "change a filter": _trying(saved_filters.update_filter, "filter", FilterPatch(name="Mine")),
    "delete a filter": _trying(saved_filters.delete_filter, "filter"),
    "search": lambda actor, _: act(search.search, actor, "surprise"),
    "see the overview": lambda actor, _: act(overview.get_overview, actor),
    "list the trash": lambda actor, _: act(trash.list_trash, actor),
    "see the history": lambda actor, _: act(history.list_changes, actor),
    "see the history of a task": lambda actor, ids: act(
        history.list_changes, actor, about_id=ids["task"]
    ),
    "undo the last step": lambda actor, _: act(undo.undo_last, actor),
    "undo a step": _trying(undo.undo_step, "step"),
    "undo a change": _trying(undo.undo_change, "change"),
    "pull everything": lambda actor, _: act(sync.sync, actor),
    "ask for an answer": lambda actor, _: act(idempotency.find_answer, actor, "key", "hash"),
}


async def rows_of(actor: Actor) -> dict[str, list[str]]:
    """Everything of an account that the lock is on."""
    async with peeking() as db:
        return {
            table.name: sorted(
                str(tuple(row))
                for row in await db.execute(select(table).where(table.c.user_id == actor.user_id))
            )
            for table in LOCKED
        }


async def _outcome(attempt: Attempt, actor: Actor, ids: Ids) -> object:
    try:
        return await attempt(actor, ids)
    except TodoError as refusal:
        return refusal


def _gives_away(outcome: object, ids: Ids) -> bool:
    shown = repr(outcome)
    return any(trace in shown for trace in (SECRET, "surprise", *map(str, ids.values())))


async def test_promise_11_without_the_filter_nothing_foreign_is_seen_or_changed(
    alice: Actor, hers: Ids, charlie: Actor, without_filter: None
) -> None:
    before = await rows_of(alice)

    given_away = [
        name
        for name, attempt in ATTEMPTS.items()
        if _gives_away(await _outcome(attempt, charlie, hers), hers)
    ]

    assert given_away == []
    assert await rows_of(alice) == before


async def test_it_is_the_lock_alone_that_held_in_the_test_before(
    alice: Actor, hers: Ids, charlie: Actor, without_filter: None
) -> None:
    async with transaction(alice.user_id) as db:
        assert (await tasks.get_task(db, charlie, hers["task"])).title == SECRET
        assert len((await task_lists.list_tasks(db, charlie, TaskFilter())).items) == 1
        assert (await changes.take(db, charlie, "task", hers["task"]))[1].title == SECRET


async def test_every_table_with_rows_of_an_account_is_locked_or_about_identity(
    database: str,
) -> None:
    async with peeking() as db:
        locked = await db.scalars(
            text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
        )
    of_accounts = {name for name, table in SQLModel.metadata.tables.items() if "user_id" in table.c}

    assert set(locked) == of_accounts - IDENTITY == {table.name for table in LOCKED}


async def test_a_transaction_for_nobody_touches_no_row(alice: Actor, hers: Ids) -> None:
    for session in (reading(), transaction()):
        async with session as db:
            for table in LOCKED:
                assert (await db.execute(select(table))).first() is None
    async with transaction() as db:
        changed = await db.execute(update(TASKS).values(title="Mine").returning(TASKS.c.id))
        assert changed.first() is None


async def test_a_row_cannot_be_given_to_another(alice: Actor, hers: Ids, charlie: Actor) -> None:
    for user_id in (charlie.user_id, None):
        with pytest.raises(ProgrammingError, match="row-level security"):
            async with transaction(user_id) as db:
                db.add(ChangeHead(user_id=alice.user_id))
    with pytest.raises(ProgrammingError, match="row-level security"):
        async with transaction(alice.user_id) as db:
            await db.execute(update(TASKS).values(user_id=charlie.user_id))


async def test_whom_a_transaction_was_for_is_forgotten_with_it(
    alice: Actor, hers: Ids, charlie: Actor
) -> None:
    async def count(user_id: UUID | None, session: Session) -> int:
        async with session(user_id) as db:
            return (await db.execute(select(func.count()).select_from(TASKS))).scalar_one()

    async def refuse(session: Session) -> None:
        async with session(alice.user_id) as db:
            await db.execute(select(TASKS))
            raise NotFound

    for session in (reading, transaction):
        # Often enough for the driver to prepare what it sends; a rollback makes it forget that.
        for _ in range(7):
            whose = (alice.user_id, charlie.user_id, None)
            assert [await count(one, session) for one in whose] == [2, 0, 0]
            with pytest.raises(NotFound):
                await refuse(session)


async def test_a_first_statement_with_many_rows_is_for_the_account_too(alice: Actor) -> None:
    rows = [
        {"id": new_id(), "user_id": alice.user_id, "name": name, "query": "today", "colour": "red"}
        | {"version": 1, "created_at": clock.now(), "updated_at": clock.now()}
        for name in ("One", "Two")
    ]
    async with transaction(alice.user_id) as db:
        await db.execute(SAVED_FILTERS.insert(), rows)

    found = await act(saved_filters.list_filters, alice)
    assert [one.name for one in found] == ["One", "Two"]


async def test_a_statement_that_fails_first_leaves_the_connection_usable(alice: Actor) -> None:
    for session in (reading, transaction):
        for _ in range(7):
            with pytest.raises(DBAPIError):
                async with session(alice.user_id) as db:
                    await db.execute(text("SELECT 1 / :zero"), {"zero": 0})
            async with session(alice.user_id) as db:
                assert await db.scalar(text("SELECT 1 / :one"), {"one": 1}) == 1


async def test_the_role_of_the_program_cannot_lift_the_lock(alice: Actor, hers: Ids) -> None:
    async with transaction() as db:
        await db.execute(text("SELECT set_config('todo.reach', 'every account', true)"))
        assert (await db.execute(select(TASKS))).first() is None
    for attempt in (
        "ALTER TABLE tasks DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE tasks NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY own_rows ON tasks",
        f"SET ROLE {OWNER}",
        "UPDATE alembic_version SET version_num = '0001'",
    ):
        with pytest.raises(DBAPIError):
            async with transaction() as db:
                await db.execute(text(attempt))


@pytest.mark.parametrize(
    ("role", "seen", "verdict"),
    [
        (PROGRAM, 0, "whose role owns nothing"),
        (OWNER, 0, "which could lift it"),
        (SUPERUSER, 2, "does not hold the role of DATABASE_URL"),
    ],
)
async def test_a_doctor_tells_whom_the_lock_holds(
    alice: Actor,
    hers: Ids,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    role: str,
    seen: int,
    verdict: str,
) -> None:
    await dispose()
    monkeypatch.setenv("DATABASE_URL", as_role(role, os.environ["DATABASE_URL"]))
    forget_process()

    [found] = [one for one in await diagnosis.examine() if one.about == "row security"]
    row_security.warn_if_open()

    assert verdict in found.verdict
    assert found.is_well is ("row-level security" not in caplog.text) is (seen == 0)
    async with transaction() as db:
        assert len((await db.execute(select(TASKS))).all()) == seen


async def test_a_backup_is_refused_to_who_would_not_see_all_of_it(
    alice: Actor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    await dispose()
    monkeypatch.delenv("MIGRATION_DATABASE_URL")
    forget_process()

    with pytest.raises(BackupError, match="set MIGRATION_DATABASE_URL"):
        backup.back_up(tmp_path / "backup.gz")
