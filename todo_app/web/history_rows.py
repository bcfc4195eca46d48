"""What was changed, as people read it: an entry for each step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple, TypedDict
from uuid import UUID
from zoneinfo import ZoneInfo

from todo_app.core import reminders
from todo_app.core.changes import FIELDS
from todo_app.core.history import ChangeView
from todo_app.web import messages, wording

_OF_TASKS = frozenset({"task", "occurrence", "task_label"})
_SHOWN_WITH_VALUES = frozenset({"task.changed", "task.moved"})
_OF_PLACE, _OF_TASK, _ON_TASK, _MADE, _ASIDE = range(5)
"""What a step is named after, the first of these that is in it.

What becomes of a place comes to its tasks with it; what a task needs is made along with it.
"""


class Entry(TypedDict):
    """A step. `day` is its heading, where it is the first of a day.

    `task_id` is the task that it is about, if it is about one; `more` is how many other things it
    is about.
    """

    id: str
    step: str
    text: str
    detail: str
    title: str
    task_id: str
    more: int
    who: str
    when: str
    date: str
    day: str
    can_undo: bool


class Reader(NamedTuple):
    """Who looks at a history: their name, when, in which time zone, and their projects by id."""

    name: str
    now: datetime
    zone: str
    projects: Mapping[str, str]

    @property
    def today(self) -> date:
        """The date it is where they are."""
        return self.now.astimezone(ZoneInfo(self.zone)).date()


class Told(NamedTuple):
    """A step as far as it was read: the change that it is named after, and all it is about."""

    leader: ChangeView
    ranks: dict[UUID, int]

    @property
    def more(self) -> int:
        """How many things the step is about besides the one that it is named after."""
        last = max(_rank(self.leader), _ON_TASK)
        return sum(rank <= last for rank in self.ranks.values()) - 1


def tell(changes: Iterable[ChangeView], behind: Told | None = None) -> Told:
    """The step that these changes are of, or that part of it that follows the one behind."""
    ranks = {} if behind is None else dict(behind.ranks)
    leaders = [] if behind is None else [behind.leader]
    for change in changes:
        rank = _rank(change)
        ranks[change.about_id] = min(rank, ranks.get(change.about_id, rank))
        leaders.append(change)
    return Told(min(leaders, key=_precedence), ranks)


def entries_of(changes: Sequence[ChangeView], reader: Reader) -> list[Entry]:
    """An entry for each step, with its day in its time."""
    return [_entry(tell(step), reader) for _, step in groupby(changes, key=attrgetter("step"))]


def feed_of(
    changes: Sequence[ChangeView],
    reader: Reader,
    *,
    behind: Sequence[Entry] = (),
    told: Told | None = None,
) -> tuple[list[Entry], Told | None]:
    """An entry for each step under the heading of its day, and the last step as far as it is here.

    They stand behind those shown already, the last of which is `told`, and may go on here.
    """
    found = list(behind)
    zone = ZoneInfo(reader.zone)
    for step, part in groupby(changes, key=attrgetter("step")):
        goes_on = told is not None and told.leader.step == step
        told = tell(part, told if goes_on else None)
        entry = _entry(told, reader)
        moment = told.leader.created_at.astimezone(zone)
        if goes_on:
            day = found.pop()["day"]
        else:
            is_first = not found or found[-1]["date"] != entry["date"]
            day = wording.day_name(moment.date(), reader.today) if is_first else ""
        found.append({**entry, "when": f"{moment:%H:%M}", "day": day})
    return found, told


def _rank(change: ChangeView) -> int:
    if change.act.endswith(".spread"):
        return _ASIDE
    if change.entity in _OF_TASKS:
        return _OF_TASK if change.entity == "task" else _ON_TASK
    return _MADE if change.act.endswith(".created") else _OF_PLACE


def _precedence(change: ChangeView) -> tuple[int, bool, str, int]:
    """Lines that go to the top are added from the last on; what is taken back is so too."""
    made = (change.after or change.before or {}) if change.act == "task.created" else {}
    number = -change.number if change.mode == "undo" else change.number
    return _rank(change), bool(made.get("parent_id")), made.get("position", ""), number


def _entry(told: Told, reader: Reader) -> Entry:
    change = told.leader
    is_there = change.entity in _OF_TASKS and change.act not in {"task.deleted", "task.purged"}
    return Entry(
        id=str(change.id),
        step=str(change.step),
        text=_words(change),
        detail=_detail(change, reader),
        title=change.title or "",
        task_id=str(change.about_id) if is_there else "",
        more=told.more,
        who=_who(change, reader.name),
        when=wording.day_and_time(change.created_at, reader.now, reader.zone),
        date=change.created_at.astimezone(ZoneInfo(reader.zone)).date().isoformat(),
        day="",
        can_undo=change.can_undo,
    )


def _words(change: ChangeView) -> str:
    """What a change was: Completed; Changed the title and the due date; Undone: Deleted."""
    text = messages.ACT_MESSAGES[change.act]
    if change.before and change.after and change.act == "task.changed":
        text = f"{text} {' and '.join(_names_of(change.after).values())}"
    return {"do": "", "undo": "Undone: ", "redo": "Done again: "}[change.mode] + text


def _names_of(content: Mapping[str, Any]) -> dict[str, str]:
    """The fields that changed, and how a sentence names them."""
    fields = dict.fromkeys(FIELDS.get(name, name) for name in content)
    return {field: messages.CHANGED_FIELDS.get(field, field.replace("_", " ")) for field in fields}


def _detail(change: ChangeView, reader: Reader) -> str:
    """What the fields were and are, where that is short: From Today to Mon 23 Nov 19:00."""
    before, after = change.before, change.after
    if not before or not after or change.act not in _SHOWN_WITH_VALUES:
        return ""
    names = {} if change.act == "task.moved" else _names_of(after)
    names |= {"project_id": "the project"} if "project_id" in after else {}
    turns = {
        name: f"from {old} to {new}"
        for field, name in names.items()
        if (old := _value(field, before, reader)) != (new := _value(field, after, reader))
    }
    if len(names) == 1:
        text = "".join(turns.values())
    else:
        text = ", ".join(f"{name} {turn}" for name, turn in turns.items())
    return text[:1].upper() + text[1:]


def _value(field: str, content: Mapping[str, Any], reader: Reader) -> str:
    """What a field holds, in the person's words; nothing for one that is too long to say."""
    match field:
        case "title":
            return wording.quoted(content["title"])
        case "priority":
            return wording.PRIORITY_NAMES[content["priority"]]
        case "project_id":
            name = reader.projects.get(content["project_id"])
            return wording.quoted(name) if name else "another project"
        case "reminders":
            return wording.reminders_text(reminders.read_stored(content["reminders"])) or "none"
        case "due":
            day, wall = content.get("due_date"), content.get("due_time")
            name = wording.day_name(date.fromisoformat(day), reader.today) if day else ""
            none = "none" if "due_date" in content else "no time"
            return f"{name} {wall or ''}".strip() or none
    return ""


def _who(change: ChangeView, own_name: str) -> str:
    way = messages.WAYS.get(change.way, change.way)
    if change.token is not None:
        way = f"by the API token {wording.quoted(change.token)}"
    if change.actor is None:
        return way
    return f"{'You' if change.actor == own_name else change.actor}, {way}"
