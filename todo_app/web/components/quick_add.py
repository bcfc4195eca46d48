"""The quick entry: one line, Enter, and it is a task."""

from __future__ import annotations

from datetime import timedelta

import reflex as rx
from pydantic import ValidationError

from todo_app.core import clock, tasks
from todo_app.core.tasks import Due, TaskDraft
from todo_app.core.text import TITLE_MAX_CHARACTERS
from todo_app.web import reflex_private, wording
from todo_app.web.components.icons import icon
from todo_app.web.list_state import TaskListState

INPUT_ID = "quick-add"


class QuickAddState(TaskListState):
    """What was entered and could not be saved: it stays until it is, or is thrown away."""

    unsaved: str = ""
    reason: str = ""

    @rx.event
    async def add_task(self, title: str) -> None:
        """Add what was typed; on Today it is due today, on Upcoming tomorrow."""
        if not title.strip():
            return
        try:
            draft = TaskDraft(title=title, due=self._default_due())
        except ValidationError:
            extra = len(title.strip()) - TITLE_MAX_CHARACTERS
            self.reason = (
                f"A title has up to {TITLE_MAX_CHARACTERS} characters; this has {extra} too many."
                if extra > 0
                else "This contains characters that cannot be saved."
            )
            self.unsaved = title
            return
        created = await self._run(tasks.create_task, draft)
        if created is None:
            self.unsaved, self.reason = title, "This could not be saved."
            return
        view, _ = created
        self.unsaved = self.reason = ""
        await self._reload()
        self._offer_undo(f"Added {wording.quoted(view.title)}")

    @rx.event
    async def discard_unsaved(self) -> None:
        """Throw away what was not saved."""
        self.unsaved = self.reason = ""

    def _default_due(self) -> Due | None:
        days = {"today": 0, "upcoming": 1}.get(self._name)
        if days is None:
            return None
        return Due(date=clock.today(self._actor().time_zone) + timedelta(days=days))


def quick_add(placeholder: str = "Add a task") -> rx.Component:
    """The box, and below it what it could not save."""
    # What is typed is the page's, not the server's: no answer that comes late can change it.
    entry = reflex_private.page_state("entry", "")
    return rx.el.section(
        rx.el.form(
            icon("plus"),
            rx.el.input(
                id=INPUT_ID,
                value=entry.value,
                on_change=lambda text: [reflex_private.set_from_event(entry, text)],
                placeholder=placeholder,
                auto_complete="off",
                enter_key_hint="done",
                aria_label="Add a task",
                dir="auto",
            ),
            rx.el.button("Add", type="submit", class_name="quiet"),
            on_submit=[QuickAddState.add_task(entry.value), entry.set_value("")],
            class_name="quick-add",
        ),
        rx.cond(
            QuickAddState.unsaved != "", _unsaved(put_back=entry.set_value(QuickAddState.unsaved))
        ),
        aria_label="Quick add",
        class_name="quick-add-place",
    )


def _unsaved(*, put_back: rx.Var) -> rx.Component:
    return rx.el.div(
        rx.el.p(rx.el.strong("Not saved. "), QuickAddState.reason),
        rx.el.p(QuickAddState.unsaved, class_name="unsaved-text", dir="auto"),
        rx.el.button(
            "Edit",
            type="button",
            on_click=[put_back, QuickAddState.discard_unsaved, rx.set_focus(INPUT_ID)],
        ),
        rx.el.button("Discard", type="button", on_click=QuickAddState.discard_unsaved),
        role="alert",
        class_name="unsaved",
    )
