"""From the text of a filter to the condition that tasks pass it, for the person who asks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import access, clock, search
from todo_app.core.access import Actor
from todo_app.core.filters.conditions import Asker, all_terms, conditions, due_around
from todo_app.core.filters.reader import read
from todo_app.core.filters.syntax import Filter, Is, Named
from todo_app.core.models import LABELS, PROJECTS, SECTIONS, TASKS
from todo_app.core.words import fold

_TABLES = {"project": PROJECTS, "section": SECTIONS, "label": LABELS}


async def passes(db: AsyncSession, actor: Actor, text: str) -> ColumnElement[bool]:
    """The condition that a task is in one of the lists of a filter. Raises InvalidFilter."""
    filter_ = read(text)
    now = clock.now()
    asker = Asker(
        now=now,
        zone=ZoneInfo(actor.time_zone),
        search=partial(search.has_words, db.get_bind().dialect.name, actor),
        due_zones=await _due_zones(db, actor, filter_, now),
        ids=await _ids(db, actor, filter_),
    )
    return or_(*conditions(filter_, asker))


async def _due_zones(db: AsyncSession, actor: Actor, filter_: Filter, now: datetime) -> list[str]:
    if Is("overdue") not in all_terms(filter_):
        return []
    query = select(TASKS.c.due_zone).where(*access.READABLE_TASKS, due_around(now)).distinct()
    return list(await db.scalars(query, access.values(actor)))


async def _ids(db: AsyncSession, actor: Actor, filter_: Filter) -> Mapping[Named, Sequence[UUID]]:
    """What there is of each name. Names are compared here: no database folds them as we do."""
    wanted = {term for term in all_terms(filter_) if isinstance(term, Named)}
    if not wanted:
        return {}
    queries = [
        select(literal(kind).label("kind"), _TABLES[kind].c.id, _TABLES[kind].c.name).where(
            access.own_rows(_TABLES[kind])
        )
        for kind in sorted({term.kind for term in wanted})
    ]
    found: dict[Named, list[UUID]] = defaultdict(list)
    for kind, row_id, name in await db.execute(union_all(*queries), access.values(actor)):
        folded = fold(name)
        for term in wanted:
            if term.kind == kind and _has_name(term, folded):
                found[term].append(row_id)
    return found


def _has_name(term: Named, name: str) -> bool:
    """Whether a folded name is the parts of a term with anything between, in linear time."""
    first, *rest = map(fold, term.parts)
    if not rest:
        return name == first
    *middle, last = rest
    if not name.startswith(first):
        return False
    place = len(first)
    for part in middle:
        found = name.find(part, place)
        if found < 0:
            return False
        place = found + len(part)
    return len(name) - len(last) >= place and name.endswith(last)
