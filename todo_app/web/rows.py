"""A task as rows and the panel show it: what is sent to the browser, and in which form."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from todo_app.core.labels import LabelView
from todo_app.core.outlines import Outline
from todo_app.core.projects import ProjectView
from todo_app.core.task_views import TaskView
from todo_app.web import markdown, wording
from todo_app.web.session import Counts, Place


class TaskRow(TypedDict):
    """A task as a row shows it. `stamp` is the last operation of this tab that it includes.

    `week` is the one that it is due in, where the list is one of days.
    `found_title` and `found_notes` are the pieces of `found`, where the list is one of search.
    """

    id: str
    title: str
    notes: str
    priority: int
    due: str
    repeats: str
    is_overdue: bool
    is_completed: bool
    completed_on: str
    depth: int
    parts: str
    can_fold: bool
    is_collapsed: bool
    project: str
    colour: str
    labels: list[str]
    group: str
    week: str
    heading: str
    heading_count: int
    heading_week: str
    found_title: list[str]
    found_notes: list[str]
    stamp: int


class TaskPanel(TypedDict):
    """A task as the detail panel shows it; an empty id is a closed panel."""

    id: str
    title: str
    notes: str
    priority: str
    due_date: str
    due_time: str
    due_zone: str
    recurrence: str
    project: str
    labels: str
    notes_html: str
    is_completed: bool
    version: int
    created: str
    changed: str


NO_PANEL = TaskPanel(
    id="",
    title="",
    notes="",
    priority="4",
    due_date="",
    due_time="",
    due_zone="",
    recurrence="",
    project="",
    labels="",
    notes_html="",
    is_completed=False,
    version=0,
    created="",
    changed="",
)


class SectionRow(TypedDict):
    """A heading of a project."""

    id: str
    name: str


class TrashRow(TypedDict):
    """Something in the trash."""

    id: str
    name: str
    is_project: bool
    deleted: str


NO_PLACE = Place(id="", name="", colour="grey", count=0)


def place_of(view: ProjectView | LabelView) -> Place:
    """A project or a label as a page shows it."""
    return Place(id=str(view.id), name=view.name, colour=view.colour, count=view.task_count)


def panel_of(view: TaskView, now: datetime, zone: str) -> TaskPanel:
    """A task as the panel shows it, seen from a moment in a person's time zone."""
    return TaskPanel(
        id=str(view.id),
        title=view.title,
        notes=view.notes,
        priority=str(view.priority),
        due_date=view.due.date.isoformat() if view.due else "",
        due_time=(view.due.time or "") if view.due else "",
        due_zone=(view.due.zone or zone) if view.due else zone,
        recurrence=view.recurrence.text if view.recurrence else "",
        project=str(view.project_id),
        labels=", ".join(view.labels),
        notes_html=markdown.html_of(view.notes),
        is_completed=view.completed_at is not None,
        version=view.version,
        created=wording.moment_text(view.created_at, now, zone),
        changed=wording.moment_text(view.updated_at, now, zone),
    )


def sections_of(outline: Outline) -> list[SectionRow]:
    """The headings of a project as a page shows them."""
    return [SectionRow(id=str(one.id), name=one.name) for one in outline.sections]


def with_headings(rows: list[TaskRow], counts: Counts) -> list[TaskRow]:
    """The rows with a heading on the first of each group; it names the week that begins there."""
    totals = {
        "Overdue": counts["overdue"],
        "Today": counts["today"],
        "Done today": counts["done_today"],
    }
    headed: list[TaskRow] = []
    group = week = ""
    for row in rows:
        heading = row["group"] if row["group"] != group else ""
        begun = row["week"] if row["week"] != week else ""
        group, week = row["group"], row["week"]
        count = totals.get(heading, 0)
        headed.append({**row, "heading": heading, "heading_count": count, "heading_week": begun})
    return headed
