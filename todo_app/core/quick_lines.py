"""Several lines become tasks at once: an indented one is a part of the line it stands under."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import changes
from todo_app.core.access import Actor
from todo_app.core.errors import InvalidInput, TodoError
from todo_app.core.labels import name_key
from todo_app.core.models import DEPTH_MAX, new_id
from todo_app.core.quick_add import Line, split_lines
from todo_app.core.quick_tasks import (
    ANYWHERE,
    PieceView,
    QuickPlace,
    create_quick_task_once,
    read_new_names,
)
from todo_app.core.task_views import Due, TaskView
from todo_app.core.text import Text, clean

LINES_MAX = 200
LINES_MAX_CHARACTERS = 50_000

QuickLines = Annotated[Text, Field(max_length=LINES_MAX_CHARACTERS), AfterValidator(clean)]


async def create_quick_tasks(
    db: AsyncSession,
    actor: Actor,
    first_id: UUID,
    text: str,
    *,
    due: Due | None,
    typed_at: datetime,
    place: QuickPlace = ANYWHERE,
) -> list[TaskView]:
    """Add a task for each line, in one step, and return them in their order.

    `due` is when, if a line that is part of no other does not say. The ids follow on `first_id`:
    the same again adds nothing. Raises InvalidInput, with the place of the line that is no task,
    and NotFound if an id is another's or in the trash.
    """
    lines = split_lines(text)
    if len(lines) > LINES_MAX:
        raise InvalidInput("text", "too_many_lines")
    await changes.begin(db, actor)
    made: dict[int, TaskView] = {}
    for number in _in_order(lines, is_reversed=place.is_first):
        parent = _parent(lines, number)
        where, otherwise = place, due
        if parent is not None:
            where, otherwise = QuickPlace(parent_id=made[parent].id, labels=place.labels), None
        task_id = UUID(int=(first_id.int + number) % 2**128)
        try:
            task, is_new = await _create(
                db, actor, task_id, lines[number].text, otherwise, typed_at, where
            )
        except TodoError as refusal:
            refusal.place = number
            raise
        if not is_new:
            return []
        made[number] = task
    return [made[number] for number in range(len(lines))]


async def list_new_names(
    db: AsyncSession, actor: Actor, text: str, *, place: QuickPlace = ANYWHERE
) -> list[PieceView]:
    """The projects, sections and labels that adding these lines would make, each once.

    Raises InvalidInput for more lines than are added at once.
    """
    lines = split_lines(text)
    if len(lines) > LINES_MAX:
        raise InvalidInput("text", "too_many_lines")
    found: dict[tuple[str, ...], PieceView] = {}
    for line in lines:
        where = place if line.parent is None else QuickPlace(parent_id=new_id())
        reading, new = await read_new_names(db, actor, line.text, place=where)
        for one in new if reading.title else ():
            home = reading.project or "" if one.kind == "section" else ""
            found.setdefault((one.kind, name_key(home), name_key(one.reading)), one)
    return list(found.values())


async def _create(
    db: AsyncSession,
    actor: Actor,
    task_id: UUID,
    line: str,
    due: Due | None,
    typed_at: datetime,
    place: QuickPlace,
) -> tuple[TaskView, bool]:
    """Add the task of one line. A line of nothing but marks and dates is a title too."""
    try:
        return await create_quick_task_once(
            db, actor, task_id, line, ignored=(), due=due, typed_at=typed_at, place=place
        )
    except InvalidInput as refusal:
        if refusal.reason != "required":
            raise
    whole = [(0, len(line))]
    return await create_quick_task_once(
        db, actor, task_id, line, ignored=whole, due=due, typed_at=typed_at, place=place
    )


def _in_order(lines: Sequence[Line], *, is_reversed: bool) -> Iterator[int]:
    """The order in which to add lines, so that they end up in theirs: each may go to the top."""
    groups: list[list[int]] = []
    for number, line in enumerate(lines):
        if line.parent is None:
            groups.append([])
        groups[-1].append(number)
    return chain.from_iterable(reversed(groups) if is_reversed else groups)


def _parent(lines: Sequence[Line], number: int) -> int | None:
    """The line that one is a part of, as deep as tasks go."""
    above: list[int] = []
    parent = lines[number].parent
    while parent is not None:
        above.append(parent)
        parent = lines[parent].parent
    return above[max(0, len(above) - (DEPTH_MAX - 1))] if above else None
