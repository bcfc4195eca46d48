"""Search: from what a person types to the tasks, projects and labels that have it.

Every word has to be found, in a title, in notes, or in the name of a label or project of the task.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    Subquery,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    false,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import access
from todo_app.core.access import Actor
from todo_app.core.models import LABELS, PROJECTS, SEARCH_TEXTS, TASK_LABELS, TASKS
from todo_app.core.reads import Read
from todo_app.core.search_index import (
    MOST_HITS,
    Field,
    asked,
    earlier_titles,
    fits_words,
    hits,
    latest_hits,
    latest_tasks,
    query_bits,
    query_text,
    scope,
)
from todo_app.core.task_columns import COLUMNS
from todo_app.core.task_views import TaskView
from todo_app.core.words import Phrase, Span, find_spans, read_query

HITS_MAX = 50
HITS_DEFAULT = 20
NAMES_MAX = 5
_NAMES_CONSIDERED = 200
_SHAPES_KEPT = 50
_NOTES_MAX_CHARACTERS = 5_000
_EXCERPT_CHARACTERS = 120
_EXCERPT_LEAD_CHARACTERS = 30


class Excerpt(BaseModel):
    """A piece of notes around what was found in them."""

    model_config = ConfigDict(frozen=True)

    text: str
    marks: list[Span]


class TaskHit(BaseModel):
    """A task that was found, and where. Marks are places in the text, in code points."""

    model_config = ConfigDict(frozen=True)

    task: TaskView
    title_marks: list[Span]
    excerpt: Excerpt | None


class NameHit(BaseModel):
    """A project or a label whose name was found."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["project", "label"]
    id: UUID
    name: str
    colour: str
    marks: list[Span]


class SearchResult(BaseModel):
    """The best of what was found, open tasks first."""

    model_config = ConfigDict(frozen=True)

    tasks: list[TaskHit]
    names: list[NameHit]


async def search(
    db: AsyncSession, actor: Actor, text: str, *, limit: int = HITS_DEFAULT
) -> SearchResult:
    """The best `limit` tasks for a text, and the projects and labels of that name.

    Open tasks come before done ones; then whole words in the title before beginnings of words,
    those before notes, and notes before names; then the newest.
    """
    phrases = tuple(read_query(text))
    if not phrases:
        return SearchResult(tasks=[], names=[])
    dialect = db.get_bind().dialect.name
    names = await _named(db, actor, dialect, phrases)
    within = scope("task", actor.user_id)
    whole = tuple(replace(phrase, is_prefix=False) for phrase in phrases)
    values: dict[str, Any] = {
        "scope": within,
        "whole": query_text(dialect, within, "title", whole),
        "begun": query_text(dialect, within, "title", phrases),
        "anywhere": query_text(dialect, within, "content", phrases),
        "whole_bits": query_bits(whole),
        "begun_bits": query_bits(phrases),
        "hits_max": limit,
    }
    values |= access.values(actor)
    query = _best_tasks(dialect)
    if names:
        named = [_ids_of(names, phrase) for phrase in phrases]
        query = _best_tasks_with_names(dialect, tuple(map(frozenset, named)))
        values |= _phrase_values(dialect, within, phrases, named)
    rows = await query.all(db, values)
    return SearchResult(
        tasks=[_task_hit(TaskView.of(row), phrases) for row in rows],
        names=[name for name in names if _is_found(name.name, phrases)][:NAMES_MAX],
    )


def has_words(dialect: str, actor: Actor, text: str) -> ColumnElement[bool]:
    """The condition that every word of a text is in the title or the notes of a task."""
    phrases = tuple(read_query(text))
    if not phrases:
        return false()
    within = scope("task", actor.user_id)
    words = asked(None, query_text(dialect, within, "content", phrases))
    numbers = hits(dialect, "content", words).params(scope=within)
    return TASKS.c.id.in_(select(SEARCH_TEXTS.c.task_id).where(SEARCH_TEXTS.c.number.in_(numbers)))


@cache
def _names(dialect: str) -> Read:
    """The projects and labels whose name fits the query `any`."""
    numbers = latest_hits(dialect, "title", asked("any"), _NAMES_CONSIDERED)
    found = numbers.cte().prefix_with("MATERIALIZED")
    is_found = SEARCH_TEXTS.c.number.in_(select(found.c.number))
    projects = (
        select(literal("project").label("kind"), PROJECTS.c.id, PROJECTS.c.name, PROJECTS.c.colour)
        .join(SEARCH_TEXTS, SEARCH_TEXTS.c.project_id == PROJECTS.c.id)
        .where(access.own_rows(PROJECTS), PROJECTS.c.deleted_at.is_(None), is_found)
    )
    labels = (
        select(literal("label"), LABELS.c.id, LABELS.c.name, LABELS.c.colour)
        .join(SEARCH_TEXTS, SEARCH_TEXTS.c.label_id == LABELS.c.id)
        .where(access.own_rows(LABELS), is_found)
    )
    return Read(union_all(projects, labels))


