"""Who is signed in, as the UI knows it, and how event handlers reach core.

The identity of an event is what the guard verified for that very event: it is never an argument
and never a variable that a client could set.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, Concatenate, ParamSpec, TypedDict, TypeVar
from uuid import UUID

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import changes, clock, overview, sessions
from todo_app.core.access import Actor
from todo_app.core.account_views import AccountView
from todo_app.core.commits import while_committing
from todo_app.core.database import reading, transaction
from todo_app.core.errors import TodoError, Unauthenticated
from todo_app.core.outlines import Outline, PageOf, PlaceView
from todo_app.core.overview import FilterPlaceView
from todo_app.core.projects import ProjectView
from todo_app.core.task_views import TaskView
from todo_app.core.tokens import Claims
from todo_app.web import messages, reflex_private, routes, shared_reads

T = TypeVar("T")
P = ParamSpec("P")

_PUBLIC = "_is_public"
_PREFERENCES = {"time_zone", "date_order", "theme", "week_start", "reminder_mail"}
_actor: ContextVar[Actor | None] = ContextVar("actor", default=None)


def public(handler: Callable[..., Any]) -> Callable[..., Any]:
    """Mark an event handler as open to people who are not signed in."""
    setattr(handler, _PUBLIC, True)
    return handler


def is_public(handler: Callable[..., Any]) -> bool:
    """Whether an event handler is open to people who are not signed in."""
    return getattr(handler, _PUBLIC, False)


def set_actor(actor: Actor | None) -> None:
    """Say who the event being handled is from; for the guard alone."""
    _actor.set(actor)


class Person(TypedDict):
    """The signed-in user as pages show them."""

    id: str
    name: str
    email: str
    initials: str
    time_zone: str
    date_order: str
    theme: str
    week_start: str
    reminder_mail: str


class Counts(TypedDict):
    """How many tasks are where."""

    inbox: int
    overdue: int
    today: int
    done_today: int


class Place(TypedDict):
    """A project or a label in the sidebar."""

    id: str
    name: str
    colour: str
    count: int


class FilterPlace(TypedDict):
    """A saved filter in the sidebar."""

    id: str
    name: str
    colour: str
    query: str


class Notice(TypedDict):
    """What just happened, in a toast. A new number is a new toast.

    One with something that it `opens`, a path, stays until the person has seen to it.
    """

    number: int
    text: str
    is_error: bool
    can_undo: bool
    opens: str


NOTICE_LIFETIME = timedelta(seconds=8)
REUSED_FOR = timedelta(seconds=1)
NOBODY = Person(
    id="",
    name="",
    email="",
    initials="",
    time_zone="",
    date_order="",
    theme="",
    week_start="",
    reminder_mail="",
)
NO_COUNTS = Counts(inbox=0, overdue=0, today=0, done_today=0)
NO_NOTICE = Notice(number=0, text="", is_error=False, can_undo=False, opens="")


class AuthState(rx.State):
    """The authenticated user, the decoded token, and what every signed-in page shows.

    `recounted` are the counts that are shown in place of those in `projects` and `labels`;
    `revision` is another number after each change of what they and the filters may count;
    `trouble` says why the screen could not be shown, until one is; `themes_told` counts
    the changes of the theme that were made elsewhere since the page was opened.
    """

    signed_in: bool = False
    user: Person = NOBODY
    counts: Counts = NO_COUNTS
    projects: list[Place] = []
    labels: list[Place] = []
    filters: list[FilterPlace] = []
    recounted: dict[str, int] = {}
    revision: int = 0
    notice: Notice = NO_NOTICE
    trouble: str = ""
    themes_told: int = 0
    _claims: Claims | None = None
    _told_at: datetime = datetime.min.replace(tzinfo=UTC)
    _counted_at: datetime | None = None
    _outline: Outline | None = None
    _completes_names: bool = False
    _told_on: str = ""
    _step: UUID | None = None
    _undoable: UUID | None = None

    @rx.event
    async def close_notice(self) -> None:
        """Put the toast away."""
        self.notice = NO_NOTICE

    @rx.event
    async def say_copied(self) -> None:
        """Confirm that something is in the clipboard now."""
        self._tell("Copied")

    async def _become(self, claims: Claims) -> None:
        """Take on the identity that the guard has verified, once in the life of a state."""
        account = await self._read(sessions.get_account)
        self._claims = claims
        self.signed_in = True
        self._show_account(account)
        await self._recount(routes.page_named(reflex_private.event_path()))
        self._counted_at = clock.now()

    def _is_in_another_zone(self) -> bool:
        """Whether the time zone of the account is not the one that is shown."""
        user: Person = self.get_value("user")
        return user["time_zone"] != self._actor().time_zone

    async def _follow_account(self) -> bool:
        """Show what was changed of the account elsewhere; whether its time zone was."""
        before: Person = self.get_value("user")
        after = await self._read(sessions.get_account)
        self._show_account(after)
        if after.theme != before["theme"]:
            self.themes_told += 1
        return after.time_zone != before["time_zone"]

    def _show_account(self, account: AccountView) -> None:
        words = account.name.split()
        initials = "".join(
            word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)
        )
        self.user = Person(
            id=str(account.id),
            name=account.name,
            email=account.email,
            initials=initials.upper(),
            **account.model_dump(include=_PREFERENCES),
        )

    async def _recount(self, page: PageOf | None = None) -> None:
        """Show how many tasks are where, and the places there are; ask in one what a page is of.

        What opens a page for the first time was counted a moment ago, by who took on its identity.
        """
        counted_at, self._counted_at = self._counted_at, None
        if counted_at is not None and clock.now() - counted_at < REUSED_FOR:
            return
        if page is None:
            found = await self._share(overview.get_overview)
        else:
            found = await self._read(overview.get_overview, page)
            self._outline = found.outline
        self.counts = Counts(**found.counts.model_dump())
        projects, labels = list(map(place_of, found.projects)), list(map(place_of, found.labels))
        if projects != self.get_value("projects"):
            self.projects = projects
        if labels != self.get_value("labels"):
            self.labels = labels
        filters = _filter_places(found.filters)
        if filters != self.get_value("filters"):
            self.filters = filters
        if self.get_value("recounted"):
            self.recounted = {}

    def _project_names(self) -> dict[str, str]:
        """The names of the Inbox and of the projects of the sidebar, by their ids."""
        named = {one["id"]: one["name"] for one in self.get_value("projects")}
        return {str(self._actor().user_id): "Inbox", **named}

    def _count_tick(self, view: TaskView, before: str, after: str, today: date) -> None:
        """Count a tick without asking the database: a long list costs it no more than a short.

        `before` and `after` are the day that the task was done on, or nothing.
        """
        opened = bool(before) - bool(after)
        if opened == 0:
            return
        counts: Counts = {**self.get_value("counts")}
        if view.project_id == self._actor().user_id:
            counts["inbox"] += opened
        if view.due and view.own_date and view.own_date <= today:
            is_late = view.due.is_overdue(clock.now(), self._actor().time_zone)
            counts["overdue" if is_late else "today"] += opened
            if (before or after) == today.isoformat():
                counts["done_today"] -= opened
        self.counts = counts
        if touched := list(self._places_of(view)):
            recounted: dict[str, int] = {**self.get_value("recounted")}
            for one in touched:
                recounted[one["id"]] = recounted.get(one["id"], one["count"]) + opened
            self.recounted = recounted

    def _places_of(self, view: TaskView) -> Iterator[Place]:
        """Where the sidebar has a task: in a project, unless it is in the Inbox, and in labels."""
        home, names = str(view.project_id), frozenset(view.labels)
        if home not in self._project_names():
            return  # What is archived counts nowhere.
        labels: list[Place] = self.get_value("labels")
        yield from (one for one in self.get_value("projects") if one["id"] == home)
        yield from (one for one in labels if one["name"] in names)

    def _actor(self) -> Actor:
        """Who this event is from. Raises Unauthenticated outside of a guarded event."""
        actor = _actor.get()
        if actor is None:
            raise Unauthenticated
        return actor

    async def _read(
        self,
        function: Callable[Concatenate[AsyncSession, Actor, P], Awaitable[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Ask core as the actor of this event. Raises what core raises."""
        actor = self._actor()
        async with reading(actor.user_id) as db:
            return await function(db, actor, *args, **kwargs)

    async def _share(
        self,
        function: Callable[Concatenate[AsyncSession, Actor, P], Awaitable[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """The same, of what looks alike from every session of an account.

        Pages that are refreshed after a change ask it together.
        """
        key = (function, self._actor().time_zone, args, tuple(sorted(kwargs.items())))
        return await shared_reads.read_once(key, lambda: self._read(function, *args, **kwargs))

    async def _write(
        self,
        function: Callable[Concatenate[AsyncSession, Actor, P], Awaitable[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Change something as the actor of this event, in one transaction. Raises as core does."""
        self._step = self._counted_at = None
        actor = self._actor()
        with reflex_private.taking_back(self):
            async with transaction(actor.user_id) as db:
                result = await function(db, actor, *args, **kwargs)
                self._step = changes.step_of(db)
                if self._step is not None:
                    self.revision += 1
        return result

    async def _run(
        self,
        function: Callable[Concatenate[AsyncSession, Actor, P], Awaitable[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T | None:
        """Change something, or tell the person why not and return None."""
        try:
            return await self._write(function, *args, **kwargs)
        except TodoError as refusal:
            self._tell(messages.message(refusal), is_error=True)
            return None

    async def _run_and_show(
        self,
        show: Callable[[T], None],
        function: Callable[Concatenate[AsyncSession, Actor, P], Awaitable[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T | None:
        """The same, and prepare to show what comes of it while the database writes that down.

        Nothing is sent before it is written. If it cannot be, all is shown as it was before.
        """

        async def act(db: AsyncSession, actor: Actor) -> T:
            result = await function(db, actor, *args, **kwargs)
            while_committing(db.sync_session, partial(show, result))
            return result

        return await self._run(act)

    def _turn_page(self, *, has_answer: bool) -> None:
        """Begin to show a page, without what was wrong with the last one.

        A toast is put away that was shown long enough, or is about what was before: another page,
        or a form of this one that was sent since and `has_answer`. A step that can be undone is so
        from the next page too.
        """
        if self.trouble:
            self.trouble = ""
        if self.themes_told:
            self.themes_told = 0
        is_elsewhere = _page_of_event() != self._told_on or has_answer
        is_old = clock.now() - self._told_at > NOTICE_LIFETIME
        is_over = is_old or (is_elsewhere and not self.notice["can_undo"])
        if self.notice["text"] and is_over and not self.notice["opens"]:
            self.notice = NO_NOTICE

    def _tell(
        self, text: str, *, is_error: bool = False, can_undo: bool = False, opens: str = ""
    ) -> None:
        """Show a toast."""
        self._told_at, self._told_on = clock.now(), _page_of_event()
        number = self.notice["number"] + 1
        self.notice = Notice(
            number=number, text=text, is_error=is_error, can_undo=can_undo, opens=opens
        )

    def _offer_undo(self, text: str) -> None:
        """Show a toast about the last change, with a way back if it was one."""
        self._undoable = self._step
        self._tell(text, can_undo=self._step is not None)

    @rx.event
    async def tell_error(self, text: str) -> None:
        """Show a toast about an error."""
        self._tell(text[:300], is_error=True)

    @rx.event
    async def tell_trouble(self, text: str) -> None:
        """Say why the screen could not be shown."""
        self.trouble = text[:300]


def _page_of_event() -> str:
    return reflex_private.event_path().partition("?")[0]


def place_of(view: PlaceView | ProjectView) -> Place:
    """A project or a label as a page shows it."""
    return Place(id=str(view.id), name=view.name, colour=view.colour, count=view.task_count)


def _filter_places(views: Iterable[FilterPlaceView]) -> list[FilterPlace]:
    return [
        FilterPlace(id=str(view.id), name=view.name, colour=view.colour, query=view.query)
        for view in views
    ]
