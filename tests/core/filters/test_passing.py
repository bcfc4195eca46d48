from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from tests.cast import act, add_task
from todo_app.core import accounts, clock, task_lists, tasks
from todo_app.core.access import Actor
from todo_app.core.accounts import AccountPatch
from todo_app.core.database import transaction
from todo_app.core.errors import InvalidCursor, InvalidFilter
from todo_app.core.models import TASKS, Label, Project, Section, TaskLabel
from todo_app.core.task_lists import TaskFilter
from todo_app.core.task_views import Due

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
TODAY = NOON.date()


@pytest.fixture(autouse=True)
def _it_is_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)


def due(days: int, time: str | None = None, zone: str = "UTC") -> Due:
    return Due(date=TODAY + timedelta(days), time=time, zone=time and zone)


@pytest.fixture
async def hers(alice: Actor, bob: Actor) -> None:
    """Tasks of Alice's of every kind; Bob has one that passes nearly everything."""
    await add_task(bob, "Bob's", priority=1, due=due(-1))
    for title, fields in {
        "late": {"due": due(-1), "priority": 1},
        "now": {"due": due(0)},
        "past hour": {"due": due(0, "11:59"), "priority": 2},
        "next hour": {"due": due(0, "12:01")},
        "in Tokyo": {"due": due(0, "20:59", "Asia/Tokyo")},
        "soon in Tokyo": {"due": due(0, "21:01", "Asia/Tokyo")},
        "long past in Tokyo": {"due": due(-9, "23:59", "Asia/Tokyo")},
        "next week": {"due": due(7)},
        "some day": {"priority": 1},
    }.items():
        await add_task(alice, title, **fields)
    done = await add_task(alice, "done", due=due(-2), priority=1)
    await act(tasks.complete_task, alice, done.id)
    gone = await add_task(alice, "gone", due=due(-2), priority=1)
    await act(tasks.delete_task, alice, gone.id)


OPEN = {
    "late",
    "now",
    "past hour",
    "next hour",
    "in Tokyo",
    "soon in Tokyo",
    "long past in Tokyo",
    "next week",
    "some day",
}


async def titles(actor: Actor, text: str) -> set[str]:
    page = await act(task_lists.list_tasks, actor, TaskFilter(text=text))
    return {task.title for task in page.items}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("all", OPEN),
        ("overdue", {"late", "past hour", "in Tokyo", "long past in Tokyo"}),
        ("!overdue & today", {"now", "next hour", "soon in Tokyo"}),
        ("today & no time", {"now"}),
        ("!today", {"late", "long past in Tokyo", "next week", "some day"}),
        ("no date", {"some day"}),
        ("p1", {"late", "some day"}),
        ("p1 & !no date", {"late"}),
        ("(p1 | p2) & overdue", {"late", "past hour"}),
        ("no date, p2", {"some day", "past hour"}),
        ("due before: today", {"late", "long past in Tokyo"}),
        ("due before: +8 days & due after: today", {"next week"}),
        ("7 days & no time", {"now"}),
        ("8 days & !today", {"next week"}),
        ("created: today", OPEN),
        ("created before: today", set()),
        ("done", {"done"}),
        ("done: today | p2", {"done", "past hour"}),
        ("done before: today", set()),
        ("all & !done", OPEN),
        ("p1, done", {"late", "some day", "done"}),
        ("due before: 9999-12-31 & due after: 0001-01-01", OPEN - {"some day"}),
        ("created after: 9999-12-31 | done before: 0001-01-01", set()),
    ],
)
async def test_a_filter_lets_pass_what_it_says(
    alice: Actor, hers: None, text: str, expected: set[str]
) -> None:
    assert await titles(alice, text) == expected


