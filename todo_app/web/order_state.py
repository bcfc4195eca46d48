"""What a person drags elsewhere: tasks, sections and projects, each drop one step."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Literal
from uuid import UUID

import reflex as rx

from todo_app.core import moves, projects, sections
from todo_app.core.moves import TaskMove
from todo_app.core.neighbours import Beside
from todo_app.web import wording
from todo_app.web.bulk_state import TaskIds
from todo_app.web.list_state import RowId, Stamp
from todo_app.web.places_state import PlacesState

Side = Literal["before", "after"]
Target = Literal["before", "after", "parent_id", "section_id", "project_id"]


class OrderState(PlacesState):
    """Drops. `settled` is the last one of this tab that is answered, one way or the other.

    The page shows a drop before it is answered, and what is true from then on.
    """

    settled: int = 0

    @rx.event
    async def drop_tasks(
        self, task_ids: TaskIds, target: Target, target_id: RowId, first: bool, stamp: Stamp
    ) -> None:
        """Put tasks with their parts where they were dropped together."""
        self.settled = stamp
        move = TaskMove.model_validate({target: target_id, "first": first})
        ids = [UUID(task_id) for task_id in task_ids]
        await self._show_moved(await self._run(moves.move_tasks, ids, move))

    @rx.event
    async def drop_section(
        self, section_id: RowId, target: Side, target_id: RowId, stamp: Stamp
    ) -> None:
        """Put a section with its tasks beside another."""
        await self._drop(sections.move_section, section_id, target, target_id, stamp)

    @rx.event
    async def drop_project(
        self, project_id: RowId, target: Side, target_id: RowId, stamp: Stamp
    ) -> None:
        """Put a project beside another."""
        await self._drop(projects.move_project, project_id, target, target_id, stamp)

    @rx.event
    async def shift_project(self, side: Side) -> None:
        """Move the project that is shown past the one before or after it in the sidebar."""
        ids = [one["id"] for one in self.projects]
        if self.place["id"] not in ids:
            return
        place = ids.index(self.place["id"]) + (-1 if side == "before" else 1)
        if 0 <= place < len(ids):
            await self._drop(
                projects.move_project, self.place["id"], side, ids[place], self.settled
            )

    async def _drop(
        self, move: Callable[..., Awaitable[Any]], row_id: str, side: Side, other: str, stamp: int
    ) -> None:
        self.settled = stamp
        beside = Beside.model_validate({side: other})
        view = await self._run(move, UUID(row_id), beside)
        if view is not None:
            await self._refresh()
            self._offer_undo(f"Moved {wording.quoted(view.name)}")
