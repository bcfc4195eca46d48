"""Any sequence of steps, taken back one by one, leads back to every state there was before."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from tests.cast import act, meddling, sign_up
from tests.conftest import forget_process
from tests.core.test_projects import crowd
from todo_app.core import batches, undo
from todo_app.core.access import Actor
from todo_app.core.batches import Batch
from todo_app.core.chain import plain
from todo_app.core.changes import BOOKKEEPING, ENTITIES
from todo_app.core.database import dispose, reading
from todo_app.core.errors import InvalidInput, NotFound, NothingToUndo, NotRecurring
from todo_app.core.models import SQLModel, new_id
from todo_app.core.verification import verify

TITLES = st.sampled_from(["Water the plants", "Call the tuner", "\u6c34\u3092\u3084\u308b"])
DUES = st.sampled_from([None, {"date": "2026-11-21"}, {"date": "2027-01-31"}])
PICKS = st.integers(min_value=0, max_value=9)
REPEATS = {"rule": "FREQ=MONTHLY", "mode": "schedule", "text": "every month"}
MOVES = st.sampled_from(["complete", "reopen", "skip", "delete", "restore"])


async def content(actor: Actor) -> bytes:
    """All that people made in an account, in one form: without what moves with every change."""
    found: dict[str, list[dict[str, object]]] = {}
    async with reading(actor.user_id) as db:
        for name, entity in ENTITIES.items():
            columns = [column for column in entity.columns if column.name not in BOOKKEEPING]
            own = entity.table.c.user_id == actor.user_id
            rows = await db.execute(select(*columns).where(own).order_by(entity.table.c.id))
            found[name] = [
                {key: plain(value) for key, value in row.items()} for row in rows.mappings()
            ]
    return json.dumps(found, sort_keys=True).encode()


class Account(RuleBasedStateMachine):
    """An account, and every state it was in."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.ids: list[UUID] = []
        self.past: list[bytes] = []
        self.future: list[bytes] = []

    def run(self, operation: Callable[..., Any], *arguments: object) -> Any:  # noqa: ANN401
        return self.runner.run(act(operation, self.actor, *arguments))

    def content(self) -> bytes:
        return self.runner.run(content(self.actor))

    @initialize()
    def open_account(self) -> None:
        self.runner.run(self._open())

    async def _open(self) -> None:
        async with meddling() as db:
            for table in reversed(SQLModel.metadata.sorted_tables):
                await db.execute(table.delete())
        self.actor = await sign_up("alice")

    def do(self, *operations: dict[str, object]) -> None:
        """One step of these operations; one that is refused as a whole is none."""
        before = self.content()
        try:
            result = self.run(
                batches.run_batch,
                Batch.model_validate_json(json.dumps({"operations": operations})),
            )
        except (NotFound, NotRecurring, InvalidInput):
            assert self.content() == before
            return
        if result.step is not None:
            self.past.append(before)
            self.future.clear()

    def pick(self, number: int) -> str:
        return str(self.ids[number % len(self.ids)])

    @rule(title=TITLES, due=DUES, repeats=st.booleans())
    def create(self, title: str, due: dict[str, str] | None, *, repeats: bool) -> None:
        self.ids.append(new_id())
        more = {"due": due, "recurrence": REPEATS} if repeats and due else {"due": due}
        self.do({"op": "create", "task": {"id": str(self.ids[-1]), "title": title, **more}})

    @precondition(lambda self: self.ids)
    @rule(number=PICKS, title=TITLES, due=DUES, priority=st.integers(1, 4))
    def update(self, number: int, title: str, due: dict[str, str] | None, priority: int) -> None:
        patch = {"title": title, "due": due, "priority": priority}
        self.do({"op": "update", "id": self.pick(number), "patch": patch})

    @precondition(lambda self: self.ids)
    @rule(moves=st.lists(st.tuples(MOVES, PICKS), min_size=1, max_size=3))
    def move(self, moves: list[tuple[str, int]]) -> None:
        self.do(*({"op": op, "id": self.pick(number)} for op, number in moves))

    @precondition(lambda self: self.ids)
    @rule(number=PICKS, where=st.sampled_from(["before", "after", "parent_id"]), to=PICKS)
    def put(self, number: int, where: str, to: int) -> None:
        self.do({"op": "move", "id": self.pick(number), "to": {where: self.pick(to)}})

    @rule()
    def undo(self) -> None:
        before = self.content()
        if not self.past:
            self.expect_nothing(undo.undo_last)
            return
        self.run(undo.undo_last)
        assert self.content() == self.past.pop()
        self.future.append(before)

    @rule()
    def redo(self) -> None:
        before = self.content()
        if not self.future:
            self.expect_nothing(undo.redo_last)
            return
        self.run(undo.redo_last)
        assert self.content() == self.future.pop()
        self.past.append(before)

    def expect_nothing(self, operation: Callable[..., Any]) -> None:
        try:
            self.run(operation)
        except NothingToUndo:
            return
        raise AssertionError

    def teardown(self) -> None:
        try:
            if hasattr(self, "actor"):
                while self.past:
                    self.undo()
                assert self.runner.run(verify()).flaws == []
        finally:
            self.runner.run(dispose())
            self.runner.close()
            forget_process()


def test_every_step_can_be_taken_back_and_done_again(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd(monkeypatch)
    run_state_machine_as_test(
        Account,
        settings=settings(
            max_examples=8,
            stateful_step_count=12,
            # To make a failure smaller takes minutes: the seed is printed, and it is done by hand.
            phases=(Phase.generate,),
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
