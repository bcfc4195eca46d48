"""Dates and numbers in the person's words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from todo_app.core import reminders
from todo_app.core.recurrence import Occurrence
from todo_app.core.task_views import TaskView
from todo_app.core.weeks import WeekStart, next_week, week_of

_FEW_MINUTES = 10
"""How exactly the use of a session is known."""
_MINUTES_PER_HOUR = 60

PRIORITY_NAMES = {1: "P1 Urgent", 2: "P2 High", 3: "P3 Medium", 4: "P4 None"}


def day_name(day: date, today: date) -> str:
    """A day as people say it: Today, Tomorrow, Mon 23 Nov, with the year when it is another one."""
    near = {-1: "Yesterday", 0: "Today", 1: "Tomorrow"}.get((day - today).days)
    if near is not None:
        return near
    text = f"{day:%a} {day.day} {day:%b}"
    return text if day.year == today.year else f"{text} {day.year}"


def long_day(day: date) -> str:
    """A day in full: Saturday, 21 November."""
    return f"{day:%A}, {day.day} {day:%B}"


def week_name(day: date, today: date, week_start: WeekStart) -> str:
    """The week of a day: This week, Next week, Week of 30 Nov, with the year if it is another."""
    start = week_of(day, week_start)
    if start == week_of(today, week_start):
        return "This week"
    if start == next_week(today, week_start):
        return "Next week"
    text = f"Week of {start.day} {start:%b}"
    return text if start.year == today.year else f"{text} {start.year}"


def due_text(task: TaskView, today: date, *, zone: str, said: str) -> str:
    """When a task is due by the person's clock, and by that of its own zone if it is another.

    Times of today and of the day that is `said` already stand alone.
    """
    if task.due is None or task.own_date is None:
        return ""
    day, time = day_name(task.own_date, today), task.own_time
    if time is None:
        return "" if day == said else day
    if task.due.zone != zone:
        time = f"{time} ({task.due.time} {task.due.zone})"
    return time if task.own_date == today or day == said else f"{day} {time}"


def turn_text(turn: str, today: date) -> str:
    """A date of a series, and its time if it has one: Mon 23 Nov 19:00."""
    day, wall = Occurrence.read(turn)
    return f"{day_name(day, today)} {wall or ''}".rstrip()


def reminders_text(minutes: Iterable[int]) -> str:
    """How long before a task is due it reminds: 30m, 1d."""
    return ", ".join(map(reminders.spoken, minutes))


def moment_text(moment: datetime, now: datetime, zone: str) -> str:
    """A past moment: 09:12 today, else its day."""
    local, today = moment.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    if local.date() == today:
        return f"{local:%H:%M}"
    return day_name(local.date(), today)


def ago_text(moment: datetime, now: datetime, zone: str) -> str:
    """How long ago a moment was: a few minutes ago, 20 minutes ago, 09:12 today, its day."""
    minutes = int((now - moment).total_seconds()) // 60
    if minutes < _FEW_MINUTES:
        return "a few minutes ago"
    if minutes < _MINUTES_PER_HOUR:
        return f"{minutes} minutes ago"
    return day_and_time(moment, now, zone)


def day_and_time(moment: datetime, now: datetime, zone: str) -> str:
    """A past moment with its day and its time: Today 09:12, Fri 20 Nov 18:30."""
    local, today = moment.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    return f"{day_name(local.date(), today)} {local:%H:%M}"


def quoted(title: str, *, limit: int = 40) -> str:
    """A title in quotes, shortened to `limit` characters for a toast."""
    return f"“{title if len(title) <= limit else title[: limit - 1].rstrip() + '…'}”"


def which(titles: Sequence[str]) -> str:
    """Tasks in a sentence: “Call Ada”, or 3 tasks."""
    return quoted(titles[0]) if len(titles) == 1 else f"{len(titles)} tasks"


def ticked(task: TaskView, today: date, *, is_completed: bool) -> str:
    """What a tick, or taking one away, made of a task; one that repeats may move on."""
    moves_on = is_completed and task.completed_at is None and task.due is not None
    following = f", next {day_name(task.due.date, today)}" if moves_on else ""
    return f"{'Completed' if is_completed else 'Reopened'} {quoted(task.title)}{following}"


def progress(done_of_all: tuple[int, int] | None) -> str:
    """How many parts of a task are done: 1/3; nothing for one without parts."""
    return "{}/{}".format(*done_of_all) if done_of_all and done_of_all[1] else ""


def named(text: str, known: Iterable[str]) -> list[str]:
    """The names that a line has, with commas between; those in one of the `known` are its own."""
    pieces, names, found = text.split(","), frozenset(known), []
    while pieces:
        longest = (n for n in range(len(pieces), 1, -1) if ",".join(pieces[:n]).strip() in names)
        length = next(longest, 1)
        found.append(",".join(pieces[:length]).strip())
        pieces = pieces[length:]
    return [name for name in found if name]
