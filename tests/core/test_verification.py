from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import delete, select, update

from tests.cast import act, add_task, meddling, peeking, stored_tasks
from tests.conftest import forget_process
from todo_app import jobs
from todo_app.core import history, tasks, undo, verification
from todo_app.core.access import Actor
from todo_app.core.database import reading
from todo_app.core.errors import NotFound
from todo_app.core.models import CHANGE_HEADS, CHANGES, TASKS, new_id
from todo_app.core.task_views import TaskPatch
from todo_app.core.verification import Flaw, Report, verify

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
async def log(alice: Actor, bob: Actor, monkeypatch: pytest.MonkeyPatch) -> Actor:
    """Five changes of Alice's, two of Bob's; read in parts."""
    monkeypatch.setattr(verification, "READ_AT_ONCE", 2)
    task = await add_task(alice, "One")
    for number in range(4):
        await act(tasks.update_task, alice, task.id, TaskPatch(title=f"Title {number}"))
    await act(tasks.complete_task, bob, (await add_task(bob)).id)
    assert await verify() == Report(2, 7, [])
    return alice


async def write(*statements: Any) -> None:  # noqa: ANN401
    async with meddling() as db:
        for statement in statements:
            await db.execute(statement)


def at(actor: Actor, number: int) -> Any:  # noqa: ANN401
    return (CHANGES.c.user_id == actor.user_id) & (CHANGES.c.number == number)


@pytest.mark.parametrize(
    "values",
    [
        {"after": '{"title":"Never"}'},
        {"before": None},
        {"before": None, "after": None},
        {"act": "task.deleted"},
        {"way": "api"},
        {"actor_id": None},
        {"token_id": UUID(int=1)},
        {"created_at": NOON},
        {"mode": "undo"},
        {"hash": "0" * 64},
        {"content_hash": "0" * 64},
    ],
    ids=" ".join,
)
async def test_an_altered_row_is_found(log: Actor, values: dict[str, object]) -> None:
    await write(update(CHANGES).where(at(log, 3)).values(**values))

    found = (await verify()).flaws

    assert found[0] == Flaw(log.user_id, 3, "altered")
    assert {flaw.user_id for flaw in found} == {log.user_id}


async def test_a_removed_row_is_found(log: Actor) -> None:
    await write(delete(CHANGES).where(at(log, 3)))

    assert (await verify()).flaws == [Flaw(log.user_id, 3, "missing")]


async def test_the_last_row_is_not_removed_unseen(log: Actor) -> None:
    await write(delete(CHANGES).where(at(log, 5)))

    assert (await verify()).flaws == [Flaw(log.user_id, 5, "head")]


async def test_a_log_that_is_removed_as_a_whole_is_found(log: Actor) -> None:
    await write(delete(CHANGES).where(CHANGES.c.user_id == log.user_id))
    assert (await verify()).flaws == [Flaw(log.user_id, 5, "head")]

    await write(delete(CHANGE_HEADS).where(CHANGE_HEADS.c.user_id == log.user_id))
    assert (await verify()).flaws == [Flaw(log.user_id, 0, "head")]


async def test_a_tail_that_is_cut_off_with_its_head_is_betrayed_by_what_it_did(
    log: Actor,
) -> None:
    async with peeking() as db:
        last = (await db.execute(select(CHANGES).where(at(log, 4)))).mappings().one()
    head = {"number": last["number"], "hash": last["hash"]}
    await write(
        delete(CHANGES).where(at(log, 5)),
        update(CHANGE_HEADS).where(CHANGE_HEADS.c.user_id == log.user_id).values(head),
    )

    assert (await verify()).flaws == [Flaw(log.user_id, 4, "not what is there")]


