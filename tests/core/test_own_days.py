from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from tests.cast import act, add_task, sign_up
from todo_app.core import accounts, own_days, task_counts, task_lists, tasks, undo
from todo_app.core.access import Actor
from todo_app.core.accounts import AccountPatch
from todo_app.core.task_lists import TaskFilter
from todo_app.core.task_views import Due, TaskPatch

LOS_ANGELES = "America/Los_Angeles"
NOW = datetime(2026, 11, 21, 16, 46, tzinfo=ZoneInfo(LOS_ANGELES))
TODAY = NOW.date()


def due(days: int, wall: str | None = None, zone: str = LOS_ANGELES) -> Due:
    return Due(date=TODAY + timedelta(days), time=wall, zone=wall and zone)


DUES = {
    "yesterday": due(-1),
    "this morning": due(0, "09:00"),
    "in Tokyo, past": due(1, "09:00", "Asia/Tokyo"),
    "a minute ago": due(0, "16:46"),
    "in a minute": due(0, "16:47"),
    "this evening in Tokyo": due(1, "12:00", "Asia/Tokyo"),
    "today": due(0),
    "tonight in Samoa": due(0, "22:00", "Pacific/Pago_Pago"),
    "tomorrow": due(1),
}
OVERDUE = {"yesterday", "this morning", "a minute ago", "in Tokyo, past"}
REST_OF_TODAY = {"in a minute", "this evening in Tokyo", "today"}


@pytest.fixture
async def alice(database: str) -> Actor:
    return await sign_up("alice", time_zone=LOS_ANGELES)


async def titles(actor: Actor, filters: TaskFilter) -> list[str]:
    page = await act(task_lists.list_tasks, actor, filters, sort="due")
    return [task.title for task in page.items]


async def test_counts_lists_and_filters_agree_on_what_is_overdue_and_what_is_due_today(
    alice: Actor,
) -> None:
    with time_machine.travel(NOW, tick=False):
        for title, one in reversed(DUES.items()):
            await add_task(alice, title, due=one)
        counts = await act(task_counts.count_tasks, alice)
        today = await titles(alice, TaskFilter(due_before=TODAY + timedelta(days=1)))
        upcoming = await titles(alice, TaskFilter(due_after=TODAY))
        found = {
            text: set(await titles(alice, TaskFilter(text=text)))
            for text in ("overdue", "!overdue & today", "tomorrow", "today | overdue", "!overdue")
        }
        late = {title for title, one in DUES.items() if one.is_overdue(NOW, LOS_ANGELES)}

    assert late == OVERDUE
    assert (counts.overdue, counts.today) == (len(OVERDUE), len(REST_OF_TODAY))
    assert today == [*DUES][:7], "what is overdue is first, in the order of the moments"
    assert upcoming == ["tonight in Samoa", "tomorrow"]
    assert found == {
        "overdue": OVERDUE,
        "!overdue & today": REST_OF_TODAY,
        "tomorrow": set(upcoming),
        "today | overdue": set(today),
        "!overdue": REST_OF_TODAY | set(upcoming),
    }


async def test_the_day_follows_a_change_its_undo_and_the_zone_of_the_owner(alice: Actor) -> None:
    with time_machine.travel(NOW, tick=False):
        task = await add_task(alice, due=due(0))
        evening = TaskPatch(due=due(1, "12:00", "Asia/Tokyo"))
        days = [(await act(tasks.update_task, alice, task.id, evening)).own_date]
        for act_of in (undo.undo_last, undo.redo_last):
            await act(act_of, alice)
            days.append((await act(tasks.get_task, alice, task.id)).own_date)
        await act(accounts.update_account, alice, AccountPatch(time_zone="Asia/Tokyo"))
        there = await act(tasks.get_task, alice, task.id)

    assert days == [TODAY] * 3
    assert (there.own_date, there.own_time) == (TODAY + timedelta(days=1), "12:00")


@pytest.mark.parametrize(
    ("day", "wall", "zone", "expected"),
    [
        ("2026-03-29", "02:30", "Europe/Berlin", ("2026-03-29", "03:30")),
        ("2026-10-25", "02:30", "Europe/Berlin", ("2026-10-25", "02:30")),
        ("2026-11-21", "12:00", "Atlantis/Gone", ("2026-11-21", "12:00")),
        ("0001-01-01", "00:00", "Asia/Tokyo", ("0001-01-01", "00:00")),
        ("9999-12-31", "23:59", "Pacific/Pago_Pago", ("9999-12-31", "23:59")),
    ],
)
def test_a_time_that_the_clock_has_not_and_a_zone_that_is_gone_do_no_harm(
    day: str, wall: str, zone: str, expected: tuple[str, str]
) -> None:
    columns = {"due_date": datetime.fromisoformat(day).date(), "due_time": wall, "due_zone": zone}

    own = own_days.columns(columns, "Europe/Berlin")

    assert (str(own["own_date"]), own["own_time"]) == expected
    assert own_days.now(datetime(2026, 11, 21, 23, 5, tzinfo=UTC), "Europe/Berlin") == {
        "today": datetime(2026, 11, 22, tzinfo=UTC).date(),
        "wall": "00:05",
    }
