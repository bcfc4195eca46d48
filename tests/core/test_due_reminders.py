"""A person is reminded once, at the time, of what is still to be done."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from pydantic import ValidationError
from sqlalchemy import create_engine, event

from tests.cast import (
    act,
    add_task,
    email_of,
    letters_waiting,
    peeking,
    sign_in,
    stored_tasks,
    unlocked_url,
)
from tests.mailbox import Mailbox, text_of
from todo_app.core import accounts, bus, closing, due_reminders, mail, projects, tasks, undo
from todo_app.core.access import Actor
from todo_app.core.accounts import AccountPatch
from todo_app.core.bus import News, RemindersDue
from todo_app.core.database import get_engine, get_reading_engine, transaction
from todo_app.core.models import User
from todo_app.core.projects import ProjectDraft
from todo_app.core.reminders import MINUTES_MAX
from todo_app.core.said_series import RecurrenceDraft
from todo_app.core.task_views import Due, TaskDraft, TaskPatch, TaskView

MORNING = datetime(2026, 11, 21, 9, tzinfo=UTC)
TODAY = date(2026, 11, 21)
AT_NOON = Due(date=TODAY, time="12:00", zone="UTC")


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MORNING, tick=False) as traveller:
        yield traveller


@pytest.fixture
def told() -> Iterator[list[tuple[UUID, ...]]]:
    """The tasks of each news that it is time for them."""
    heard: list[tuple[UUID, ...]] = []

    def hear(news: News) -> None:
        if isinstance(news, RemindersDue):
            heard.append(news.task_ids)

    bus.subscribe(hear)
    yield heard
    bus.unsubscribe(hear)


Told = list[tuple[UUID, ...]]
Clock = time_machine.Traveller


async def add(actor: Actor, *minutes: int, **fields: Any) -> TaskView:  # noqa: ANN401
    return await add_task(actor, reminders=list(minutes), **{"due": AT_NOON, **fields})


async def patch(actor: Actor, task: TaskView, **fields: Any) -> TaskView:  # noqa: ANN401
    return await act(tasks.update_task, actor, task.id, TaskPatch(**fields))


async def look(clock: Clock, *times: str) -> int:
    """Let each of these times of the day come, and look what it is time for."""
    count = 0
    for wall in times:
        hours, minutes = map(int, wall.split(":"))
        clock.move_to(datetime(2026, 11, 21, tzinfo=UTC) + timedelta(hours=hours, minutes=minutes))
        count += await due_reminders.tell_due()
    return count


async def look_at() -> datetime | None:
    """When the only account is to be looked at again."""
    async with peeking() as db:
        [user] = (await db.execute(User.__table__.select())).all()
        return user.remind_at


async def test_each_reminder_is_told_once_at_its_time(
    alice: Actor, told: Told, clock: Clock
) -> None:
    task = await add(alice, 30, 60, 30)

    counts = [await look(clock, wall) for wall in ("10:59", "11:00", "11:01", "11:30", "12:00")]

    assert task.reminders == [30, 60]
    assert counts == [0, 1, 0, 1, 0]
    assert told == [(task.id,)] * 2
    assert await look_at() is None


async def test_of_many_processes_one_tells(
    alice: Actor, bob: Actor, told: Told, clock: Clock
) -> None:
    expected = {(await add(actor, 30)).id for actor in (alice, bob)}
    clock.move_to(MORNING + timedelta(hours=3))

    counts = await asyncio.gather(*(due_reminders.tell_due() for _ in range(4)))

    assert sum(counts) == 2
    assert {task_id for [task_id] in told} == expected
    assert len(told) == 2


async def test_a_day_without_a_time_counts_from_nine_where_its_owner_is(
    alice: Actor, told: Told, clock: Clock
) -> None:
    await act(accounts.update_account, alice, AccountPatch(time_zone="America/New_York"))
    alice = await sign_in("alice")
    await add(alice, 60, due=Due(date=TODAY))

    assert await look(clock, "12:59") == 0
    assert await look(clock, "13:00") == 1


async def test_who_travels_is_told_at_nine_of_the_place_and_not_twice(
    alice: Actor, told: Told, clock: Clock
) -> None:
    early = await add(alice, 0, due=Due(date=TODAY + timedelta(days=1)))
    late = await add(alice, 0, due=Due(date=TODAY + timedelta(days=2)))
    timed = await add(alice, 0)

    await act(accounts.update_account, alice, AccountPatch(time_zone="Asia/Tokyo"))
    assert await look(clock, "12:00", "24:00") == 2
    back = await sign_in("alice")
    await act(accounts.update_account, back, AccountPatch(time_zone="America/New_York"))

    assert await look(clock, "38:00", "60:00", "61:00") == 0
    assert await look(clock, "62:00") == 1
    assert told == [(timed.id,), (early.id,), (late.id,)]


@pytest.mark.parametrize("way", ["complete", "delete", "archive"])
async def test_nobody_is_reminded_of_what_is_out_of_the_way_nor_when_it_comes_back(
    alice: Actor, told: Told, clock: Clock, way: str
) -> None:
    project, _ = await act(projects.create_project, alice, ProjectDraft(name="Home"))
    whole = await add(alice, 30, project_id=project.id)
    await add(alice, 30, parent_id=whole.id)
    there, back, of = {
        "complete": (tasks.complete_task, tasks.reopen_task, whole.id),
        "delete": (tasks.delete_task, tasks.restore_task, whole.id),
        "archive": (projects.archive_project, projects.unarchive_project, project.id),
    }[way]

    await act(there, alice, of)
    assert await look(clock, "11:30") == 0
    await act(back, alice, of)

    assert await look(clock, "11:31", "12:00") == 0


async def test_what_is_past_as_it_is_said_reminds_of_nothing(
    alice: Actor, told: Told, clock: Clock
) -> None:
    await add(alice, 30, due=Due(date=TODAY, time="09:15", zone="UTC"))
    task = await add(alice, 30, due=None)

    assert await look(clock, "09:00", "12:00") == 0
    await patch(alice, task, due=Due(date=TODAY, time="14:00", zone="UTC"))
    assert await look(clock, "13:30") == 1


async def test_after_a_day_without_looking_nobody_is_told_of_what_was_before(
    alice: Actor, told: Told, clock: Clock
) -> None:
    await add(alice, 30)
    recent = await add(alice, 0, due=Due(date=TODAY + timedelta(days=1), time="06:00", zone="UTC"))

    assert await look(clock, "36:00") == 1
    assert told == [(recent.id,)]


async def test_reminders_follow_the_date_and_come_back_with_undo(
    alice: Actor, told: Told, clock: Clock
) -> None:
    task = await add(alice, 30)
    await patch(alice, task, due=Due(date=TODAY, time="14:00", zone="UTC"))
    assert await look(clock, "11:30") == 0
    await act(undo.undo_last, alice)
    await act(undo.redo_last, alice)
    assert await look(clock, "12:30", "13:30") == 1

    await patch(alice, task, reminders=None, due=Due(date=TODAY, time="18:00", zone="UTC"))
    assert await look(clock, "17:30") == 0
    await act(undo.undo_last, alice)
    assert (await act(tasks.get_task, alice, task.id)).reminders == [30]
    assert await look(clock, "17:31") == 0, "the moment is past again"


async def test_what_was_told_is_no_change_to_undo(alice: Actor, told: Told, clock: Clock) -> None:
    task = await add(alice, 30)
    await look(clock, "11:30")

    assert (await act(tasks.get_task, alice, task.id)).version == task.version
    await act(undo.undo_last, alice)
    assert await stored_tasks() == []


async def test_a_repeating_task_reminds_of_each_turn(
    alice: Actor, told: Told, clock: Clock
) -> None:
    task = await add(alice, 30, recurrence=RecurrenceDraft(text="every day"))

    assert await look(clock, "11:30") == 1
    await act(tasks.complete_task, alice, task.id)
    assert await look(clock, "12:00", "35:29") == 0
    assert await look(clock, "35:30") == 1
    await act(tasks.reopen_task, alice, task.id)
    assert await look(clock, "35:31") == 0


async def test_of_several_at_once_it_is_told_at_once_and_by_one_letter(
    mailbox: Mailbox, alice: Actor, told: Told, clock: Clock
) -> None:
    titles = ["Call Ada", "Call Bea", "Call Cleo", "Call Dora"]
    called = [await add(alice, 30, title=title) for title in titles]
    assert await look(clock, "11:30") == 4
    await act(tasks.complete_task, alice, called[1].id)
    await act(tasks.delete_task, alice, called[2].id)

    assert await mail.deliver_due() == 1

    assert told == [tuple(task.id for task in called)]
    [letter] = mailbox.mails_to(email_of("alice"))
    assert letter["Subject"] == "Reminder: Call Ada and 1 more"
    text = text_of(letter)
    assert "“Call Ada” is due on 21 November 2026 at 12:00." in text
    assert "Dora" in text
    assert "Bea" not in text
    assert "Cleo" not in text
    assert f"http://localhost:8000/today?task={called[0].id}" in text


async def test_a_letter_waits_without_a_title_and_only_where_letters_arrive(
    alice: Actor, mailbox: Mailbox, told: Told, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add(alice, 60, 30)
    await look(clock, "11:00")
    async with peeking() as db:
        [row] = (await db.execute(mail.OutboxMessage.__table__.select())).all()
    assert json.loads(row.details) == {"task_ids": [str(told[0][0])]}

    await act(accounts.update_account, alice, AccountPatch(reminder_mail="off"))
    assert await mail.deliver_due() == 0, "nor one that waits already"
    assert await look(clock, "11:30") == 1
    assert await letters_waiting() == []


async def test_without_a_mail_server_no_title_gets_into_the_log(
    alice: Actor, told: Told, clock: Clock
) -> None:
    await add(alice, 30)

    assert await look(clock, "11:30") == 1
    assert await letters_waiting() == []


async def test_a_closed_or_disabled_account_is_left_alone(
    alice: Actor, told: Told, clock: Clock
) -> None:
    await add(alice, 30)
    await act(closing.disable_account, email_of("alice"))

    assert await look(clock, "11:30") == 0
    await act(closing.enable_account, email_of("alice"))
    assert await look(clock, "11:31") == 1


async def test_one_account_that_something_is_wrong_with_holds_up_no_other(
    alice: Actor, bob: Actor, told: Told, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for actor in (alice, bob):
        await add(actor, 30)
    tell = due_reminders._tell

    async def fail_for_alice(db: Any, user_id: UUID) -> int:  # noqa: ANN401
        if user_id == alice.user_id:
            raise RuntimeError
        return await tell(db, user_id)

    monkeypatch.setattr(due_reminders, "_tell", fail_for_alice)

    assert await look(clock, "11:30") == 1


async def test_what_is_told_is_taken_back_with_its_transaction(
    alice: Actor, told: Told, clock: Clock
) -> None:
    await add(alice, 30)
    clock.move_to(MORNING + timedelta(hours=3))

    async def tell_and_fail() -> None:
        async with transaction(alice.user_id) as db:
            await due_reminders._tell(db, alice.user_id)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await tell_and_fail()

    assert told == []
    assert await due_reminders.tell_due() == 1


async def test_who_is_to_be_told_of_what_is_found_by_indexes(alice: Actor, clock: Clock) -> None:
    await add(alice, 30)
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, *found: Any) -> None:  # noqa: ANN401
        asked.append((found[0], found[1]))

    engines = [engine.sync_engine for engine in (get_reading_engine(), get_engine())]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    await look(clock, "11:30")
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)

    owner = create_engine(unlocked_url())
    with owner.connect() as connection:
        explain = "EXPLAIN QUERY PLAN" if owner.name == "sqlite" else "EXPLAIN"
        if owner.name != "sqlite":
            connection.exec_driver_sql("SET enable_seqscan = off")
        plans = [
            str(connection.exec_driver_sql(f"{explain} {statement}", values).all())
            for statement, values in asked
            if statement.startswith("SELECT") and "remind_at" in statement
        ]
    owner.dispose()
    indexes = ["ix_users_remind", "ix_tasks_remind", "ix_tasks_remind"]
    assert [index in plan for index, plan in zip(indexes, plans, strict=True)] == [True] * 3


@pytest.mark.parametrize(
    "said", [[-1], [MINUTES_MAX + 1], ["30"], [1.5], [True], list(range(11)), "30", {"m": 30}]
)
def test_reminders_that_are_none_are_refused(said: object) -> None:
    for model in (TaskDraft, TaskPatch):
        with pytest.raises(ValidationError):
            model.model_validate({"title": "Call", "reminders": said})
