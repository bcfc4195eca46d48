from __future__ import annotations

import pytest
from sqlalchemy import insert, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from tests.cast import act, add_task, meddling, peeking
from todo_app.core import changes, clock, search, tasks
from todo_app.core.access import Actor
from todo_app.core.database import reading, transaction
from todo_app.core.errors import NotFound
from todo_app.core.models import SEARCH_TEXTS, TASKS, Label, Project, Task, TaskLabel, new_id
from todo_app.core.search import SearchResult
from todo_app.core.search_index import MOST_HITS, text_row
from todo_app.core.task_views import TaskPatch


async def find(actor: Actor, query: str, **options: int) -> SearchResult:
    async with reading(actor.user_id) as db:
        return await search.search(db, actor, query, **options)


async def found(actor: Actor, query: str) -> list[str]:
    return [hit.task.title for hit in (await find(actor, query)).tasks]


@pytest.fixture
async def hers(alice: Actor, bob: Actor) -> None:
    """Tasks of Alice's, the oldest first; some of the same words are Bob's."""
    for title, notes in (
        ("Milk for the caf\u00e9", ""),
        ("Buy milk", "Oat milk, not cow milk"),
        ("Milkshake party", ""),
        ("Breakfast", "Porridge with milk and honey"),
        ("Stra\u00dfe fegen", "Die ganze \u00c4u\u00dfere Stra\u00dfe"),
        ("\u725b\u4e73\u3092\u8cb7\u3046", ""),
        ("Release v1.1.1", "See https://example.org/notes?x=1"),
        ("100% of <b>it</b>", "AND OR NOT NEAR { } : * ^ ' \" \\"),
        ("\u0417\u0432\u043e\u043d\u043e\u043a \u043c\u0430\u043c\u0435", ""),
    ):
        await add_task(alice, title, notes=notes)
    await add_task(bob, "Buy milk for Bob")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("milk", ["Buy milk", "Milk for the caf\u00e9", "Milkshake party", "Breakfast"]),
        ("MILK buy", ["Buy milk"]),
        ("mil", ["Milkshake party", "Buy milk", "Milk for the caf\u00e9", "Breakfast"]),
        ("m", ["Milkshake party", "Buy milk", "Milk for the caf\u00e9", "Breakfast"]),
        ("cafe", ["Milk for the caf\u00e9"]),
        ("CAF\u00c9", ["Milk for the caf\u00e9"]),
        ("strasse", ["Stra\u00dfe fegen"]),
        ("aussere", ["Stra\u00dfe fegen"]),
        ("breakfast honey", ["Breakfast"]),
        ('"buy milk"', ["Buy milk"]),
        ('"milk buy"', []),
        ('"mil"', []),
        ("milk tea", []),
        ("\u8cb7\u3046", ["\u725b\u4e73\u3092\u8cb7\u3046"]),
        ("\u4e73\u725b", []),
        ("v1.1", ["Release v1.1.1"]),
        ("example.org", ["Release v1.1.1"]),
        (
            "\u0437\u0432\u043e\u043d\u043e\u043a",
            ["\u0417\u0432\u043e\u043d\u043e\u043a \u043c\u0430\u043c\u0435"],
        ),
        ("not near", ["100% of <b>it</b>"]),
        ("<b>", ["100% of <b>it</b>", "Breakfast", "Buy milk"]),
        ("100%", ["100% of <b>it</b>"]),
        ("ilk", []),
        ("", []),
        ("\" & | ! ( ) : * ' \\ \x00 \ud800", []),
    ],
)
async def test_what_is_found_comes_in_order_of_relevance(
    alice: Actor, hers: None, query: str, expected: list[str]
) -> None:
    assert await found(alice, query) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("\U0001f389", ["\U0001f389 party planning"]),
        ("\U0001f389 pla", ["\U0001f389 party planning"]),
        ("\U0001f4de", ["call \U0001f4de\ufe0f the compiler team"]),
        ("\U0001f44d", ["ask \U0001f469\U0001f3fd\u200d\U0001f4bb \U0001f44d\U0001f3fd"]),
        (
            "\U0001f469\u200d\U0001f4bb",
            ["ask \U0001f469\U0001f3fd\u200d\U0001f4bb \U0001f44d\U0001f3fd"],
        ),
        ("\U0001f44e", []),
        ("c++", ["learn c++"]),
        ("C+", ["learn c++"]),
        ('"c++"', ["learn c++"]),
        ("c#", ["C# or .NET"]),
        ("c", ["C# or .NET", "learn c++", "call \U0001f4de\ufe0f the compiler team"]),
        (".net", ["C# or .NET"]),
        (".ne", ["C# or .NET"]),
        ("net", ["C# or .NET", "Network"]),
        ("a/b", ["Run the A/B test"]),
        ("100%", ["100% for $20"]),
        ("$20", ["100% for $20"]),
        ("20$", []),
    ],
)
async def test_symbols_and_signs_of_words_are_looked_for(
    alice: Actor, query: str, expected: list[str]
) -> None:
    for title in (
        "\U0001f389 party planning",
        "call \U0001f4de\ufe0f the compiler team",
        "ask \U0001f469\U0001f3fd\u200d\U0001f4bb \U0001f44d\U0001f3fd",
        "learn c++",
        "C# or .NET",
        "Network",
        "Run the A/B test",
        "Take a bus",
        "1000 of 100 for 20",
        "100% for $20",
    ):
        await add_task(alice, title)

    assert await found(alice, query) == expected