async def _named(
    db: AsyncSession, actor: Actor, dialect: str, phrases: tuple[Phrase, ...]
) -> list[NameHit]:
    """The projects and labels whose name has one of the phrases."""
    within = scope("label", actor.user_id)
    values = {
        "scope": within,
        "any": query_text(dialect, within, "title", phrases, is_any=True),
    }
    rows = await _names(dialect).all(db, access.values(actor) | values)
    named = (NameHit(**row._asdict(), marks=find_spans(row.name, phrases)) for row in rows)
    return sorted(named, key=lambda hit: (hit.kind == "label", hit.name.casefold(), hit.id))


@cache
def _best_tasks(dialect: str) -> Read:
    """The tasks that fit the queries `whole` and `begun` in the title, or `anywhere`."""
    return Read(_best(_ranked(dialect).subquery()))


@lru_cache(maxsize=_SHAPES_KEPT)
def _best_tasks_with_names(dialect: str, named: tuple[frozenset[str], ...]) -> Read:
    """The same, and behind them those where names make up for what the text lacks.

    `named` are the kinds of names that have each phrase: without any, the text alone leads the way.
    """
    latest = (
        _with_tasks(select(SEARCH_TEXTS.c.task_id), SEARCH_TEXTS.c.task_id)
        .where(access.own_rows(SEARCH_TEXTS), SEARCH_TEXTS.c.scope == asked("scope"))
        .where(*(or_(*_has_phrase(dialect, *phrase)) for phrase in enumerate(named)))
        .order_by(SEARCH_TEXTS.c.number.desc())
        .limit(_NAMES_CONSIDERED)
    )
    return Read(_best(_best_ranks([_ranked(dialect), _with_rank(latest, 3)])))


def _has_phrase(dialect: str, number: int, named: frozenset[str]) -> Iterator[ColumnElement[bool]]:
    """The conditions of which one has to be true for a task: its text or a name has a phrase."""
    in_text = latest_hits(dialect, "content", asked(f"phrase_{number}"))
    yield SEARCH_TEXTS.c.number.in_(in_text)
    if "project" in named:
        yield _is_one_of(dialect, TASKS.c.project_id, f"project_{number}")
    if "label" in named:
        has_label = _is_one_of(dialect, TASK_LABELS.c.label_id, f"label_{number}")
        labelled = select(TASK_LABELS.c.task_id).where(access.own_rows(TASK_LABELS), has_label)
        yield TASKS.c.id.in_(labelled)


def _is_one_of(dialect: str, column: ColumnElement[UUID], name: str) -> ColumnElement[bool]:
    """The condition that an id is in a list, which is one value: the statement stays the same."""
    if dialect == "sqlite":
        ids = func.json_each(bindparam(name, type_=JSON)).table_valued("value")
        return column.in_(select(ids.c.value))
    return column == any_(bindparam(name, type_=ARRAY(Uuid)))


def _phrase_values(
    dialect: str, within: str, phrases: Sequence[Phrase], named: Sequence[Mapping[str, list[UUID]]]
) -> Iterator[tuple[str, Any]]:
    """What `_best_tasks_with_names` asks for."""
    for number, (phrase, ids_of) in enumerate(zip(phrases, named, strict=True)):
        yield f"phrase_{number}", query_text(dialect, within, "content", [phrase])
        for kind, ids in ids_of.items():
            value = [id_.hex for id_ in ids] if dialect == "sqlite" else ids
            yield f"{kind}_{number}", value


def _ids_of(names: Iterable[NameHit], phrase: Phrase) -> dict[str, list[UUID]]:
    """The projects and the labels whose name has a phrase, by the kinds that there are."""
    found: dict[str, list[UUID]] = {}
    for name in names:
        if _is_found(name.name, [phrase]):
            found.setdefault(name.kind, []).append(name.id)
    return found


