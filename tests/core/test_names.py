"""Names to complete with."""

from __future__ import annotations

from tests.cast import act, add_task
from tests.core.test_projects import add_project
from todo_app.core import labels, names, projects, sections, tasks
from todo_app.core.access import Actor
from todo_app.core.labels import LabelPatch
from todo_app.core.projects import ProjectPatch
from todo_app.core.sections import SectionDraft


async def test_a_mark_says_whether_anything_is_called_otherwise(alice: Actor) -> None:
    garden = await add_project(alice, "Garden")
    task = await add_task(alice, "Sow", labels=["errand"])
    [label] = await act(labels.list_labels, alice)
    said = [await act(names.get_mark, alice)]
    for change in (
        act(tasks.complete_task, alice, task.id),
        act(labels.update_label, alice, label.id, LabelPatch(name="chore")),
        act(sections.create_section, alice, SectionDraft(project_id=garden.id, name="Spring")),
        act(projects.update_project, alice, garden.id, ProjectPatch(colour="green")),
        act(labels.delete_label, alice, label.id),
    ):
        await change
        said.append(await act(names.get_mark, alice))

    assert said[0] == said[1]
    assert len(set(said)) == len(said) - 1
