"""The detail panel: open a task, change its fields one by one, delete it."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal, TypedDict
from uuid import UUID

import pydantic
import reflex as rx
from pydantic import ValidationError

from todo_app.core import clock, occurrences, tasks
from todo_app.core.errors import NotFound, StaleVersion, TodoError
from todo_app.core.reminders import REMINDERS_MAX, spoken
from todo_app.core.task_views import TaskPatch, TaskView
from todo_app.core.text import NOTES_MAX_CHARACTERS, TITLE_MAX_CHARACTERS
from todo_app.web import messages, wording
from todo_app.web.list_queries import wanted_by
from todo_app.web.list_state import NO_PANEL, Stamp, TaskId, TaskListState, TaskPanel
from todo_app.web.panel_patches import FIELDS, Field, patch_of, said

Number = Annotated[int, pydantic.Field(ge=0, lt=2**31)]
Early = Literal[0, 10, 60, 1_440]
"""Minutes before a task is due that are chosen often."""
ErrorField = Field | Literal["labels"]

ASIDE_MAX = 20
"""Of how many tasks what was refused is kept."""
_EARLIEST_YEAR = "1900"
DELETED_ELSEWHERE = "This task was deleted elsewhere. What you typed is still here."
FIELD_ERRORS = {
    "title": f"A title has 1 to {TITLE_MAX_CHARACTERS} characters.",
    "notes": f"Notes have up to {NOTES_MAX_CHARACTERS:,} characters.",
    "priority": "Choose a priority from 1 to 4.",
    "due_date": "Enter a date.",
    "due_time": "Enter a time like 15:00.",
    "reminders": f"Up to {REMINDERS_MAX}, each up to a year before, like “30m, 1h, 1d”.",
    "recurrence": "Say it in up to 500 characters, like “every 3 days”.",
}


class Whole(TypedDict):
    """What the open task is a part of."""

    id: str
    title: str


Unsaved = dict[str, tuple[str, str]]
"""What was typed into fields of a task and refused, each with the reason."""


class TaskPanelState(TaskListState):
    """What the panel adds: which field was refused and why.

    What was refused outlives the panel: `drafts` are what it left in its fields the last time.
    `saved` is what was saved last, each a task, a field and a text: the browser need not keep it
    any longer. `saves` is another number after each.
    """

    whole: Whole = Whole(id="", title="")
    saved: list[list[str]] = []
    saves: int = 0
    opened: int = 0
    renewed: dict[str, int] = dict.fromkeys(FIELDS, 0)
    errors: dict[str, str] = {}
    _editing: str = ""
    _outdated: frozenset[str] = frozenset()
    coming: str = ""
    drafts: dict[str, str] = {}
    _saved: dict[str, tuple[str, str]] = {}
    _refused: dict[str, tuple[str, str]] = {}
    """What lost against a change elsewhere: to leave its field with it is not to mean it again."""
    _typed: dict[str, str] = {}
    _aside: dict[str, Unsaved] = {}

    @rx.event
    async def show_task(self) -> None:
        """Open the task that the page's address names, or close the panel if it names none."""
        panel = await self._wanted_panel()
        if panel["id"] != self.panel["id"]:
            self._put_aside()
            self.coming, self._editing = "", ""
            self._take_up(panel["id"])
        if panel != self.panel:
            self.panel = panel
            await self._show_whole()
            # A new number makes new inputs; while it stays, what is typed in them stays too. It
            # starts at the time: after the server was lost, no number may come again.
            self.opened = max(self.opened + 1, int(clock.now().timestamp() * 1000))

    @rx.event
    async def save_field(
        self,
        task_id: TaskId,
        version: Number,
        opened: Stamp,
        field: Field,
        text: str,
        before: str,
    ) -> None:
        """Save what was typed into one field.

        `version`, `opened` and `before` are what the panel had when it was typed. They are not what
        it has now if the server was lost meanwhile, and the panel with it: what was typed was not.
        """
        if self._refused.get(field) == (task_id, text):
            return
        self._refused.pop(field, None)
        known = self._known(task_id, field, before)
        if known == (text.strip() if field == "title" else text):
            self._set_error(field, "")
            self._note_saved((task_id, field, text))
            return
        if field == "due_date" and text and text < _EARLIEST_YEAR:
            return  # Half a year typed into a date field is a date too: 0020 on the way to 2026.
        try:
            shown = await self._shown(task_id, version)
            view = await self._save(shown, field, patch_of(shown, field, text, self._today), known)
        except ValidationError:
            self._refuse(field, text, FIELD_ERRORS[field])
            return
        except TodoError as refusal:
            self._refuse(field, text, not_saved(refusal))
            return
        if view is None:
            self._refused[field] = (task_id, text)
            self._typed[field] = text
            return
        await self._show_saved(field, text, view)
        if self.panel["id"] == task_id and opened != self.opened:
            self.opened += 1  # The input that this came from is gone; the new one shall know.

    @rx.event
    async def enter_field(self, field: Field) -> None:
        """Leave a field alone while somebody is in it."""
        self._editing = field

    @rx.event
    async def leave_field(self, field: Field) -> None:
        """Show a field as it is now, unless there is something in it that could not be saved."""
        self._editing = ""
        if field in self._outdated and not self.errors.get(field, ""):
            await self._refresh_panel()

    @rx.event
    async def discard_text(self, field: ErrorField) -> None:
        """Show a field as it is now, without what was typed into it and refused."""
        self._set_error(field, "")
        self._refused.pop(field, None)
        self._editing = ""
        self._renew(field)
        await self._refresh_panel()

    @rx.event
    async def show_coming(self, task_id: TaskId, text: str) -> None:
        """Say when a task would be due if it repeated as is being typed."""
        try:
            turns = await self._read(occurrences.preview, UUID(task_id), said(text))
        except (ValidationError, TodoError):
            self.coming = ""
            return
        today = clock.today(self._actor().time_zone)
        self.coming = " · ".join(wording.turn_text(turn, today) for turn in turns)

    @rx.event
    async def skip_task(self, task_id: TaskId) -> None:
        """Leave out the open turn of a repeating task."""
        view = await self._run(tasks.skip_task, UUID(task_id))
        if view is None:
            return
        await self._refresh()
        self._show_change(view)
        self._renew("due_date", "due_time")
        due = "" if view.due is None else f", next {wording.day_name(view.due.date, self._today)}"
        self._offer_undo(f"Skipped {wording.quoted(view.title)}{due}")

    @rx.event
    async def set_due_in(self, task_id: TaskId, days: Literal[0, 1, 7]) -> None:
        """Make a task due in so many days from today."""
        day = clock.today(self._actor().time_zone) + timedelta(days=days)
        await self._save_due_date(task_id, day.isoformat())

    @rx.event
    async def clear_due(self, task_id: TaskId) -> None:
        """Take the due date away."""
        await self._save_due_date(task_id, "")

    @rx.event
    async def remind_before(self, task_id: TaskId, minutes: Early) -> None:
        """Remind of a task so long before it is due, too."""
        if self.panel["id"] == task_id:
            await self._save_reminders(f"{self.panel['reminders']} {spoken(minutes)}")

    @rx.event
    async def clear_reminders(self, task_id: TaskId) -> None:
        """Remind of a task no more."""
        if self.panel["id"] == task_id:
            await self._save_reminders("")

    @rx.event
    async def delete_task(self, task_id: TaskId) -> None:
        """Move a task to the trash, from where Undo brings it back."""
        view = await self._run(tasks.delete_task, UUID(task_id))
        if view is None:
            return
        await self._leave_out_gone()
        self._offer_undo(f"Deleted {wording.quoted(view.title)}")

    def _note_saved(self, *saved: tuple[str, Field, str]) -> None:
        """Remember what fields of tasks are known to hold, and tell the browser."""
        self._saved.update({field: (task_id, text) for task_id, field, text in saved})
        kept = [list(one) for one in saved if one[1] in {"title", "notes"}]
        if kept:
            self.saved = kept
            # It starts at the time: after the server was lost, no number may come again.
            self.saves = max(self.saves + 1, int(clock.now().timestamp() * 1000))

    async def _show_saved(self, field: Field, text: str, view: TaskView) -> None:
        self._note_saved((str(view.id), field, text))
        self._set_error(field, "")
        self._show_change(view)
        if field.startswith("due"):
            await self._recount()
        if field == "reminders":
            # What was said is shown in its shortest form, and in order.
            self._renew("reminders")
        if field == "recurrence":
            self.coming = ""
            await self._refresh()
            # A rule that was put in is shown in words.
            self._renew("due_date", "due_time", "recurrence")

    async def _refresh_panel(self) -> None:
        """Show the open task as it is now, but for fields that somebody is typing in.

        Those keep what is typed, and say that they were changed elsewhere; saving them is refused
        once, as the version that they were typed on top of is kept.
        """
        task_id = self.panel["id"]
        if not task_id:
            return
        typed = {field for field, error in self.errors.items() if error} | {self._editing} - {""}
        try:
            panel = self._panel_of(await self._share(tasks.get_task, UUID(task_id)))
        except NotFound:
            for field in typed:
                self._set_error(field, DELETED_ELSEWHERE)
            if not typed:
                self.panel = NO_PANEL
            return
        changed = {field for field in FIELDS if panel[field] != self.panel[field]}
        self._outdated = frozenset(changed & typed)
        for field in changed:
            if field in typed:
                self._set_error(field, changed_elsewhere(panel[field]))
                panel = {**panel, field: self.panel[field], "version": self.panel["version"]}
            else:
                self._renew(field)
        self.panel = panel
        await self._show_whole()

    async def _show_whole(self) -> None:
        """Show what the open task is a part of, if it is."""
        parent = self.panel["parent"]
        task = await self._share(tasks.get_kept_task, UUID(parent)) if parent else None
        self.whole = Whole(id=parent, title=task.title if task else "")

    def _refuse(self, field: ErrorField, text: str, reason: str) -> None:
        """Say why what was typed into a field is not saved, and keep it."""
        self._set_error(field, reason)
        self._typed[field] = text

    def _put_aside(self) -> None:
        """Keep what was typed and refused, as the panel closes, and say so."""
        unsaved = {
            field: (text, self.errors[field])
            for field, text in self._typed.items()
            if text.strip() and self.errors.get(field, "")
        }
        if not (unsaved and self.panel["id"]):
            return
        others = list(self._aside.items())[1 - ASIDE_MAX :]
        self._aside = {**dict(others), self.panel["id"]: unsaved}
        self._tell(not_all_saved(self.panel["title"]), is_error=True)

    def _take_up(self, task_id: str) -> None:
        """Show what was put aside when the panel of this task was closed."""
        unsaved = self._aside.pop(task_id, {})
        self.errors = {field: reason for field, (_, reason) in unsaved.items()}
        self.drafts = {field: text for field, (text, _) in unsaved.items()}
        self._typed = dict(self.drafts)
        self._refused = {field: (task_id, text) for field, text in self.drafts.items()}

    def _renew(self, *fields: ErrorField) -> None:
        """Make new inputs for fields, which show what is in the panel and have nobody in them."""
        if self._editing in fields:
            self._editing = ""
        later = {field: self.renewed.get(field, 0) + 1 for field in fields}
        self.renewed = {**self.renewed, **later}

    async def _save_due_date(self, task_id: TaskId, text: str) -> None:
        version, before = self.panel["version"], self.panel["due_date"]
        self._refused.pop("due_date", None)  # To press a button again is to mean it.
        await self.save_field(task_id, version, self.opened, "due_date", text, before)
        self.opened += 1

    async def _save_reminders(self, text: str) -> None:
        panel = self.panel
        self._refused.pop("reminders", None)
        await self.save_field(
            panel["id"], panel["version"], self.opened, "reminders", text, panel["reminders"]
        )

    async def _wanted_panel(self) -> TaskPanel:
        wanted = wanted_by(self.router.url.query_parameters).task
        if not wanted:
            return NO_PANEL
        try:
            return self._panel_of(await self._read(tasks.get_task, UUID(wanted)))
        except (ValueError, NotFound):
            self._tell(messages.MESSAGES[NotFound], is_error=True)
            return NO_PANEL

    def _known(self, task_id: str, field: Field, before: str) -> str:
        """What this tab last knew to be in a field of a task, or what its page says."""
        if self.panel["id"] == task_id:
            return self.panel[field]
        saved_task, text = self._saved.get(field, ("", ""))
        return text if saved_task == task_id else before

    async def _shown(self, task_id: str, version: int) -> TaskPanel:
        """The panel that a task was edited in. Raises NotFound."""
        if self.panel["id"] == task_id:
            return self.panel
        current = self._panel_of(await self._read(tasks.get_task, UUID(task_id)))
        return {**current, "version": version}

    async def _save(
        self, shown: TaskPanel, field: Field, patch: TaskPatch, known: str
    ) -> TaskView | None:
        """Save on top of what was shown; None if that field was changed elsewhere."""
        task_id, version = UUID(shown["id"]), shown["version"]
        try:
            return await self._write(tasks.update_task, task_id, patch, expected_version=version)
        except StaleVersion as stale:
            current = self._panel_of(stale.current)
        if self.panel["id"] == current["id"]:
            self.panel = {**self.panel, "version": current["version"]}
        if current[field] == known:
            return await self._write(
                tasks.update_task, task_id, patch, expected_version=current["version"]
            )
        self._set_error(field, changed_elsewhere(current[field]))
        return None

    def _set_error(self, field: ErrorField, text: str) -> None:
        if not text:
            self._typed.pop(field, None)
            if field in self.drafts:
                self.drafts = {one: kept for one, kept in self.drafts.items() if one != field}
        if self.errors.get(field, "") != text:
            self.errors = {**self.errors, field: text}


def not_all_saved(title: str) -> str:
    """What is said of a task as it is left with something that was refused."""
    quoted = wording.quoted(title)
    return f"Not all of {quoted} is saved: open it again to go on with what you typed."


def not_saved(refusal: TodoError) -> str:
    """Why something typed was refused."""
    return f"Not saved. {messages.message(refusal)}"


def changed_elsewhere(text: str) -> str:
    """What is said of a field that holds another text by now than the one that was typed over."""
    return (
        f"Changed elsewhere to {wording.quoted(text or 'nothing')} meanwhile. "
        "What you typed is still here: change it once more to replace theirs."
    )
