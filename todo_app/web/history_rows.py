"""What was changed, as people read it: an entry for each change of a task, or for each step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict
from zoneinfo import ZoneInfo

from todo_app.core.changes import FIELDS
from todo_app.core.history import ChangeView
from todo_app.web import messages, wording

_OF_TASKS = frozenset({"task", "occurrence", "task_label"})


class Entry(TypedDict):
    """A change, or a step of several. `day` is its heading, where it is the first of a day.

    `task_id` is the task that it is about, if it is about one.
    """

    id: str
    step: str
    text: str
    title: str
    task_id: str
    more: int
    who: str
    when: str
    date: str
    day: str
    can_undo: bool


def entries_of(
    changes: Sequence[ChangeView], own_name: str, now: datetime, zone: str
) -> list[Entry]:
    """An entry for each change, with its day in its time."""
    return [_entry(change, own_name, now, zone) for change in changes]


def feed_of(
    changes: Sequence[ChangeView],
    own_name: str,
    now: datetime,
    zone: str,
    *,
    behind: Sequence[Entry] = (),
) -> list[Entry]:
    """An entry for each step, under the heading of its day, `behind` those shown already."""
    found = list(behind)
    today = now.astimezone(ZoneInfo(zone)).date()
    for change in changes:
        if found and found[-1]["step"] == str(change.step):
            found[-1] = {**found[-1], "more": found[-1]["more"] + 1}
            continue
        entry = _entry(change, own_name, now, zone)
        moment = change.created_at.astimezone(ZoneInfo(zone))
        is_first = not found or found[-1]["date"] != entry["date"]
        day = wording.day_name(moment.date(), today) if is_first else ""
        found.append({**entry, "when": f"{moment:%H:%M}", "day": day})
    return found


def _entry(change: ChangeView, own_name: str, now: datetime, zone: str) -> Entry:
    is_there = change.entity in _OF_TASKS and change.act not in {"task.deleted", "task.purged"}
    return Entry(
        id=str(change.id),
        step=str(change.step),
        text=_words(change),
        title=change.title or "",
        task_id=str(change.about_id) if is_there else "",
        more=0,
        who=_who(change, own_name),
        when=wording.day_and_time(change.created_at, now, zone),
        date=change.created_at.astimezone(ZoneInfo(zone)).date().isoformat(),
        day="",
        can_undo=change.can_undo,
    )


def _words(change: ChangeView) -> str:
    """What a change was: Completed; Changed the title and the due date; Undone: Deleted."""
    text = messages.ACT_MESSAGES[change.act]
    if change.before and change.after and change.act == "task.changed":
        fields = dict.fromkeys(FIELDS.get(name, name) for name in change.after)
        names = [messages.CHANGED_FIELDS.get(field, field.replace("_", " ")) for field in fields]
        text = f"{text} {' and '.join(names)}"
    return {"do": "", "undo": "Undone: ", "redo": "Done again: "}[change.mode] + text


def _who(change: ChangeView, own_name: str) -> str:
    way = messages.WAYS.get(change.way, change.way)
    if change.token is not None:
        way = f"by the API token {wording.quoted(change.token)}"
    if change.actor is None:
        return way
    return f"{'You' if change.actor == own_name else change.actor}, {way}"
