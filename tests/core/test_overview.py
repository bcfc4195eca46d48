from __future__ import annotations

from tests.cast import act, add_task
from tests.core.test_projects import add_project
from todo_app.core import clock, overview, projects, task_counts, tasks
from todo_app.core.access import Actor
from todo_app.core.task_views import Due


async def test_an_overview_names_what_one_can_go_to_with_its_open_tasks(
    alice: Actor, bob: Actor
) -> None:
    garden, shed = await add_project(alice, "Garden"), await add_project(alice, "Shed")
    await act(projects.archive_project, alice, shed.id)
    await add_project(bob, "Bob's")
    await add_task(alice, "Sow", project_id=garden.id, labels=["errand", "Chore"])
    done = await add_task(alice, "Dig", project_id=garden.id, labels=["errand"])
    await act(tasks.complete_task, alice, done.id)
    await add_task(alice, "Rest", due=Due(date=clock.today("UTC")))

    found = await act(overview.get_overview, alice)

    assert [(one.name, one.task_count) for one in found.projects] == [("Garden", 1)]
    assert [(one.name, one.task_count) for one in found.labels] == [("Chore", 1), ("errand", 1)]
    assert found.counts == await act(task_counts.count_tasks, alice)
    assert (found.counts.inbox, found.counts.today) == (1, 1)
