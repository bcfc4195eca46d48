"""A task as rows and the panel show it: what is sent to the browser, and in which form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple, TypedDict, cast
from zoneinfo import ZoneInfo

from todo_app.core.outlines import HeadingView
from todo_app.core.search import NameHit
from todo_app.core.task_lists import TaskPage
from todo_app.core.task_views import TaskView
from todo_app.core.weeks import WeekStart
from todo_app.core.words import Phrase
from todo_app.web import found, markdown, wording
from todo_app.web.session import Counts, FilterPlace, Place

NOTES_PREVIEW_CHARACTERS = 80


class TaskRow(TypedDict):
    """A task as a row shows it. `stamp` is the last operation of this tab that it includes.

    `turn` is which one is open of a task that repeats.
    One with an `echoes` is no task, but another date of the task of that id, which comes again.
    `week` is the one that it is due in, where the list is one of days.
    `found_title` and `found_notes` are the pieces of `found`, where the list is one of search.
    """

    id: str
    echoes: str
    title: str
    notes: str
    priority: int
    due: str
    due_on: str
    repeats: str
    turn: str
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
    section: str
    group: str
    week: str
    heading: str
    heading_count: int
    heading_week: str
    found_title: list[str]
    found_notes: list[str]
    stamp: int


class Seen(NamedTuple):
    """How rows are looked at: in which list, when, from where, and by the tab of whom.

    `homes` are the projects of the sidebar by their ids, `phrases` what was searched for.
    """

    name: str
    today: date
    now: datetime
    zone: str
    week_start: str
    homes: Mapping[str, Place]
    phrases: Sequence[Phrase]
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
    turn: str
    reminders: str
    project: str
    parent: str
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
    turn="",
    reminders="",
    project="",
    parent="",
    labels="",
    notes_html="",
    is_completed=False,
    version=0,
    created="",
    changed="",
)


class SectionRow(TypedDict):
    """A heading of a project, and the row that it stands before: none at the end of the list.

    One that is outside of the window of rows is not shown in it.
    """

    id: str
    name: str
    before: str
    is_shown: bool


class FoundName(TypedDict):
    """A project or a label that search found; `pieces` are those of `found`."""

    id: str
    is_label: bool
    colour: str
    pieces: list[str]


class TrashRow(TypedDict):
    """Something in the trash."""

    id: str
    name: str
    is_project: bool
    deleted: str


NO_PLACE = Place(id="", name="", colour="grey", count=0)


def saved_place(filters: Sequence[FilterPlace], filter_id: str) -> tuple[Place, str]:
    """The filter of this id as a page shows it, and what it says; neither if there is none."""
    for one in filters:
        if one["id"] == filter_id:
            return Place(id=filter_id, name=one["name"], colour=one["colour"], count=0), one[
                "query"
            ]
    return NO_PLACE, ""


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
        turn=view.turn,
        reminders=wording.reminders_text(view.reminders),
        project=str(view.project_id),
        parent=str(view.parent_id or ""),
        labels=", ".join(view.labels),
        notes_html=markdown.html_of(view.notes),
        is_completed=view.completed_at is not None,
        version=view.version,
        created=wording.moment_text(view.created_at, now, zone),
        changed=wording.moment_text(view.updated_at, now, zone),
    )


def sections_of(headings: Sequence[HeadingView]) -> list[SectionRow]:
    """The headings of a project, before there are rows to put them among."""
    return [
        SectionRow(id=str(one.id), name=one.name, before="", is_shown=False) for one in headings
    ]


def with_places(
    sections: list[SectionRow], rows: list[TaskRow], *, has_earlier: bool, has_more: bool
) -> list[SectionRow]:
    """The headings where they stand among the rows, those that have no tasks too."""
    if not sections:
        return []
    first_rows = {row["section"]: row["id"] for row in reversed(rows)}
    starts_in = rows[0]["section"] if rows else ""
    placed: list[SectionRow] = []
    before, is_shown = "", not has_more
    for section in reversed(sections):
        if section["id"] in first_rows:
            before, is_shown = first_rows[section["id"]], True
        placed.append({**section, "before": before, "is_shown": is_shown})
        if has_earlier and section["id"] == starts_in:
            is_shown = False
    return placed[::-1]


def names_of(hits: Sequence[NameHit]) -> list[FoundName]:
    """The projects and labels that search found."""
    return [
        FoundName(
            id=str(hit.id),
            is_label=hit.kind == "label",
            colour=hit.colour,
            pieces=found.pieces(hit.name, hit.marks),
        )
        for hit in hits
    ]


def whole(views: Sequence[TaskView]) -> TaskPage:
    """A list that has no more than these."""
    return TaskPage(items=list(views), next_cursor=None, previous_cursor=None)


def group_of(view: TaskView, done: date | None, seen: Seen) -> str:
    """Which days a task stands among in a list; `done` is the day it was."""
    name, today = seen.name, seen.today
    if name == "completed":
        return wording.day_name(done, today) if done else ""
    if name == "upcoming":
        return wording.day_name(view.own_date, today) if view.own_date else ""
    if name != "today":
        return ""
    if done is not None:
        return "Done today"
    is_late = view.due and view.due.is_overdue(seen.now, seen.zone)
    return "Overdue" if is_late else "Today"


def day_said(name: str, group: str) -> str:
    """The day that a list, or the heading of a group in it, has named already."""
    return {"today": "Today", "upcoming": group}.get(name, "")


def week_of(name: str, view: TaskView, today: date, week_start: str) -> str:
    """The week of a task in a list of days, as the person counts weeks."""
    if name != "upcoming" or view.own_date is None:
        return ""
    return wording.week_name(view.own_date, today, cast("WeekStart", week_start))


def row_of(view: TaskView, seen: Seen, *, group: str | None = None, parts: str = "") -> TaskRow:
    """The row of a task, in the group that it has if not in that where it would be new."""
    done = view.completed_at and view.completed_at.astimezone(ZoneInfo(seen.zone)).date()
    group = group_of(view, done, seen) if group is None else group
    is_outline = seen.name in {"inbox", "project"}
    # Nothing stands for the Inbox.
    home = seen.homes.get(str(view.project_id), {**NO_PLACE, "colour": ""})
    return TaskRow(
        id=str(view.id),
        echoes="",
        title=view.title,
        notes=markdown.line_of(view.notes)[:NOTES_PREVIEW_CHARACTERS],
        priority=view.priority,
        due=wording.due_text(view, seen.today, zone=seen.zone, said=day_said(seen.name, group)),
        due_on=str(view.own_date or ""),
        repeats=view.recurrence.text if view.recurrence else "",
        turn=view.turn,
        is_overdue=not done and view.due is not None and view.due.is_overdue(seen.now, seen.zone),
        is_completed=done is not None,
        completed_on=done.isoformat() if done else "",
        depth=view.depth if is_outline else 0,
        parts=parts,
        can_fold=is_outline and parts != "",
        is_collapsed=view.is_collapsed,
        project=home["name"] if seen.name != "project" else "",
        colour=home["colour"],
        labels=view.labels,
        section=str(view.section_id or ""),
        group=group,
        week=week_of(seen.name, view, seen.today, seen.week_start),
        heading="",
        heading_count=0,
        heading_week="",
        found_title=found.title_pieces(view.title, seen.phrases),
        found_notes=found.notes_pieces(view.notes, seen.phrases),
        stamp=seen.stamp,
    )


def echo_of(row: TaskRow) -> TaskRow:
    """The row of a task on a date on which it comes again."""
    return {**row, "id": f"{row['id']} {row['due_on']}", "echoes": row["id"]}


def with_echoes(rows: list[TaskRow], echoes: list[TaskRow]) -> list[TaskRow]:
    """The rows with the dates that come again, on each day behind its tasks."""
    return sorted([*rows, *echoes], key=lambda row: (row["due_on"], row["echoes"] != ""))


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
        # A long list costs a tick little: most of its rows stay the very same.
        if row["group"] == group and row["week"] == week and not row["heading"]:
            headed.append(row)
            continue
        heading = row["group"] if row["group"] != group else ""
        begun = row["week"] if row["week"] != week else ""
        group, week = row["group"], row["week"]
        count = totals.get(heading, 0)
        if (row["heading"], row["heading_count"], row["heading_week"]) == (heading, count, begun):
            headed.append(row)
        else:
            head = {"heading": heading, "heading_count": count, "heading_week": begun}
            headed.append({**row, **head})
    return headed