async def test_open_tasks_come_first_and_deleted_ones_not_at_all(alice: Actor, hers: None) -> None:
    best, _, third, _ = (await find(alice, "milk")).tasks
    await act(tasks.complete_task, alice, best.task.id)
    await act(tasks.delete_task, alice, third.task.id)

    assert await found(alice, "milk") == ["Milk for the caf\u00e9", "Breakfast", "Buy milk"]

    await act(tasks.restore_task, alice, third.task.id)
    assert "Milkshake party" in await found(alice, "milk")


async def test_a_stranger_finds_nothing_of_hers(
    bob: Actor, charlie: Actor, alice: Actor, hers: None
) -> None:
    await add_names(alice)

    assert await found(bob, "milk") == ["Buy milk for Bob"]
    for query in ("milk", "kitchen", "urgent", alice.user_id.hex, f"task{alice.user_id.hex}"):
        assert await find(charlie, query) == SearchResult(tasks=[], names=[])


async def test_what_is_changed_is_found_by_its_new_words_at_once(alice: Actor) -> None:
    task = await add_task(alice, "Old title", notes="Old notes")

    await act(tasks.update_task, alice, task.id, TaskPatch(title="New title"))
    assert await found(alice, "new notes") == ["New title"]
    await act(tasks.update_task, alice, task.id, TaskPatch(notes=None))

    assert await found(alice, "title") == ["New title"]
    assert await found(alice, "old") == []
    assert await found(alice, "notes") == []


async def test_a_change_that_is_rolled_back_leaves_the_index_as_it_was(alice: Actor) -> None:
    task = await add_task(alice, "Old title")

    async def change_and_fail(db: AsyncSession, actor: Actor) -> None:
        await tasks.update_task(db, actor, task.id, TaskPatch(title="New title"))
        raise NotFound

    with pytest.raises(NotFound):
        await act(change_and_fail, alice)

    assert await found(alice, "old") == ["Old title"]
    assert await found(alice, "new") == []


async def test_a_tick_does_not_touch_the_index(alice: Actor) -> None:
    task = await add_task(alice, "Water the plants")
    async with transaction(alice.user_id) as db:
        step, before = await changes.take(db, alice, "task", task.id)
        step.record("task.completed", "task", before, {**before._mapping, "completed_at": step.now})
        assert not step.texts


async def test_what_is_gone_for_good_is_gone_from_the_index(alice: Actor, hers: None) -> None:
    async with meddling() as db:
        await db.execute(text("DELETE FROM tasks"))

    async with peeking() as db:
        assert await db.scalar(text("SELECT count(*) FROM search_texts")) == 0
        if db.get_bind().dialect.name == "sqlite":
            check = text("INSERT INTO search_index (search_index) VALUES ('integrity-check')")
            await db.execute(check)
    assert await found(alice, "milk") == []


async def test_marks_are_places_in_the_text(alice: Actor, hers: None) -> None:
    hit, *_, last = (await find(alice, "milk")).tasks

    assert [(mark.start, mark.end) for mark in hit.title_marks] == [(4, 8)]
    assert hit.excerpt is not None
    assert [hit.excerpt.text[mark.start : mark.end] for mark in hit.excerpt.marks] == [
        "milk",
        "milk",
    ]
    assert last.title_marks == []


async def test_an_excerpt_is_a_line_around_the_first_find(alice: Actor) -> None:
    notes = "word \n" * 100 + "here is the needle you\n\nlook for " + "word " * 100
    await add_task(alice, "Haystack", notes=notes)

    (hit,) = (await find(alice, "needle")).tasks

    assert hit.excerpt is not None
    assert hit.excerpt.text.startswith("\u2026word word")
    assert "here is the needle you look for word" in hit.excerpt.text
    assert hit.excerpt.text.endswith("\u2026")
    assert [hit.excerpt.text[mark.start : mark.end] for mark in hit.excerpt.marks] == ["needle"]


async def test_at_most_so_many_tasks_are_returned(alice: Actor) -> None:
    for number in range(5):
        await add_task(alice, f"Plant {number}")

    titles = [hit.task.title for hit in (await find(alice, "plant", limit=3)).tasks]

    assert titles == ["Plant 4", "Plant 3", "Plant 2"]


WHOLE, BEGUN, NOTED = ("Car", ""), ("Carpet", ""), ("Ride", "by car")
A_THIRD = MOST_HITS // 3
MANY = 1_100
"""More than are looked up where the index says that they may fit."""