def _ranked(dialect: str) -> Select[tuple[UUID, int]]:
    """The tasks whose texts fit, each once, with its rank: whole words in the title come first."""
    if dialect == "postgresql":
        return _ranked_by_walking()
    fields: tuple[tuple[Field, str], ...] = (
        ("title", "whole"),
        ("title", "begun"),
        ("content", "anywhere"),
    )
    ranked = [
        _with_rank(latest_hits(dialect, field, asked(query)), rank)
        for rank, (field, query) in enumerate(fields)
    ]
    ranks = _best_ranks(ranked)
    is_text = SEARCH_TEXTS.c.number == ranks.c.number
    return select(SEARCH_TEXTS.c.task_id, ranks.c.rank).join(ranks, is_text)


def _ranked_by_walking() -> Select[tuple[UUID, int]]:
    """The same on PostgreSQL, which looks at every text, the latest first.

    Where these are as many as it takes, there may be better ones before them: as many are taken
    from there as the better rank has not got.
    """
    title = SEARCH_TEXTS.c.title
    ranks = ((fits_words(title, asked("whole")), 0), (fits_words(title, asked("begun")), 1))
    rank = case(*ranks, else_=2)
    found = [latest_tasks("content", asked("anywhere"), rank, literal(MOST_HITS, BigInteger))]
    for worse, query in ((2, "begun"), (1, "whole")):
        latest = union_all(*map(select, found)).subquery()
        has_all = func.count().filter(latest.c.rank <= worse) == MOST_HITS
        missing = case((has_all, func.count().filter(latest.c.rank == worse)), else_=0)
        earliest = func.min(latest.c.number)
        behind = select(missing.label("missing"), earliest.label("earliest")).cte()
        found.append(earlier_titles(query, rank, behind.c.missing, behind.c.earliest))
    tasks = union_all(*map(select, found)).subquery()
    return select(tasks.c.task_id, tasks.c.rank)


def _with_rank(found: Select[tuple[Any]], rank: int) -> Select[tuple[Any, int]]:
    return select(*found.subquery().c, literal(rank))


def _best_ranks(ranked: Sequence[Select[tuple[Any, int]]]) -> Subquery:
    """What was found, once, with the best rank of each."""
    found, rank = union_all(*ranked).subquery().c
    return select(found, func.min(rank).label("rank")).group_by(found).subquery()


def _best(ranks: Subquery) -> Select[Any]:
    """The readable ones of these tasks, open ones first, then by their ranks."""
    found = _with_tasks(select(TASKS.c.id, ranks.c.rank).select_from(ranks), ranks.c.task_id)
    # Only what is shown is read whole: notes and labels of all that was found would cost the most.
    best = _first(found, ranks.c.rank).subquery()
    return _first(select(*COLUMNS).join(best, best.c.id == TASKS.c.id), best.c.rank)


def _with_tasks(found: Select[Any], task_id: ColumnElement[UUID | None]) -> Select[Any]:
    """What was found with the tasks of these ids, where they are readable.

    SQLite has no statistics and would go through all tasks of the account: an outer join keeps it
    from that, as long as nothing but IS says that there has to be a task.
    """
    task = and_(TASKS.c.id == task_id, *access.READABLE_TASKS)
    return found.outerjoin(TASKS, task).where(TASKS.c.id.is_not_distinct_from(task_id))


def _first(tasks: Select[Any], rank: ColumnElement[int]) -> Select[Any]:
    """So many of these tasks as are asked for, the best first."""
    order = (
        TASKS.c.completed_at.is_not(None),
        rank,
        TASKS.c.created_at.desc(),
        TASKS.c.id.desc(),
    )
    return tasks.order_by(*order).limit(bindparam("hits_max", type_=Integer))


def _is_found(name: str, phrases: Sequence[Phrase]) -> bool:
    return all(find_spans(name, [phrase]) for phrase in phrases)


def _task_hit(task: TaskView, phrases: Sequence[Phrase]) -> TaskHit:
    return TaskHit(
        task=task,
        title_marks=find_spans(task.title, phrases),
        excerpt=excerpt(task.notes, phrases),
    )


def excerpt(notes: str, phrases: Sequence[Phrase]) -> Excerpt | None:
    """A line of notes around the first place where something was found, or None."""
    line = " ".join(notes[:_NOTES_MAX_CHARACTERS].split())
    spans = find_spans(line, phrases)
    if not spans:
        return None
    start = max(0, spans[0].start - _EXCERPT_LEAD_CHARACTERS)
    if start:
        start = line.find(" ", start, spans[0].start) + 1 or start
    end = start + _EXCERPT_CHARACTERS
    before, after = "…" if start else "", "…" if end < len(line) else ""
    shift = len(before) - start
    marks = [Span(span.start + shift, span.end + shift) for span in spans if span.end <= end]
    return Excerpt(text=f"{before}{line[start:end]}{after}", marks=marks)
