"""What was changed, as people read it: an entry for each step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple, TypedDict
from uuid import UUID
from zoneinfo import ZoneInfo

from todo_app.core.history import ChangeView
from todo_app.web import history_details, messages, wording
from todo_app.web.history_details import Turned

_OF_TASKS = frozenset({"task", "occurrence", "task_label"})
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
    """Who looks at a history: their name, when, and in which time zone."""

    name: str
    now: datetime
    zone: str

    @property
    def today(self) -> date:
        """The date it is where they are."""
        return self.now.astimezone(ZoneInfo(self.zone)).date()


class Told(NamedTuple):
    """A step as far as it was read: the change that it is named after, and all it is about.

    `labels` are what came to each task and what went, by their names.
    """

    leader: ChangeView
    ranks: dict[UUID, int]
    labels: dict[UUID, Turned]

    @property
    def more(self) -> int:
        """How many things the step is about besides the one that it is named after."""
        last = max(_rank(self.leader), _ON_TASK)
        return sum(rank <= last for rank in self.ranks.values()) - 1


def tell(changes: Iterable[ChangeView], behind: Told | None = None) -> Told:
    """The step that these changes are of, or that part of it that follows the one behind."""
    ranks = {} if behind is None else dict(behind.ranks)
    labels = {} if behind is None else dict(behind.labels)
    leaders = [] if behind is None else [behind.leader]
    for change in changes:
        rank = _rank(change)
        ranks[change.about_id] = min(rank, ranks.get(change.about_id, rank))
        leaders.append(change)
        if change.entity == "task_label":
            labels[change.about_id] = labels.get(change.about_id, Turned()).with_label(change)
    return Told(min(leaders, key=_precedence), ranks, labels)


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
        text=_words(told, reader),
        detail=_detail(told, reader),
        title=change.title or "",
        task_id=str(change.about_id) if is_there else "",
        more=told.more,
        who=_who(change, reader.name),
        when=wording.day_and_time(change.created_at, reader.now, reader.zone),
        date=change.created_at.astimezone(ZoneInfo(reader.zone)).date().isoformat(),
        day="",
        can_undo=change.can_undo,
    )


def _words(told: Told, reader: Reader) -> str:
    """What a change was: Completed; Changed the title and the due date; Undone: Deleted."""
    change = told.leader
    text = messages.ACT_MESSAGES[change.act]
    if change.before and change.after and change.act == "task.changed":
        fields = history_details.fields_of(change, reader.today)
        text = f"{text} {' and '.join(fields.values())}"
    elif change.entity == "task_label" and all(told.labels[change.about_id]):
        text = "Relabelled"
    return {"do": "", "undo": "Undone: ", "redo": "Done again: "}[change.mode] + text


def _detail(told: Told, reader: Reader) -> str:
    """What a change made of what: From Today to Mon 23 Nov; Put on “beta”, took off “alpha”."""
    change = told.leader
    if change.act == "label.merged" and change.after is None:
        into = next((labels.put_on for labels in told.labels.values() if labels.put_on), ())
        return history_details.sentence([f"into {name}" for name in into[:1]])
    phrases = history_details.turns(change, reader.today)
    if change.entity == "task_label" or phrases:
        phrases += told.labels.get(change.about_id, Turned()).phrases()
    return history_details.sentence(phrases)


def _who(change: ChangeView, own_name: str) -> str:
    way = messages.WAYS.get(change.way, change.way)
    if change.token is not None:
        way = f"by the API token {wording.quoted(change.token)}"
    if change.actor is None:
        return way
    return f"{'You' if change.actor == own_name else change.actor}, {way}"
