"""From the text of a filter to the condition that tasks pass it, for the person who asks."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Table, Uuid, cast, literal, null, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from todo_app.core import access, clock, search
from todo_app.core.access import Actor
from todo_app.core.filters.conditions import Asker, all_terms, conditions
from todo_app.core.filters.days import NextWeek
from todo_app.core.filters.naming import Name, folded, is_called
from todo_app.core.filters.reader import read
from todo_app.core.filters.syntax import Filter, Kind, Named, On
from todo_app.core.models import LABELS, PROJECTS, SECTIONS, User
from todo_app.core.weeks import WeekStart

NAMED: Mapping[Kind, Table] = {"project": PROJECTS, "section": SECTIONS, "label": LABELS}
"""The tables of what a filter can name."""
_DATE_IN_FIGURES = re.compile(r"\d/\d", re.ASCII)


@dataclass(frozen=True, slots=True)
class Known:
    """What a filter need not ask for: the habits of the account, and all the names there are."""

    day_first: bool
    week_start: WeekStart
    names: tuple[Name, ...]


async def passes(
    db: AsyncSession, actor: Actor, text: str, known: Known | None = None
) -> ColumnElement[bool]:
    """The condition that a task is in one of the lists of a filter. Raises InvalidFilter."""
    if known is None:
        filter_ = read(text, day_first=await is_day_first(db, actor, text))
        asker = await asker_of(db, actor, filter_)
    else:
        filter_ = read(text, day_first=known.day_first)
        asker = _asker(db, actor, _named_in(filter_), known.names, known.week_start)
    return or_(*conditions(filter_, asker))


async def is_day_first(db: AsyncSession, actor: Actor, *texts: str) -> bool:
    """Whether 4/7 is in July for the actor, who is asked only where a text has such a date."""
    if not any(map(_DATE_IN_FIGURES.search, texts)):
        return True
    order = await db.scalar(select(col(User.date_order)).where(access.own_account(actor)))
    return order == "day_first"


async def asker_of(db: AsyncSession, actor: Actor, *filters: Filter) -> Asker:
    """Who asks, with what these filters need to know of the actor's tasks, in one query at most."""
    wanted = _named_in(*filters)
    queries = [
        select(literal(kind).label("kind"), NAMED[kind].c.id, NAMED[kind].c.name).where(
            access.own_rows(NAMED[kind])
        )
        for kind in sorted({term.kind for term in wanted})
    ]
    terms = (term for filter_ in filters for term in all_terms(filter_))
    if any(isinstance(term, On) and term.day == NextWeek() for term in terms):
        chosen = select(literal("week start"), cast(null(), Uuid), col(User.week_start))
        queries.append(chosen.where(access.own_account(actor)))
    rows: Sequence[Any] = ()
    if queries:
        rows = (await db.execute(union_all(*queries), access.values(actor))).all()
    chosen_start = (name for kind, _, name in rows if kind == "week start")
    week_start: WeekStart = next(chosen_start, "monday")
    return _asker(db, actor, wanted, rows, week_start)


def _named_in(*filters: Filter) -> set[Named]:
    terms = (term for filter_ in filters for term in all_terms(filter_))
    return {term for term in terms if isinstance(term, Named)}


def _asker(
    db: AsyncSession,
    actor: Actor,
    wanted: Collection[Named],
    names: Iterable[Name],
    week_start: WeekStart,
) -> Asker:
    return Asker(
        now=clock.now(),
        zone=ZoneInfo(actor.time_zone),
        search=partial(search.has_words, db.get_bind().dialect.name, actor),
        ids=_ids(wanted, names),
        week_start=week_start,
    )


def _ids(wanted: Collection[Named], rows: Iterable[Name]) -> Mapping[Named, Sequence[UUID]]:
    """What there is of each name. Names are compared here: no database folds them as we do."""
    found: dict[Named, list[UUID]] = defaultdict(list)
    for kind, row_id, name in rows:
        known = folded(name)
        for term in wanted:
            if term.kind == kind and is_called(term, known):
                found[term].append(row_id)
    return found
