"""What was typed into a task and had not been saved: it comes from the browser that has kept it.

It is kept there until it is known to be saved (`assets/scripts/drafts.js`), and sent after a
reload, after a lost connection or a restart of the server, and when its task is opened.
"""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

import pydantic
import reflex as rx
import typing_extensions
from pydantic import ValidationError

from todo_app.core import tasks
from todo_app.core.errors import NotFound, StaleVersion, TodoError
from todo_app.web.list_state import Stamp, TaskId
from todo_app.web.panel_patches import patch_of
from todo_app.web.panel_state import (
    DELETED_ELSEWHERE,
    FIELD_ERRORS,
    TaskPanelState,
    changed_elsewhere,
    not_all_saved,
    not_saved,
)
from todo_app.web.session import NO_NOTICE

_TEXT_MAX_CHARACTERS = 200_000
_Text = Annotated[str, pydantic.Field(max_length=_TEXT_MAX_CHARACTERS)]


# Of `typing`, pydantic takes it from Python 3.12 on.
class Draft(typing_extensions.TypedDict):
    """What was typed into a field of a task, and what was in it before.

    `shown` tells whether it still is in that field on the page.
    """

    task: TaskId
    field: Literal["title", "notes"]
    text: _Text
    before: _Text
    shown: bool


Drafts = Annotated[list[Draft], pydantic.Field(min_length=1, max_length=40)]


class DraftsState(TaskPanelState):
    """Saves what was typed before, by the rules of what is typed now."""

    _told: list[str] = []

    @rx.event
    async def save_drafts(self, opened: Stamp, drafts: Drafts) -> None:
        """Save what was typed and not saved, unless its field was changed elsewhere meanwhile.

        `opened` is what the panel of the page had when it sent this.
        """
        is_renewed, saved = False, []
        for draft in drafts:
            is_open = self.panel["id"] == draft["task"]
            is_renewed = is_renewed or (is_open and opened != self.opened)
            refusal = await self._save_draft(draft)
            if not refusal:
                saved.append((draft["task"], draft["field"], draft["text"]))
            if is_open:
                self._show_draft(draft, refusal)
            elif refusal:
                await self._tell_unsaved(draft["task"])
        self._note_saved(*saved)
        if is_renewed:
            self.opened += 1  # The inputs that held this are gone; the new ones shall know.

    async def _save_draft(self, draft: Draft) -> str:
        """Save what was typed; the reason if it is refused."""
        task_id, field, text = UUID(draft["task"]), draft["field"], draft["text"]
        saved_task, saved_text = self._saved.get(field, ("", ""))
        known = saved_text if saved_task == draft["task"] else draft["before"]
        try:
            current = self._panel_of(await self._read(tasks.get_task, task_id))
            is_saved = current[field] == (text.strip() if field == "title" else text)
            if not is_saved and current[field] not in {draft["before"], known}:
                return changed_elsewhere(current[field])
            if not is_saved:
                patch, version = patch_of(current, field, text, self._today), current["version"]
                self._show_change(
                    await self._write(tasks.update_task, task_id, patch, expected_version=version)
                )
        except ValidationError:
            return FIELD_ERRORS[field]
        except NotFound:
            return DELETED_ELSEWHERE
        except StaleVersion as stale:
            return changed_elsewhere(self._panel_of(stale.current)[field])
        except TodoError as refusal:
            return not_saved(refusal)
        if self.notice["text"] == not_all_saved(current["title"]):
            self.notice = NO_NOTICE
        return ""

    def _show_draft(self, draft: Draft, refusal: str) -> None:
        """Show in the open panel what became of what was typed."""
        field, text = draft["field"], draft["text"]
        is_there = draft["shown"] or self.drafts.get(field) == text
        if refusal:
            self._refuse(field, text, refusal)
            self._refused[field] = (draft["task"], text)
            self.drafts = {**self.drafts, field: text}
        else:
            self._refused.pop(field, None)
            self._set_error(field, "")
        if not is_there:
            self._renew(field)

    async def _tell_unsaved(self, task_id: TaskId) -> None:
        """Say once that a task which is not open has something that could not be saved."""
        if task_id in self._told:
            return
        try:
            title = (await self._read(tasks.get_task, UUID(task_id))).title
        except NotFound:
            return
        self._told = [*self._told, task_id]
        self._tell(not_all_saved(title), is_error=True)
