"""Subtasks, order and moves: by example, by chance, and at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from tests.cast import act, add_task, meddling, sign_up, stored_tasks
from tests.conftest import forget_process
from tests.core.test_projects import add_project, add_section, crowd, titles
from todo_app.core import bus, labels, moves, projects, sections, tasks, undo
from todo_app.core.access import Actor
from todo_app.core.database import dispose, transaction
from todo_app.core.errors import InvalidInput, NotFound, TodoError
from todo_app.core.models import DEPTH_MAX, SQLModel
from todo_app.core.moves import Shift, TaskMove
from todo_app.core.neighbours import Beside
from todo_app.core.projects import ProjectDraft
from todo_app.core.sections import SectionDraft
from todo_app.core.task_lists import TaskFilter, list_tasks
from todo_app.core.task_views import TaskDraft, TaskPatch, TaskView


async def move(actor: Actor, task: TaskView, **where: Any) -> TaskView:  # noqa: ANN401
    return await act(moves.move_task, actor, task.id, TaskMove(**where))


async def chain(actor: Actor, length: int, name: str = "Level") -> list[TaskView]:
    """Tasks that are each a part of the one before."""
    made: list[TaskView] = []
    for number in range(1, length + 1):
        parent_id = made[-1].id if made else None
        made.append(await add_task(actor, f"{name} {number}", parent_id=parent_id))
    return made


async def test_new_tasks_are_last_or_first(alice: Actor) -> None:
    for title, first in (("b", False), ("c", False), ("a", True)):
        await add_task(alice, title, first=first)

    assert await titles(alice) == ["a", "b", "c"]


async def test_a_task_is_put_beside_another(alice: Actor) -> None:
    a, b, c = [await add_task(alice, title) for title in "abc"]
    await move(alice, c, before=a.id)
    assert await titles(alice) == ["c", "a", "b"]
    await move(alice, c, after=a.id)
    assert await titles(alice) == ["a", "c", "b"]
    await move(alice, b, project_id=alice.user_id, first=True)
    assert await titles(alice) == ["b", "a", "c"]


async def test_a_task_is_shifted_step_by_step(alice: Actor) -> None:
    a, _, c = [await add_task(alice, title) for title in "abc"]
    for task, shift, order in (
        (c, "up", "acb"),
        (c, "down", "abc"),
        (c, "down", "abc"),
        (c, "in", "abc"),
        (c, "out", "abc"),
        (a, "in", "abc"),
        (a, "out", "abc"),
        (a, "down", "bac"),
    ):
        await act(moves.shift_tasks, alice, [task.id], shift)
        assert await titles(alice) == list(order)


@pytest.mark.parametrize(
    ("shift", "chosen", "outline"),
    [
        ("up", "bc", "b c a d"),
        ("up", "ab", "a b c d"),
        ("down", "bc", "a d b c"),
        ("in", "bc", "a .b .c d"),
        ("in", "ab", "a b c d"),
    ],
)
async def test_several_tasks_are_shifted_together_in_one_step(
    alice: Actor, shift: Shift, chosen: str, outline: str
) -> None:
    made = {title: await add_task(alice, title) for title in "abcd"}

    await act(moves.shift_tasks, alice, [made[title].id for title in reversed(chosen)], shift)

    assert await outline_of(alice) == outline
    if outline != "a b c d":
        await act(undo.undo_last, alice)
    assert await outline_of(alice) == "a b c d"


@pytest.mark.parametrize(
    ("chosen", "target", "beside", "outline"),
    [
        ("db", "before", "a", "b .c d a e"),
        ("db", "after", "e", "a e b .c d"),
        ("cb", "after", "e", "a d e b .c"),
        ("ea", "parent_id", "c", "b .c ..a ..e d"),
        ("ae", "before", "e", "b .c d a e"),
    ],
    ids=["ahead", "behind", "a part goes with its whole", "into", "one of them"],
)
async def test_several_tasks_are_put_in_one_place_in_their_order_and_one_step(
    alice: Actor, chosen: str, target: str, beside: str, outline: str
) -> None:
    made = {title: await add_task(alice, title) for title in "ab"}
    made["c"] = await add_task(alice, "c", parent_id=made["b"].id)
    made |= {title: await add_task(alice, title) for title in "de"}
    where = TaskMove.model_validate({target: made[beside].id})

    await act(moves.move_tasks, alice, [made[title].id for title in chosen], where)

    assert await outline_of(alice) == outline
    await act(undo.undo_last, alice)
    assert await outline_of(alice) == "a b .c d e"


async def test_what_cannot_be_put_there_keeps_the_others_where_they_are(alice: Actor) -> None:
    a, b, c = [await add_task(alice, title) for title in "abc"]
    with pytest.raises(InvalidInput):
        await act(moves.move_tasks, alice, [a.id, b.id], TaskMove(parent_id=b.id))
    with pytest.raises(NotFound):
        await act(moves.move_tasks, alice, [uuid4()], TaskMove(before=c.id))
    assert await outline_of(alice) == "a b c"


async def test_parts_go_out_together_and_never_without_their_whole(alice: Actor) -> None:
    a = await add_task(alice, "a")
    b, c = [await add_task(alice, title, parent_id=a.id) for title in "bc"]
    await add_task(alice, "d")
    await act(moves.shift_tasks, alice, [c.id, b.id], "out")
    assert await outline_of(alice) == "a b c d"
    await act(moves.shift_tasks, alice, [b.id, c.id], "in")
    await act(moves.shift_tasks, alice, [b.id, a.id], "down")
    assert await outline_of(alice) == "d a .b .c"


async def test_at_the_edge_of_a_section_the_next_step_is_past_its_heading(alice: Actor) -> None:
    garden = await add_project(alice)
    names = {None: "", **{(await add_section(alice, garden, name)).id: name for name in "XYZ"}}
    made = {title: await add_task(alice, title, project_id=garden.id) for title in "ab"}
    part = await add_task(alice, "part", parent_id=made["b"].id)

    async def shifted(chosen: str, shift: Shift) -> list[tuple[str, str]]:
        ids = [made[title].id for title in chosen]
        views = await act(moves.shift_tasks, alice, ids, shift)
        page = await act(
            list_tasks, alice, TaskFilter(completed=False, project_id=garden.id), sort="outline"
        )
        assert {view.id for view in views} == set(ids)
        return [(names[one.section_id], one.title) for one in page.items if one.id != part.id]

    for chosen, shift, outline in (
        ("b", "down", [("", "a"), ("X", "b")]),
        ("ab", "down", [("X", "a"), ("Y", "b")]),
        ("ab", "down", [("Y", "a"), ("Z", "b")]),
        ("ab", "down", [("Z", "a"), ("Z", "b")]),
        ("ab", "down", [("Z", "a"), ("Z", "b")]),
        ("ab", "up", [("Y", "a"), ("Y", "b")]),
        ("b", "up", [("Y", "b"), ("Y", "a")]),
        ("b", "up", [("X", "b"), ("Y", "a")]),
        ("b", "up", [("", "b"), ("Y", "a")]),
        ("b", "up", [("", "b"), ("Y", "a")]),
    ):
        assert await shifted(chosen, shift) == outline, (chosen, shift)
    moved = await act(tasks.get_task, alice, part.id)
    assert (moved.section_id, moved.parent_id) == (None, made["b"].id)


async def outline_of(actor: Actor) -> str:
    """The titles of the Inbox, with a dot for each task that one is a part of."""
    found = await act(
        list_tasks, actor, TaskFilter(completed=False, project_id=actor.user_id), sort="outline"
    )
    return " ".join("." * task.depth + task.title for task in found.items)


async def test_parts_stand_behind_their_whole_and_go_with_it(alice: Actor) -> None:
    garden = await add_project(alice)
    whole, part, piece = await chain(alice, 3)
    other = await add_task(alice, "Other", project_id=garden.id)
    await move(alice, whole, before=other.id)

    assert await titles(alice, project_id=garden.id) == ["Level 1", "Level 2", "Level 3", "Other"]
    for task in (whole, part, piece):
        assert (await act(tasks.get_task, alice, task.id)).project_id == garden.id

    await move(alice, part, after=whole.id)
    assert (await act(tasks.get_task, alice, part.id)).parent_id is None
    assert (await act(tasks.get_task, alice, piece.id)).parent_id == part.id


async def test_tasks_are_five_deep_and_no_deeper(alice: Actor) -> None:
    made = await chain(alice, DEPTH_MAX)
    assert [task.depth for task in made] == [0, 1, 2, 3, 4]
    with pytest.raises(InvalidInput, match="too_deep"):
        await add_task(alice, parent_id=made[-1].id)

    whole, part = await chain(alice, 2, "Other")
    with pytest.raises(InvalidInput, match="too_deep"):
        await move(alice, whole, parent_id=made[3].id)
    await move(alice, part, parent_id=made[3].id)


async def test_a_task_is_never_a_part_of_itself(alice: Actor) -> None:
    whole, part, piece = await chain(alice, 3)
    for where in (
        {"parent_id": whole.id},
        {"parent_id": piece.id},
        {"before": piece.id},
        {"after": part.id},
    ):
        with pytest.raises(InvalidInput, match="inside_itself"):
            await move(alice, whole, **where)


async def test_of_moves_into_each_other_at_once_one_is_refused(alice: Actor) -> None:
    a, b = await add_task(alice, "a"), await add_task(alice, "b")

    results = await asyncio.gather(
        move(alice, a, parent_id=b.id), move(alice, b, parent_id=a.id), return_exceptions=True
    )

    assert [isinstance(result, InvalidInput) for result in results].count(True) == 1
    assert sorted(await titles(alice)) == ["a", "b"]


async def test_many_moves_to_one_place_at_once_all_find_room(alice: Actor) -> None:
    a, z = await add_task(alice, "a"), await add_task(alice, "z")
    made = [await add_task(alice, str(number)) for number in range(10)]

    await asyncio.gather(*(move(alice, task, before=z.id) for task in made))

    order = await titles(alice)
    assert (order[0], order[-1], len(order)) == ("a", "z", 12)
    rows = await stored_tasks()
    assert len({row["position"] for row in rows}) == 12
    assert a.id != z.id


async def test_a_whole_is_done_with_its_parts_and_reopened_with_them(alice: Actor) -> None:
    whole, part, piece = await chain(alice, 3)
    done_before = await add_task(alice, "Before", parent_id=whole.id)
    await act(tasks.complete_task, alice, done_before.id)

    await act(tasks.complete_task, alice, whole.id)
    assert await titles(alice) == []

    await act(tasks.reopen_task, alice, whole.id)
    assert await titles(alice) == ["Level 1", "Level 2", "Level 3"]

    await act(tasks.complete_task, alice, whole.id)
    await act(tasks.reopen_task, alice, piece.id)
    assert await titles(alice) == ["Level 1", "Level 2", "Level 3"]
    assert (await act(tasks.get_task, alice, part.id)).completed_at is None


async def test_a_part_comes_back_from_the_trash_to_where_it_can(alice: Actor) -> None:
    garden = await add_project(alice)
    whole = await add_task(alice, "Whole", project_id=garden.id)
    part = await add_task(alice, "Part", parent_id=whole.id)
    await act(tasks.delete_task, alice, part.id)
    await act(tasks.delete_task, alice, whole.id)

    restored = await act(tasks.restore_task, alice, part.id)
    assert (restored.parent_id, restored.project_id) == (None, garden.id)

    await act(tasks.delete_task, alice, part.id)
    await act(projects.delete_project, alice, garden.id)
    restored = await act(tasks.restore_task, alice, part.id)
    assert restored.project_id == alice.user_id


async def test_collapse_hides_the_parts_in_unfolded_lists_only(alice: Actor) -> None:
    whole, part, _ = await chain(alice, 3)
    await act(tasks.set_collapsed, alice, whole.id, is_collapsed=True)
    assert await titles(alice, unfolded=True) == ["Level 1"]
    assert len(await titles(alice)) == 3

    await act(tasks.set_collapsed, alice, whole.id, is_collapsed=False)
    await act(tasks.set_collapsed, alice, part.id, is_collapsed=True)
    assert await titles(alice, unfolded=True) == ["Level 1", "Level 2"]


async def test_collapse_is_told_to_the_open_pages_and_is_no_change_to_undo(alice: Actor) -> None:
    task = await add_task(alice)
    news: list[object] = []
    bus.subscribe(news.append)
    try:
        await act(tasks.set_collapsed, alice, task.id, is_collapsed=True)
    finally:
        bus.unsubscribe(news.append)

    assert news == [bus.ChangesMade(alice.user_id)]
    assert (await act(tasks.get_task, alice, task.id)).version == task.version
    assert [one.act for one in (await act(undo.undo_last, alice)).changes] == ["task.created"]


NUMBERS = st.integers(0, 1_000)


class Account(RuleBasedStateMachine):
    """Whatever is done in whatever order, the tree is a tree and the counts are right."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.actor = self.loop.run(self.begin())

    async def begin(self) -> Actor:
        async with meddling() as db:
            for table in reversed(SQLModel.metadata.sorted_tables):
                await db.execute(table.delete())
        actor = await sign_up("alice")
        for name in ("One", "Two"):
            project, _ = await act(projects.create_project, actor, ProjectDraft(name=name))
            draft = SectionDraft(project_id=project.id, name=name)
            await act(sections.create_section, actor, draft)
        for number in range(4):
            await add_task(actor, str(number), labels=["errand"] if number % 2 else [])
        return actor

    def teardown(self) -> None:
        self.loop.run(dispose())
        self.loop.close()
        forget_process()

    def rows(self, table: str) -> list[dict[str, Any]]:
        async def read() -> list[dict[str, Any]]:
            async with transaction(self.actor.user_id) as db:
                model = SQLModel.metadata.tables[table]
                found = await db.execute(model.select().order_by(model.c.id))
                return [dict(row) for row in found.mappings()]

        return self.loop.run(read())

    def any_id(self, table: str, number: int) -> UUID:
        rows = self.rows(table)
        return rows[number % len(rows)]["id"]  # type: ignore[no-any-return]

    def attempt(self, operation: Callable[..., Awaitable[Any]], *args: Any, **more: Any) -> None:  # noqa: ANN401
        async def run() -> None:
            try:
                await act(operation, self.actor, *args, **more)
            except TodoError as refusal:
                assert type(refusal).__name__ in {"NotFound", "InvalidInput", "InboxStays"}  # noqa: PT017

        self.loop.run(run())

    @rule(where=st.sampled_from(["project_id", "section_id", "parent_id"]), which=NUMBERS)
    def add(self, where: str, which: int) -> None:
        table = {"project_id": "projects", "section_id": "sections"}.get(where, "tasks")
        if not self.rows(table):
            return
        place = {where: self.any_id(table, which)}
        self.attempt(tasks.create_task, TaskDraft(title="new", labels=["errand"], **place))

    @rule(
        which=NUMBERS,
        where=st.sampled_from(["before", "after", "parent_id", "section_id", "project_id"]),
        to=NUMBERS,
    )
    def move(self, which: int, where: str, to: int) -> None:
        table = {"project_id": "projects", "section_id": "sections"}.get(where, "tasks")
        if not self.rows(table):
            return
        wanted = TaskMove(**{where: self.any_id(table, to)})
        self.attempt(moves.move_task, self.any_id("tasks", which), wanted)

    @rule(
        which=NUMBERS,
        what=st.sampled_from(
            [tasks.complete_task, tasks.reopen_task, tasks.delete_task, tasks.restore_task]
        ),
    )
    def turn(self, which: int, what: Callable[..., Awaitable[Any]]) -> None:
        self.attempt(what, self.any_id("tasks", which))

    @rule(which=NUMBERS, names=st.lists(st.sampled_from(["errand", "home"]), max_size=2))
    def label(self, which: int, names: list[str]) -> None:
        self.attempt(tasks.update_task, self.any_id("tasks", which), TaskPatch(labels=names))

    @rule(
        which=NUMBERS,
        what=st.sampled_from([projects.delete_project, projects.restore_project]),
    )
    def turn_project(self, which: int, what: Callable[..., Awaitable[Any]]) -> None:
        self.attempt(what, self.any_id("projects", which))

    @rule(which=NUMBERS, other=NUMBERS)
    def move_section(self, which: int, other: int) -> None:
        if self.rows("sections"):
            beside = Beside(before=self.any_id("sections", other))
            self.attempt(sections.move_section, self.any_id("sections", which), beside)

    @rule(which=NUMBERS)
    def take_away(self, which: int) -> None:
        if self.rows("sections"):
            self.attempt(sections.delete_section, self.any_id("sections", which))
        if self.rows("labels"):
            self.attempt(labels.delete_label, self.any_id("labels", which))

    @invariant()
    def everything_fits(self) -> None:
        rows = {row["id"]: row for row in self.rows("tasks")}
        places = {row["id"]: row["position"] for row in self.rows("sections")}
        for row in rows.values():
            whole = rows.get(row["parent_id"])
            if whole is None:
                assert row["path"] == f"{places.get(row['section_id'], '')}!{row['position']}"
                continue
            # Paths grow from whole to part: so there is no cycle.
            assert row["path"] == f"{whole['path']}.{row['position']}"
            for name in ("project_id", "section_id"):
                assert row[name] == whole[name]
            assert row["path"].count(".") < DEPTH_MAX
            is_open = row["completed_at"] is None and row["deleted_at"] is None
            assert not is_open or (whole["completed_at"] is None and whole["deleted_at"] is None)
        assert len({(row["project_id"], row["path"]) for row in rows.values()}) == len(rows)
        self.counts_fit(rows)

    def counts_fit(self, rows: dict[UUID, dict[str, Any]]) -> None:
        still_open = {
            id_: row
            for id_, row in rows.items()
            if row["completed_at"] is None and row["deleted_at"] is None
        }
        for project in self.rows("projects"):
            held = [row for row in still_open.values() if row["project_id"] == project["id"]]
            assert project["task_count"] == len(held)
        links = [link for link in self.rows("task_labels") if link["task_id"] in still_open]
        for label in self.rows("labels"):
            assert label["task_count"] == sum(link["label_id"] == label["id"] for link in links)


def test_the_tree_is_a_tree_and_the_counts_equal_a_recount(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd(monkeypatch)
    run_state_machine_as_test(
        Account,
        settings=settings(
            max_examples=8,
            stateful_step_count=20,
            deadline=None,
            # To make a failure smaller takes minutes here; as it is, it says enough.
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
