"""The list of tasks that a tab shows: a window of rows, and what a person does to a row.

At most `WINDOW_ROWS` rows are ever held or sent, however long the list is; scrolling slides them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Annotated
from uuid import UUID

import reflex as rx
from pydantic import Field, StringConstraints

from todo_app.core import clock, coming, outlines, search, task_lists, tasks
from todo_app.core.day_lists import UpcomingPage
from todo_app.core.errors import InvalidFilter, NotFound
from todo_app.core.filters.passing import Known
from todo_app.core.outlines import Outline
from todo_app.core.task_lists import Asked, Sort, TaskFilter, TaskPage
from todo_app.core.task_views import TaskView
from todo_app.core.words import read_query
from todo_app.web import list_queries, routes, wording
from todo_app.web.list_queries import ListName, days_ahead, query_of, wanted_by
from todo_app.web.rows import (
    NO_PANEL,
    NO_PLACE,
    FoundName,
    SectionRow,
    Seen,
    TaskPanel,
    TaskRow,
    echo_of,
    names_of,
    panel_of,
    row_of,
    saved_place,
    sections_of,
    whole,
    with_echoes,
    with_headings,
    with_places,
)
from todo_app.web.session import NO_COUNTS, AuthState, Place, place_of

WINDOW_ROWS = 100
STEP_ROWS = 50
ECHO_ROWS = 25
"""How many rows of the window are kept free for what comes again."""
CHANGED_ROWS = 10
ANSWERS_MAX = 10

RowId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
TaskId = RowId
Stamp = Annotated[int, Field(ge=0, lt=2**53)]


class TaskListState(AuthState):
    """The rows, their window and the panel of a tab.

    `changed` holds the rows that are shown in place of those with their id: a variable is always
    sent as a whole, and a tick shall not send the window. `is_thinned` says that what comes again
    does so more often than is shown. `answers` are the stamps of the last ticks, by task: the page
    need not keep those any longer.
    """

    rows: list[TaskRow] = []
    changed: dict[str, TaskRow] = {}
    panel: TaskPanel = NO_PANEL
    showing: str = ""
    day: str = ""
    place: Place = NO_PLACE
    sections: list[SectionRow] = []
    found_names: list[FoundName] = []
    saved_query: str = ""
    searched: str = ""
    is_missing: bool = False
    is_archived: bool = False
    here: str = ""
    has_more: bool = False
    has_earlier: bool = False
    is_thinned: bool = False
    answers: dict[str, int] = {}
    _name: ListName = "today"
    _today: date = date.min
    _stamp: int = 0
    _cursors: list[str] = []
    _known_task: str = ""
    _filter: str = ""
    _nameless: list[tuple[str, int, int]] = []
    _place_id: str = ""
    _openings: int = 0

    @rx.event
    async def show_list(self, name: ListName) -> None:
        """Open a list from its start; the address of the page says of which project or label.

        Opening and closing a task is a step in the history of the browser too, and leaves the
        list alone.
        """
        wanted, known = wanted_by(self.router.url.query_parameters), self._known_task
        self._known_task = wanted.task
        place_id = wanted.place_id if name in {"project", "label", "filter"} else ""
        is_same = name == self.showing and place_id == self._place_id
        if is_same and (wanted.task != known or self.has_earlier):
            return
        self._name, self._place_id = name, place_id
        outline = await self._outline_named()
        self.saved_query = saved_place(self.get_value("filters"), place_id)[1]
        typed = self.saved_query if wanted.filter is None else wanted.filter
        self.searched = typed if name == "search" else ""
        self._set_filter(typed if name in {"filter", "search"} else "")
        self._nameless = list_queries.nameless_in(self._filter, outline)
        self.is_missing = not await self._open_place(outline)
        if self.is_missing:
            self._set_rows([])
        else:
            await self._reload(known=list_queries.known_of(outline, self.get_value("user")))
        self.showing = name
        self._openings += 1

    @rx.event
    async def load_more(self, is_visible: bool) -> None:
        """Slide the window down when its end comes into view."""
        if not (is_visible and self.has_more and self._cursors):
            return
        page = await self._page(cursor=self._cursors[-1])
        rows, cursors = self._main_rows(), self._cursors
        rows, cursors = rows + self._rows_of(page), cursors + self._cursors_of(page.items)
        dropped = max(0, len(rows) - self._most_rows())
        self.has_earlier = self.has_earlier or dropped > 0
        self.has_more = page.next_cursor is not None
        await self._place(rows[dropped:], cursors[dropped:], page)

    @rx.event
    async def load_earlier(self, is_visible: bool) -> None:
        """Slide the window up when its start comes into view."""
        if not (is_visible and self.has_earlier and self._cursors):
            return
        page = await self._page(cursor=self._cursors[0], backwards=True)
        rows = self._rows_of(page) + self._main_rows()
        cursors = self._cursors_of(page.items) + self._cursors
        self.has_earlier = page.previous_cursor is not None
        most = self._most_rows()
        self.has_more = self.has_more or len(rows) > most
        await self._place(rows[:most], cursors[:most], page)

    @rx.event
    async def set_completed(self, task_id: TaskId, is_completed: bool, stamp: Stamp) -> None:
        """Tick or untick a task; the stamp tells the row which answer is to its last click."""
        self._stamp = max(self._stamp, stamp)
        if self._is_answered(task_id, stamp):
            return  # It came again, from a socket that was thought to be dead.
        act = tasks.complete_task if is_completed else tasks.reopen_task
        show = partial(self._show_tick, is_completed=is_completed)
        view = await self._run_and_show(show, act, UUID(task_id))
        self._answer(task_id, stamp)
        if view is None:
            self._stamp_row(task_id)
        elif view.recurrence is not None:
            # It is due another day now, in the place that this day has in the list.
            await self._refresh()
        elif await self._show_kin([view]):
            await self._recount()

    def _show_tick(self, view: TaskView, *, is_completed: bool) -> None:
        """Show what a tick made of a task, and how it is taken back."""
        self._show_change(view)
        self._offer_undo(wording.ticked(view, self._today, is_completed=is_completed))

    def _is_answered(self, task_id: str, stamp: int) -> bool:
        return bool(self.get_value("answers").get(task_id, 0) >= stamp)

    def _answer(self, task_id: str, stamp: int) -> None:
        others = [one for one in self.get_value("answers").items() if one[0] != task_id]
        self.answers = dict([*others, (task_id, stamp)][-ANSWERS_MAX:])

    async def _outline_named(self) -> Outline | None:
        """What the page that is opened is of, asked together with the places there are."""
        if (page := list_queries.page_of(self._name, self._place_id)) is None:
            return None
        await self._recount(page)
        self._counted_at = clock.now()
        outline, self._outline = self._outline, None
        return outline if outline and outline.page == page else None

    def _set_filter(self, text: str) -> None:
        """Take over what the list shows; the addresses of its tasks name it too."""
        self._filter = text
        self.here = routes.named_here(self._place_id, text if text != self.saved_query else None)

    async def _open_place(self, outline: Outline | None = None) -> bool:
        """Show which project or label the list is of; whether there is such a one."""
        self.place, self.sections, self.is_archived = NO_PLACE, [], False
        if not self._place_id:
            return self._name not in {"project", "label"}
        if self._name == "filter":
            self.place, _ = saved_place(self.get_value("filters"), self._place_id)
            return self.place["id"] != ""
        page = list_queries.page_of(self._name, self._place_id)
        outline = outline or (page and await self._share(outlines.get_outline, page))
        if not (outline and outline.place):
            return False
        self.place, self.is_archived = place_of(outline.place), outline.is_archived
        self.sections = sections_of(outline.sections)
        return True

    async def _reload(self, *, limit: int = STEP_ROWS, known: Known | None = None) -> None:
        """Show the list as it is now, from its start."""
        self._today = clock.today(self._actor().time_zone)
        self.day = wording.long_day(self._today)
        page = await self._page(limit=limit, known=known)
        await self._recount()
        self.has_earlier, self.has_more = False, page.next_cursor is not None
        await self._place(self._rows_of(page), self._cursors_of(page.items), page)

    async def _refresh(self) -> None:
        """Show the window as it is now, wherever it stands."""
        if self._name == "filter":
            await self._follow_filter()
        if self._place_id:
            self.is_missing = not await self._open_place()
        if not self.showing or self.is_missing:
            await self._recount()
            return
        if not (self.has_earlier and self._cursors):
            await self._reload(limit=max(STEP_ROWS, len(self._cursors)))
            return
        before = await self._page(cursor=self._cursors[0], backwards=True, limit=1)
        start = self._cursors_of(before.items)
        page = await self._page(cursor=start[0] if start else None, limit=len(self._cursors))
        await self._recount()
        self.has_earlier, self.has_more = bool(start), page.next_cursor is not None
        await self._place(self._rows_of(page), self._cursors_of(page.items), page)

    async def _follow_filter(self) -> None:
        """Take over what was changed of a saved filter, unless another is typed in its place."""
        await self._recount()
        self._counted_at = clock.now()
        saved = saved_place(self.get_value("filters"), self._place_id)[1] or self.saved_query
        is_typed, self.saved_query = self._filter != self.saved_query, saved
        if not is_typed:
            self._set_filter(saved)

    async def _page(
        self,
        *,
        cursor: str | None = None,
        backwards: bool = False,
        limit: int = STEP_ROWS,
        known: Known | None = None,
    ) -> TaskPage:
        if self._name == "search":
            best = await self._share(search.search, self.searched, limit=search.HITS_MAX)
            self.found_names = names_of(best.names)
            return whole([hit.task for hit in best.tasks])
        filters, sort = self._query()
        if filters.text is not None and not filters.text.strip():
            return whole([])
        asked = Asked(filters, sort, limit, cursor, backwards)
        day = self._today, self._actor().time_zone
        reader, beside = list_queries.reader_of(self._name, day, known)
        try:
            return await self._share(reader, asked, beside)
        except InvalidFilter:
            return whole([])  # The screen of filters says what is wrong with it, and where.

    def _query(self) -> tuple[TaskFilter, Sort]:
        place_id = UUID(self._place_id) if self._place_id else self._actor().user_id
        return query_of(self._name, self._today, place_id, self.place["name"], self._filter)

    async def _place(self, rows: list[TaskRow], cursors: list[str], page: TaskPage) -> None:
        """Make these rows the window; the end of Today is what was done today.

        In Upcoming, the dates on which tasks come again are between them.
        """
        done = [] if self.has_more else self._rows_of(page, page.done)
        surplus = max(0, len(rows) + len(done) - self._most_rows())
        self.has_earlier = self.has_earlier or surplus > 0
        self._cursors, rows = cursors[surplus:], rows[surplus:]
        self.is_thinned = False
        if self._name == "upcoming":
            rows = with_echoes(rows, await self._echoes(rows, page))
        self._set_rows(rows + done)

    def _set_rows(self, rows: list[TaskRow]) -> None:
        """Show these rows. Where a few are others than before, only those are sent."""
        counts = self.counts if self._name == "today" else NO_COUNTS
        rows = with_headings(rows, counts)
        known: list[SectionRow] = self.get_value("sections")
        placed = with_places(known, rows, has_earlier=self.has_earlier, has_more=self.has_more)
        if placed != known:
            self.sections = placed
        sent: list[TaskRow] = self.get_value("rows")
        others = [pair for pair in zip(rows, sent, strict=False) if pair[0] is not pair[1]]
        if len(rows) == len(sent) and all(row["id"] == old["id"] for row, old in others):
            changed = {row["id"]: row for row, old in others if row != old}
            if len(changed) <= CHANGED_ROWS:
                self.changed = changed
                return
        self.rows, self.changed = rows, {}

    def _most_rows(self) -> int:
        """How many tasks the window holds at most."""
        return WINDOW_ROWS - ECHO_ROWS if self._name == "upcoming" else WINDOW_ROWS

    async def _echoes(self, rows: list[TaskRow], page: TaskPage) -> list[TaskRow]:
        """When tasks come again on the days of the window, as far as one looks ahead."""
        edges = [date.fromisoformat(row["due_on"]) for row in rows[:1] + rows[-1:]]
        first, last = days_ahead(self._today, edges, self.has_earlier, self.has_more)
        known = page.recurring if isinstance(page, UpcomingPage) else None
        found, self.is_thinned = await self._share(
            coming.list_coming, first, last, limit=WINDOW_ROWS - len(rows), recurring=known
        )
        seen = self._seen()
        return [echo_of(row_of(one.as_task(seen.zone), seen)) for one in found]

    def _main_rows(self) -> list[TaskRow]:
        return [row for row in self._shown_rows() if not row["echoes"]][: len(self._cursors)]

    def _cursors_of(self, views: Sequence[TaskView]) -> list[str]:
        filters, sort = self._query()
        return [task_lists.cursor_at(view, filters, sort) for view in views]

    def _rows_of(self, page: TaskPage, views: Sequence[TaskView] | None = None) -> list[TaskRow]:
        """The rows of a page, or of these of its tasks."""
        seen, progress = self._seen(), page.progress
        shown = page.items if views is None else views
        return [row_of(view, seen, parts=wording.progress(progress.get(view.id))) for view in shown]

    def _seen(self) -> Seen:
        """How the rows of this list are looked at now."""
        actor = self._actor()
        return Seen(
            name=self._name,
            today=self._today,
            now=clock.now(),
            zone=actor.time_zone,
            week_start=self.get_value("user")["week_start"],
            homes={one["id"]: one for one in self.get_value("projects")},
            phrases=read_query(self.searched),
            stamp=self._stamp,
        )

    async def _show_kin(self, views: Sequence[TaskView]) -> bool:
        """Show what became of parts with their whole, and the other way; whether there are any."""
        parts = {row["id"]: row["parts"] for row in self._shown_rows()}
        ids = [view.id for view in views if view.parent_id or parts.get(str(view.id), "unknown")]
        if not ids:
            return False
        kin = await self._read(task_lists.list_kin, ids)
        for one in kin.items:
            self._show_change(one, parts=wording.progress(kin.progress.get(one.id)))
        return True

    def _show_change(self, view: TaskView, parts: str | None = None) -> None:
        """Show a task that was changed in its row, in the counts and in the panel."""
        index = self._index_of(str(view.id))
        if index is not None:
            rows = self._shown_rows()
            before = rows[index]
            parts = before["parts"] if parts is None else parts
            row = row_of(view, self._seen(), group=before["group"], parts=parts)
            rows[index] = row
            self._count_tick(view, before["completed_on"], row["completed_on"], self._today)
            self._set_rows(rows)
        if self.get_value("panel")["id"] == str(view.id):
            self.panel = self._panel_of(view)

    def _shown_rows(self) -> list[TaskRow]:
        """The rows to look at; Reflex's watch over changes in each would cost far more."""
        rows: list[TaskRow] = self.get_value("rows")
        changed: dict[str, TaskRow] = self.get_value("changed")
        return [changed.get(row["id"], row) for row in rows]

    async def _leave_out_gone(self) -> None:
        """Show the list without what was deleted with all its parts, and no panel of any of it."""
        if self.panel["id"]:
            try:
                await self._read(tasks.get_task, UUID(self.panel["id"]))
            except NotFound:
                self.panel = NO_PANEL
        await self._refresh()

    def _index_of(self, task_id: str) -> int | None:
        rows: list[TaskRow] = self.get_value("rows")
        return next((i for i, row in enumerate(rows) if row["id"] == task_id), None)

    def _stamp_row(self, task_id: str) -> None:
        """Answer a row's click without a change, so that it shows what is true."""
        index = self._index_of(task_id)
        if index is not None:
            rows = self._shown_rows()
            rows[index] = {**rows[index], "stamp": self._stamp}
            self._set_rows(rows)

    def _panel_of(self, view: TaskView) -> TaskPanel:
        return panel_of(view, clock.now(), self._actor().time_zone)
