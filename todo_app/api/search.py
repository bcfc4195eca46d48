"""Search over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from todo_app.api.deps import CurrentActor, JsonRoute, ReadDb, json_answer, operation_id
from todo_app.api.problems import documented
from todo_app.core import search
from todo_app.core.search import HITS_DEFAULT, HITS_MAX, SearchResult
from todo_app.core.words import QUERY_MAX_CHARACTERS

router = APIRouter(
    prefix="/v1/search",
    tags=["search"],
    route_class=JsonRoute,
    generate_unique_id_function=operation_id,
)


@router.get("", response_model=SearchResult, responses=documented(401, 422))
async def search_tasks(
    actor: CurrentActor,
    db: ReadDb,
    q: Annotated[
        str,
        Query(
            max_length=QUERY_MAX_CHARACTERS,
            description="Words, or beginnings of words, in any case and without accents; "
            "symbols and emoji are words, and signs count where they belong to one, as in `c++`; "
            "what is in double quotes is found as it is.",
        ),
    ],
    limit: Annotated[int, Query(ge=1, le=HITS_MAX)] = HITS_DEFAULT,
) -> Response:
    """The best tasks for a text, open ones first, and the projects and labels of that name.

    Every word is in the title or the notes, or in the name of the project or of a label.
    """
    found = await search.search(db, actor, q, limit=limit)
    return json_answer(found.model_dump_json())
