"""The series that a person or a program asks for, in words or by a rule. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_validator

from todo_app.core.phrases import DateOrder
from todo_app.core.quick_add import read_recurrence
from todo_app.core.recurrence import Occurrence, Recurrence, first, recur_by_text
from todo_app.core.rules import RULE_MAX_CHARACTERS, Mode
from todo_app.core.text import TITLE_MAX_CHARACTERS, Line, Text
from todo_app.core.weeks import WeekStart


class RecurrenceDraft(BaseModel):
    """How a task is to repeat: in words, or by a rule. The words fall back to those of the rule."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: Annotated[Text, Field(max_length=RULE_MAX_CHARACTERS)] | None = None
    mode: Mode | None = None
    text: Annotated[Line, Field(max_length=TITLE_MAX_CHARACTERS)] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.rule and not self.text:
            msg = "needs a rule or a text"
            raise ValueError(msg)
        return self


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

    Raises UnusableRule.
    """
    if draft.rule is None:
        series, beginning = _read(draft, due, reader)
        return (series if draft.mode is None else replace(series, mode=draft.mode)), beginning
    anchor = due or Occurrence(reader.now.astimezone(ZoneInfo(reader.zone)).date())
    series = recur_by_text(
        draft.rule,
        mode=draft.mode or "schedule",
        anchor=anchor.date,
        zone=reader.zone,
        time=anchor.time,
        text=draft.text or "",
    )
    return series, first(series) or anchor


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
