"""The screen of filters: what is typed is read as it is typed, and can be saved as a view."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, TypedDict
from uuid import UUID

import reflex as rx
from pydantic import StringConstraints, ValidationError

from todo_app.core import outlines, saved_filters
from todo_app.core.errors import InvalidFilter
from todo_app.core.filters.reader import MAX_CHARACTERS, find_names, read
from todo_app.core.neighbours import Beside
from todo_app.core.outlines import PageOf
from todo_app.core.saved_filters import FilterDraft, FilterPatch
from todo_app.core.words import Span
from todo_app.web import list_queries, messages, routes, wording
from todo_app.web.found import pieces
from todo_app.web.list_state import Stamp
from todo_app.web.places_state import NAME_ERROR, Name, PlacesState

Query = Annotated[str, StringConstraints(max_length=MAX_CHARACTERS)]


class Flaw(TypedDict):
    """What is wrong with a text, and the text in three parts, of which it is the second."""

    reason: str
    text: str
    before: str
    piece: str
    after: str


class Hint(TypedDict):
    """What a text names that there is not, and its pieces: plain and such ones by turns."""

    reason: str
    text: str
    pieces: list[str]


NO_FLAW = Flaw(reason="", text="", before="", piece="", after="")
NO_HINT = Hint(reason="", text="", pieces=[])
_HINTS_MAX = 3


class FilterState(PlacesState):
    """What was asked for, and what was wrong with it.

    `shown_opening` is another number each time that the screen is opened.
    """

    asked: str = ""
    flaw: Flaw = NO_FLAW
    hint: Hint = NO_HINT
    shown_opening: int = 0
    _asked_at: int = 0

    @rx.event
    async def show_filter(self) -> None:
        """Say what was asked for, and what is wrong with it, if the list was opened anew."""
        if self.shown_opening == self._openings:
            return
        self.shown_opening = self._openings
        self.asked = self._filter
        self._find_flaw(self._filter)
        self._show_hint(self._filter, self._nameless)

    @rx.event
    async def filter_tasks(self, text: Query, stamp: Stamp) -> None:
        """Show what passes a filter, unless another was asked for since."""
        if stamp < self._asked_at:
            return
        self._asked_at = stamp
        if self._find_flaw(text):
            return
        self._set_filter(text)
        outline = None
        if any(find_names(text)):
            outline = await self._read(outlines.get_outline, PageOf("filter", None))
        if self._name == "filter":
            await self._reload(known=list_queries.known_of(outline, self.get_value("user")))
        self._show_hint(text, list_queries.nameless_in(text, outline))
        self.asked = text.strip()

    @rx.event
    async def save_filter(self, name: Name, text: Query) -> rx.event.EventSpec | None:
        """Save a filter as a view, and go there."""
        try:
            draft = FilterDraft(name=name, query=text)
        except ValidationError:
            self._refuse_name("filter", NAME_ERROR)
            return None
        if self._find_flaw(text):
            return None
        made = await self._give_name("filter", saved_filters.create_filter, draft)
        if made is None:
            return None
        await self._recount()
        self._offer_undo(f"Saved {wording.quoted(made[0].name)}")
        return rx.redirect(routes.place_path(routes.FILTER, str(made[0].id)))

    @rx.event
    async def change_query(self, text: Query) -> None:
        """Save what was typed as what the view shows from now on."""
        if not self.place["id"] or self._find_flaw(text):
            return
        patch = FilterPatch(query=text)
        if await self._run(saved_filters.update_filter, UUID(self.place["id"]), patch):
            await self._recount()
            self.saved_query = text
            self._set_filter(text)
            self._offer_undo(f"Changed {wording.quoted(self.place['name'])}")

    @rx.event
    async def delete_filter(self) -> rx.event.EventSpec | None:
        """Delete the view that is shown; its tasks stay."""
        return await self._leave(saved_filters.delete_filter, "Deleted")

    @rx.event
    async def move_filter(self, shift: Literal["up", "down"]) -> None:
        """Put the view that is shown one place up or down in the sidebar."""
        ids = [one["id"] for one in self.get_value("filters")]
        here = ids.index(self.place["id"]) if self.place["id"] in ids else -1
        there = here + (-1 if shift == "up" else 1)
        if here < 0 or not 0 <= there < len(ids):
            return
        other = UUID(ids[there])
        beside = Beside(before=other) if shift == "up" else Beside(after=other)
        if await self._run(saved_filters.move_filter, UUID(ids[here]), beside):
            await self._recount()
            self._offer_undo(f"Moved {wording.quoted(self.place['name'])} {shift}")

    def _show_hint(self, text: str, nameless: Sequence[tuple[str, int, int]]) -> None:
        """Say which names there are not; that is no flaw."""
        reasons = [
            f"No {kind} is called {wording.quoted(text[start + 1 : end])}."
            for kind, start, end in nameless[:_HINTS_MAX]
        ]
        spans = [Span(start, end) for _, start, end in nameless]
        self.hint = Hint(reason=" ".join(reasons), text=text, pieces=pieces(text, spans))

    def _find_flaw(self, text: str) -> bool:
        """Show what is wrong with a text, if there is anything; whether there is."""
        self.flaw = NO_FLAW
        if not text.strip():
            return False
        try:
            read(text, day_first=self.user["date_order"] == "day_first")
        except InvalidFilter as found:
            self.flaw = Flaw(
                reason=messages.FLAW_MESSAGES[found.reason],
                text=text,
                before=text[: found.start],
                piece=text[found.start : found.end],
                after=text[found.end :],
            )
        return self.flaw["reason"] != ""
