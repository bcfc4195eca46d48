"""Shows what was changed of an account elsewhere: its owner, and what an open page says of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

import reflex as rx

from todo_app.web import routes
from todo_app.web.list_state import TaskListState
from todo_app.web.session import AuthState


class Renewed(Protocol):
    """A state with something of the account that its page shows."""

    async def _renew(self) -> None:
        """Show it as it is now, and leave alone what somebody is typing."""


S = TypeVar("S", bound=type[Renewed])

_shown: dict[str, list[type[Renewed]]] = {}


def shown_at(*paths: str) -> Callable[[S], S]:
    """Mark a state as one that these pages show, to be renewed with the account."""

    def note(state: S) -> S:
        for path in paths:
            _shown.setdefault(path, []).append(state)
        return state

    return note


class AccountNewsState(AuthState):
    """What keeps the owner of the account, and the screens about it, up to date."""

    @rx.event
    async def refresh_account(self) -> None:
        """Show what was changed of the account elsewhere."""
        await follow_account(self)
        for state in _shown.get(routes.page_path(self.router.url.path), ()):
            shown: Renewed = await self.get_state(state)
            await shown._renew()


async def follow_account(page: AuthState) -> None:
    """Show the account as it is now, and an open list in its time zone: its day may be another."""
    if await page._follow_account():
        task_list = await page.get_state(TaskListState)
        if task_list.showing:
            await task_list._reload()
