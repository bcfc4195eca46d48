"""Saved filters follow what they name: they show the same after it was given another name."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import Select, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import access
from todo_app.core.access import Actor
from todo_app.core.changes import Step
from todo_app.core.filters.naming import folded, is_called
from todo_app.core.filters.reader import MAX_CHARACTERS, find_names
from todo_app.core.filters.syntax import Kind, write_name
from todo_app.core.models import LABELS, PROJECTS, SAVED_FILTERS, SECTIONS
from todo_app.core.rows import set_row

_FILTERS = select(SAVED_FILTERS).where(access.own_rows(SAVED_FILTERS)).order_by(SAVED_FILTERS.c.id)
_PROJECTS = select(PROJECTS.c.name).where(*access.READABLE_PROJECTS)
_OTHERS: Mapping[Kind, Select[str]] = {
    "project": _PROJECTS.where(PROJECTS.c.id != bindparam("row_id")),
    "section": select(SECTIONS.c.name)
    .join(PROJECTS, PROJECTS.c.id == SECTIONS.c.project_id)
    .where(*access.READABLE_PROJECTS, SECTIONS.c.id != bindparam("row_id")),
    "label": select(LABELS.c.name).where(
        access.own_rows(LABELS), LABELS.c.id != bindparam("row_id")
    ),
}


async def follow(
    db: AsyncSession, actor: Actor, step: Step, kind: Kind, row_id: UUID, names: tuple[str, str]
) -> None:
    """Let saved filters name what was called by the first of these names by the second.

    Where something else still has the old name, they go on to mean that; and what has a star in it
    says itself what it means.
    """
    old, name = folded(names[0]), names[1]
    if old == folded(name):
        return
    texts = [
        (row, renamed(row.query, kind, old, name))
        for row in await db.execute(_FILTERS, access.values(actor))
    ]
    changed = [(row, text) for row, text in texts if text != row.query]
    if not changed:
        return
    others = await db.scalars(_OTHERS[kind], access.values(actor) | {"row_id": row_id})
    if any(folded(other) == old for other in others):
        return
    for row, text in changed:
        await set_row(db, actor, step, "filter.changed", row, {"query": text})


def renamed(text: str, kind: Kind, old: str, name: str) -> str:
    """The text of a filter with another name wherever it has a folded one, and else as it was.

    A text that would be too long stays.
    """
    found = text
    for term, start, end in reversed(list(find_names(text))):
        if term.kind == kind and len(term.parts) == 1 and is_called(term, old):
            found = found[:start] + write_name(name) + found[end:]
    return found if len(found) <= MAX_CHARACTERS else text
