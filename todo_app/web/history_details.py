"""What a change made of what, as people read it beside the step: from what to what, which label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple, Self

from todo_app.core import occurrences, reminders
from todo_app.core.changes import FIELDS
from todo_app.core.history import ChangeView
from todo_app.web import messages, wording

_PLACES = {
    "project_id": ("", "another project"),
    "section_id": ("the section ", "another section"),
    "parent_id": ("the task ", "another task"),
}
"""What can be moved into: its kind before its name, and what it is without one."""


class Turned(NamedTuple):
    """The labels that came to a task in a step and those that went, by name."""

    put_on: tuple[str, ...] = ()
    taken_off: tuple[str, ...] = ()

    def with_label(self, change: ChangeView) -> Self:
        """These, and the one that a change put on or took off."""
        link = change.after or change.before or {}
        name = change.names.get(link.get("label_id", ""), "")
        text = (wording.quoted(name) if name else "a label that is gone",)
        if change.after:
            return self._replace(put_on=text + self.put_on)
        return self._replace(taken_off=text + self.taken_off)

    def phrases(self) -> list[str]:
        """Put on “beta”, took off “alpha”."""
        words = {"put on": self.put_on, "took off": self.taken_off}
        return [f"{did} {' and '.join(names)}" for did, names in words.items() if names]


def sentence(phrases: Sequence[str]) -> str:
    """Phrases in a line."""
    text = ", ".join(phrases)
    return text[:1].upper() + text[1:]


def fields_of(change: ChangeView, today: date) -> dict[str, str]:
    """The fields that a person changed, and how a sentence names them.

    A date follows from how a task repeats, and a series from the date that it is moved to.
    """
    fields = dict.fromkeys(FIELDS.get(name, name) for name in change.after or {})
    if {"recurrence", "due"} <= fields.keys():
        old, new = (_value("recurrence", image, today) for image in _images(change))
        fields.pop("recurrence" if old == new else "due")
    return {field: messages.CHANGED_FIELDS.get(field, field.replace("_", " ")) for field in fields}


def turns(change: ChangeView, today: date) -> list[str]:
    """What each field was and is; nothing of a row that is new or gone, or where it is too long."""
    before, after = _images(change)
    verb = change.act.partition(".")[2]
    if not before or not after or verb not in {"changed", "moved"}:
        return []
    names = fields_of(change, today)
    is_named = change.entity == "task" and len(names) > 1
    if "recurrence" in names:
        names["due"] = "with it the due date"
    said = {
        name: f"from {old} to {new}"
        for field, name in names.items()
        if (old := _value(field, before, today)) != (new := _value(field, after, today))
    }
    is_named = is_named or len(said) > 1
    found = [f"{name} {turn}" if is_named else turn for name, turn in said.items()]
    found += [_way(column, before, after, change.names) for column in _PLACES if column in after]
    if verb == "moved" and not found and "position" in after:
        found.append("further up" if after["position"] < before["position"] else "further down")
    return found


def _images(change: ChangeView) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    return change.before or {}, change.after or {}


def _way(
    column: str, before: Mapping[str, Any], after: Mapping[str, Any], names: Mapping[str, str]
) -> str:
    """From where to where: from “Home” to “Garden”, into the task “Move house”."""
    kind, unknown = _PLACES[column]
    old, new = (
        kind + wording.quoted(names[image[column]]) if image[column] in names else unknown
        for image in (before, after)
    )
    if before[column] is None:
        return f"into {new}"
    if after[column] is None:
        return f"out of {old}"
    return f"from {old} to {new}"


def _value(field: str, content: Mapping[str, Any], today: date) -> str:
    """What a field holds, in the person's words; nothing for one that is too long to say."""
    text = ""
    match field:
        case "title" | "name" | "query":
            text = wording.quoted(content[field])
        case "colour":
            text = content["colour"]
        case "priority":
            text = wording.PRIORITY_NAMES[content["priority"]]
        case "recurrence":
            series = occurrences.view(content["recurrence"])
            text = wording.quoted(series.text) if series else "never"
        case "reminders":
            text = wording.reminders_text(reminders.read_stored(content["reminders"])) or "none"
        case "due":
            text = _due(content, today)
    return text


def _due(content: Mapping[str, Any], today: date) -> str:
    day, wall = content.get("due_date"), content.get("due_time")
    name = wording.day_name(date.fromisoformat(day), today) if day else ""
    none = "none" if "due_date" in content else "no time"
    return f"{name} {wall or ''}".strip() or none
