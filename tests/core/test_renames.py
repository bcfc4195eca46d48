from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cast import act, add_task
from tests.core.test_projects import add_project
from tests.core.test_saved_filters import save
from todo_app.core import changes, labels, projects, saved_filters, sections, task_lists, undo
from todo_app.core.access import Actor
from todo_app.core.database import transaction
from todo_app.core.filters.reader import MAX_CHARACTERS, read
from todo_app.core.filters.syntax import Filter, Named, Not, Or
from todo_app.core.labels import LabelDraft, LabelPatch, LabelView
from todo_app.core.projects import ProjectPatch
from todo_app.core.renames import renamed
from todo_app.core.sections import SectionDraft, SectionPatch
from todo_app.core.task_lists import TaskFilter


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@one & #Home", "@two & #Home"),
        ("p1 &  !( @ONE|@one )", "p1 &  !( @two|@two )"),
        ('@"one" , today', "@two , today"),
        (r"@o\ne", "@two"),
        ("@on\u00e9 & p1", "@two & p1"),
        ("@one more | @ one | @someone | @on", "@one more | @two | @someone | @on"),
        ("#one | /one | search: @one | one", "#one | /one | search: @one | one"),
        ("@one* | @* | @o*e", "@one* | @* | @o*e"),
        ("13/2/2030 & @one & (", "13/2/2030 & @two & ("),
        ('search: 12" & @one & "', 'search: 12" & @two & "'),
    ],
)
def test_a_name_is_another_where_it_stands_and_nothing_else_is(text: str, expected: str) -> None:
    assert renamed(text, "label", "one", "two") == expected


def test_a_text_that_would_be_too_long_stays() -> None:
    text = " | ".join(["@one"] * 40)
    assert renamed(text, "label", "one", "x" * 60) == text
    assert len(renamed(text, "label", "one", "x" * 20)) <= MAX_CHARACTERS


NAMES = st.text(st.sampled_from('a\u00e9B*"\\|&!(),#@/: '), min_size=1).map(
    lambda text: " ".join(text.split())
)


@settings(deadline=None)
@given(NAMES.filter(bool))
def test_any_name_is_written_as_it_is_read(name: str) -> None:
    found = renamed('search: 5" & p1 | !@one, @one', "label", "one", name)

    once = Named("label", (name,))
    either, last = read(found).lists
    assert isinstance(either, Or)
    assert either.parts[1] == Not(once)
    assert Filter((last,)) == Filter((once,))


async def add_label(actor: Actor, name: str) -> LabelView:
    return (await act(labels.create_label, actor, LabelDraft(name=name)))[0]


async def queries(actor: Actor) -> list[str]:
    return [one.query for one in await act(saved_filters.list_filters, actor)]


async def shown(actor: Actor, text: str) -> list[str]:
    page = await act(task_lists.list_tasks, actor, TaskFilter(text=text))
    return [task.title for task in page.items]


async def test_saved_filters_follow_labels_projects_and_sections_in_the_same_step(
    alice: Actor, bob: Actor
) -> None:
    home = await add_project(alice, "Home")
    draft = SectionDraft(project_id=home.id, name="Next")
    section, _ = await act(sections.create_section, alice, draft)
    label, into = await add_label(alice, "one"), await add_label(alice, "other")
    await add_task(alice, "Dig", section_id=section.id, labels=["one"])
    text = '@"One"  & #HOME & !/nope | /n\u00e9xt&p1'
    await save(alice, "Mine", text)
    await save(alice, "Elsewhere", "@someone")
    await save(bob, "His", "@one & #Home & /Next")

    renames: list[tuple[Callable[[], Awaitable[object]], str]] = [
        (
            lambda: act(labels.update_label, alice, label.id, LabelPatch(name="R&D")),
            r"@R\&D  & #HOME & !/nope | /n" + "\u00e9xt&p1",
        ),
        (
            lambda: act(projects.update_project, alice, home.id, ProjectPatch(name="House (old)")),
            r"@R\&D  & #House \(old\) & !/nope | /n" + "\u00e9xt&p1",
        ),
        (
            lambda: act(sections.update_section, alice, section.id, SectionPatch(name="Later")),
            r"@R\&D  & #House \(old\) & !/nope | /Later&p1",
        ),
        (
            lambda: act(labels.merge_label, alice, label.id, into.id),
            r"@other  & #House \(old\) & !/nope | /Later&p1",
        ),
    ]
    for rename, expected in renames:
        await rename()
        assert (await queries(alice))[0] == expected
        assert await shown(alice, expected) == ["Dig"]
    assert await queries(bob) == ["@one & #Home & /Next"]
    for _, expected in reversed(renames):
        assert (await queries(alice))[0] == expected
        step = await act(undo.undo_last, alice)
        assert "filter.changed" in [change.act for change in step.changes]
    assert await queries(alice) == [text, "@someone"]

    await act(undo.redo_last, alice)
    assert (await queries(alice))[0] == renames[0][1]


async def test_what_else_is_called_so_keeps_its_filter(alice: Actor) -> None:
    first, second = await add_project(alice, "Home"), await add_project(alice, "h\u00f6me")
    await save(alice, "Both", "#home")

    await act(projects.update_project, alice, first.id, ProjectPatch(name="House"))
    assert await queries(alice) == ["#home"]
    await act(projects.update_project, alice, second.id, ProjectPatch(name="HOME"))
    assert await queries(alice) == ["#home"]
    await act(projects.update_project, alice, second.id, ProjectPatch(name="Flat"))
    assert await queries(alice) == ["#Flat"]


async def test_a_filter_saved_after_a_rename_follows_when_that_is_taken_back(
    alice: Actor,
) -> None:
    label = await add_label(alice, "one")
    async with transaction(alice.user_id) as db:
        await labels.update_label(db, alice, label.id, LabelPatch(name="two"))
        step_id = changes.step_of(db)
    await save(alice, "New", "@two")

    await act(undo.undo_step, alice, step_id)

    assert await queries(alice) == ["@one"]
