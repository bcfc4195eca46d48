"""What a person does to projects, sections and labels, and to the place of a task."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Concatenate, Literal, ParamSpec, TypedDict, TypeVar
from uuid import UUID

import pydantic
import reflex as rx
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from todo_app.core import clock, labels, moves, projects, saved_filters, sections, tasks, trash
from todo_app.core.access import Actor
from todo_app.core.errors import NotFound, TodoError
from todo_app.core.labels import LabelDraft, LabelNames, LabelPatch
from todo_app.core.moves import Shift
from todo_app.core.neighbours import Beside
from todo_app.core.projects import Colour, ProjectDraft, ProjectPatch
from todo_app.core.saved_filters import FilterPatch
from todo_app.core.sections import SectionDraft, SectionPatch
from todo_app.core.task_views import TaskPatch, TaskView
from todo_app.web import messages, routes, wording
from todo_app.web.bulk_state import TaskIds
from todo_app.web.list_state import RowId, TaskId
from todo_app.web.live_state import LiveState
from todo_app.web.rows import SectionRow, TrashRow
from todo_app.web.session import Place, place_of

Name = Annotated[str, pydantic.Field(max_length=400)]
_LABEL_NAMES: TypeAdapter[list[str]] = TypeAdapter(LabelNames)
_CHANGES = {
    "project": (projects.update_project, ProjectPatch),
    "label": (labels.update_label, LabelPatch),
    "filter": (saved_filters.update_filter, FilterPatch),
}
"""How each kind of place is changed."""
_ADDED = {
    "project": (projects.create_project, ProjectDraft, routes.PROJECT),
    "label": (labels.create_label, LabelDraft, routes.LABEL),
}
"""How each kind of place is added, and where it is shown."""
NAME_ERROR = "A name has 1 to 100 characters."
_LABEL_ERROR = f"A label has 1 to {labels.NAME_MAX_CHARACTERS} characters."

T = TypeVar("T")
P = ParamSpec("P")


class RefusedName(TypedDict):
    """A name that could not be given, and why.

    It is in the field of the place with the id `of`, or of a new one of that kind.
    """

    of: str
    reason: str


NONE_REFUSED = RefusedName(of="", reason="")


class PlacesState(LiveState):
    """Changes to what the sidebar names, and to where tasks stand.

    `names_given` is another number after each name that was: its field is a new one then.
    """

    trash: list[TrashRow] = []
    trash_is_shown: bool = False
    archive: list[Place] = []
    archive_is_shown: bool = False
    refused_name: RefusedName = NONE_REFUSED
    names_given: int = 0

    @rx.event
    async def add_project(self, name: Name) -> rx.event.EventSpec | None:
        """Add a project and go there."""
        return await self._add("project", name)

    @rx.event
    async def add_label(self, name: Name) -> rx.event.EventSpec | None:
        """Add a label and go there."""
        return await self._add("label", name)

    @rx.event
    async def merge_label(self, into_id: RowId) -> rx.event.EventSpec | None:
        """Give all tasks of the label that is shown another one instead, and go there."""
        if self._name != "label" or not self.place["id"]:
            return None
        name = self.place["name"]
        view = await self._run(labels.merge_label, UUID(self.place["id"]), UUID(into_id))
        if view is None:
            return None
        await self._recount()
        self._offer_undo(f"Merged {wording.quoted(name)} into {wording.quoted(view.name)}")
        return rx.redirect(routes.place_path(routes.LABEL, into_id))

    @rx.event
    async def rename_place(self, name: Name) -> None:
        """Give the project, label or filter that is shown another name."""
        place = self.place
        if not place["id"] or self._is_still(place, name):
            return
        operation, patch_type = _CHANGES[self._name]
        try:
            patch = patch_type(name=name)
        except ValidationError:
            reason = _LABEL_ERROR if self._name == "label" else NAME_ERROR
            self._refuse_name(place["id"], reason)
            return
        if await self._give_name(place["id"], operation, UUID(place["id"]), patch):
            await self._reopen(f"Renamed to {wording.quoted(patch.name)}")

    @rx.event
    async def set_colour(self, colour: Colour) -> None:
        """Give the project, label or filter that is shown another colour."""
        if not self.place["id"]:
            return
        operation, patch_type = _CHANGES[self._name]
        if await self._run(operation, UUID(self.place["id"]), patch_type(colour=colour)):
            await self._reopen(f"Changed the colour to {colour}")

    @rx.event
    async def archive_project(self) -> rx.event.EventSpec | None:
        """Put the project that is shown out of sight."""
        return await self._leave(projects.archive_project, "Archived")

    @rx.event
    async def unarchive_project(self, project_id: RowId) -> None:
        """Bring an archived project back into sight."""
        view = await self._run(projects.unarchive_project, UUID(project_id))
        if view is not None:
            await self._refresh()
            self._offer_undo(f"Brought back {wording.quoted(view.name)}")
        await self._read_archive()

    @rx.event
    async def show_archive(self) -> None:
        """Show the projects that were put out of sight."""
        await self._read_archive()
        self.archive_is_shown = True

    async def _read_archive(self) -> None:
        found = await self._read(projects.list_projects)
        self.archive = [place_of(one) for one in found if one.archived_at is not None]

    @rx.event
    async def delete_project(self) -> rx.event.EventSpec | None:
        """Move the project that is shown to the trash with all it holds."""
        return await self._leave(projects.delete_project, "Deleted")

    @rx.event
    async def delete_label(self) -> rx.event.EventSpec | None:
        """Take the label that is shown away, and off all tasks."""
        return await self._leave(labels.delete_label, "Deleted")

    @rx.event
    async def add_section(self, name: Name) -> None:
        """Add a heading at the end of the project that is shown."""
        if not self.place["id"]:
            return
        try:
            draft = SectionDraft(project_id=UUID(self.place["id"]), name=name)
        except ValidationError:
            self._refuse_name("section", NAME_ERROR)
            return
        if await self._give_name("section", sections.create_section, draft):
            await self._reopen(f"Added {wording.quoted(draft.name)}")

    @rx.event
    async def rename_section(self, section_id: RowId, name: Name) -> None:
        """Give a heading another name."""
        if any(self._is_still(one, name) for one in self.sections if one["id"] == section_id):
            return
        try:
            patch = SectionPatch(name=name)
        except ValidationError:
            self._refuse_name(section_id, NAME_ERROR)
            return
        if await self._give_name(section_id, sections.update_section, UUID(section_id), patch):
            await self._reopen(f"Renamed to {wording.quoted(patch.name)}")

    @rx.event
    async def delete_section(self, section_id: RowId) -> None:
        """Take a heading away; its tasks stay."""
        if await self._run(sections.delete_section, UUID(section_id)):
            await self._reopen("Removed the section; its tasks are still here")

    @rx.event
    async def move_section_up(self, section_id: RowId) -> None:
        """Put a section before the one above it."""
        ids = [section["id"] for section in self.sections]
        place = ids.index(section_id) if section_id in ids else 0
        if place > 0:
            beside = Beside(before=UUID(ids[place - 1]))
            if await self._run(sections.move_section, UUID(section_id), beside):
                await self._reopen("Moved the section")

    @rx.event
    async def fold_task(self, task_id: TaskId, is_collapsed: bool) -> None:
        """Hide or show the parts of a task."""
        await self._run(tasks.set_collapsed, UUID(task_id), is_collapsed=is_collapsed)
        await self._refresh()

    @rx.event
    async def shift_tasks(self, task_ids: TaskIds, shift: Shift) -> None:
        """Move tasks one step up, down, in or out; where they are not in their order, out only."""
        if shift != "out" and self._name not in {"inbox", "project"}:
            self._tell("This list has an order of its own: tasks are moved in their project.")
            return
        ids = [UUID(task_id) for task_id in task_ids]
        await self._show_moved(await self._run(moves.shift_tasks, ids, shift))

    @rx.event
    async def set_labels(self, task_id: TaskId, text: Name) -> None:
        """Give a task the labels that a line names, with commas between them."""
        known = (place["name"] for place in self.get_value("labels"))
        try:
            patch = TaskPatch(labels=_LABEL_NAMES.validate_python(wording.named(text, known)))
        except ValidationError:
            reason = "A label has 1 to 60 characters; a task has up to 50."
            self._refuse("labels", text, reason)
            return
        self._set_error("labels", "")
        view = await self._run(tasks.update_task, UUID(task_id), patch)
        if view is not None:
            self._show_change(view)
            await self._recount()
            self._offer_undo(f"Changed the labels of {wording.quoted(view.title)}")

    @rx.event
    async def show_trash(self) -> None:
        """Show what was deleted."""
        found = await self._read(trash.list_trash)
        now, zone = clock.now(), self._actor().time_zone
        self.trash = [
            TrashRow(
                id=str(one.id),
                name=one.name,
                is_project=one.kind == "project",
                deleted=wording.moment_text(one.deleted_at, now, zone),
            )
            for one in found
        ]
        self.trash_is_shown = True

    @rx.event
    async def restore(self, row_id: RowId, is_project: bool) -> None:
        """Take a task or a project out of the trash."""
        operation = projects.restore_project if is_project else tasks.restore_task
        view = await self._run(operation, UUID(row_id))
        if view is not None:
            name = view.title if isinstance(view, TaskView) else view.name
            self._offer_undo(f"Restored {wording.quoted(name)}")
        await self._recount()
        await self.show_trash()

    async def _show_moved(self, views: Sequence[TaskView] | None) -> None:
        if views is None:
            return
        await self._refresh()
        await self._refresh_panel()
        if self._step is None:
            self._tell("Nothing moved: this is as far as it goes.")
            return
        self._offer_undo(f"Moved {wording.which([view.title for view in views])}")

    async def _add(self, kind: Literal["project", "label"], name: str) -> rx.event.EventSpec | None:
        operation, draft_type, path = _ADDED[kind]
        try:
            draft = draft_type(name=name)
        except ValidationError:
            self._refuse_name(kind, _LABEL_ERROR if kind == "label" else NAME_ERROR)
            return None
        made = await self._give_name(kind, operation, draft)
        if made is None:
            return None
        await self._recount()
        self._offer_undo(f"Added {wording.quoted(made[0].name)}")
        return rx.redirect(routes.place_path(path, str(made[0].id)))

    async def _give_name(
        self,
        of: str,
        function: Callable[Concatenate[AsyncSession, Actor, P], Awaitable[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T | None:
        """Add or rename something, or say at the field of its name why not and return None."""
        try:
            result = await self._write(function, *args, **kwargs)
        except NotFound as refusal:
            self._tell(messages.message(refusal), is_error=True)
            return None
        except TodoError as refusal:
            self._refuse_name(of, messages.message(refusal))
            return None
        self.refused_name = NONE_REFUSED
        self.names_given += 1
        return result

    def _is_still(self, place: Place | SectionRow, name: str) -> bool:
        """Whether this is the name that a place has: nothing is wrong with it then."""
        if name == place["name"]:
            self.refused_name = NONE_REFUSED
        return name == place["name"]

    def _refuse_name(self, of: str, reason: str) -> None:
        self.refused_name = RefusedName(of=of, reason=reason)

    async def _leave(self, operation: object, word: str) -> rx.event.EventSpec | None:
        """Do something to the place that is shown, after which it is none to stay at."""
        if not self.place["id"]:
            return None
        view = await self._run(operation, UUID(self.place["id"]))
        if view is None:
            return None
        await self._recount()
        self._offer_undo(f"{word} {wording.quoted(view.name)}")
        return rx.redirect(routes.INBOX)

    async def _reopen(self, words: str) -> None:
        """Show the place as it now is."""
        if self._name == "filter":
            await self._recount()
        await self._open_place()
        await self._reload()
        self._offer_undo(words)
