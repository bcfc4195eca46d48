"""The series that a person or a program asks for, in words or by a rule. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_validator

from todo_app.core.errors import UnusableRule
from todo_app.core.phrases import DateOrder
from todo_app.core.quick_add import read_recurrence
from todo_app.core.recurrence import Occurrence, Recurrence, first, recur_by_text
from todo_app.core.rules import RULE_MAX_CHARACTERS, Mode, read_rule, without_name
from todo_app.core.text import TITLE_MAX_CHARACTERS, Line, Text
from todo_app.core.weeks import WeekStart


class RecurrenceDraft(BaseModel):
    """How a task is to repeat: in words, or by a rule, or by both if they say the same.

    The words fall back to those of the rule, the mode to that of the words.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: Annotated[Text, Field(max_length=RULE_MAX_CHARACTERS)] | None = None
    mode: Mode | None = None
    text: Annotated[Line, Field(max_length=TITLE_MAX_CHARACTERS)] | None = None

    fits_short_months: Annotated[
        bool,
        Field(exclude=True, description="As it was answered: follows from the rule, not read."),
    ] = False

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.rule and not self.text:
            msg = "needs a rule or a text"
            raise ValueError(msg)
        return self


class JustRead(RecurrenceDraft):
    """A recurrence whose rule was read from its words, where and when they were written."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Where and when words are read, and how a person writes dates and counts weeks."""

    now: datetime
    zone: str
    date_order: DateOrder
    week_start: WeekStart


def said_series(
    draft: RecurrenceDraft, due: Occurrence | None, reader: Reader
) -> tuple[Recurrence, Occurrence]:
    """The series, and its first occurrence: when the task is due, or the first date that fits.

    Raises UnusableRule, also for words that are not those of the rule or the mode beside them.
    """
    if draft.text and not isinstance(draft, JustRead):
        return _agreed(draft, due, reader)
    anchor = due or Occurrence(reader.now.astimezone(ZoneInfo(reader.zone)).date())
    series = recur_by_text(
        draft.rule or "",
        mode=draft.mode or "schedule",
        anchor=anchor.date,
        zone=reader.zone,
        time=anchor.time,
        text=draft.text or "",
    )
    return series, first(series) or anchor


def _agreed(
    draft: RecurrenceDraft, due: Occurrence | None, reader: Reader
) -> tuple[Recurrence, Occurrence]:
    """The series that the words say, which the rule and the mode say too where they are given."""
    try:
        series, beginning = _read(draft, due, reader)
    except UnusableRule:
        if draft.rule is None:
            raise
        raise UnusableRule("rule_disagrees") from None
    if draft.mode not in (None, series.mode):
        raise UnusableRule("rule_disagrees")
    if draft.rule is None:
        return series, beginning
    wall = time.fromisoformat(series.time) if series.time else None
    if read_rule(draft.rule, series.anchor, wall, reader.zone) != series.rule:
        raise UnusableRule("rule_disagrees")
    return replace(series, rule_text=without_name(draft.rule)), beginning


def _read(
    draft: RecurrenceDraft, due: Occurrence | None, reader: Reader
) -> tuple[Recurrence, Occurrence]:
    return read_recurrence(
        draft.text or "",
        reader.now,
        reader.zone,
        reader.date_order,
        start=due,
        week_start=reader.week_start,
    )