@pytest.fixture
async def sorted_(alice: Actor) -> None:
    """Tasks of Alice's in projects and with labels of hers."""
    own = {"user_id": alice.user_id, "colour": "grey", "created_at": NOON, "updated_at": NOON}
    home, office = Project(name="K\u00fcche", **own), Project(name="Home office", **own)
    label, other = [Label(name=name, name_key=name, **own) for name in ("errand", "errands (far)")]
    del own["colour"]
    section = Section(name="Next", project_id=home.id, **own)
    async with transaction(alice.user_id) as db:
        db.add_all([home, office, label, other])
        await db.flush()
        db.add(section)
    for title, place, labels in (
        ("pan", {"project_id": home.id}, [label]),
        ("sink", {"project_id": home.id, "section_id": section.id}, [label, other]),
        ("desk", {"project_id": office.id}, [other]),
        ("call", {}, []),
    ):
        task = await add_task(alice, title, notes=f"about the {title}")
        async with transaction(alice.user_id) as db:
            if place:
                await db.execute(update(TASKS).where(TASKS.c.id == task.id).values(**place))
            for one in labels:
                db.add(TaskLabel(user_id=alice.user_id, task_id=task.id, label_id=one.id))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#kuche", {"pan", "sink"}),
        ("!#K\u00dcCHE", {"desk", "call"}),
        ("#inbox", {"call"}),
        ("#home*", {"desk"}),
        ("#*c*e", {"pan", "sink", "desk"}),
        ("#home", set()),
        ("/next", {"sink"}),
        ("!/*", {"pan", "desk", "call"}),
        ("@errand", {"pan", "sink"}),
        ("@errand*", {"pan", "sink", "desk"}),
        ('@"errands (far)" & !@errand', {"desk"}),
        ("no label", {"call"}),
        ("@*", {"pan", "sink", "desk"}),
        ("!@nobody knows", {"pan", "sink", "desk", "call"}),
        ("search: about sin", {"sink"}),
        ("!search: about sin & #kuche", {"pan"}),
        ('search: "the pan" | search: desk', {"pan", "desk"}),
        ("search: &", None),
        ("search: ...", set()),
        ("subtask", set()),
        ("#" + "*a" * 200, set()),
    ],
)
async def test_a_filter_knows_names_and_words(
    alice: Actor, sorted_: None, text: str, expected: set[str] | None
) -> None:
    if expected is None:
        with pytest.raises(InvalidFilter):
            await titles(alice, text)
    else:
        assert await titles(alice, text) == expected


async def test_a_strangers_names_are_no_names(bob: Actor, sorted_: None) -> None:
    await add_task(bob, "Bob's")

    assert await titles(bob, "#*che | @* | /* | search: pan") == set()


async def test_what_is_today_depends_on_where_one_is(alice: Actor, hers: None) -> None:
    there = Actor(alice.user_id, alice.session_id, alice.way, "Pacific/Kiritimati")
    await act(accounts.update_account, alice, AccountPatch(time_zone=there.time_zone))

    assert await titles(there, "yesterday & no time") == {"now"}
    assert "next hour" not in await titles(there, "overdue")


async def test_a_stranger_sees_nothing_of_hers(charlie: Actor, hers: None) -> None:
    assert await titles(charlie, "all | done | overdue | !p1") == set()


async def test_a_filter_is_one_with_the_other_conditions_and_with_every_order(
    alice: Actor, hers: None
) -> None:
    wanted = TaskFilter(text="overdue | done", priority=1, completed=False)
    for sort in ("created", "newest", "due", "planned"):
        page = await act(task_lists.list_tasks, alice, wanted, sort=sort)
        assert [task.title for task in page.items] == ["late"]


async def test_a_cursor_of_another_filter_is_refused(alice: Actor, hers: None) -> None:
    page = await act(task_lists.list_tasks, alice, TaskFilter(text="all"), limit=2)

    with pytest.raises(InvalidCursor):
        await act(
            task_lists.list_tasks, alice, TaskFilter(text="p1"), limit=2, cursor=page.next_cursor
        )


async def test_the_longest_filter_there_can_be_is_answered(alice: Actor, hers: None) -> None:
    text = "|".join(["!overdue"] * 50)

    assert "now" in await titles(alice, text)


async def test_a_text_that_cannot_be_read_is_refused(alice: Actor) -> None:
    with pytest.raises(InvalidFilter):
        await titles(alice, "todya")