@pytest.mark.parametrize(
    "earlier",
    [
        [WHOLE, *[BEGUN] * MOST_HITS, *[NOTED] * MOST_HITS],
        [WHOLE, *[BEGUN] * 2 * A_THIRD, *[NOTED, NOTED, BEGUN] * A_THIRD],
        [WHOLE, *[BEGUN] * MOST_HITS],
        [WHOLE, *[BEGUN] * MANY, *[NOTED] * MOST_HITS],
        [BEGUN, *[WHOLE, NOTED] * A_THIRD, *[NOTED] * MOST_HITS],
    ],
)
async def test_titles_are_found_behind_as_many_later_notes_as_are_looked_at(
    alice: Actor, earlier: list[tuple[str, str]]
) -> None:
    await add_texts(alice, earlier)

    hits = (await find(alice, "car")).tasks

    titles = [hit.task.title for hit in hits]
    assert titles[0] == "Car"
    assert titles == sorted(titles, key=["Car", "Carpet", "Ride"].index)
    assert titles.count("Car") == min(len(titles), earlier.count(WHOLE))
    assert len({hit.task.id for hit in hits}) == len(hits)


async def test_a_title_is_found_behind_many_that_begin_alike(alice: Actor) -> None:
    texts = [("Cartoons", ""), *[BEGUN] * MANY, *[("Ride", "by cartoon")] * MOST_HITS]
    await add_texts(alice, texts)

    assert (await found(alice, "cartoon"))[:2] == ["Cartoons", "Ride"]


async def test_of_what_is_everywhere_only_the_latest_is_looked_at(alice: Actor) -> None:
    await add_texts(alice, [("Car first", ""), *[WHOLE] * MOST_HITS])

    assert await found(alice, '"car first"') == ["Car first"]
    async with transaction(alice.user_id) as db:
        later = TASKS.c.title == "Car"
        await db.execute(update(TASKS).where(later).values(completed_at=clock.now()))
    assert "Car first" not in await found(alice, "car")


async def add_texts(alice: Actor, texts: list[tuple[str, str]]) -> None:
    """Tasks with these titles and notes, the oldest first."""
    now = clock.now()
    own = {"user_id": alice.user_id, "project_id": alice.user_id, "priority": 4, "version": 1}
    rows = [
        {
            **own,
            "id": new_id(),
            "title": title,
            "notes": notes,
            "created_at": now,
            "updated_at": now,
        }
        for title, notes in texts
    ]
    async with transaction(alice.user_id) as db:
        await db.execute(insert(Task), rows)
        await db.execute(
            SEARCH_TEXTS.insert(), [text_row("task", row, alice.user_id) for row in rows]
        )


async def add_names(alice: Actor) -> None:
    """A project Kitchen with pan and sink, and a label urgent on sink and call."""
    now = clock.now()
    own = {"user_id": alice.user_id, "colour": "grey", "created_at": now, "updated_at": now}
    project = Project(name="K\u00fcche Kitchen", **own)
    label = Label(name="urgent", name_key="urgent", **own)
    async with transaction(alice.user_id) as db:
        db.add_all([project, label])
        await db.flush()
        for kind, thing in (("project", project), ("label", label)):
            row = text_row(kind, {"id": thing.id, "name": thing.name}, alice.user_id)
            await db.execute(SEARCH_TEXTS.insert(), row)
    for title, project_id, has_label in (
        ("Pan", project.id, False),
        ("Sink", project.id, True),
        ("Call", alice.user_id, True),
    ):
        task = await add_task(alice, title)
        async with transaction(alice.user_id) as db:
            await db.execute(
                update(TASKS).where(TASKS.c.id == task.id).values(project_id=project_id)
            )
            if has_label:
                db.add(TaskLabel(user_id=alice.user_id, task_id=task.id, label_id=label.id))


async def test_names_of_projects_and_labels_are_found_and_find_their_tasks(alice: Actor) -> None:
    await add_names(alice)
    await add_task(alice, "Clean", notes="the kitchen")

    kitchen = await find(alice, "kuche")
    assert [(name.kind, name.name) for name in kitchen.names] == [("project", "K\u00fcche Kitchen")]
    assert [(mark.start, mark.end) for mark in kitchen.names[0].marks] == [(0, 5)]
    assert [hit.task.title for hit in kitchen.tasks] == ["Sink", "Pan"]
    assert [name.kind for name in (await find(alice, "urg")).names] == ["label"]
    assert await found(alice, "urg") == ["Call", "Sink"]
    assert await found(alice, "kitchen") == ["Clean", "Sink", "Pan"]
    assert await found(alice, "kitchen urgent") == ["Sink"]
    assert await found(alice, "kitchen pan") == ["Pan"]
    assert (await find(alice, "kitchen pan")).names == []
    assert await found(alice, "kitchen milk") == []