@pytest.mark.parametrize("act_of", ["change", "add", "delete"])
async def test_a_thing_that_was_changed_past_the_log_is_found(log: Actor, act_of: str) -> None:
    own = TASKS.c.user_id == log.user_id
    if act_of == "add":
        async with peeking() as db:
            row = (await db.execute(select(TASKS).where(own))).mappings().one()
        await write(TASKS.insert().values({**row, "id": new_id()}))
    else:
        await write(
            (delete(TASKS) if act_of == "delete" else update(TASKS).values(title="evil")).where(own)
        )

    number = 0 if act_of == "add" else 5
    assert (await verify()).flaws == [Flaw(log.user_id, number, "not what is there")]


async def test_rows_that_changed_places_are_found(log: Actor) -> None:
    await write(
        *(
            update(CHANGES).where(at(log, old)).values(number=new)
            for old, new in ((2, 99), (3, 2), (99, 3))
        )
    )

    found = (await verify()).flaws

    assert Flaw(log.user_id, 2, "altered") in found
    assert Flaw(log.user_id, 3, "altered") in found


async def test_a_row_that_was_added_is_found(log: Actor, bob: Actor) -> None:
    async with peeking() as db:
        row = (await db.execute(select(CHANGES).where(at(bob, 2)))).mappings().one()
    await write(delete(CHANGES).where(at(bob, 2)))
    moved = {**row, "user_id": log.user_id, "number": 6}
    await write(CHANGES.insert().values(moved))

    found = {(flaw.user_id, flaw.what) for flaw in (await verify()).flaws}

    assert (log.user_id, "altered") in found
    assert (bob.user_id, "head") in found


async def test_what_is_purged_leaves_no_content_and_a_whole_log(alice: Actor, bob: Actor) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        for actor in (alice, bob):
            kept, gone = await add_task(actor, "Kept"), await add_task(actor, "Secret")
            await act(tasks.update_task, actor, gone.id, TaskPatch(notes="Secret too"))
            await act(tasks.delete_task, actor, gone.id)
            await act(tasks.complete_task, actor, kept.id)
        traveller.move_to(NOON + timedelta(days=31))
        await jobs.purge()

    assert [row["title"] for row in await stored_tasks()] == ["Kept", "Kept"]
    assert await verify() == Report(2, 12, [])
    async with reading(alice.user_id) as db:
        rows = (await db.execute(select(CHANGES))).mappings().all()
        page = await history.list_changes(db, alice)
    assert "Secret" not in repr(rows)
    purged, *_ = page.items
    assert (purged.act, purged.actor, purged.way, purged.title) == (
        "task.purged",
        None,
        "system",
        None,
    )
    assert [change.can_undo for change in page.items] == [False, True, False, False, False, True]
    for change in page.items:
        if not change.can_undo:
            with pytest.raises(NotFound):
                await act(undo.undo_change, alice, change.id)


async def test_undo_goes_on_before_what_was_purged(alice: Actor) -> None:
    kept = await add_task(alice, "Kept")
    await act(tasks.complete_task, alice, kept.id)
    with time_machine.travel(NOON, tick=False) as traveller:
        await act(tasks.delete_task, alice, (await add_task(alice, "Gone")).id)
        traveller.move_to(NOON + timedelta(days=31))
        await jobs.purge()

    await act(undo.undo_last, alice)

    assert (await act(tasks.get_task, alice, kept.id)).completed_at is None


def test_the_command_says_what_it_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["todo_app", "verify"])
    from todo_app.__main__ import main

    assert main() == 0
    assert capsys.readouterr().out == "0 changes of 0 accounts, 0 flaws\n"

    with sqlite3.connect(tmp_path / "todo.db") as database:
        database.execute(
            "INSERT INTO users (id, email, email_canonical, name, password_hash, time_zone, "
            "created_at) VALUES (?, 'a', 'a', 'a', 'a', 'UTC', '2026-01-01 00:00:00')",
            ("0" * 32,),
        )
    database.close()
    forget_process()

    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert capsys.readouterr().out.endswith(": head\n0 changes of 1 accounts, 1 flaws\n")
